/* A pool of texts: equal texts are one pointer, and stay what they were however many follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/results/texts.h"

static void equal_texts_are_one(void **state)
{
    (void)state;
    char again[] = "thread-pool";
    struct texts *texts = texts_new();
    const char *kept = texts_keep(texts, "thread-pool");
    assert_ptr_not_equal(kept, again);
    assert_ptr_equal(texts_keep(texts, again), kept);
    assert_ptr_not_equal(texts_keep(texts, "thread"), kept);
    memset(again, 'x', 3);
    assert_string_equal(kept, "thread-pool");
    assert_string_equal(texts_keep(texts, ""), "");
    texts_free(texts);
    texts_free(NULL);
}

static void many_texts_stay_where_they_are(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static const char *kept[MANY];
    char text[32];
    struct texts *texts = texts_new();
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "text %d", i);
        kept[i] = texts_keep(texts, text);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "text %d", i);
        assert_string_equal(kept[i], text);
        assert_ptr_equal(texts_keep(texts, text), kept[i]);
    }
    texts_free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_are_one),
        cmocka_unit_test(many_texts_stay_where_they_are),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
