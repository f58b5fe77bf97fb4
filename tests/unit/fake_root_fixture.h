/*
 * fake_root_fixture.h - one fake root per test: set-up and teardown for cmocka.
 */
#ifndef TESTS_UNIT_FAKE_ROOT_FIXTURE_H
#define TESTS_UNIT_FAKE_ROOT_FIXTURE_H

#include "tests/unit/fake_root.h"

static struct fake_root root;

static int make_root(void **state)
{
    (void)state;
    fake_root_make(&root);
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    fake_root_remove(&root);
    return 0;
}

#endif
