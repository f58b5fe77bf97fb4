/* Places that a seed draws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "workloads/shuffle.h"

static void every_place_is_given_once(void **state)
{
    (void)state;
    for (uint64_t count = 1; count <= 300; count++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            bool taken[300] = {false};
            for (uint64_t i = 0; i < count; i++) {
                const uint64_t place = shuffle_place(seed, i, count);
                assert_true(place < count);
                assert_false(taken[place]);
                taken[place] = true;
            }
        }
    }
}

/* The first and the last index get every place about as often. */
static void all_places_are_as_likely(void **state)
{
    enum { COUNT = 10, SEEDS = 20000 };
    uint64_t of_first[COUNT] = {0}, of_last[COUNT] = {0};
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        of_first[shuffle_place(seed, 0, COUNT)]++;
        of_last[shuffle_place(seed, COUNT - 1, COUNT)]++;
    }
    for (size_t place = 0; place < COUNT; place++) {
        assert_in_range(of_first[place], 1800, 2200); /* 4.7 sigma */
        assert_in_range(of_last[place], 1800, 2200);
    }
}

static void so_many_that_all_bits_count(void **state)
{
    static const uint64_t counts[] = {UINT64_C(1) << 32, (UINT64_C(1) << 62) + 1, UINT64_MAX};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        const uint64_t first = shuffle_place(1, 0, counts[c]);
        const uint64_t last = shuffle_place(1, counts[c] - 1, counts[c]);
        assert_true(first < counts[c] && last < counts[c] && first != last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place_is_given_once),
        cmocka_unit_test(all_places_are_as_likely),
        cmocka_unit_test(so_many_that_all_bits_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
