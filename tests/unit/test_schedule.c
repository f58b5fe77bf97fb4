/* Schedules in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/schedule/schedule.h"

static void a_text_tells_all_that_belongs_to_it(void **state)
{
    static const struct {
        struct schedule schedule;
        const char *right;
    } all[] = {{{SCHEDULE_OFF, 0, 0, 0}, "off"},
               {{SCHEDULE_FCFS, 0, 0, 0}, "fcfs"},
               {{SCHEDULE_SJF, 0, 0, 0}, "sjf"},
               {{SCHEDULE_PRIORITY, 0, 0, 0}, "priority"},
               {{SCHEDULE_LIFO, 0, 0, 0}, "lifo"},
               {{SCHEDULE_RR, 1500000, 0, 0}, "rr;slice=1500us"},
               {{SCHEDULE_MLFQ, 1000000, 3, 100000000}, "mlfq;levels=3;slice=1ms;boost=100ms"},
               {{SCHEDULE_MLFQ, 1000, 16, 0}, "mlfq;levels=16;slice=1us;boost=off"},
               {{SCHEDULE_GIL, 5000000, 0, 0}, "gil;interval=5ms"}};
    char text[SCHEDULE_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_ptr_equal(schedule_text(&all[i].schedule, text, sizeof text), text);
        assert_string_equal(text, all[i].right);
    }
}

/* Cut off, two that differ would be taken for one. */
static void the_longest_text_fits(void **state)
{
    const uint64_t most = 7 * 86400 * UINT64_C(1000000000) - 1;
    const struct schedule longest = {SCHEDULE_MLFQ, most, SCHEDULE_LEVELS_MAX, most};
    char text[SCHEDULE_TEXT];
    (void)state;
    schedule_text(&longest, text, sizeof text);
    assert_string_equal(text, "mlfq;levels=16;slice=604799999999999ns;boost=604799999999999ns");
}

static void equal_ones_are_equal_in_all(void **state)
{
    const struct schedule one = {SCHEDULE_MLFQ, 10, 3, 100};
    const struct schedule others[] = {{SCHEDULE_RR, 10, 3, 100},
                                      {SCHEDULE_MLFQ, 11, 3, 100},
                                      {SCHEDULE_MLFQ, 10, 4, 100},
                                      {SCHEDULE_MLFQ, 10, 3, 101}};
    struct schedule same = one;
    (void)state;
    assert_true(schedule_equal(&one, &same));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(schedule_equal(&one, &others[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_tells_all_that_belongs_to_it),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(equal_ones_are_equal_in_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
