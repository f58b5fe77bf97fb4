/* export_markdown.c - a run as GitHub-flavoured Markdown, to be pasted into an issue. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/cell_text.h"
#include "bench/report/command_text.h"
#include "bench/report/compare_words.h"
#include "bench/report/export.h"
#include "bench/report/machine_text.h"
#include "bench/report/page.h"
#include "bench/report/plain.h"
#include "bench/report/scaling.h"
#include "bench/report/summary_observed.h"
#include "bench/report/summary_requests.h"
#include "bench/report/summary_waiting.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"

enum { MARK_TEXT = 1536, MARK_FACT = 160 };

/* --- the cells --- */

static void mark_cell(struct page_table *table, const struct cell_group *group,
                      const struct cell_figures *cell)
{
    struct cell_text text;
    char median[WORDS_CELL * 2];
    const bool won = cell == group->best && verdict_of(group) == VERDICT_WINNER;
    cell_text_of(&text, group, cell);
    const char *const texts[] = {
        text.mode,    text.workers,       words_median(median, sizeof median, cell),
        text.speedup, text.cpus,          text.memory,
        text.runs,    won ? "winner" : ""};
    page_table_add(table, won ? PAGE_BEST : PAGE_USUAL, texts);
}

static int mark_cells(const struct page *page, const struct cell_group *group)
{
    static const char *const head[] = {
        "mode", "workers", "median [95% interval]", "over serial", "CPUs", "memory", "runs", ""};
    struct page_table table = {.columns = 8, .words = true};
    page_table_add(&table, PAGE_USUAL, head);
    for (size_t i = 0; i < group->count; i++)
        if (!isnan(group->cells[i].wall_ns))
            mark_cell(&table, group, &group->cells[i]);
    return page_table_print(page, &table);
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
    char work[512], trouble[CELL_TROUBLE];
    page_section(page, words_work(work, sizeof work, group->first));
    const int code = mark_cells(page, group);
    summary_requests(page, group);
    summary_waiting(page, group);
    summary_observed(page, group);
    for (size_t i = 0; i < group->count; i++)
        if (group->cells[i].trouble)
            page_item(page, 0, cell_text_trouble(trouble, sizeof trouble, group, &group->cells[i]));
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
        page_table_add(table, PAGE_USUAL, texts);
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
    page_table_add(&table, PAGE_USUAL, head);
    for (size_t i = 0; i < sizeof facts / sizeof *facts && code == 0; i++)
        code = mark_fact(&table, machine, facts[i].label, facts[i].path, facts[i].unit);
    const int printed = page_table_print(page, &table);
    return code < 0 ? code : printed;
}

/* --- the command --- */

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
    const struct page page = {.out = out, .form = PAGE_MARKDOWN};
    char *command = command_text(run->machine);
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
