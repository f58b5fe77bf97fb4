#include "bench/report/task_files.h"

#include <errno.h>

#include "bench/results/folder.h"

static int files_tasks(struct task_files *files, const char *path, struct texts *texts)
{
    struct error *why = &files->tasks_why;
    const int code = tasks_read(path, texts, &files->tasks, &files->task_cells, why);
    if (code == 0 || code == -ENOENT)
        why->text[0] = '\0';
    files->task_cells = code == 0 ? files->task_cells : 0;
    return code == -ENOENT ? 0 : code;
}

static int files_states(struct task_files *files, const char *path, struct texts *texts)
{
    struct error *why = &files->states_why;
    const int code = states_read(path, texts, &files->states, &files->state_cells, why);
    if (code == 0 || code == -ENOENT)
        why->text[0] = '\0';
    files->state_cells = code == 0 ? files->state_cells : 0;
    return code == -ENOENT ? 0 : code;
}

int task_files_read(struct task_files *files, const char *folder, struct texts *texts,
                    struct error *err)
{
    char tasks[4096], states[4096];
    *files = (struct task_files){.tasks = NULL};
    if (folder_path(folder, "tasks.csv", tasks, sizeof tasks) < 0 ||
        folder_path(folder, "states.csv", states, sizeof states) < 0)
        return error_set(err, -EINVAL, "the folder's name is too long");
    const int of_states = files_states(files, states, texts);
    const int of_tasks = files_tasks(files, tasks, texts);
    if (of_states < 0)
        return error_set(err, of_states, "%s", files->states_why.text);
    return of_tasks < 0 ? error_set(err, of_tasks, "%s", files->tasks_why.text) : 0;
}

void task_files_free(struct task_files *files)
{
    tasks_read_free(files->tasks, files->task_cells);
    states_read_free(files->states, files->state_cells);
    *files = (struct task_files){.tasks = NULL};
}
