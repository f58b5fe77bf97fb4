#include "bench/report/lanes.h"

#include <errno.h>
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
        struct lane_bar *bar = &lanes->bars[lanes->count++];
        *bar = (struct lane_bar){.lane = task->worker,
                                 .queued_ns = waited ? task->queued_ns : task->start_ns,
                                 .from_ns = task->start_ns,
                                 .to_ns = task->end_ns,
                                 .tasks = 1,
                                 .filled_ns = length};
        lanes->end_ns = bar->to_ns > lanes->end_ns ? bar->to_ns : lanes->end_ns;
        lanes->queued_ns += (double)(bar->from_ns - bar->queued_ns);
        lanes->under_way_ns += (double)length;
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

int lanes_of(struct lanes *lanes, const struct task_cell *tasks)
{
    const size_t room = tasks->count > 0 ? tasks->count : 1;
    *lanes = (struct lanes){.bars = calloc(room, sizeof *lanes->bars)};
    struct lanes_last *scratch = calloc(room, sizeof *scratch);
    if (!lanes->bars || !scratch) {
        free(scratch);
        lanes_free(lanes);
        return -ENOMEM;
    }
    _Static_assert(sizeof *scratch >= 2 * sizeof(uint64_t), "it has room for starts and ends");
    lanes_take(lanes, tasks);
    lanes->peak = lanes_peak(lanes, (uint64_t *)scratch);
    qsort(lanes->bars, lanes->count, sizeof *lanes->bars, lanes_compare);
    lanes_assign(lanes, scratch);
    qsort(lanes->bars, lanes->count, sizeof *lanes->bars, lanes_compare);
    free(scratch);
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

static bool lanes_join(const struct lane_bar *a, const struct lane_bar *b, uint64_t step_ns)
{
    const bool a_short = a->tasks > 1 || a->to_ns - a->from_ns < step_ns;
    return a->lane == b->lane && a_short && b->to_ns - b->from_ns < step_ns &&
           b->from_ns - a->to_ns < step_ns;
}

static void lanes_merge_step(struct lanes *lanes, uint64_t step_ns)
{
    size_t kept = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane_bar *next = &lanes->bars[i];
        struct lane_bar *bar = kept > 0 ? &lanes->bars[kept - 1] : NULL;
        if (bar && lanes_join(bar, next, step_ns)) {
            bar->to_ns = next->to_ns;
            bar->tasks += next->tasks;
            bar->filled_ns += next->filled_ns;
        } else {
            lanes->bars[kept++] = *next;
        }
    }
    lanes->count = kept;
}

void lanes_merge(struct lanes *lanes, uint64_t least_ns, size_t most)
{
    uint64_t step = least_ns > 0 ? least_ns : 1;
    lanes_merge_step(lanes, step);
    while (lanes->count > most && step <= lanes->end_ns && step <= UINT64_MAX / 2) {
        step *= 2;
        lanes_merge_step(lanes, step);
    }
}
