#include "bench/record.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/machine/identity.h"
#include "bench/results/folder.h"
#include "bench/results/text.h"

/* A file's name may be any bytes, a JSON text may not. */
static json_t *json_any(const char *text)
{
    json_t *json = json_string(text);
    if (!json) {
        char *copy = strdup(text);
        json = copy ? json_string(text_clean(copy)) : NULL;
        free(copy);
    }
    return json;
}

/* How this run came about, beside the facts about the machine. */
static json_t *run_facts(const struct record *record, const struct options *options,
                         const struct plan *plan, const char *label, int count, char **command)
{
    char started[32];
    time_t now = time(NULL);
    struct tm utc;
    json_t *words = json_array();
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    for (int i = 0; i < count; i++) {
        json_array_append_new(words, json_any(command[i]));
    }
    return json_pack("{s:o, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:s, s:b}", "run",
                     json_any(record->run), "label", label, "started", started, "command", words,
                     "seed", (json_int_t)plan->seed, "cells", (json_int_t)plan->count, "warmup",
                     (json_int_t)plan->warmup, "runs", (json_int_t)plan->runs, "pin",
                     pin_names[options->pin], "simulated", plan->simulated);
}

static int write_machine(const struct record *record, const struct topology *topology,
                         json_t *facts_of_run, struct error *err)
{
    char path[sizeof record->folder + 32];
    json_t *machine = identity_collect(topology);
    int rc = folder_path(record->folder, "machine.json", path, sizeof path);
    if (!machine || json_object_set_new(machine, "run", facts_of_run) != 0) {
        rc = error_set(err, -ENOMEM, "machine.json: no memory");
    } else if (rc == 0) {
        errno = 0;
        FILE *file = fopen(path, "wxe");
        if (!file || json_dumpf(machine, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0 ||
            fputc('\n', file) == EOF) {
            rc = error_set(err, errno ? -errno : -EIO, "%s: %s", path,
                           strerror(errno ? errno : EIO));
        }
        if (file && fclose(file) != 0 && rc == 0) {
            rc = error_set(err, -errno, "%s: %s", path, strerror(errno));
        }
    }
    json_decref(machine);
    return rc;
}

static int keep_cells(struct record *record, const struct plan *plan, struct texts *texts,
                      struct error *err)
{
    size_t room = plan->count ? plan->count : 1;
    record->tasks_kept = calloc(room, sizeof *record->tasks_kept);
    record->params = calloc(room, sizeof *record->params);
    for (size_t i = 0; i < plan->count && record->params; i++) {
        char params[TEXT_PARAMS];
        record->params[i] = texts_keep(texts, plan_params(&plan->cells[i], params, sizeof params));
        if (!record->params[i]) {
            return error_set(err, -ENOMEM, "no memory");
        }
    }
    return record->tasks_kept && record->params ? 0 : error_set(err, -ENOMEM, "no memory");
}

int record_open(struct record *record, const struct options *options, const struct plan *plan,
                const struct topology *topology, int count, char **command, struct texts *texts,
                struct error *err)
{
    char label[FOLDER_LABEL_MAX + 1], path[sizeof record->folder + 32];
    *record = (struct record){.count = 0};
    if (options->label) {
        snprintf(label, sizeof label, "%s", options->label);
    } else {
        folder_default_label(label, sizeof label);
    }
    int rc = keep_cells(record, plan, texts, err);
    if (rc != 0) {
        return rc;
    }
    rc = folder_create(options->output, label, record->folder, sizeof record->folder, record->run,
                       sizeof record->run, err);
    if (rc == 0) {
        rc = write_machine(record, topology,
                           run_facts(record, options, plan, label, count, command), err);
    }
    if (rc == 0) {
        rc = folder_path(record->folder, "timings.csv", path, sizeof path);
    }
    if (rc == 0) {
        rc = timings_create(&record->timings, path, err);
    }
    if (rc == 0) {
        rc = folder_path(record->folder, "tasks.csv", path, sizeof path);
    }
    if (rc == 0) {
        rc = tasks_create(&record->tasks, path, err);
    }
    return rc;
}

void record_start_row(const struct record *record, const struct plan *plan, size_t index,
                      uint64_t block, struct timing *row)
{
    const struct cell *cell = &plan->cells[index];
    bool warmup = block <= plan->warmup;
    *row = (struct timing){.schema = TIMINGS_SCHEMA,
                           .workload_version = cell->workload->version,
                           .workers = cell->workers,
                           .tasks = cell->tasks,
                           .cores = plan->cores,
                           .block = block,
                           .rep = warmup ? block : block - plan->warmup,
                           .warmup = warmup,
                           .seed = plan->seed};
    row->run = record->run;
    row->workload = cell->workload->name;
    row->mode = cell->mode->name;
    row->wait = cell->wait->name;
    row->pin = plan->simulated ? "simulated" : pin_names[plan->pin];
    row->submit = !cell->mode->queue ? "off" : plan->sync ? "sync" : "async";
    row->params = record->params[index];
}

int record_row(struct record *record, const struct timing *row, struct error *err)
{
    if (record->count == record->room) {
        size_t room = record->room ? record->room * 2 : 256;
        struct timing *rows = realloc(record->rows, room * sizeof *rows);
        if (!rows) {
            return error_set(err, -ENOMEM, "no memory for %zu rows", room);
        }
        record->rows = rows;
        record->room = room;
    }
    record->rows[record->count++] = *row;
    return timings_append(record->timings, row, err);
}

/* "0 2 5-7" would be shorter for many, but "0 2 5 6 7" needs no parser. */
static void cpus_text(const struct pin_target *pin, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t cpu = 0; cpu < CPU_SETSIZE && used < size; cpu++) {
        if (CPU_ISSET(cpu, &pin->cpus)) {
            used += (size_t)snprintf(text + used, size - used, "%s%zu", used ? " " : "", cpu);
        }
    }
}

static void fill_task(const struct plan *plan, struct shared *shared, uint64_t task,
                      struct task_row *row, char *cpus, size_t size)
{
    const struct task_record *record = &shared_tasks(shared)[task];
    const struct worker_record *worker = &shared_workers(shared)[record->worker];
    uint64_t origin = shared->report.clock_start_ns, pins = shared->request.pin_count;
    *row = (struct task_row){
        .task = task,
        .queued_ns = record->queued_ns - origin,
        .start_ns = record->start_ns - origin,
        .end_ns = record->end_ns - origin,
        .worker = record->worker,
        .process = record->process,
        .cpu = record->end_cpu == UINT32_MAX ? FIGURE_UNKNOWN : record->end_cpu,
        .start_cpu = record->start_cpu == UINT32_MAX ? FIGURE_UNKNOWN : record->start_cpu,
        .pin_cpus = "off",
        .pinned = "off"};
    if (pins > 0) {
        const struct pin_target *pin = &shared_pins(shared)[record->worker % pins];
        bool there = worker->pinned == PINNED_YES && CPU_ISSET(record->start_cpu, &pin->cpus) &&
                     CPU_ISSET(record->end_cpu, &pin->cpus);
        cpus_text(pin, cpus, size);
        row->pin_cpus = cpus;
        row->pinned = there ? "yes" : "no";
    } else if (plan->pin != PIN_NONE && plan->simulated) {
        row->pinned = "simulated";
    }
}

int record_tasks(struct record *record, const struct plan *plan, size_t cell,
                 const struct timing *row, struct shared *shared, struct error *err)
{
    if (!shared || row->warmup || record->tasks_kept[cell]) {
        return 0;
    }
    record->tasks_kept[cell] = true;
    for (uint64_t task = 0; task < shared->request.tasks; task++) {
        char cpus[4096];
        struct task_row task_row;
        fill_task(plan, shared, task, &task_row, cpus, sizeof cpus);
        int rc = tasks_append(record->tasks, row, &task_row, err);
        if (rc != 0) {
            return rc;
        }
    }
    return tasks_flush(record->tasks, err);
}

int record_close(struct record *record, struct error *err)
{
    int rc = timings_close(record->timings, err);
    int tasks_rc = tasks_close(record->tasks, rc == 0 ? err : NULL);
    free(record->rows);
    free(record->tasks_kept);
    free(record->params);
    return rc != 0 ? rc : tasks_rc;
}
