#include "bench/record.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/plan_clamped.h"
#include "bench/record_resume.h"
#include "bench/repetition/segments.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"
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

static char *utc_now(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return text;
}

/* How this run came about, beside the facts about the machine. */
static json_t *run_facts(const struct record *record, const struct options *options,
                         const struct plan *plan, const char *label, int count, char **command)
{
    char started[32];
    json_t *words = json_array();
    for (int i = 0; i < count; i++) {
        json_array_append_new(words, json_any(command[i]));
    }
    return json_pack("{s:o, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:s, s:b, s:o*}",
                     "run", json_any(record->run), "label", label, "started",
                     utc_now(started, sizeof started), "command", words, "seed",
                     (json_int_t)plan->seed, "cells", (json_int_t)plan->count, "warmup",
                     (json_int_t)plan->warmup, "min_runs", (json_int_t)plan->min_runs, "max_runs",
                     (json_int_t)plan->max_runs, "precision", plan->precision, "invocations",
                     (json_int_t)plan->invocations, "pin", pin_names[options->pin], "simulated",
                     plan->simulated, "clamped", plan_clamped_list(plan));
}

static int keep_cells(struct record *record, const struct plan *plan, struct texts *texts,
                      struct error *err)
{
    size_t room = plan->count ? plan->count : 1;
    record->tasks_kept = calloc(room, sizeof *record->tasks_kept);
    record->states_kept = calloc(room, sizeof *record->states_kept);
    record->params = calloc(room, sizeof *record->params);
    record->schedules = calloc(room, sizeof *record->schedules);
    for (size_t i = 0; i < plan->count && record->params && record->schedules; i++) {
        const struct cell *cell = &plan->cells[i];
        char params[TEXT_PARAMS], schedule[SCHEDULE_TEXT];
        record->params[i] = texts_keep(texts, plan_params(cell, params, sizeof params));
        record->schedules[i] =
            texts_keep(texts, schedule_text(&cell->schedule, schedule, sizeof schedule));
        if (!record->params[i] || !record->schedules[i]) {
            return error_set(err, -ENOMEM, "no memory");
        }
    }
    return record->tasks_kept && record->states_kept && record->params && record->schedules
               ? 0
               : error_set(err, -ENOMEM, "no memory");
}

static int open_timings(struct record *record,
                        int (*open)(struct timings_writer **, const char *, struct error *),
                        struct error *err)
{
    char path[sizeof record->folder + 32];
    int rc = folder_path(record->folder, "timings.csv", path, sizeof path);
    return rc == 0 ? open(&record->timings, path, err) : error_set(err, rc, "the name is too long");
}

static int create_rows(const struct record *record, const char *name,
                       int (*create)(struct cell_rows_writer **, const char *, struct error *),
                       struct cell_rows_writer **writer, struct error *err)
{
    char path[sizeof record->folder + 32];
    int rc = folder_path(record->folder, name, path, sizeof path);
    return rc == 0 ? create(writer, path, err) : error_set(err, rc, "the name is too long");
}

int record_open(struct record *record, const struct options *options, const struct plan *plan,
                json_t *facts, int count, char **command, struct texts *texts, struct error *err)
{
    char label[FOLDER_LABEL_MAX + 1];
    *record = (struct record){.first_invocation = 1, .precision = plan->precision};
    if (options->label) {
        snprintf(label, sizeof label, "%s", options->label);
    } else {
        folder_default_label(label, sizeof label);
    }
    int rc = keep_cells(record, plan, texts, err);
    if (rc == 0) {
        rc = folder_create(options->output, label, record->folder, sizeof record->folder,
                           record->run, sizeof record->run, err);
    }
    if (rc == 0) {
        rc = append_lock(record->folder, &record->lock, err);
    }
    if (rc == 0 && json_object_set_new(facts, "run",
                                       run_facts(record, options, plan, label, count, command))) {
        rc = error_set(err, -ENOMEM, "machine.json: no memory");
    }
    if (rc == 0) {
        rc = machine_write(record->folder, facts, err);
    }
    if (rc == 0) {
        rc = open_timings(record, timings_create, err);
    }
    if (rc == 0) {
        rc = create_rows(record, "tasks.csv", tasks_create, &record->tasks, err);
    }
    return rc == 0 ? create_rows(record, "states.csv", states_create, &record->states, err) : rc;
}

/* When the run went on, and what the machine was up to then. */
static int note_append(const struct append *append, uint64_t first, const struct plan *plan,
                       const json_t *facts, struct error *err)
{
    char started[32];
    const char *const name = append->resume ? "resumed" : "appended";
    json_t *run = json_object_get(append->machine, "run");
    json_t *list = json_object_get(run, name);
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(run, name, list);
    }
    json_t *entry = json_pack("{s:s, s:O?}", "started", utc_now(started, sizeof started),
                              "conditions", json_object_get(facts, "conditions"));
    if (append->resume) {
        json_object_set_new(entry, "rows", json_integer((json_int_t)append->count));
    } else {
        json_object_set_new(entry, "first_invocation", json_integer((json_int_t)first));
        json_object_set_new(entry, "invocations", json_integer((json_int_t)plan->invocations));
    }
    return json_array_append_new(list, entry) == 0
               ? 0
               : error_set(err, -ENOMEM, "machine.json: no memory");
}

int record_append(struct record *record, struct append *append, const char *folder,
                  const struct plan *plan, const json_t *facts, struct texts *texts,
                  struct error *err)
{
    *record = (struct record){.first_invocation =
                                  append->resume ? append->first : append->invocations + 1,
                              .precision = plan->precision,
                              .rows = append->rows,
                              .count = append->count,
                              .room = append->count};
    snprintf(record->run, sizeof record->run, "%s",
             append->count > 0 ? append->rows[0].run
                               : json_string_value(machine_fact(append->machine, "run.run")));
    append->rows = NULL;
    if (snprintf(record->folder, sizeof record->folder, "%s", folder) >=
        (int)sizeof record->folder) {
        return error_set(err, -ENAMETOOLONG, "--append: the folder's name is too long");
    }
    int rc = keep_cells(record, plan, texts, err);
    if (rc == 0 && append->resume) {
        rc = record_resume(record, append, texts, err);
    }
    for (size_t i = 0; rc == 0 && i < plan->count; i++) {
        /* By the first invocation; or there is no such file to go on with. */
        record->tasks_kept[i] |= !record->tasks;
        record->states_kept[i] |= !record->states;
    }
    if (rc == 0) {
        rc = open_timings(record, timings_open, err);
    }
    if (rc == 0) {
        rc = note_append(append, record->first_invocation, plan, facts, err);
    }
    return rc == 0 ? machine_write(record->folder, append->machine, err) : rc;
}

void record_start_row(const struct record *record, const struct plan *plan, size_t index,
                      uint64_t invocation, uint64_t block, struct timing *row)
{
    const struct cell *cell = &plan->cells[index];
    bool warmup = block <= plan->warmup;
    *row = (struct timing){.schema = TIMINGS_SCHEMA,
                           .workload_version = cell->workload->version,
                           .workers = cell->workers,
                           .tasks = cell->tasks,
                           .cores = plan->cores,
                           .reference = cell->reference,
                           .invocation = invocation,
                           .block = block,
                           .rep = warmup ? block : block - plan->warmup,
                           .warmup = warmup,
                           .seed = plan->seed};
    row->run = record->run;
    row->workload = cell->workload->name;
    row->mode = cell->mode->name;
    row->wait = cell->wait->name;
    row->pin = plan->simulated ? "simulated" : pin_names[plan->pin];
    row->width = cell->width;
    row->stack = plan_stack(cell);
    row->rate = plan_rate(plan, cell);
    row->arrivals = plan_arrivals(plan, cell);
    row->submit = plan_submit(cell);
    row->schedule = record->schedules[index];
    row->params = record->params[index];
}

int record_row(struct record *record, const struct timing *row, struct error *err)
{
    if (record->count == TIMINGS_ROWS) {
        return error_set(err, -EFBIG, "%s has %d rows, as many as it may have; start a new run",
                         record->folder, TIMINGS_ROWS);
    }
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
        .waited_ns = shared->request.schedule.kind == SCHEDULE_OFF ? FIGURE_OFF : record->waited_ns,
        .worker = record->worker,
        .process = record->process,
        .cpu = record->end_cpu == UINT32_MAX ? FIGURE_UNKNOWN : record->end_cpu,
        .start_cpu = record->start_cpu == UINT32_MAX ? FIGURE_UNKNOWN : record->start_cpu,
        .pin_cpus = "off",
        .pinned = "off"};
    if (pins > 0) {
        const struct pin_target *pin =
            &shared_pins(shared)[record->worker / shared->request.threads % pins];
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
    if (!shared || row->warmup || row->reference || record->tasks_kept[cell]) {
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
    return cell_rows_flush(record->tasks, err);
}

/* Of task `task`, whose segments are known. */
static int append_states(struct record *record, const struct timing *row, struct shared *shared,
                         uint64_t task, struct error *err)
{
    const struct task_record *of_task = &shared_tasks(shared)[task];
    const uint64_t origin = shared->report.clock_start_ns;
    const size_t count = segments_count(shared, task);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct segment *segment = segments_at(shared, task, i);
        const uint64_t known = segment->running_ns + segment->ready_ns + segment->blocked_ns;
        const struct state_row state = {
            .task = task,
            .worker = of_task->worker,
            .queued_ns = of_task->queued_ns - origin,
            .from_ns = segment->from_ns - origin,
            .to_ns = segment->to_ns - origin,
            .running_ns = segment->running_ns,
            .ready_ns = segment->ready_ns,
            .blocked_ns = segment->blocked_ns,
            .unknown_ns = segment->to_ns - segment->from_ns - known,
            .doing = doing_names[segment->doing < DOING_COUNT ? segment->doing : DOING_SEVERAL],
            .joined = segment->joined};
        rc = states_append(record->states, row, &state, err);
    }
    return rc;
}

int record_states(struct record *record, const struct plan *plan, size_t cell,
                  const struct timing *row, struct shared *shared, struct error *err)
{
    int rc = 0;
    if (!shared || !row->warmup || row->block != plan->warmup || row->reference ||
        record->states_kept[cell]) {
        return 0;
    }
    record->states_kept[cell] = true;
    for (uint64_t task = 0; task < shared->request.tasks && rc == 0; task++) {
        rc = append_states(record, row, shared, task, err);
    }
    return rc == 0 ? cell_rows_flush(record->states, err) : rc;
}

int record_close(struct record *record, struct error *err)
{
    int rc = timings_close(record->timings, err);
    int tasks_rc = cell_rows_close(record->tasks, rc == 0 ? err : NULL);
    int states_rc = cell_rows_close(record->states, rc == 0 && tasks_rc == 0 ? err : NULL);
    free(record->rows);
    free(record->tasks_kept);
    free(record->states_kept);
    free(record->params);
    free(record->schedules);
    if (record->lock > 0) {
        close(record->lock);
    }
    return rc != 0 ? rc : tasks_rc != 0 ? tasks_rc : states_rc;
}
