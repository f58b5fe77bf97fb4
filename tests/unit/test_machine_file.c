/* machine.json read as data from others, and written whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/results/machine_file.h"
#include "tests/unit/fake_root.h"

static struct fake_root root;
static json_t *machine;
static struct error err;

static int start(void **state)
{
    (void)state;
    fake_root_make(&root);
    machine = NULL;
    err.text[0] = '\0';
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(machine);
    fake_root_remove(&root);
    return 0;
}

static void put(const char *text)
{
    fake_root_write(&root, "/machine.json", text);
}

static void refused(const char *text, const char *place, const char *why)
{
    put(text);
    assert_int_equal(machine_read(root.path, &machine, &err), -EINVAL);
    assert_null(machine);
    if (!strstr(err.text, place) || !strstr(err.text, why))
        fail_msg("\"%s\" or \"%s\" is not in: %s", place, why, err.text);
    for (const char *c = err.text; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static size_t files(void)
{
    size_t count = 0;
    DIR *folder = opendir(root.path);
    assert_non_null(folder);
    for (const struct dirent *file; (file = readdir(folder));)
        count += file->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void test_read(void **state)
{
    (void)state;
    put("\xef\xbb\xbf{\"cpu\": {\"model\": \"Gr\xc3\xbc\xc3\x9f\", \"n\": 3}, \"host\": "
        "\"h\"}\r\n");
    assert_int_equal(machine_read(root.path, &machine, &err), 0);
    assert_string_equal(json_string_value(machine_fact(machine, "cpu.model")),
                        "Gr\xc3\xbc\xc3\x9f");
    assert_int_equal(json_integer_value(machine_fact(machine, "cpu.n")), 3);
    assert_string_equal(json_string_value(machine_fact(machine, "host")), "h");
    assert_null(machine_fact(machine, "cpu.missing"));
    assert_null(machine_fact(machine, "host.deeper"));
    assert_null(machine_fact(machine, ""));
    assert_null(machine_fact(NULL, "cpu"));
}

static void test_missing(void **state)
{
    (void)state;
    assert_int_equal(machine_read(root.path, &machine, &err), -ENOENT);
    assert_non_null(strstr(err.text, "machine.json"));
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "machine.json:1:1: ", "delete the file");
    refused("{\"a\": 1,\n \"b\": }", "machine.json:2:", "mend it");
    refused("{\"a\": 1", "machine.json:1:", "end of file");
    refused("{\"a\": 1}\n{}", "machine.json:2:", "end of file");
    refused("{\"a\": 1, \"a\": 2}", "machine.json:1:", "uplicate");
    refused("{\"a\": \"\xff\"}", "machine.json:1:", "byte 0xff");
    refused("{\"a\": \"\033[2J\"}", "machine.json:1:", "control character");
    refused("{\"a\": \"\\u0000\"}", "machine.json:1:", "\\u0000");
    refused("{\"a\": 99999999999999999999}", "machine.json:1:", "big integer");
    refused("[1, 2]", "machine.json:1:1: ", "object");
    refused("7", "machine.json:1:", "expected");
}

static void test_deep(void **state)
{
    (void)state;
    enum { DEEP = 200000 };
    char *text = malloc(5 * DEEP + 1);
    assert_non_null(text);
    for (size_t i = 0; i < DEEP; i++)
        memcpy(text + 5 * i, "{\"a\":", 5);
    text[5 * DEEP] = '\0';
    refused(text, "machine.json:1:", "depth");
    free(text);
}

static void test_not_regular(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/machine.json", root.path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(machine_read(root.path, &machine, &err), -EINVAL);
    assert_non_null(strstr(err.text, "not a regular file"));
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(machine_read(root.path, &machine, &err), -EINVAL);
    rmdir(path);
}

static void test_too_big(void **state)
{
    (void)state;
    char path[128];
    put("{}");
    snprintf(path, sizeof path, "%s/machine.json", root.path);
    assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    assert_int_equal(machine_read(root.path, &machine, &err), -EINVAL);
    assert_non_null(strstr(err.text, "16 MiB"));
}

static void test_write(void **state)
{
    (void)state;
    char path[128], text[256];
    struct stat facts;
    put("old");
    mode_t mask = umask(027);
    json_t *made = json_pack("{s:s, s:f, s:[i,i]}", "host", "h", "mhz", 1.5, "list", 1, 2);
    assert_int_equal(machine_write(root.path, made, &err), 0);
    umask(mask);
    assert_int_equal(files(), 1);
    assert_int_equal(machine_read(root.path, &machine, &err), 0);
    assert_true(json_equal(machine, made));
    json_decref(made);
    snprintf(path, sizeof path, "%s/machine.json", root.path);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0640);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text,
                        "{\n  \"host\": \"h\",\n  \"mhz\": 1.5,\n  \"list\": [\n    1,\n    2\n"
                        "  ]\n}\n");
}

/* A full disk, as the limit of file sizes plays it. */
static void test_write_fails(void **state)
{
    (void)state;
    struct rlimit old, small;
    put("{\"old\": 1}");
    json_t *made = json_object();
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "key%d", i);
        json_object_set_new(made, key, json_string("some value"));
    }
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 4096, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int code = machine_write(root.path, made, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    json_decref(made);
    assert_int_equal(code, -EFBIG);
    assert_non_null(strstr(err.text, "machine.json"));
    assert_int_equal(files(), 1);
    assert_int_equal(machine_read(root.path, &machine, &err), 0);
    assert_int_equal(json_integer_value(machine_fact(machine, "old")), 1);
}

static void test_write_no_folder(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/none", root.path);
    json_t *made = json_object();
    assert_int_equal(machine_write(path, made, &err), -ENOENT);
    snprintf(path, sizeof path, "%s/machine.json", root.path);
    assert_int_equal(mkdir(path, 0700), 0); /* a file cannot take its place */
    assert_int_not_equal(machine_write(root.path, made, &err), 0);
    assert_int_equal(files(), 1);
    rmdir(path);
    json_decref(made);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_read),  TEST(test_missing),     TEST(test_refused),
        TEST(test_deep),  TEST(test_not_regular), TEST(test_too_big),
        TEST(test_write), TEST(test_write_fails), TEST(test_write_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
