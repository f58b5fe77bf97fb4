/*
 * data_file.h - opens a file of a result folder, which may come from somebody else. Any thread.
 *
 * Only a regular file that lies in the folder itself is opened. A symbolic link in its place is not
 * followed: it could lead a reader to a secret that then stands in a page to be shown to others,
 * and a writer to any file of the user. A FIFO or a device is neither waited for nor read.
 */
#ifndef BENCH_RESULTS_DATA_FILE_H
#define BENCH_RESULTS_DATA_FILE_H

/* `flags` as of open(2), O_CLOEXEC and the like are added. A descriptor; -ELOOP for a symbolic
 * link; -EMEDIUMTYPE for anything else that is no regular file; -errno. */
int data_file_open(const char *path, int flags);

/* What to say behind the path of a file that data_file_open refused with one of those two codes,
 * "is not ..."; NULL for any other code. */
const char *data_file_refusal(int code);

#endif
