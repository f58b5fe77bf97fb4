/* The map of winners by share of waiting and workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/report/crossover.h"
#include "tests/unit/report_charts.h"

enum { BLOCKS = 12 };

static struct rows rows;

/* Twelve blocks, each a little slower than the one before; `noise` swings the ratios to others. */
static void add(const char *share, const char *mode, uint64_t workers, uint64_t wall_us,
                uint64_t noise)
{
    for (uint64_t i = 1; i <= BLOCKS; i++) {
        struct timing *row = rows_add(&rows, "mixed", mode, workers, 0);
        row->params = share;
        row->wall_ns = (wall_us + i + (i % 2 ? noise : 0)) * 1000;
        row->block = row->rep = i;
    }
}

static const char none[] = "total=4ms;share=0%;alternations=10";
static const char half[] = "total=4ms;share=50%;alternations=10";
static const char other[] = "total=9ms;share=100%;alternations=10";

static void fill(void)
{
    rows.count = 0;
    add(half, "thread", 2, 20000, 0);
    add(half, "process", 2, 30000, 0);
    add(half, "coroutine", 1, 10000, 0); /* a rival in every column */
    add(none, "thread", 2, 20000, 0);
    add(none, "process", 2, 30000, 0);
    add(none, "thread", 4, 20000, 900); /* now the one, now the other */
    add(none, "process", 4, 20450, 0);
    add(none, "coroutine", 1, 60000, 0);
    add(other, "thread", 2, 1000, 0); /* another work: not of this map */
}

static struct crossover *map_of(void)
{
    static struct crossover map;
    struct cell_table table;
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_int_equal(crossover_make(&map, &table), 1);
    cells_free(&table);
    return &map;
}

static void fields_have_their_winners(void **state)
{
    (void)state;
    fill();
    const struct crossover *map = map_of();
    assert_int_equal(map->share_count, 2);
    assert_true(map->shares[0] == 0 && map->shares[1] == 50);
    assert_int_equal(map->worker_count, 2);
    assert_true(map->workers[0] == 2 && map->workers[1] == 4);
    assert_int_equal(map->known, 3); /* at 50% nobody but coroutine has to do with 4 workers */
    assert_true(map->fields[0][0].won);
    assert_false(map->fields[0][1].won);
    assert_true(map->fields[1][0].won);
    assert_null(map->fields[1][1].next);
    assert_true(map->fields[0][0].pair.ratio > 1.49 && map->fields[0][0].pair.ratio < 1.51);
}

/* The second by its median is slower for sure, the third not. */
static void every_rival_stands_in_the_way(void **state)
{
    (void)state;
    rows.count = 0;
    add(half, "thread", 2, 20000, 0);
    add(half, "process", 2, 22000, 0);
    add(half, "thread-pool", 2, 19000, 0);
    for (size_t i = 2 * BLOCKS; i < rows.count; i++)
        rows.row[i].wall_ns += i % 5 > 1 ? 9000000 : 0;
    add(none, "thread", 2, 20000, 0);
    add(none, "process", 2, 22000, 0);
    const struct crossover *map = map_of();
    assert_true(map->fields[0][0].won);
    assert_false(map->fields[1][0].won);
    assert_true(map->fields[1][0].pair.p > 0.99);
    char *csv = chart(&rows, &chart_crossover);
    has(csv, "field,2,1,thread,thread-pool,open,50,2,");
    free(csv);
}

/* Of several works, each with its shares among those of the others. */
static void works_are_kept_apart(void **state)
{
    static const char *const params[] = {"total=1ms;share=0%", "total=1ms;share=10%",
                                         "total=2ms;share=0%", "total=2ms;share=20%"};
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i < 4; i++) {
        add(params[i], "thread", 2, 20000, 0);
        if (i > 1)
            add(params[i], "process", 2, 30000, 0);
    }
    const struct crossover *map = map_of(); /* of 1 ms one mode was run */
    assert_int_equal(map->share_count, 2);
    assert_true(map->shares[1] == 20);
    assert_int_equal(map->won, 2);
}

static void the_more_fields_the_more_each_must_show(void **state)
{
    (void)state;
    fill();
    const double p = map_of()->fields[0][0].pair.p;
    rows.count -= BLOCKS; /* the other work makes no difference */
    assert_true(map_of()->fields[0][0].pair.p >= p);
    rows.count = 5 * BLOCKS; /* two fields instead of three */
    assert_true(map_of()->fields[0][0].pair.p < p);
}

static void the_derived_file_and_the_title(void **state)
{
    (void)state;
    fill();
    char *csv = chart(&rows, &chart_crossover);
    rectangular(csv);
    has(csv, "figure,0,0,thread wins 1 of 3 fields; coroutine 1; 1 undecided,");
    has(csv, "field,1,1,thread,process,winner,0,2,1.49");
    has(csv, "field,1,2,process,thread,open,0,4,0.99");
    has(csv, "field,2,1,coroutine,thread,winner,50,2,1.99");
    free(csv);
}

static void titled(const char *expected)
{
    char *csv = chart(&rows, &chart_crossover);
    has(csv, expected);
    free(csv);
}

static void titles_say_no_more_than_was_seen(void **state)
{
    static const char *const shares[] = {"share=0%", "share=20%", "share=60%", "share=100%"};
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i < 4; i++) {
        add(shares[i], "thread", 2, 20000, 0);
        add(shares[i], "coroutine", 1, i < 2 ? 30000 : 10000, 0);
    }
    titled("figure,0,0,thread wins up to 20% waiting; coroutine from 60% on,");
    add(shares[1], "process", 4, 25000, 0); /* wins with 4 workers at 20% */
    titled("figure,0,0,thread wins at 0% waiting; coroutine from 60% on,");
    add(shares[0], "process", 4, 25000, 0);
    titled("figure,0,0,thread wins 2 of 6 fields; process 2; coroutine 2,");
    rows.count = 0;
    for (size_t i = 0; i < 4; i++) {
        add(shares[i], "thread", 2, 20000, i == 1 ? 900 : 0);
        add(shares[i], "coroutine", 1, i == 0 ? 30000 : i == 1 ? 20450 : 10000, 0);
    }
    titled("thread wins at 0% waiting; coroutine from 60% on; 1 of 4 undecided,");
    rows.count -= 2 * BLOCKS;
    add(shares[3], "thread", 2, 20000, 900);
    add(shares[3], "coroutine", 1, 20450, 0);
    titled("figure,0,0,thread wins 1 of 4 fields; coroutine 1; 2 undecided,");
    rows.count = 0;
    for (size_t i = 0; i < 4; i++) {
        add(shares[i], "thread", 2, 20000, 0);
        add(shares[i], "coroutine", 1, 10000, 0);
    }
    titled("figure,0,0,coroutine wins 4 of 4 fields,");
    for (size_t i = 0; i < rows.count; i++) /* four fields need eight */
        rows.row[i].warmup = rows.row[i].block > 5;
    titled("figure,0,0,No mode is seen to win in any of 4 fields: 5 runs; 8 needed,");
}

static void titles_fit_the_sheet(void **state)
{
    static const char *const modes[] = {"a-mode-of-twenty-one", "b-mode-of-twenty-one",
                                        "c-mode-of-twenty-one", "d-mode-of-twenty-one"};
    static const char *const shares[] = {"share=0%", "share=20%", "share=60%", "share=100%"};
    (void)state;
    rows.count = 0;
    for (uint64_t i = 0; i < 4; i++) {
        add(shares[i], modes[i], 2, 10000, 0);
        add(shares[i], "thread", 2, 20000, 0);
        add(shares[i], modes[(i + 1) % 4], 4, 10000, 0);
        add(shares[i], "thread", 4, 20000, 0);
    }
    titled("figure,0,0,a-mode-of-twenty-one wins 2 of 8 fields; b-mode-of-twenty-one 2; others 4,");
}

/* No field is left blank because of how many modes win others. */
static void many_winners_have_a_colour_each(void **state)
{
    enum { WINNERS = 20 };
    static char modes[WINNERS][16], shares[WINNERS][16];
    (void)state;
    rows.count = 0;
    for (size_t i = 0; i < WINNERS; i++) {
        snprintf(modes[i], sizeof modes[i], "mode-%02zu", i);
        snprintf(shares[i], sizeof shares[i], "share=%zu%%", i);
        add(shares[i], modes[i], 2, 10000, 0);
        add(shares[i], "thread", 2, 20000, 0);
    }
    char *csv = chart(&rows, &chart_crossover);
    has(csv, "line,20,0,mode-19,");
    has(csv, "field,20,1,mode-19,thread,winner,19,2,");
    has(csv, ",20\n");
    free(csv);
}

static void as_text(void **state)
{
    (void)state;
    fill();
    char *text = chart_printed(&rows, &chart_crossover, 60);
    has(text, "8 tasks of total=4ms alternations=10\nwaiting ");
    has(text, "             2    4\n");
    has(text, "    50%      C    .\n     0%      A    b\n");
    has(text, "A thread: fastest in ");
    free(text);
    for (uint64_t w = 0; w < 20; w++) {
        add(none, "thread-pool", 10 + w, 70000, 0);
        if (rows.count + BLOCKS > ROWS_MOST)
            break;
    }
    text = chart_printed(&rows, &chart_crossover, 40);
    has(text, "workers (the least)\n             2    4   10   11   12   13\n");
    free(text);
}

static void it_needs_several_shares_and_modes(void **state)
{
    (void)state;
    struct cell_table table;
    static struct crossover map;
    fill();
    assert_int_equal(cells_gather(&table, rows.row, 3 * BLOCKS, 0), 0); /* 50% alone */
    assert_int_equal(crossover_make(&map, &table), 0);
    has(missing(&chart_crossover, &table), "mixed.share=0%");
    cells_free(&table);
    rows.count = 0;
    add(half, "thread", 2, 20000, 0);
    add(none, "thread", 2, 20000, 0);
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0); /* one mode */
    has(missing(&chart_crossover, &table), "two modes");
    cells_free(&table);
    for (size_t i = 0; i < rows.count; i++)
        rows.row[i].params = i % 2 ? "share=;;" : "share=1e9%;share";
    assert_int_equal(cells_gather(&table, rows.row, rows.count, 0), 0);
    assert_non_null(missing(&chart_crossover, &table));
    cells_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_have_their_winners),
        cmocka_unit_test(every_rival_stands_in_the_way),
        cmocka_unit_test(works_are_kept_apart),
        cmocka_unit_test(titles_say_no_more_than_was_seen),
        cmocka_unit_test(titles_fit_the_sheet),
        cmocka_unit_test(the_more_fields_the_more_each_must_show),
        cmocka_unit_test(the_derived_file_and_the_title),
        cmocka_unit_test(many_winners_have_a_colour_each),
        cmocka_unit_test(as_text),
        cmocka_unit_test(it_needs_several_shares_and_modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
