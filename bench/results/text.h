/*
 * text.h - the characters of text fields. Pure, any thread.
 */
#ifndef BENCH_RESULTS_TEXT_H
#define BENCH_RESULTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed UTF-8 character at the start of text[0..left), 0 where
 * there is none (Unicode 15, table 3-7). Control characters count as well-formed. */
size_t text_character(const char *text, size_t left);

/* Does a character start here that would steer a terminal (C0, DEL or, in UTF-8, C1), or have the
 * text around it shown in another order (UAX #9) or over two lines? */
bool text_is_control(const char *text, size_t left);

/* In place: every control character and every byte that is not UTF-8 becomes one '?'. */
char *text_clean(char *text);

/* text[0..length) for an error line: cut after 40 bytes, with everything but
 * printable ASCII as \xNN. Writes at most `size` (> 0) bytes; returns `shown`. */
char *text_show(char *shown, size_t size, const char *text, size_t length);

#endif
