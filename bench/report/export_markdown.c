/* export_markdown.c - a run as GitHub-flavoured Markdown, to be pasted into an issue. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare_words.h"
#include "bench/report/export.h"
#include "bench/report/machine_text.h"
#include "bench/report/page.h"
#include "bench/report/plain.h"
#include "bench/report/requests.h"
#include "bench/report/scaling.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"
#include "bench/results/text.h"
#include "bench/util/units.h"

enum { MARK_TEXT = 1536, MARK_CELL = 64, MARK_FACT = 160 };

/* --- the cells --- */

static void mark_figure(char text[MARK_CELL], double value, const char *unit)
{
    if (isnan(value))
        snprintf(text, MARK_CELL, "n/a");
    else
        snprintf(text, MARK_CELL, "%.2f%s", value, unit);
}

static void mark_time(char text[MARK_CELL], double ns)
{
    if (isnan(ns))
        mark_figure(text, ns, "");
    else
        units_human_time(text, MARK_CELL, ns);
}

static void mark_size(char text[MARK_CELL], double bytes)
{
    if (isnan(bytes))
        mark_figure(text, bytes, "");
    else
        units_human_size(text, MARK_CELL, bytes);
}

static void mark_cell(struct page_table *table, const struct cell_group *group,
                      const struct cell_figures *cell)
{
    char name[VERDICT_NAME], workers[32], median[WORDS_CELL * 2], speedup[MARK_CELL];
    char cpus[MARK_CELL], memory[MARK_CELL], runs[32];
    const bool won = cell == group->best && verdict_of(group) == VERDICT_WINNER;
    snprintf(workers, sizeof workers, "%llu", (unsigned long long)cell->key->workers);
    snprintf(runs, sizeof runs, "%zu", cell->runs);
    mark_figure(speedup, cell->speedup, "x");
    mark_figure(cpus, cell->cpu_use, "");
    mark_size(memory, cell->peak_bytes);
    const char *const texts[] = {verdict_name(name, sizeof name, group, cell),
                                 workers,
                                 words_median(median, sizeof median, cell),
                                 speedup,
                                 cpus,
                                 memory,
                                 runs,
                                 won ? "winner" : ""};
    page_table_add(table, won, texts);
}

static int mark_cells(const struct page *page, const struct cell_group *group)
{
    static const char *const head[] = {
        "mode", "workers", "median [95% interval]", "over serial", "CPUs", "memory", "runs", ""};
    struct page_table table = {.columns = 8, .words = true};
    page_table_add(&table, false, head);
    for (size_t i = 0; i < group->count; i++)
        if (!isnan(group->cells[i].wall_ns))
            mark_cell(&table, group, &group->cells[i]);
    return page_table_print(page, &table);
}

static void mark_served(struct page_table *table, const struct cell_group *group,
                        const struct cell_figures *cell, const struct request_figures *figures)
{
    char name[VERDICT_NAME], rate[MARK_CELL], cpu[MARK_CELL], p50[MARK_CELL], p90[MARK_CELL];
    char p99[MARK_CELL], p999[MARK_CELL], most[MARK_CELL];
    mark_time(cpu, figures->cpu_ns);
    mark_time(p50, figures->p50);
    mark_time(p90, figures->p90);
    mark_time(p99, figures->p99);
    mark_time(p999, figures->p999);
    mark_time(most, figures->max);
    const char *const texts[] = {verdict_name(name, sizeof name, group, cell),
                                 requests_number(rate, sizeof rate, figures->per_second),
                                 cpu,
                                 p50,
                                 p90,
                                 p99,
                                 p999,
                                 most};
    page_table_add(table, false, texts);
}

static int mark_requests(const struct page *page, const struct cell_group *group)
{
    static const char *const head[] = {"mode", "requests/s", "CPU per request", "p50",
                                       "p90",  "p99",        "p99.9",           "longest"};
    struct page_table table = {.columns = 8};
    page_table_add(&table, false, head);
    for (size_t i = 0; i < group->count; i++) {
        struct request_figures figures;
        requests_of(&figures, &group->cells[i]);
        if (figures.runs > 0)
            mark_served(&table, group, &group->cells[i], &figures);
    }
    return page_table_print(page, &table);
}

static void mark_trouble(const struct page *page, const struct cell_group *group,
                         const struct cell_figures *cell)
{
    const struct timing *row = cell->trouble;
    char name[VERDICT_NAME], reason[TEXT_REASON], count[64] = "", text[MARK_TEXT];
    plain_text(reason, sizeof reason, row->reason);
    const bool told = strcmp(reason, "off") != 0;
    if (cell->troubled)
        snprintf(count, sizeof count, " (%zu of %zu repetitions)", cell->troubled, cell->row_count);
    snprintf(text, sizeof text, "%s: %s%s%s%s", verdict_name(name, sizeof name, group, cell),
             status_names[row->status], count, told ? ": " : "", told ? reason : "");
    page_item(page, 0, text);
}

static int mark_scaling(const struct page *page, const struct cell_group *group)
{
    const size_t room = group->count / 2;
    struct scaling *lines = room ? calloc(room, sizeof *lines) : NULL;
    const int count = lines ? scaling_of(group, lines, room) : room ? -ENOMEM : 0;
    for (int i = 0; i < count; i++)
        if (lines[i].kind != SCALING_FEW)
            page_item(page, 0, lines[i].sentence);
    free(lines);
    return count < 0 ? count : 0;
}

static int mark_group(const struct page *page, const struct cell_group *group)
{
    char work[512];
    page_section(page, words_work(work, sizeof work, group->first));
    int code = mark_cells(page, group);
    if (code == 0)
        code = mark_requests(page, group);
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            mark_trouble(page, group, &group->cells[i]);
    return code == 0 ? mark_scaling(page, group) : code;
}

/* --- the machine --- */

static int mark_fact(struct page_table *table, const json_t *machine, const char *label,
                     const char *path, enum machine_unit unit)
{
    char value[MARK_FACT];
    const json_t *fact = machine_fact(machine, path);
    char *text = fact ? machine_text(fact, unit) : NULL;
    if (text) {
        const char *const texts[] = {label, plain_text(value, sizeof value, text)};
        page_table_add(table, false, texts);
    }
    free(text);
    return fact && !text ? -ENOMEM : 0;
}

static int mark_machine(const struct page *page, const json_t *machine)
{
    static const struct {
        const char *label, *path;
        enum machine_unit unit;
    } facts[] = {{"host", "host", MACHINE_PLAIN},
                 {"CPU", "cpu.model", MACHINE_PLAIN},
                 {"usable cores", "cores.usable", MACHINE_PLAIN},
                 {"why that many", "cores.why", MACHINE_PLAIN},
                 {"memory", "memory.total_bytes", MACHINE_BYTES},
                 {"kernel", "kernel.release", MACHINE_PLAIN},
                 {"distribution", "kernel.distribution", MACHINE_PLAIN},
                 {"hypervisor", "virtualisation.hypervisor", MACHINE_PLAIN},
                 {"container", "virtualisation.container", MACHINE_PLAIN},
                 {"governor", "governor", MACHINE_PLAIN},
                 {"bench", "build.version", MACHINE_PLAIN},
                 {"commit", "build.commit", MACHINE_PLAIN},
                 {"compiler", "build.compiler", MACHINE_PLAIN},
                 {"flags", "build.flags", MACHINE_PLAIN}};
    static const char *const head[] = {"fact", "value"};
    struct page_table table = {.columns = 2, .words = true};
    int code = 0;
    page_section(page, "Machine");
    page_table_add(&table, false, head);
    for (size_t i = 0; i < sizeof facts / sizeof *facts && code == 0; i++)
        code = mark_fact(&table, machine, facts[i].label, facts[i].path, facts[i].unit);
    const int printed = page_table_print(page, &table);
    return code < 0 ? code : printed;
}

/* --- the command --- */

static void mark_word(FILE *out, const char *word)
{
    static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789_@%+=:,./-";
    if (*word && !word[strspn(word, harmless)]) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fputs("'\\''", out);
        else
            fputc(*c, out);
    fputc('\'', out);
}

/* As a shell takes it, on one line; malloc'ed. NULL where nobody knows it, or without memory. */
static char *mark_command(const struct compared_run *run)
{
    const json_t *words = run->machine ? machine_fact(run->machine, "run.command") : NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = json_array_size(words) > 0 ? open_memstream(&text, &size) : NULL;
    for (size_t i = 0; out && i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        fputs(i > 0 ? " " : "", out);
        mark_word(out, word ? word : "?");
    }
    if (out && fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text ? text_clean(text) : NULL;
}

/* A fence is longer than any run of backticks within it, which so cannot end it. */
static void mark_code(FILE *out, const char *text)
{
    size_t fence = 3;
    for (const char *c = text; *c; c++) {
        const size_t run = strspn(c, "`");
        fence = run >= fence ? run + 1 : fence;
        c += run > 0 ? run - 1 : 0;
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 0; n < fence; n++)
            fputc('`', out);
        fprintf(out, "%s", i == 0 ? "sh\n" : "\n");
        if (i == 0)
            fprintf(out, "%s\n", text);
    }
}

/* --- all of it --- */

static void mark_title(const struct page *page, const struct compared_run *run)
{
    char started[32], host[MARK_FACT], text[MARK_TEXT];
    const char *name = export_fact(run, "host");
    export_started(started, sizeof started, run);
    started[strcspn(started, "T")] = '\0';
    snprintf(text, sizeof text, "%s%s%s%s%s", run->label, name ? " on " : "",
             name ? plain_text(host, sizeof host, name) : "", *started ? ", " : "", started);
    page_title(page, text);
}

static void mark_verdict(const struct page *page, const struct cell_group *group)
{
    char work[512], sentence[512], text[MARK_TEXT];
    snprintf(text, sizeof text, "%s: %s", words_work(work, sizeof work, group->first),
             verdict_sentence(sentence, sizeof sentence, group));
    page_item(page, 0, text);
}

int export_markdown(FILE *out, const struct compared_run *run)
{
    const struct page page = {.out = out, .markdown = true};
    char *command = mark_command(run);
    int code = 0;
    mark_title(&page, run);
    for (size_t g = 0; g < run->table.count; g++)
        mark_verdict(&page, &run->table.groups[g]);
    for (size_t g = 0; g < run->table.count && code == 0; g++)
        code = mark_group(&page, &run->table.groups[g]);
    if (code == 0 && run->machine)
        code = mark_machine(&page, run->machine);
    if (code == 0 && command) {
        page_section(&page, "To do it again");
        mark_code(out, command);
    }
    free(command);
    return code < 0 ? code : fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
