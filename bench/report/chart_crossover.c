/* chart_crossover.c - the map of winners by share of waiting and number of workers. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/chart.h"
#include "bench/report/crossover.h"
#include "bench/report/fold.h"
#include "bench/report/plain.h"
#include "bench/report/verdict.h"

enum { CROSSOVER_MODES = 26 }; /* letters; modes beyond them have neither letter nor colour */

/* Modes in the order in which they win most fields. */
struct winners {
    struct {
        char name[VERDICT_NAME];
        size_t fields, won;
    } of[CROSSOVER_MODES];
    size_t count;
};

/* The mode, with its wait where the map has it under several. */
static char *winner_name(char *text, size_t size, const struct crossover_field *field)
{
    char plain[VERDICT_NAME];
    return plain_field(text, size,
                       verdict_line_name(plain, sizeof plain, field->group, field->best));
}

static size_t winner_index(const struct winners *winners, const char *name)
{
    size_t i = 0;
    while (i < winners->count && strcmp(winners->of[i].name, name) != 0)
        i++;
    return i;
}

static void winners_of(struct winners *winners, const struct crossover *map)
{
    winners->count = 0;
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++) {
            const struct crossover_field *field = &map->fields[s][w];
            char name[VERDICT_NAME];
            if (!field->next)
                continue;
            winner_name(name, sizeof name, field);
            const size_t i = winner_index(winners, name);
            if (i == CROSSOVER_MODES)
                continue;
            if (i == winners->count) {
                memset(&winners->of[i], 0, sizeof winners->of[i]);
                memcpy(winners->of[i].name, name, sizeof name);
                winners->count++;
            }
            winners->of[i].fields++;
            winners->of[i].won += field->won;
        }
}

static const char *crossover_missing(const struct chart_data *data)
{
    struct crossover *map = calloc(1, sizeof *map);
    const int made = map ? crossover_make(map, data->table) : -ENOMEM;
    free(map);
    return made > 0 ? NULL
                    : "needs the workload mixed with several shares of waiting under two modes or "
                      "more: --set mixed.share=0%,25%,50%,75%,100% --workers 1,2,4";
}

/* --- what was found --- */

/* Characters that a sheet shows in bold from edge to edge, and what is left out first. */
enum { TITLE_MOST = 76, TITLE_OPEN = 24 };

/* Who won all fields of a share in which modes met; "" where nobody did. Returns `name`. */
static char *share_winner(char *name, size_t size, const struct crossover *map, size_t share)
{
    char other[VERDICT_NAME];
    name[0] = '\0';
    for (size_t w = 0; w < map->worker_count; w++) {
        const struct crossover_field *field = &map->fields[share][w];
        if (!field->next)
            continue;
        winner_name(other, sizeof other, field);
        const bool same = !*name || strcmp(name, other) == 0;
        snprintf(name, size, "%s", other);
        if (!field->won || !same) {
            name[0] = '\0';
            break;
        }
    }
    return name;
}

/* "thread-pool wins up to 20% waiting; coroutine from 60% on": only where each won every field of
 * its shares. */
static bool finding_of_two(char *line, size_t size, const struct crossover *map)
{
    char below[VERDICT_NAME], above[VERDICT_NAME], name[VERDICT_NAME];
    size_t low = 0, high = map->share_count - 1;
    share_winner(below, sizeof below, map, low);
    share_winner(above, sizeof above, map, high);
    if (!*below || !*above || strcmp(below, above) == 0)
        return false;
    while (strcmp(share_winner(name, sizeof name, map, low + 1), below) == 0)
        low++;
    while (strcmp(share_winner(name, sizeof name, map, high - 1), above) == 0)
        high--;
    const int used = snprintf(line, size, "%s wins %s %.3g%% waiting; %s %s %.3g%%%s", below,
                              low > 0 ? "up to" : "at", map->shares[low], above,
                              high + 1 < map->share_count ? "from" : "at", map->shares[high],
                              high + 1 < map->share_count ? " on" : "");
    if (map->known > map->won && used < TITLE_MOST - TITLE_OPEN)
        snprintf(line + used, size - (size_t)used, "; %zu of %zu undecided", map->known - map->won,
                 map->known);
    return true;
}

static void finding_of_none(char *line, size_t size, const struct crossover *map)
{
    const size_t needed = judge_least_blocks(map->known);
    const int used =
        snprintf(line, size, "No mode is seen to win in any of %zu fields", map->known);
    if (map->runs < needed)
        snprintf(line + used, size - (size_t)used, ": %zu run%s, %zu needed", map->runs,
                 map->runs == 1 ? "" : "s", needed);
}

/* The `told` modes that won most, and how many fields are left. Returns the length. */
static size_t finding_of_counts(char *line, size_t size, const struct crossover *map, size_t told)
{
    struct winners winners;
    size_t used = 0, won = 0;
    winners_of(&winners, map);
    for (size_t done = 0; done < winners.count && done < told; done++) {
        size_t most = 0;
        char part[64];
        for (size_t i = 1; i < winners.count; i++)
            most = winners.of[i].won > winners.of[most].won ? i : most;
        if (winners.of[most].won == 0)
            break;
        snprintf(part, sizeof part, " of %zu fields", map->known);
        used += (size_t)snprintf(line + used, size - used, "%s%.80s%s %zu%s", done ? "; " : "",
                                 winners.of[most].name, done ? "" : " wins", winners.of[most].won,
                                 done ? "" : part);
        won += winners.of[most].won;
        winners.of[most].won = 0;
    }
    if (map->won > won)
        used += (size_t)snprintf(line + used, size - used, "; others %zu", map->won - won);
    if (map->known > map->won)
        used +=
            (size_t)snprintf(line + used, size - used, "; %zu undecided", map->known - map->won);
    return used;
}

static void crossover_finding(char *text, size_t size, const struct crossover *map)
{
    char line[512];
    if (map->won == 0)
        finding_of_none(line, sizeof line, map);
    else if (!finding_of_two(line, sizeof line, map))
        for (size_t told = 3; told > 0; told--)
            if (finding_of_counts(line, sizeof line, map, told) <= TITLE_MOST)
                break;
    plain_field(text, size, line);
}

static char *crossover_title(char *text, size_t size, const struct chart_data *data)
{
    struct crossover *map = calloc(1, sizeof *map);
    plain_field(text, size, "Winners by share of waiting and workers");
    if (map && crossover_make(map, data->table) > 0)
        crossover_finding(text, size, map);
    free(map);
    return text;
}

/* --- the derived CSV --- */

static void crossover_row(FILE *out, const char *kind, size_t line, size_t column, const char *name,
                          const char *note, const char *role, const double figures[4])
{
    fprintf(out, "%s,%zu,%zu,%s,%s,%s", kind, line, column, name, note, role);
    for (size_t i = 0; i < 4; i++)
        chart_figure(out, 6, figures[i]);
    fputc('\n', out);
}

static const double crossover_none[4] = {NAN, NAN, NAN, NAN};

/* What all fields of the map ran: chart_work() of one of them, without its share. */
static char *crossover_work(char *text, size_t size, const struct chart_data *data,
                            const struct crossover *map)
{
    static const char share[] = " share=", only[] = " of";
    chart_work(text, size, data->table, map->fields[0][0].group);
    char *at = strstr(text, share);
    if (!at)
        return text;
    const char *rest = at + 1 + strcspn(at + 1, " ");
    const size_t before = (size_t)(at - text), of = strlen(only);
    if (!*rest && before > of && strncmp(at - of, only, of) == 0) /* no other parameter */
        at -= of;
    memmove(at, rest, strlen(rest) + 1);
    return text;
}

static void crossover_csv(FILE *out, const struct chart_data *data, const struct crossover *map)
{
    struct winners winners;
    char title[CHART_TITLE], note[CHART_NOTE], name[VERDICT_NAME], next[VERDICT_NAME];
    winners_of(&winners, map);
    crossover_finding(title, sizeof title, map);
    crossover_row(out, "figure", 0, 0, title, chart_origin(note, sizeof note, data), "-",
                  crossover_none);
    crossover_row(out, "group", 0, 0, "-", crossover_work(note, sizeof note, data, map), "-",
                  crossover_none);
    for (size_t i = 0; i < winners.count; i++)
        crossover_row(out, "line", i + 1, 0, winners.of[i].name, "-", "-", crossover_none);
    for (size_t s = 0; s < map->share_count; s++)
        for (size_t w = 0; w < map->worker_count; w++) {
            const struct crossover_field *field = &map->fields[s][w];
            if (!field->next)
                continue;
            verdict_line_name(name, sizeof name, field->group, field->next);
            plain_field(next, sizeof next, name);
            winner_name(name, sizeof name, field);
            const size_t index = winner_index(&winners, name);
            const double figures[4] = {map->shares[s], map->workers[w], field->pair.ratio,
                                       index < winners.count ? (double)index + 1 : (double)NAN};
            crossover_row(out, "field", s + 1, w + 1, name, next, field->won ? "winner" : "open",
                          figures);
        }
}

static int crossover_write(FILE *out, const struct chart_data *data)
{
    struct crossover *map = calloc(1, sizeof *map);
    const int made = map ? crossover_make(map, data->table) : -ENOMEM;
    fputs("kind,row,column,name,note,role,share,workers,ratio,line\n", out);
    if (made > 0)
        crossover_csv(out, data, map);
    free(map);
    return made < 0 ? made : ferror(out) ? -EIO : 0;
}

/* --- on a terminal --- */

enum { TEXT_SHARE = 9, TEXT_FIELD = 5 };

/* The letter of the fastest, a small one where it is not seen to win. */
static char field_letter(const struct winners *winners, const struct crossover_field *field)
{
    char name[VERDICT_NAME];
    if (!field->next)
        return '.';
    const size_t i = winner_index(winners, winner_name(name, sizeof name, field));
    return i == CROSSOVER_MODES ? '?' : (char)((field->won ? 'A' : 'a') + (int)i);
}

static void print_map(FILE *out, const struct crossover *map, const struct winners *winners,
                      size_t columns)
{
    fprintf(out, "waiting   workers%s\n%*s", columns < map->worker_count ? " (the least)" : "",
            TEXT_SHARE, "");
    for (size_t w = 0; w < columns; w++)
        fprintf(out, "%*.0f", TEXT_FIELD, map->workers[w]);
    fputc('\n', out);
    for (size_t s = map->share_count; s-- > 0;) {
        fprintf(out, " %5.3g%%  ", map->shares[s]);
        for (size_t w = 0; w < columns; w++)
            fprintf(out, "%*c", TEXT_FIELD, field_letter(winners, &map->fields[s][w]));
        fputc('\n', out);
    }
}

static void print_legend(FILE *out, const struct crossover *map, const struct winners *winners,
                         size_t width)
{
    char line[VERDICT_NAME + 96];
    for (size_t i = 0; i < winners->count; i++) {
        snprintf(line, sizeof line, "%c %s: fastest in %zu field%s, seen to win %zu", 'A' + (int)i,
                 winners->of[i].name, winners->of[i].fields, winners->of[i].fields == 1 ? "" : "s",
                 winners->of[i].won);
        fputs("  ", out);
        fold_text_within(out, line, 2, 4, (int)width);
    }
    if (map->won < map->known) {
        fputs("  ", out);
        fold_text_within(out, "small letter: fastest, but no difference from the next is seen", 2,
                         4, (int)width);
    }
}

static int crossover_print(FILE *out, const struct chart_data *data, size_t width)
{
    struct crossover *map = calloc(1, sizeof *map);
    struct winners winners;
    char work[CHART_NOTE];
    const int made = map ? crossover_make(map, data->table) : -ENOMEM;
    if (made > 0) {
        const size_t room = (width > TEXT_SHARE ? width - TEXT_SHARE : 0) / TEXT_FIELD;
        winners_of(&winners, map);
        fold_text_within(out, crossover_work(work, sizeof work, data, map), 0, 2, (int)width);
        print_map(out, map, &winners, map->worker_count < room ? map->worker_count : room);
        fputc('\n', out);
        print_legend(out, map, &winners, width);
    }
    free(map);
    return made < 0 ? made : ferror(out) ? -EIO : 0;
}

const struct chart chart_crossover = {.name = "crossover",
                                      .what = "winner by share of waiting and workers",
                                      .write = crossover_write,
                                      .missing = crossover_missing,
                                      .title = crossover_title,
                                      .print = crossover_print};
