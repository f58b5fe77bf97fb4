/* timings.csv as others leave it: what can be read is read, what is broken is named
 * with its place. */
#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/timings_fixture.h"

struct table { /* a header and one row, to be spoilt */
    char *names[96], *fields[96];
    size_t count;
};

static struct table split_sample(void)
{
    struct timing row = sample();
    write_rows(&row, 1);
    char *text = get_file(path), *rest = text;
    struct table table = {.count = 0};
    char *header = strsep(&rest, "\n"), *line = strsep(&rest, "\n");
    for (char *name; (name = strsep(&header, ","));)
        table.names[table.count++] = strdup(name);
    for (size_t i = 0; i < table.count; i++)
        table.fields[i] = strdup(strsep(&line, ","));
    free(text);
    return table;
}

static size_t table_index(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->names[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static void table_set(struct table *table, const char *name, const char *value)
{
    size_t i = table_index(table, name);
    free(table->fields[i]);
    table->fields[i] = strdup(value);
}

static void put_table(const struct table *table, const char *mark, const char *end)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(mark, file);
    for (size_t i = 0; i < table->count; i++)
        fprintf(file, "%s%s", i > 0 ? "," : "", table->names[i]);
    fputs(end, file);
    for (size_t i = 0; i < table->count; i++)
        fprintf(file, "%s%s", i > 0 ? "," : "", table->fields[i]);
    fputs(end, file);
    assert_int_equal(fclose(file), 0);
}

static void free_table(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->names[i]);
        free(table->fields[i]);
    }
}

/* The read fails with "PATH:LINE:COLUMN: " and a text that holds `why`. */
static void assert_refused(size_t line, size_t column, const char *why)
{
    struct timing *rows = NULL;
    size_t count;
    struct error err = {"no error"};
    char place[128];
    snprintf(place, sizeof place, "%s:%zu:%zu: ", path, line, column);
    int result = timings_read(path, texts, &rows, &count, &err);
    if (result != -EINVAL || strncmp(err.text, place, strlen(place)) != 0 || !strstr(err.text, why))
        fail_msg("result %d, expected %s...%s..., got: %s", result, place, why, err.text);
    assert_null(rows);
}

/* Spoils one field and expects to be told so at its place. */
static void assert_field_refused(const char *name, const char *value, const char *why)
{
    struct table table = split_sample();
    table_set(&table, name, value);
    put_table(&table, "", "\n");
    assert_refused(2, table_index(&table, name) + 1, why);
    free_table(&table);
}

static void other_orders_columns_and_line_ends_are_read(void **state)
{
    (void)state;
    struct timing expected = sample();
    struct table table = split_sample();
    for (size_t i = 0; i < table.count / 2; i++) {
        size_t j = table.count - 1 - i;
        char *name = table.names[i], *field = table.fields[i];
        table.names[i] = table.names[j];
        table.fields[i] = table.fields[j];
        table.names[j] = name;
        table.fields[j] = field;
    }
    table.names[table.count] = strdup("\"a note, ours\"");
    table.fields[table.count++] = strdup("\"two\nlines\"");
    static const char *const marks[] = {"", "\xef\xbb\xbf", "", "\xef\xbb\xbf"};
    static const char *const ends[] = {"\n", "\n", "\r\n", "\r\n\r\n"};
    for (size_t i = 0; i < 4; i++) {
        put_table(&table, marks[i], ends[i]);
        struct timing *back;
        assert_int_equal(read_rows(&back), 1);
        assert_same_row(back, &expected);
        free(back);
    }
    free_table(&table);
}

static void a_last_line_without_its_end_is_read(void **state)
{
    (void)state;
    struct timing row = sample();
    write_rows(&row, 1);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(truncate(path, facts.st_size - 1), 0);
    struct timing *back;
    assert_int_equal(read_rows(&back), 1);
    assert_same_row(back, &row);
    free(back);
}

static void a_header_alone_has_no_rows(void **state)
{
    (void)state;
    struct timing *back;
    write_rows(NULL, 0);
    assert_int_equal(read_rows(&back), 0);
    free(back);
}

static void an_empty_file_is_refused(void **state)
{
    (void)state;
    put_file("", 0);
    assert_refused(1, 1, "empty");
    put_file("\n\n", 2);
    assert_refused(1, 1, "empty");
    put_file("\xef\xbb\xbf", 3);
    assert_refused(1, 1, "empty");
}

static void bad_fields_are_named(void **state)
{
    (void)state;
    assert_field_refused("wall_ns", "12x",
                         "'wall_ns' must be a whole number, \"off\" or "
                         "\"unknown\", not \"12x\"");
    assert_field_refused("wall_ns", "", "not \"\"");
    assert_field_refused("wall_ns", "-1", "'wall_ns'");
    assert_field_refused("wall_ns", "1e6", "'wall_ns'");
    assert_field_refused("wall_ns", "1.0", "'wall_ns'");
    assert_field_refused("wall_ns", "0x10", "'wall_ns'");
    assert_field_refused("wall_ns", "abc", "'wall_ns'");
    assert_field_refused("wall_ns", "OFF", "'wall_ns'");
    assert_field_refused("wall_ns", "18446744073709551616", "'wall_ns'");
    assert_field_refused("wall_ns", "18446744073709551615", "'wall_ns'"); /* means unknown */
    assert_field_refused("workers", "off", "'workers' must be a whole number, not \"off\"");
    assert_field_refused("seed", "18446744073709551616", "'seed'");
    assert_field_refused("warmup", "2", "'warmup' must be 0 or 1");
    assert_field_refused("status", "fine", "deadlock, not \"fine\"");
    assert_field_refused("checksum", "abc", "'checksum' must be 16 hex digits");
    assert_field_refused("checksum", "0123456789abcdeg", "'checksum'");
    assert_field_refused("checksum", "00123456789abcdef", "'checksum'");
    assert_field_refused("mode", "", "'mode' is empty");
    assert_field_refused("mode", "\"thr\x1b[31m\"", "thr\\x1b[31m");
    assert_field_refused("mode", "\"thr\tead\"", "thr\\x09ead");
    assert_field_refused("mode",
                         "thr\xff"
                         "ead",
                         "UTF-8");
    assert_field_refused("mode", "\xc0\xaf", "UTF-8");         /* overlong */
    assert_field_refused("mode", "\xe0\x9f\xbf", "UTF-8");     /* overlong */
    assert_field_refused("mode", "\xed\xa0\x80", "UTF-8");     /* surrogate */
    assert_field_refused("mode", "\xf4\x90\x80\x80", "UTF-8"); /* past U+10FFFF */
    assert_field_refused("mode", "\xf0\x9f\x98", "UTF-8");     /* cut short */
    assert_field_refused("mode",
                         "thr\xc2\x9b"
                         "ead",
                         "control");
    /* An override, an isolate, a mark, a separator of lines: shown in another order. */
    assert_field_refused("mode", "\xe2\x80\xae", "control");
    assert_field_refused("mode", "\xe2\x81\xa6", "control");
    assert_field_refused("mode", "\xd8\x9c", "control");
    assert_field_refused("mode", "\xe2\x80\xa8", "control");
    char value[TEXT_NAME + 1];
    memset(value, 'm', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    assert_field_refused("mode", value, "'mode' has 48 bytes, more than the 47");
    assert_field_refused("wall_ns", "not-a-number-not-a-number-not-a-number-not-a-number",
                         "not \"not-a-number-not-a-number-not-a-number-n...\"");
}

/* A field that ends a row over two lines is where the second one is. */
static void lines_are_counted_through_quotes_and_blank_lines(void **state)
{
    (void)state;
    struct table table = split_sample();
    table.names[table.count] = strdup("note");
    table.fields[table.count++] = strdup("\"one\n\n\nfour\"");
    put_table(&table, "", "\r\n\r\n");
    FILE *file = fopen(path, "a");
    fputs("x\n", file);
    fclose(file);
    assert_refused(8, 1, "'schema'");
    free_table(&table);
}

static void short_and_long_rows_are_refused(void **state)
{
    (void)state;
    struct table table = split_sample();
    size_t count = table.count;
    FILE *file;
    put_table(&table, "", "\n");
    file = fopen(path, "a");
    fputs("1,half a", file);
    fclose(file);
    assert_refused(3, 3, "the row ends after 2 of");
    char *last = table.fields[count - 1];
    table.fields[count - 1] = strdup("1,2");
    put_table(&table, "", "\n");
    assert_refused(2, count + 1, "more than the header's");
    free(last);
    free_table(&table);
}

static void headers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct table table = split_sample();
    size_t at = table_index(&table, "ready_ns");
    free(table.names[at]);
    table.names[at] = strdup("ready");
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'ready_ns' is missing");
    free(table.names[at]);
    table.names[at] = strdup("wall_ns");
    put_table(&table, "", "\n");
    assert_refused(1, at + 1, "a second column 'wall_ns'");
    free_table(&table);
    put_file("schema;run;mode\n", 16);
    assert_refused(1, 2, "separated by commas?");
}

/* Even where the newer file has other columns, which is what newer schemas are for. */
static void a_newer_schema_is_refused_and_says_how_to_go_on(void **state)
{
    (void)state;
    assert_field_refused("schema", "6", "schema 6 is newer");
    assert_field_refused("schema", "0", "schema 0");
    put_file("schema,new\n6,x\n", 15);
    assert_refused(2, 1, "schema 6 is newer");
}

static void table_drop(struct table *table, size_t i)
{
    free(table->names[i]);
    free(table->fields[i]);
    table->count--;
    memmove(&table->names[i], &table->names[i + 1], (table->count - i) * sizeof table->names[0]);
    memmove(&table->fields[i], &table->fields[i + 1], (table->count - i) * sizeof table->fields[0]);
}

/* What bench wrote before a column was there is read; what should have it and has not, is not. */
static void an_older_schema_lacks_later_columns_only(void **state)
{
    (void)state;
    static const char *const second[] = {"reference",      "invocation",    "others_ns",
                                         "running_before", "frequency_khz", "thermal_events",
                                         "swapped_pages",  "on_battery"};
    static const char *const third[] = {
        "width",           "stack",          "rate",           "arrivals",       "helper_ns",
        "companion_ns",    "requests",       "latency_p50_ns", "latency_p90_ns", "latency_p99_ns",
        "latency_p999_ns", "latency_max_ns", "queue_p50_ns",   "queue_p99_ns",   "queue_max_ns",
        "service_p50_ns",  "service_p99_ns", "service_max_ns"};
    static const char *const fourth[] = {
        "schedule",          "workers_made",        "callback_ns",    "lost_updates",
        "peak_inside",       "visible_writes",      "wake_spread_ns", "short_tasks",
        "short_waiting_ns",  "short_turnaround_ns", "long_tasks",     "long_waiting_ns",
        "long_turnaround_ns"};
    struct table table = split_sample();
    struct timing *back;
    table_drop(&table, table_index(&table, "other_runs"));
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'other_runs' is missing");
    table_set(&table, "schema", "4");
    put_table(&table, "", "\n");
    assert_int_equal(read_rows(&back), 1);
    assert_true(back->other_runs == FIGURE_OFF);
    assert_true(back->long_turnaround_ns == sample().long_turnaround_ns); /* schema 4 has it */
    free(back);

    for (size_t i = 0; i < sizeof fourth / sizeof *fourth; i++)
        table_drop(&table, table_index(&table, fourth[i]));
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'schedule' is missing");
    table_set(&table, "schema", "3");
    put_table(&table, "", "\n");
    assert_int_equal(read_rows(&back), 1);
    assert_string_equal(back->schedule, "off");
    assert_true(back->workers_made == FIGURE_OFF && back->long_turnaround_ns == FIGURE_OFF);
    assert_string_equal(back->stack, sample().stack); /* schema 3 has it */
    free(back);

    for (size_t i = 0; i < sizeof third / sizeof *third; i++)
        table_drop(&table, table_index(&table, third[i]));
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'width' is missing");
    table_set(&table, "schema", "2");
    put_table(&table, "", "\n");
    assert_int_equal(read_rows(&back), 1);
    assert_int_equal(back->width, 1);
    assert_string_equal(back->stack, "off");
    assert_string_equal(back->arrivals, "off");
    assert_true(back->rate == FIGURE_OFF);
    assert_true(back->requests == FIGURE_OFF && back->service_max_ns == FIGURE_OFF);
    assert_int_equal(back->invocation, sample().invocation); /* schema 2 has it */
    free(back);

    for (size_t i = 0; i < sizeof second / sizeof *second; i++)
        table_drop(&table, table_index(&table, second[i]));
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'reference' is missing");
    table_set(&table, "schema", "1");
    put_table(&table, "", "\n");
    assert_int_equal(read_rows(&back), 1);
    assert_int_equal(back->width, 1);
    assert_string_equal(back->stack, "off");
    assert_int_equal(back->invocation, 1);
    assert_int_equal(back->reference, 0);
    assert_int_equal(back->others_ns, FIGURE_OFF);
    assert_int_equal(back->on_battery, FIGURE_OFF);
    free(back);
    table_drop(&table, table_index(&table, "steal_ns"));
    put_table(&table, "", "\n");
    assert_refused(1, table.count + 1, "'steal_ns' is missing");
    free_table(&table);
}

static void broken_quotes_and_bytes_are_refused(void **state)
{
    (void)state;
    assert_field_refused("mode", "thr\"ead", "quote");
    assert_field_refused("mode", "\"thr\"ead", "quote");
    put_file("schema,\"run\n1,2\n", 16);
    assert_refused(3, 2, "inside a quoted field");
    put_file("s\0c\0h\0e\0m\0a\0\n\0", 14);
    assert_refused(1, 1, "NUL");
    put_file("schema\n1\0\n", 10);
    assert_refused(2, 1, "NUL");
}

static void endless_rows_and_headers_are_refused(void **state)
{
    (void)state;
    size_t length = 3 << 20;
    char *content = malloc(length);
    assert_non_null(content);
    memset(content, 'x', length);
    content[0] = '"';
    put_file(content, length);
    assert_refused(1, 1, "more than 1048576 bytes");
    memset(content, ',', length);
    put_file(content, length);
    assert_refused(1, 1025, "more than 1024 columns");
    free(content);
}

static void only_regular_files_are_read(void **state)
{
    (void)state;
    struct timing *rows = NULL;
    size_t count;
    struct error err;
    unlink(path);
    assert_int_equal(timings_read(path, texts, &rows, &count, &err), -ENOENT);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(timings_read(folder, texts, &rows, &count, &err), -EINVAL);
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(timings_read(path, texts, &rows, &count, &err), -EINVAL);
    assert_null(rows);
}

/* More than one chunk of the reader, so that rows lie across chunks at every offset. */
static void many_rows_come_back_in_order(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    struct table table = split_sample();
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < table.count; i++)
        fprintf(file, "%s%s", i > 0 ? "," : "", table.names[i]);
    fputc('\n', file);
    size_t rep = table_index(&table, "rep");
    for (unsigned row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < table.count; i++)
            if (i == rep)
                fprintf(file, ",%u", row);
            else
                fprintf(file, "%s%s", i > 0 ? "," : "", table.fields[i]);
        fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    free_table(&table);
    struct timing expected = sample(), *back;
    assert_int_equal(read_rows(&back), ROWS);
    for (unsigned row = 0; row < ROWS; row++) {
        expected.rep = row;
        assert_same_row(&back[row], &expected);
    }
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_orders_columns_and_line_ends_are_read),
        cmocka_unit_test(a_last_line_without_its_end_is_read),
        cmocka_unit_test(a_header_alone_has_no_rows),
        cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(bad_fields_are_named),
        cmocka_unit_test(lines_are_counted_through_quotes_and_blank_lines),
        cmocka_unit_test(short_and_long_rows_are_refused),
        cmocka_unit_test(headers_that_do_not_fit_are_refused),
        cmocka_unit_test(a_newer_schema_is_refused_and_says_how_to_go_on),
        cmocka_unit_test(an_older_schema_lacks_later_columns_only),
        cmocka_unit_test(broken_quotes_and_bytes_are_refused),
        cmocka_unit_test(endless_rows_and_headers_are_refused),
        cmocka_unit_test(only_regular_files_are_read),
        cmocka_unit_test(many_rows_come_back_in_order),
    };
    return cmocka_run_group_tests_name("timings_read", tests, make_folder, remove_folder);
}
