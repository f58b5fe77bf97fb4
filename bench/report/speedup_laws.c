#include "bench/report/speedup_laws.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/report/plain.h"
#include "bench/report/scaling.h"

const double speedup_none[SPEEDUP_FIGURES] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};

void speedup_row(FILE *out, const char *kind, size_t group, size_t line, const char *name,
                 const char *note, double workers, const double figures[SPEEDUP_FIGURES])
{
    fprintf(out, "%s,%zu,%zu,%s,%s", kind, group, line, name, note);
    chart_figure(out, 15, workers);
    for (size_t i = 0; i < SPEEDUP_FIGURES; i++)
        chart_figure(out, 6, figures[i]);
    fputc('\n', out);
}

/* Where the laws of a line go. */
struct place {
    FILE *out;
    size_t group, line;
    const char *name;
    double serial_ns;
};

static void laws_text(const struct place *place, const char *text)
{
    char note[CHART_NOTE];
    speedup_row(place->out, "text", place->group, place->line, place->name,
                plain_field(note, sizeof note, text), (double)NAN, speedup_none);
}

static void laws_law(const struct place *place, const struct scaling *line, bool usl)
{
    char sigma[64], kappa[64], note[160], text[CHART_NOTE];
    const struct scaling_law *law = usl ? &line->fit.usl : &line->fit.amdahl;
    const bool preferred = usl == line->fit.usl_preferred;
    const char *name = usl ? "USL" : "Amdahl's law";
    const double cap = line->limit > 0 ? (double)line->limit : (double)NAN;
    const double figures[SPEEDUP_FIGURES] = {
        place->serial_ns / law->t1_ns, NAN, NAN, cap, law->sigma, law->kappa, preferred};
    snprintf(note, sizeof note, "sigma %s%s%s",
             scaling_percent(sigma, sizeof sigma, law->sigma, law->sigma_error),
             usl ? "; kappa " : "",
             usl ? scaling_percent(kappa, sizeof kappa, law->kappa, law->kappa_error) : "");
    speedup_row(place->out, "law", place->group, place->line, name, note, (double)line->most,
                figures);
    snprintf(text, sizeof text, "%s%s: %s", name, preferred ? " (preferred)" : "", note);
    laws_text(place, text);
}

/* Why there is none, or what it does not say. */
static void laws_note(const struct place *place, const struct scaling *line)
{
    char text[CHART_NOTE];
    const char *what = line->limit_is_tasks ? "task" : "core";
    const unsigned long long limit = line->limit;
    if (line->fitted > 0 && line->kind != SCALING_LIMITED)
        return;
    if (line->kind == SCALING_LIMITED)
        snprintf(text, sizeof text,
                 "both go past the %llu %s%s: they tell of %s and not of the work", limit, what,
                 limit == 1 ? "" : "s", limit == 1 ? "it" : "these");
    else if (line->kind == SCALING_SIMULATED)
        snprintf(text, sizeof text, "no fit: its cores are simulated");
    else
        snprintf(text, sizeof text, "no fit: %zu worker counts; %d are needed", line->counts,
                 SCALING_COUNTS);
    laws_text(place, text);
}

static void laws_line(struct place place, const struct scaling *line)
{
    if (line->fitted > 0) {
        laws_law(&place, line, line->fit.usl_preferred);
        laws_law(&place, line, !line->fit.usl_preferred);
    }
    laws_note(&place, line);
}

/* What lines have in common needs saying once. Returns whether it was said. */
static bool laws_none(FILE *out, size_t number, const struct scaling *lines, size_t count)
{
    const struct place all = {out, number, 0, "-", (double)NAN};
    char text[CHART_NOTE];
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].kind != SCALING_FEW || lines[i].fitted > 0)
            return false;
        most = lines[i].counts > most ? lines[i].counts : most;
    }
    snprintf(text, sizeof text, "no fit of the laws: %zu worker counts; %d needed", most,
             SCALING_COUNTS);
    laws_text(&all, text);
    return true;
}

int speedup_laws(FILE *out, const struct cell_group *group, size_t number,
                 struct chart_lines *lines)
{
    char plain[VERDICT_NAME], name[VERDICT_NAME];
    const size_t room = group->count / 2;
    struct scaling *scaling = calloc(room + 1, sizeof *scaling);
    const int count = scaling ? scaling_of(group, scaling, room) : -ENOMEM;
    const bool none = count > 0 && laws_none(out, number, scaling, (size_t)count);
    for (int i = 0; i < count && !none; i++) {
        verdict_line_name(plain, sizeof plain, group, scaling[i].cell);
        const struct place place = {out, number, chart_lines_named(lines, plain),
                                    plain_field(name, sizeof name, plain), group->serial->wall_ns};
        laws_line(place, &scaling[i]);
    }
    free(scaling);
    return count < 0 ? count : 0;
}
