/*
 * command_text.h - the command line that made a run, as a shell takes it back. Any thread.
 */
#ifndef BENCH_REPORT_COMMAND_TEXT_H
#define BENCH_REPORT_COMMAND_TEXT_H

#include <jansson.h>

/* On one line, without control characters and bytes that are not UTF-8; what a shell could take
 * for more than a word is quoted. malloc'ed; NULL where machine.json (`machine`, or NULL) does not
 * tell it, or without memory. */
char *command_text(const json_t *machine);

#endif
