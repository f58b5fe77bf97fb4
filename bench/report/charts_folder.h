/*
 * charts_folder.h - where the charts of a result folder lie, and where they are made: in
 * `.charts-PID`, hidden beside `charts`, from where what is whole takes the place of what was
 * there. A crash leaves the older charts as they were. The hidden folder is held by the program's
 * guard (bench/util/guard.h) where one runs; where that was killed, too, the next drawing clears it
 * away.
 * Thread rules: one thread at a time per folder. Other processes may draw in it at the same time.
 */
#ifndef BENCH_REPORT_CHARTS_FOLDER_H
#define BENCH_REPORT_CHARTS_FOLDER_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/util/error.h"

#define CHARTS_FOLDER "charts"

enum { CHARTS_FILE = 64 };

struct charts_folder {
    const char *folder;       /* the result folder */
    int base, charts, making; /* open descriptors, -1 where not */
    char making_name[CHARTS_FILE];
    char making_path[4096]; /* absolute, for the guard */
};

/* 0, or -errno with what could not be made; charts_folder_close() is due in either case. */
int charts_folder_open(struct charts_folder *place, const char *folder, struct error *err);

/* What was made and not put into its place is gone, and so is `charts` where nothing is in it. */
void charts_folder_close(struct charts_folder *place);

/* "NAME.SUFFIX"; returns `file`. */
char *charts_file(char file[CHARTS_FILE], const char *name, const char *suffix);

/* A new file that is to be made. NULL with the reason; the caller closes it. */
FILE *charts_folder_create(const struct charts_folder *place, const char *file, struct error *err);

/* Whether a file that was made ends in these bytes, with no more than a line's end behind. */
bool charts_folder_ends(const struct charts_folder *place, const char *file, const char *ending);

/* Makes an SVG that was made fit to be shown (svg.h). 0 or -errno. */
int charts_folder_refine(const struct charts_folder *place, const char *file, const char *title,
                         struct error *err);

/* Whether the file that was made is what lies in `charts` already. */
bool charts_folder_same(const struct charts_folder *place, const char *file);

/* Puts a file that was made into its place. 0 or -errno. */
int charts_folder_install(const struct charts_folder *place, const char *file, struct error *err);

/* Removes a file from `charts`, where it is there. */
void charts_folder_forget(const struct charts_folder *place, const char *file);

#endif
