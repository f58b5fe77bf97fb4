#include "bench/report/lanes.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int lanes_compare(const void *a, const void *b)
{
    const struct lane_bar *x = a, *y = b;
    if (x->lane != y->lane)
        return x->lane < y->lane ? -1 : 1;
    if (x->from_ns != y->from_ns)
        return x->from_ns < y->from_ns ? -1 : 1;
    return (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
}

static int lanes_compare_times(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Takes those tasks that can be drawn; their lanes are the workers' numbers for now. */
static void lanes_take(struct lanes *lanes, const struct task_cell *tasks)
{
    for (size_t i = 0; i < tasks->count; i++) {
        const struct task_row *task = &tasks->rows[i];
        if (task->start_ns >= FIGURE_OFF || task->end_ns >= FIGURE_OFF ||
            task->end_ns < task->start_ns)
            continue;
        const bool waited = task->queued_ns < task->start_ns;
        const uint64_t length = task->end_ns - task->start_ns;
        lanes->bars[lanes->count++] =
            (struct lane_bar){.lane = task->worker,
                              .queued_ns = waited ? task->queued_ns : task->start_ns,
                              .from_ns = task->start_ns,
                              .to_ns = task->end_ns,
                              .tasks = 1,
                              .ends = true,
                              .parts = 1,
                              .filled_ns = length,
                              .running_ns = NAN,
                              .ready_ns = NAN,
                              .blocked_ns = NAN};
    }
}

static void lanes_sums(struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane_bar *bar = &lanes->bars[i];
        lanes->end_ns = bar->to_ns > lanes->end_ns ? bar->to_ns : lanes->end_ns;
        lanes->queued_ns += (double)(bar->from_ns - bar->queued_ns);
        lanes->under_way_ns += (double)bar->filled_ns;
    }
}

/* A task that starts when another ends is not under way at once with it. */
static uint64_t lanes_peak(const struct lanes *lanes, uint64_t *times)
{
    const size_t count = lanes->count;
    uint64_t *starts = times, *ends = times + count, peak = 0;
    for (size_t i = 0; i < count; i++) {
        starts[i] = lanes->bars[i].from_ns;
        ends[i] = lanes->bars[i].to_ns;
    }
    qsort(starts, count, sizeof *starts, lanes_compare_times);
    qsort(ends, count, sizeof *ends, lanes_compare_times);
    for (size_t started = 0, ended = 0; started < count; started++) {
        while (ends[ended] <= starts[started] && ended < started)
            ended++;
        if (started + 1 - ended > peak)
            peak = started + 1 - ended;
    }
    return peak;
}

/* --- lanes of one worker that are free again, by the end of their last bar --- */

struct lanes_heap {
    struct lanes_last {
        uint64_t to_ns, lane;
    } * at;
    size_t count;
};

static void lanes_swap(struct lanes_last *a, struct lanes_last *b)
{
    const struct lanes_last kept = *a;
    *a = *b;
    *b = kept;
}

static void lanes_push(struct lanes_heap *heap, struct lanes_last last)
{
    size_t i = heap->count++;
    heap->at[i] = last;
    for (; i > 0 && heap->at[i].to_ns < heap->at[(i - 1) / 2].to_ns; i = (i - 1) / 2)
        lanes_swap(&heap->at[i], &heap->at[(i - 1) / 2]);
}

/* Its first lane's last bar now ends later. */
static void lanes_extend(struct lanes_heap *heap, uint64_t to_ns)
{
    heap->at[0].to_ns = to_ns;
    for (size_t i = 0, least; 2 * i + 1 < heap->count; i = least) {
        least = 2 * i + 1;
        if (least + 1 < heap->count && heap->at[least + 1].to_ns < heap->at[least].to_ns)
            least++;
        if (heap->at[i].to_ns <= heap->at[least].to_ns)
            return;
        lanes_swap(&heap->at[i], &heap->at[least]);
    }
}

/* The bars are sorted by worker and time. */
static void lanes_assign(struct lanes *lanes, struct lanes_last *room)
{
    struct lanes_heap heap = {room, 0};
    uint64_t worker = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane_bar *bar = &lanes->bars[i];
        if (i == 0 || bar->lane != worker) {
            worker = bar->lane;
            lanes->workers++;
            heap.count = 0;
        }
        if (heap.count > 0 && heap.at[0].to_ns <= bar->from_ns) {
            bar->lane = heap.at[0].lane;
            lanes_extend(&heap, bar->to_ns);
        } else {
            bar->lane = lanes->lanes++;
            lanes_push(&heap, (struct lanes_last){bar->to_ns, bar->lane});
        }
    }
}

/* The bars are one for each task, of which only the worker is known so far. */
static int lanes_lay_out(struct lanes *lanes)
{
    struct lanes_last *scratch = calloc(lanes->count > 0 ? lanes->count : 1, sizeof *scratch);
    if (!scratch)
        return -ENOMEM;
    _Static_assert(sizeof *scratch >= 2 * sizeof(uint64_t), "it has room for starts and ends");
    lanes_sums(lanes);
    lanes->peak = lanes_peak(lanes, (uint64_t *)scratch);
    qsort(lanes->bars, lanes->count, sizeof *lanes->bars, lanes_compare);
    lanes_assign(lanes, scratch);
    qsort(lanes->bars, lanes->count, sizeof *lanes->bars, lanes_compare);
    free(scratch);
    return 0;
}

int lanes_of(struct lanes *lanes, const struct task_cell *tasks)
{
    *lanes =
        (struct lanes){.bars = calloc(tasks->count > 0 ? tasks->count : 1, sizeof *lanes->bars)};
    int code = lanes->bars ? 0 : -ENOMEM;
    if (code == 0) {
        lanes_take(lanes, tasks);
        code = lanes_lay_out(lanes);
    }
    if (code < 0)
        lanes_free(lanes);
    return code;
}

/* --- states --- */

/* Rows that follow each other in one task become a bar, in which `parts` is how many they are and
 * filled_ns, for now, the number of the first one. */
static void lanes_take_states(struct lanes *lanes, const struct state_cell *states)
{
    const struct state_row *before = NULL;
    for (size_t i = 0; i < states->count; i++) {
        const struct state_row *row = &states->rows[i];
        if (!state_row_valid(row)) {
            before = NULL;
            continue;
        }
        const bool follows = before && before->task == row->task && before->worker == row->worker &&
                             before->to_ns == row->from_ns;
        before = row;
        if (follows) {
            struct lane_bar *bar = &lanes->bars[lanes->count - 1];
            bar->to_ns = row->to_ns;
            bar->parts++;
            continue;
        }
        lanes->bars[lanes->count++] = (struct lane_bar){
            .lane = row->worker,
            .queued_ns = row->queued_ns < row->from_ns ? row->queued_ns : row->from_ns,
            .from_ns = row->from_ns,
            .to_ns = row->to_ns,
            .parts = 1,
            .filled_ns = i};
    }
}

/* Each task's bar makes room for those of its segments. */
static void lanes_put_states(struct lanes *lanes, const struct lane_bar *tasks, size_t count,
                             const struct state_cell *states)
{
    lanes->count = 0;
    for (size_t t = 0; t < count; t++) {
        const struct state_row *row = &states->rows[tasks[t].filled_ns];
        for (uint64_t part = 0; part < tasks[t].parts; part++, row++) {
            lanes->bars[lanes->count++] =
                (struct lane_bar){.lane = tasks[t].lane,
                                  .queued_ns = part == 0 ? tasks[t].queued_ns : row->from_ns,
                                  .from_ns = row->from_ns,
                                  .to_ns = row->to_ns,
                                  .tasks = part + 1 == tasks[t].parts,
                                  .ends = part + 1 == tasks[t].parts,
                                  .parts = 1,
                                  .filled_ns = row->to_ns - row->from_ns,
                                  .running_ns = (double)row->running_ns,
                                  .ready_ns = (double)row->ready_ns,
                                  .blocked_ns = (double)row->blocked_ns};
            lanes->running_ns += (double)row->running_ns;
            lanes->ready_ns += (double)row->ready_ns;
            lanes->blocked_ns += (double)row->blocked_ns;
        }
    }
    lanes->queued_ns = lanes->under_way_ns = 0;
    lanes_sums(lanes);
}

int lanes_of_states(struct lanes *lanes, const struct state_cell *states)
{
    const size_t room = states->count > 0 ? states->count : 1;
    struct lane_bar *segments = calloc(room, sizeof *segments);
    *lanes = (struct lanes){.bars = calloc(room, sizeof *lanes->bars), .moments = true};
    int code = lanes->bars && segments ? 0 : -ENOMEM;
    if (code == 0) {
        lanes_take_states(lanes, states);
        code = lanes_lay_out(lanes);
    }
    if (code < 0) {
        free(segments);
        lanes_free(lanes);
        return code;
    }
    struct lane_bar *tasks = lanes->bars;
    const size_t count = lanes->count;
    lanes->bars = segments;
    lanes_put_states(lanes, tasks, count, states);
    free(tasks);
    return 0;
}

void lanes_free(struct lanes *lanes)
{
    free(lanes->bars);
    *lanes = (struct lanes){0};
}

uint64_t lanes_thin(struct lanes *lanes, uint64_t most)
{
    const uint64_t every = lanes->lanes > most ? (lanes->lanes + most - 1) / most : 1;
    size_t kept = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->bars[i].lane % every != 0)
            continue;
        lanes->bars[kept] = lanes->bars[i];
        lanes->bars[kept++].lane /= every;
    }
    lanes->count = kept;
    lanes->lanes = (lanes->lanes + every - 1) / every;
    return every;
}
