/* report_claims.c - what a suite claims about concurrency, and what came of it here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/html.h"
#include "bench/report/page.h"
#include "bench/report/plain.h"
#include "bench/report/report_page.h"

enum { CLAIMS_TEXT = 4096, CLAIMS_CELLS = 4 };

static size_t claims_with(const struct report_run *run, const char *verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < run->claim_count; i++)
        count += strcmp(run->claims[i].verdict, verdict) == 0;
    return count;
}

void report_claims_verdict(FILE *out, const struct report_run *run)
{
    const size_t all = run->claim_count, hold = claims_with(run, "holds");
    const size_t not = claims_with(run, "does not hold"), open = all - hold - not ;
    if (all == 0)
        return;
    fprintf(out,
            "<p class=\"verdict\">%zu claim%s about concurrency: %zu hold%s here, %zu do%s not, "
            "%zu could not be decided or tested.</p>\n",
            all, all == 1 ? "" : "s", hold, hold == 1 ? "s" : "", not, not == 1 ? "es" : "", open);
}

int report_claims(FILE *out, const struct report_run *run)
{
    static const char *const head[CLAIMS_CELLS] = {"Claim", "Verdict", "Measured", "Why"};
    const struct page page = {.out = out, .form = PAGE_HTML, .heading = 3};
    struct page_table table = {.columns = CLAIMS_CELLS,
                               .all_words = true,
                               .mark = 1,
                               .caption = "Claims, the figures by which they were judged, and why "
                                          "one does not hold or could not be tested"};
    char(*cells)[CLAIMS_TEXT] = calloc(CLAIMS_CELLS, sizeof *cells);
    if (!cells)
        return -ENOMEM;
    char claim[CLAIMS_TEXT];
    page_table_add(&table, PAGE_USUAL, head);
    for (size_t i = 0; i < run->claim_count; i++) {
        const struct claim_row *row = &run->claims[i];
        const bool holds = strcmp(row->verdict, "holds") == 0;
        const bool broken = strcmp(row->verdict, "does not hold") == 0;
        snprintf(claim, sizeof claim, "%s: %s", row->id, row->claim);
        const char *const from[CLAIMS_CELLS] = {claim, row->verdict, row->measured,
                                                strcmp(row->reason, "off") == 0 ? "" : row->reason};
        const char *texts[CLAIMS_CELLS];
        for (size_t c = 0; c < CLAIMS_CELLS; c++)
            texts[c] = plain_text(cells[c], sizeof cells[c], from[c]);
        page_table_add(&table, holds ? PAGE_BETTER : broken ? PAGE_WORSE : PAGE_USUAL, texts);
    }
    free(cells);
    return page_table_print(&page, &table);
}
