#include "bench/suite/suite_table.h"

#include <string.h>

#include "bench/report/fold.h"

#define GREEN  "\033[32m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

/* Where the columns begin: verdict, id, text. */
enum { AT_ID = 23, AT_TEXT = 28 };

static const char *colour_of(enum claim_verdict verdict)
{
    return verdict == CLAIM_HOLDS ? GREEN : verdict == CLAIM_FAILS ? RED : YELLOW;
}

static void print_part(FILE *out, const char *text)
{
    if (*text) {
        fprintf(out, "%*s", AT_TEXT, "");
        fold_text(out, text, AT_TEXT, AT_TEXT + 2);
    }
}

static void print_claim(FILE *out, const struct claim *claim, const struct finding *finding,
                        bool colour)
{
    const char *verdict = claim_verdicts[finding->verdict];
    fprintf(out, "%s%-*s%s%-*s", colour ? colour_of(finding->verdict) : "", AT_ID, verdict,
            colour ? PLAIN : "", AT_TEXT - AT_ID, claim->id);
    fold_text(out, claim->text, AT_TEXT, AT_TEXT);
    print_part(out, finding->measured);
    print_part(out, finding->reason);
}

void suite_table_print(FILE *out, const struct claim *const *claims, const struct finding *findings,
                       size_t count, bool colour)
{
    size_t verdicts[3] = {0};
    fprintf(out, "%-*s%-*s%s\n", AT_ID, "verdict", AT_TEXT - AT_ID, "id",
            "claim, what was measured (95% interval), and why");
    for (size_t i = 0; i < count; i++) {
        verdicts[findings[i].verdict]++;
        print_claim(out, claims[i], &findings[i], colour);
    }
    fprintf(out,
            "\n%zu claim%s: %zu hold%s, %zu do%s not hold, %zu cannot be tested here. `bench suite "
            "notes --list`\nshows what each runs, docs/claims.md how each is judged.\n",
            count, count == 1 ? "" : "s", verdicts[CLAIM_HOLDS],
            verdicts[CLAIM_HOLDS] == 1 ? "s" : "", verdicts[CLAIM_FAILS],
            verdicts[CLAIM_FAILS] == 1 ? "es" : "", verdicts[CLAIM_UNTESTED]);
}

void suite_list_print(FILE *out, const struct claim *const *claims, size_t count, bool full)
{
    char text[SCENE_TEXT];
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%-4s ", claims[i]->id);
        fold_text(out, claims[i]->text, 5, 5);
        for (size_t s = 0; s < SCENES_MAX && claims[i]->scenes[s].words; s++) {
            fprintf(out, "     bench ");
            fold_text(out, scene_text(&claims[i]->scenes[s], full, text, sizeof text), 11, 9);
        }
    }
}
