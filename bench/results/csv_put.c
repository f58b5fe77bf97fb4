#include "bench/results/csv_put.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/text.h"

static void put_bytes(struct csv_buffer *buffer, const char *bytes, size_t count)
{
    if (buffer->room - buffer->length < count) {
        size_t room = 2 * (buffer->room + count);
        char *text = realloc(buffer->text, room);
        if (!text) {
            buffer->full = true;
            return;
        }
        buffer->text = text;
        buffer->room = room;
    }
    memcpy(buffer->text + buffer->length, bytes, count);
    buffer->length += count;
}

static void put_separator(struct csv_buffer *buffer)
{
    if (buffer->length > buffer->row)
        put_bytes(buffer, ",", 1);
}

/* Blanks, also those that stand for control characters, are quoted at an end
 * because many readers, libcsv among them, strip them otherwise. */
static bool put_needs_quotes(const char *text, size_t length)
{
    bool blank = text[0] == ' ' || text_is_control(text, length) || text[length - 1] == ' ';
    for (size_t bytes = 1; bytes <= 3 && bytes <= length; bytes++)
        blank |= text_is_control(text + length - bytes, bytes);
    return blank || strpbrk(text, ",\"");
}

void csv_put_text(struct csv_buffer *buffer, const char *text)
{
    if (!text || !text[0])
        text = "off";
    size_t length = strlen(text);
    bool quoted = put_needs_quotes(text, length);
    put_separator(buffer);
    if (quoted)
        put_bytes(buffer, "\"", 1);
    while (length > 0) {
        size_t bytes = text_character(text, length);
        if (bytes == 0)
            put_bytes(buffer, "?", 1);
        else if (text_is_control(text, length))
            put_bytes(buffer, " ", 1);
        else if (text[0] == '"')
            put_bytes(buffer, "\"\"", 2);
        else
            put_bytes(buffer, text, bytes);
        text += bytes > 0 ? bytes : 1;
        length -= bytes > 0 ? bytes : 1;
    }
    if (quoted)
        put_bytes(buffer, "\"", 1);
}

void csv_put_number(struct csv_buffer *buffer, uint64_t number)
{
    char digits[sizeof "18446744073709551615"];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    put_separator(buffer);
    put_bytes(buffer, digits, (size_t)length);
}

void csv_put_hex(struct csv_buffer *buffer, uint64_t number)
{
    char digits[sizeof "0123456789abcdef"];
    int length = snprintf(digits, sizeof digits, "%016" PRIx64, number);
    put_separator(buffer);
    put_bytes(buffer, digits, (size_t)length);
}

int csv_put_end(struct csv_buffer *buffer)
{
    put_bytes(buffer, "\n", 1);
    bool full = buffer->full;
    buffer->full = false;
    if (full)
        buffer->length = buffer->row;
    buffer->row = buffer->length;
    return full ? -ENOMEM : 0;
}

void csv_put_clear(struct csv_buffer *buffer)
{
    buffer->length = buffer->row = 0;
    buffer->full = false;
}

void csv_put_free(struct csv_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct csv_buffer){0};
}
