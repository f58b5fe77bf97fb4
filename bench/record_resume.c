#include "bench/record_resume.h"

#include <errno.h>

#include "bench/report/cells.h"
#include "bench/results/folder.h"
#include "bench/results/states.h"

/* The cell of the repetition is kept. */
static void resume_keep(const struct record *record, const struct append *append,
                        const struct timing *key, bool *kept)
{
    for (size_t i = 0; i < append->count; i++) {
        if (cells_same_repetition(key, &record->rows[i])) {
            kept[append->cells[i]] = true;
            return;
        }
    }
}

/* The rest of a cell's reading: rows of the last one that are to go. */
static int resume_tasks(struct record *record, const struct append *append, const char *path,
                        struct texts *texts, struct error *err)
{
    struct task_cell *cells = NULL;
    size_t count = 0, drop = 0;
    int rc = tasks_read(path, texts, &cells, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (i + 1 == count && cells[i].count < cells[i].key.tasks) {
            drop = cells[i].count;
        } else {
            resume_keep(record, append, &cells[i].key, record->tasks_kept);
        }
    }
    tasks_read_free(cells, count);
    return rc == 0 ? tasks_open(&record->tasks, path, drop, err) : rc;
}

/* A task has several rows, the last one of the last task at the end. */
static int resume_states(struct record *record, const struct append *append, const char *path,
                         struct texts *texts, struct error *err)
{
    struct state_cell *cells = NULL;
    size_t count = 0, drop = 0;
    int rc = states_read(path, texts, &cells, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (i + 1 == count && cells[i].rows[cells[i].count - 1].task + 1 < cells[i].key.tasks) {
            drop = cells[i].count;
        } else {
            resume_keep(record, append, &cells[i].key, record->states_kept);
        }
    }
    states_read_free(cells, count);
    return rc == 0 ? states_open(&record->states, path, drop, err) : rc;
}

int record_resume(struct record *record, const struct append *append, struct texts *texts,
                  struct error *err)
{
    static const struct {
        const char *name;
        int (*resume)(struct record *, const struct append *, const char *, struct texts *,
                      struct error *);
    } files[] = {{"tasks.csv", resume_tasks}, {"states.csv", resume_states}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[sizeof record->folder + 32];
        int rc = folder_path(record->folder, files[i].name, path, sizeof path);
        if (rc == 0) {
            rc = files[i].resume(record, append, path, texts, err);
        }
        if (rc != 0 && rc != -ENOENT) {
            return rc;
        }
    }
    return 0;
}
