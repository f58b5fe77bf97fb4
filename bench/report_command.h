/*
 * report_command.h - `bench report DIR...`: reads its options and writes the page
 * (bench/report/report.h).
 */
#ifndef BENCH_REPORT_COMMAND_H
#define BENCH_REPORT_COMMAND_H

/* `arguments[0]` is "report". The exit status. */
int report_command(int count, char **arguments);

#endif
