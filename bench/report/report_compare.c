/* report_compare.c - other runs beside the first one, in the words of bench compare. */
#include "bench/report/compare_print.h"
#include "bench/report/report_page.h"

int report_comparisons(FILE *out, const struct comparison *list, size_t count)
{
    const struct page page = {.out = out, .form = PAGE_HTML, .heading = 3};
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = compare_print_on(&page, &list[i], 1, COMPARE_BY_WORK, &judge_default);
    return code;
}
