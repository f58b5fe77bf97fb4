#include "bench/doctor_print.h"

#include <math.h>
#include <string.h>

#include "bench/report/fold.h"
#include "bench/report/plain.h"
#include "bench/util/units.h"

enum { PRINT_TOPIC = 22, PRINT_STATE = 8, PRINT_NAME = 32, PRINT_FIGURE = 16 };

/* --- what disturbs --- */

static void print_finding(FILE *out, const struct advice *advice)
{
    const int indent = 2 + PRINT_STATE + 2 + PRINT_TOPIC + 2;
    char found[ADVICE_FOUND], line[ADVICE_FOUND + 300];
    plain_text(found, sizeof found, advice->found);
    fprintf(out, "  %-*s  %-*s  ", PRINT_STATE, advice_state_names[advice->state], PRINT_TOPIC,
            advice->topic);
    fold_text(out, found, indent, indent);
    if (*advice->remedy) {
        snprintf(line, sizeof line, "mend: %s", advice->remedy);
        fprintf(out, "%*s", indent, "");
        fold_text(out, line, indent, indent + 6);
    }
}

static size_t count_state(const struct advice *list, size_t count, enum advice_state state)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += list[i].state == state;
    return found;
}

void doctor_print_advice(FILE *out, const struct advice *list, size_t count)
{
    static const enum advice_state order[] = {ADVICE_DISTURBS, ADVICE_UNKNOWN, ADVICE_FINE};
    fprintf(out, "What disturbs measuring on this machine: %zu of %zu (%zu unknown)\n",
            count_state(list, count, ADVICE_DISTURBS), count,
            count_state(list, count, ADVICE_UNKNOWN));
    for (size_t s = 0; s < sizeof order / sizeof *order; s++)
        for (size_t i = 0; i < count; i++)
            if (list[i].state == order[s])
                print_finding(out, &list[i]);
}

/* --- the noise floor --- */

static char *print_name(char name[PRINT_NAME], const struct floor_cell *cell)
{
    char text[TEXT_NAME * 2 + 2];
    snprintf(text, sizeof text, "%s/%s", cell->key->workload, cell->key->mode);
    return plain_text(name, PRINT_NAME, text);
}

static void print_share(FILE *out, double share)
{
    char text[PRINT_FIGURE];
    if (isfinite(share))
        snprintf(text, sizeof text, "%.*f%%", share < 0.1 ? 2 : 1, 100 * share);
    else
        snprintf(text, sizeof text, "n/a");
    fprintf(out, " %8s", text);
}

static void print_head(FILE *out)
{
    fprintf(out, "  %-18s %8s %8s   smallest difference that is seen\n", "", "spread", "");
    fprintf(out, "  %-18s %8s %8s  ", "", "inside", "between");
    fprintf(out, " %-26s   %s\n", "in one run, of", "between runs, of");
    fprintf(out, "  %-18s %8s %8s  ", "cell", "a run", "runs");
    for (size_t i = 0; i < FLOOR_RUNS; i++)
        fprintf(out, " %3u runs", floor_runs[i]);
    fputs("   ", out);
    for (size_t i = 0; i < FLOOR_INVOCATIONS; i++)
        fprintf(out, " %3u inv.", floor_invocations[i]);
    fputc('\n', out);
}

static void print_cell(FILE *out, const struct floor_cell *cell)
{
    char name[PRINT_NAME];
    fprintf(out, "  %-18s", print_name(name, cell));
    print_share(out, cell->within);
    print_share(out, cell->between);
    fputs("  ", out);
    for (size_t i = 0; i < FLOOR_RUNS; i++)
        print_share(out, cell->seen_runs[i]);
    fputs("   ", out);
    for (size_t i = 0; i < FLOOR_INVOCATIONS; i++)
        print_share(out, cell->seen_invocations[i]);
    fputc('\n', out);
}

/* "cpu/serial: no difference seen (0.4% +- 1.2%)" */
static void print_halves(FILE *out, const struct floor_cell *cell)
{
    const struct judge_pair *pair = &cell->halves;
    char name[PRINT_NAME];
    fprintf(out, "  %s: ", print_name(name, cell));
    if (!pair->interval.exists) {
        fputs("too few invocations to tell\n", out);
        return;
    }
    const double half = fmax(pair->interval.hi - pair->ratio, pair->ratio - pair->interval.lo);
    const char *verdict = pair->judged == JUDGED_EQUIVALENT ? "equivalent"
                          : pair->judged == JUDGED_FASTER   ? "the even ones are FASTER"
                          : pair->judged == JUDGED_SLOWER   ? "the even ones are SLOWER"
                                                            : "no difference seen";
    const bool differ = pair->judged == JUDGED_FASTER || pair->judged == JUDGED_SLOWER;
    fprintf(out, "%s (%.1f%% +- %.1f%%)%s\n", verdict, 100 * (pair->ratio - 1), 100 * half,
            differ ? ", which the work does not explain" : "");
}

static void print_sentence(FILE *out, const struct noise_floor *floor)
{
    char text[256], name[PRINT_NAME];
    if (!floor->worst)
        return;
    snprintf(text, sizeof text,
             "On this machine, now, differences below %.1f%% between two single runs cannot be "
             "told from drift (%s varies most).",
             100 * floor->worst->seen_invocations[0], print_name(name, floor->worst));
    fputc('\n', out);
    fold_text(out, text, 0, 0);
}

void doctor_print_floor(FILE *out, const struct noise_floor *floor)
{
    char span[32];
    size_t invocations = 0, runs = 0;
    for (size_t i = 0; i < floor->count; i++) {
        invocations =
            floor->cells[i].invocations > invocations ? floor->cells[i].invocations : invocations;
        runs += floor->cells[i].runs;
    }
    fprintf(out,
            "\nNoise floor: the same work %zu times in %zu invocations over %s, nothing changed\n",
            runs, invocations, units_human_time(span, sizeof span, (double)floor->span_ns));
    print_head(out);
    for (size_t i = 0; i < floor->count; i++)
        print_cell(out, &floor->cells[i]);
    fputs("\nOdd invocations against even ones, judged as two runs:\n", out);
    for (size_t i = 0; i < floor->count; i++)
        print_halves(out, &floor->cells[i]);
    print_sentence(out, floor);
}
