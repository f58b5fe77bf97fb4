#include "bench/results/columns.h"

#include <errno.h>
#include <string.h>

#include "bench/results/text.h"

const char *const status_names[STATUS_COUNT] = {
    [STATUS_OK] = "ok",
    [STATUS_WRONG_RESULT] = "wrong-result",
    [STATUS_CRASHED] = "crashed",
    [STATUS_TIMEOUT] = "timeout",
    [STATUS_FAILED] = "failed",
    [STATUS_UNSUPPORTED] = "unsupported",
    [STATUS_SKIPPED] = "skipped",
    [STATUS_INTERRUPTED] = "interrupted",
    [STATUS_DEADLOCK] = "deadlock",
};

static uint64_t column_number(const struct column *column, const void *record)
{
    uint64_t number;
    memcpy(&number, (const char *)record + column->offset, sizeof number);
    return number;
}

static void column_put_figure(const struct column *column, uint64_t figure,
                              struct csv_buffer *buffer)
{
    if (figure == FIGURE_OFF)
        csv_put_text(buffer, "off");
    else if (figure == FIGURE_UNKNOWN)
        csv_put_text(buffer, "unknown");
    else if (column->kind == COLUMN_HEX)
        csv_put_hex(buffer, figure);
    else
        csv_put_number(buffer, figure);
}

void column_put(const struct column *column, const void *record, struct csv_buffer *buffer)
{
    const char *field = (const char *)record + column->offset;
    enum status status;
    const char *text;
    switch (column->kind) {
    case COLUMN_COUNT:
    case COLUMN_FLAG:
        csv_put_number(buffer, column_number(column, record));
        break;
    case COLUMN_FIGURE:
    case COLUMN_HEX:
        column_put_figure(column, column_number(column, record), buffer);
        break;
    case COLUMN_STATUS:
        memcpy(&status, field, sizeof status);
        csv_put_text(buffer, status_names[status < STATUS_COUNT ? status : STATUS_FAILED]);
        break;
    case COLUMN_TEXT:
        memcpy(&text, field, sizeof text);
        csv_put_text(buffer, text);
        break;
    }
}

static int column_refuse(const struct column *column, const char *expected, const char *text,
                         size_t length, struct error *err)
{
    char shown[128];
    return error_set(err, -EINVAL, "'%s' must be %s, not \"%s\"", column->info.name, expected,
                     text_show(shown, sizeof shown, text, length));
}

/* Digits and nothing else, so that what another program rounded (1e9, 1.0) is noticed. */
static bool column_parse(const char *text, size_t length, unsigned base, uint64_t *number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned digit = c >= '0' && c <= '9' ? c - (unsigned)'0' : 99;
        if (c >= 'a' && c <= 'f')
            digit = c - (unsigned)'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - (unsigned)'A' + 10;
        if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
            __builtin_add_overflow(sum, digit, &sum))
            return false;
    }
    *number = sum;
    return length > 0;
}

static int column_get_number(const struct column *column, const char *text, size_t length,
                             uint64_t *number, struct error *err)
{
    bool figure = column->kind == COLUMN_FIGURE || column->kind == COLUMN_HEX;
    if (figure && strcmp(text, "off") == 0) {
        *number = FIGURE_OFF;
        return 0;
    }
    if (figure && strcmp(text, "unknown") == 0) {
        *number = FIGURE_UNKNOWN;
        return 0;
    }
    bool hex = column->kind == COLUMN_HEX;
    bool good = column_parse(text, length, hex ? 16 : 10, number) && (!hex || length == 16) &&
                (column->kind != COLUMN_FLAG || *number <= 1) &&
                (column->kind != COLUMN_FIGURE || *number < FIGURE_OFF);
    static const char *const expected[] = {
        [COLUMN_COUNT] = "a whole number",
        [COLUMN_FLAG] = "0 or 1",
        [COLUMN_FIGURE] = "a whole number, \"off\" or \"unknown\"",
        [COLUMN_HEX] = "16 hex digits, \"off\" or \"unknown\"",
    };
    return good ? 0 : column_refuse(column, expected[column->kind], text, length, err);
}

static int column_get_status(const struct column *column, const char *text, size_t length,
                             enum status *status, struct error *err)
{
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        if (strcmp(text, status_names[i]) == 0) {
            *status = (enum status)i;
            return 0;
        }
    char known[160] = "one of";
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        strcat(known, i > 0 ? ", " : " ");
        strcat(known, status_names[i]);
    }
    return column_refuse(column, known, text, length, err);
}

static int column_check_text(const struct column *column, const char *text, size_t length,
                             struct error *err)
{
    if (length == 0)
        return error_set(err, -EINVAL, "'%s' is empty; write off where there is nothing to say",
                         column->info.name);
    if (length >= column->most)
        return error_set(err, -EINVAL, "'%s' has %zu bytes, more than the %zu that it may have",
                         column->info.name, length, column->most - 1);
    for (size_t i = 0; i < length;) {
        size_t bytes = text_character(text + i, length - i);
        if (bytes == 0)
            return column_refuse(column, "UTF-8 text", text, length, err);
        if (text_is_control(text + i, length - i))
            return column_refuse(column, "text without control characters", text, length, err);
        i += bytes;
    }
    return 0;
}

static int column_get_text(const struct column *column, const char *text, size_t length,
                           struct texts *texts, char *field, struct error *err)
{
    int checked = column_check_text(column, text, length, err);
    if (checked < 0)
        return checked;
    const char *kept = texts_keep(texts, text);
    memcpy(field, &kept, sizeof kept);
    return kept ? 0 : error_set(err, -ENOMEM, "no memory for one more text");
}

int column_get(const struct column *column, const char *text, size_t length, struct texts *texts,
               void *record, struct error *err)
{
    char *field = (char *)record + column->offset;
    uint64_t number = 0;
    enum status status = STATUS_OK;
    int got;
    switch (column->kind) {
    case COLUMN_STATUS:
        got = column_get_status(column, text, length, &status, err);
        memcpy(field, &status, sizeof status);
        return got;
    case COLUMN_TEXT:
        return column_get_text(column, text, length, texts, field, err);
    case COLUMN_COUNT:
    case COLUMN_FLAG:
    case COLUMN_FIGURE:
    case COLUMN_HEX:
        break;
    }
    got = column_get_number(column, text, length, &number, err);
    memcpy(field, &number, sizeof number);
    return got;
}

void column_absent(const struct column *column, void *record)
{
    static const uint64_t absent[] = {[COLUMN_COUNT] = 1,
                                      [COLUMN_FLAG] = 0,
                                      [COLUMN_FIGURE] = FIGURE_OFF,
                                      [COLUMN_HEX] = FIGURE_OFF};
    static const char *const off = "off";
    char *field = (char *)record + column->offset;
    if (column->kind == COLUMN_TEXT)
        memcpy(field, &off, sizeof off);
    else
        memcpy(field, &absent[column->kind], sizeof absent[0]);
}
