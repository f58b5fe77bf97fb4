#include "bench/report/compare_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/compare_notes.h"
#include "bench/report/compare_words.h"
#include "bench/report/machine_diff.h"
#include "bench/report/page.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"
#include "bench/results/machine_file.h"

const char *const compare_format_names[] = {[COMPARE_TABLE] = "table",
                                            [COMPARE_MARKDOWN] = "markdown",
                                            [COMPARE_CSV] = "csv",
                                            [COMPARE_JSON] = "json",
                                            NULL};

enum { PRINT_TEXT = 1536 };

struct printing {
    struct page page;
    const struct comparison *comparison;
    const struct compared_cell **cells; /* in the order asked for */
    const struct judge_rules *rules;
    char a[WORDS_LABEL], b[WORDS_LABEL]; /* heads of columns */
};

/* --- the cells --- */

static void print_cell(const struct printing *p, struct page_table *table,
                       const struct compared_cell *cell)
{
    char name[COMPARE_NAME], a[WORDS_CELL], b[WORDS_CELL], ratio[WORDS_CELL], chance[WORDS_CELL];
    char verdict[2 * WORDS_CELL];
    const struct judge_pair *pair = &cell->pair;
    const char *texts[] = {plain_text(name, sizeof name, cell->name),
                           words_median(a, sizeof a, cell->a),
                           words_median(b, sizeof b, cell->b),
                           words_ratio(ratio, sizeof ratio, pair->ratio, &pair->interval),
                           words_p(chance, sizeof chance, pair->p),
                           words_verdict(verdict, sizeof verdict, pair, p->b, p->rules)};
    const double values[] = {NAN, cell->a->wall_ns, cell->b->wall_ns, pair->ratio, pair->p, NAN};
    page_table_add(table,
                   isnan(pair->ratio)              ? PAGE_USUAL
                   : pair->judged == JUDGED_FASTER ? PAGE_BETTER
                   : pair->judged == JUDGED_SLOWER ? PAGE_WORSE
                                                   : PAGE_USUAL,
                   texts);
    page_table_values(table, values);
}

static int print_cells(const struct printing *p)
{
    struct page_table table = {.columns = 6,
                               .words = true,
                               .mark = 5,
                               .caption = "Wall times of the cells that both measured"};
    char a[64], b[64], text[PRINT_TEXT];
    bool open = false;
    if (p->comparison->count == 0) {
        page_item(&p->page, 0, "No cell was measured in both: nothing to compare");
        return 0;
    }
    snprintf(a, sizeof a, "%s\n[95%% interval]", p->a);
    snprintf(b, sizeof b, "%s\n[95%% interval]", p->b);
    const char *const head[] = {"cell", a, b, "ratio\n[95% interval]", "p", "verdict"};
    page_table_add(&table, PAGE_USUAL, head);
    for (const struct compared_cell **cell = p->cells; *cell; cell++) {
        print_cell(p, &table, *cell);
        open |= (*cell)->pair.judged == JUDGED_INCONCLUSIVE && (*cell)->pair.needed > 0;
    }
    int code = page_table_print(&p->page, &table);
    snprintf(text, sizeof text,
             "Medians of the wall time; ratio above 1: %s is slower; p: after Holm's correction "
             "over the cells%s",
             p->comparison->b->label,
             open ? "; inconclusive: about so many a side would settle it" : "");
    page_item(&p->page, 0, text);
    return code;
}

/* --- speed-up over serial --- */

static int print_speedups(const struct printing *p)
{
    struct page_table table = {.columns = 4, .caption = "Speed-up over each run's own serial"};
    char name[COMPARE_NAME], a[WORDS_CELL], b[WORDS_CELL], ratio[WORDS_CELL];
    const char *const head[] = {"cell", p->a, p->b, "ratio"};
    page_table_add(&table, PAGE_USUAL, head);
    for (const struct compared_cell **cell = p->cells; *cell; cell++) {
        const struct compared_cell *c = *cell;
        if (isnan(c->a->speedup) || isnan(c->b->speedup) ||
            strcmp(c->a->key->mode, CELLS_BASELINE) == 0)
            continue;
        snprintf(ratio, sizeof ratio, !isfinite(c->speedup_ratio) ? "n/a" : "%.3f",
                 c->speedup_ratio);
        const char *texts[] = {plain_text(name, sizeof name, c->name),
                               words_factor(a, sizeof a, c->a->speedup),
                               words_factor(b, sizeof b, c->b->speedup), ratio};
        const double values[] = {NAN, c->a->speedup, c->b->speedup, c->speedup_ratio};
        page_table_add(&table, PAGE_USUAL, texts);
        page_table_values(&table, values);
    }
    if (table.count > 1)
        page_section(&p->page, "Speed-up over each run's own serial, which the speed of the "
                               "hardware cancels out of:");
    return page_table_print(&p->page, &table);
}

/* --- winners --- */

static void print_winner(const struct printing *p, const char *label,
                         const struct cell_group *group)
{
    char sentence[512], text[PRINT_TEXT];
    snprintf(text, sizeof text, "%s: %s", label,
             verdict_sentence(sentence, sizeof sentence, group));
    page_item(&p->page, 1, text);
}

/* Which mode wins in either run, group by group. */
static int print_winners(const struct printing *p)
{
    char work[512];
    const struct compared_cell **cells = compare_groups(p->comparison);
    if (!cells)
        return -ENOMEM;
    if (cells[0])
        page_section(&p->page, "Which mode wins in which run:");
    for (size_t i = 0; cells[i]; i++) {
        page_item(&p->page, 0, words_work(work, sizeof work, cells[i]->group_a->first));
        print_winner(p, p->comparison->a->label, cells[i]->group_a);
        print_winner(p, p->comparison->b->label, cells[i]->group_b);
    }
    free(cells);
    return 0;
}

/* --- machines and builds --- */

static void print_unknown(const struct printing *p, const struct machine_diff *diff)
{
    char text[PRINT_TEXT];
    const struct comparison *comparison = p->comparison;
    if (!diff->known_a && !diff->known_b)
        snprintf(text, sizeof text,
                 "Nothing is known of the machines: neither folder has a machine.json");
    else
        snprintf(text, sizeof text,
                 "Nothing is known of %s's machine, so nothing can be said of what differs: its "
                 "folder has no machine.json",
                 diff->known_a ? comparison->b->label : comparison->a->label);
    page_item(&p->page, 0, text);
}

static int print_difference_table(const struct printing *p, const struct machine_diff *diff)
{
    struct page_table table = {.columns = 3,
                               .words = true,
                               .all_words = true,
                               .caption = "What differs between machines and builds"};
    const char *const head[] = {"fact", p->a, p->b};
    page_table_add(&table, PAGE_USUAL, head);
    for (size_t i = 0; i < diff->count; i++) {
        const struct machine_difference *one = &diff->list[i];
        const char *texts[] = {one->label, one->a, one->b};
        page_table_add(&table, PAGE_USUAL, texts);
    }
    return page_table_print(&p->page, &table);
}

/* Values are too long for columns of a terminal. */
static int print_differences(const struct printing *p, const struct machine_diff *diff)
{
    char text[PRINT_TEXT];
    int code = 0;
    if (p->page.form != PAGE_TERMINAL)
        code = print_difference_table(p, diff);
    for (size_t i = 0; i < diff->count && p->page.form == PAGE_TERMINAL; i++) {
        const struct machine_difference *one = &diff->list[i];
        snprintf(text, sizeof text, "%s: %s | %s", one->label, one->a, one->b);
        page_item(&p->page, 0, text);
    }
    snprintf(text, sizeof text, "and %zu differences more", diff->left_out);
    if (diff->left_out > 0)
        page_item(&p->page, 0, text);
    return code;
}

static int print_machines(const struct printing *p)
{
    struct machine_diff diff;
    char title[2 * COMPARE_NAME + 64];
    int code = machine_diff_make(&diff, p->comparison->a->machine, p->comparison->b->machine);
    if (code < 0)
        return code;
    snprintf(title, sizeof title,
             "What differs between the machines and builds (%s | %s):", p->comparison->a->label,
             p->comparison->b->label);
    page_section(&p->page, title);
    if (!diff.known_a || !diff.known_b)
        print_unknown(p, &diff);
    else if (diff.count == 0)
        page_item(&p->page, 0, "Nothing that machine.json tells");
    else
        code = print_differences(p, &diff);
    machine_diff_free(&diff);
    return code;
}

static void print_host(char *text, size_t size, const struct compared_run *run)
{
    char host[64];
    const char *name = json_string_value(machine_fact(run->machine, "host"));
    snprintf(text, size, "%s%s", name ? " on host " : "",
             name ? plain_text(host, sizeof host, name) : "");
}

static int print_comparison(struct printing *p, enum compare_sort sort)
{
    const struct comparison *comparison = p->comparison;
    char title[2 * COMPARE_NAME + 256], host_a[96], host_b[96];
    p->cells = compare_order(comparison, sort);
    if (!p->cells)
        return -ENOMEM;
    words_labels(p->a, p->b, comparison->a->label, comparison->b->label);
    print_host(host_a, sizeof host_a, comparison->a);
    print_host(host_b, sizeof host_b, comparison->b);
    if (comparison->within)
        snprintf(title, sizeof title, "%s against %s (base), in one run%s", comparison->b->label,
                 comparison->a->label, host_a);
    else
        snprintf(title, sizeof title, "%s%s against %s%s (base)", comparison->b->label, host_b,
                 comparison->a->label, host_a);
    page_title(&p->page, title);
    int code = print_cells(p);
    notes_mean(&p->page, comparison);
    if (!comparison->within)
        notes_reference(&p->page, comparison);
    notes_refused(&p->page, comparison);
    code = code == 0 ? print_speedups(p) : code;
    code = code == 0 ? print_winners(p) : code;
    notes_noise(&p->page, comparison);
    if (code == 0 && !comparison->within)
        code = print_machines(p);
    free(p->cells);
    return code;
}

int compare_print_on(const struct page *page, const struct comparison *list, size_t count,
                     enum compare_sort sort, const struct judge_rules *rules)
{
    struct printing p = {.page = *page, .rules = rules};
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        p.comparison = &list[i];
        fputs(i > 0 ? "\n" : "", page->out);
        code = print_comparison(&p, sort);
    }
    return code;
}

int compare_print(FILE *out, const struct comparison *list, size_t count,
                  enum compare_format format, enum compare_sort sort,
                  const struct judge_rules *rules, bool colour)
{
    const bool markdown = format == COMPARE_MARKDOWN;
    const struct page page = {.out = out,
                              .form = markdown ? PAGE_MARKDOWN : PAGE_TERMINAL,
                              .colour = colour && !markdown};
    const int code = compare_print_on(&page, list, count, sort, rules);
    return code == 0 && (fflush(out) != 0 || ferror(out)) ? -EIO : code;
}
