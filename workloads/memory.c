#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "bench/util/align.h"
#include "bench/util/units.h"
#include "workloads/available.h"
#include "workloads/chain.h"
#include "workloads/key.h"
#include "workloads/workload.h"

enum { MEMORY_ACCESS, MEMORY_BUFFER, MEMORY_BYTES, MEMORY_LOADS };
enum { ACCESS_STREAM, ACCESS_RANDOM };

/* The unit in which CPUs of the 2020s move memory, a constant so that the work is the
 * same where it is another. */
enum { LINE_BYTES = 64, LINE_WORDS = 8 };

/* What takes 10 us or so at 25 GB/s, and at 100 ns for a load that misses every cache: so much
 * between two moments at which a task gives way. */
enum { STREAM_WORDS_PER_TURN = 32768, LOADS_PER_TURN = 100 };

#define MIB           (UINT64_C(1) << 20)
#define AUTO_AT_LEAST (64 * MIB)
#define AUTO_NO_CACHE (256 * MIB) /* where the size of the last-level cache is unknown */
#define STREAM_STEP   CHAIN_MULTIPLIER
#define CYCLE_STEP    CHAIN_MULTIPLIER

static const char *const memory_accesses[] = {"stream", "random", NULL};

static const struct param memory_params[] = {
    [MEMORY_ACCESS] = {.name = "access",
                       .summary = "stream: sum up a range; random: follow links from line to line",
                       .type = PARAM_CHOICE,
                       .initial = ACCESS_STREAM,
                       .choices = memory_accesses},
    [MEMORY_BUFFER] = {.name = "buffer",
                       .summary =
                           "memory shared by all tasks; auto: twice the last-level cache, at "
                           "least 64MiB",
                       .type = PARAM_SIZE,
                       .initial = 0,
                       .min = 4096,
                       .max = UINT64_C(1) << 40,
                       .multiple = LINE_BYTES,
                       .zero_means = "auto"},
    [MEMORY_BYTES] = {.name = "bytes",
                      .summary = "bytes that a task reads; access=stream only",
                      .type = PARAM_SIZE,
                      .initial = 64 * MIB,
                      .min = LINE_BYTES,
                      .multiple = LINE_BYTES,
                      .max = UINT64_C(1) << 50},
    [MEMORY_LOADS] = {.name = "loads",
                      .summary = "dependent loads per task; access=random only",
                      .type = PARAM_COUNT,
                      .initial = 100000,
                      .min = 1,
                      .max = UINT64_C(1000000000000)},
};

struct memory_state {
    const uint64_t *buffer;
    uint64_t words;     /* of 8 bytes, in the buffer */
    uint64_t lines;     /* in the buffer; a power of two for access=random */
    uint64_t per_task;  /* words (stream) or loads (random) */
    uint64_t increment; /* of the content's rule; odd */
    uint64_t seed;
    bool random;
};

static uint64_t memory_estimate_ns(const uint64_t *values)
{
    /* 10 GB/s, and 100 ns for a load that misses every cache. */
    return values[MEMORY_ACCESS] == ACCESS_RANDOM ? values[MEMORY_LOADS] * 100
                                                  : values[MEMORY_BYTES] / 10;
}

static uint64_t auto_bytes(uint64_t cache_bytes, bool random)
{
    uint64_t bytes = cache_bytes == 0 ? AUTO_NO_CACHE : 2 * cache_bytes;
    if (bytes < AUTO_AT_LEAST) {
        bytes = AUTO_AT_LEAST;
    }
    bytes = align_up(bytes, LINE_BYTES);
    return random ? align_power(bytes) : bytes;
}

/* What `auto` takes follows from the cache. */
static uint64_t memory_shared_bytes(const uint64_t *values)
{
    return values[MEMORY_BUFFER];
}

static int check_size(const struct memory_state *own, uint64_t buffer, struct error *err)
{
    char low[32], high[32];

    uint64_t power = align_power(buffer);
    if (own->random && buffer != power) {
        units_exact_size(low, sizeof low, power / 2);
        units_exact_size(high, sizeof high, power);
        return error_set(err, -EINVAL,
                         "memory.buffer=%" PRIu64 ": with memory.access=random it must be a power "
                         "of two, such as %s or %s",
                         buffer, low, high);
    }
    return 0;
}

static int too_large(uint64_t buffer, uint64_t available, struct error *err)
{
    char wanted[32], left[32];

    units_human_size(wanted, sizeof wanted, (double)buffer);
    if (available == AVAILABLE_UNKNOWN) {
        return error_set(err, -ENOMEM,
                         "memory.buffer needs %s, which this machine does not grant: choose less "
                         "with --set memory.buffer=SIZE",
                         wanted);
    }
    units_human_size(left, sizeof left, (double)available);
    return error_set(
        err, -ENOMEM,
        "memory.buffer needs %s, but only %s of memory are available: choose less with "
        "--set memory.buffer=SIZE (below twice the last-level cache it measures the "
        "cache too)",
        wanted, left);
}

/* Stream: word i holds increment + i * STREAM_STEP, so that any range has a known sum.
 * Random: the first word of line x holds the next line's number, (x * CYCLE_STEP +
 * increment) mod lines, which visits every line before it comes back to the first: increment
 * odd, CYCLE_STEP = 1 mod 4, lines a power of two (T. E. Hull, A. R. Dobell, "Random number
 * generators", SIAM Review 4(3), 1962). */
static void memory_fill(const struct memory_state *own, uint64_t *buffer)
{
    if (own->random) {
        for (uint64_t x = 0; x < own->lines; x++) {
            buffer[x * LINE_WORDS] = (x * CYCLE_STEP + own->increment) & (own->lines - 1);
        }
    } else {
        for (uint64_t i = 0; i < own->words; i++) {
            buffer[i] = own->increment + i * STREAM_STEP;
        }
    }
}

static int share_buffer(const struct workload_env *env, struct memory_state *own, uint64_t bytes,
                        struct error *err)
{
    bool fresh = false;
    uint64_t *buffer = env->share(env, bytes, &fresh);

    if (buffer == NULL) {
        return too_large(bytes, AVAILABLE_UNKNOWN, err);
    }
    if (fresh) {
        uint64_t available = available_bytes("");
        if (bytes > available) {
            return too_large(bytes, available, err);
        }
        memory_fill(own, buffer);
    }
    own->buffer = buffer;
    return 0;
}

static int memory_setup(const struct workload_env *env, void **state, struct error *err)
{
    bool random = env->values[MEMORY_ACCESS] == ACCESS_RANDOM;
    uint64_t bytes = env->values[MEMORY_BUFFER];
    if (bytes == 0) {
        bytes = auto_bytes(env->cache_bytes, random);
    }
    struct memory_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload memory");
    }
    *own = (struct memory_state){.words = bytes / 8,
                                 .lines = bytes / LINE_BYTES,
                                 .per_task = random ? env->values[MEMORY_LOADS]
                                                    : env->values[MEMORY_BYTES] / 8,
                                 .increment = mix64(env->seed) | 1,
                                 .seed = env->seed,
                                 .random = random};
    int code = check_size(own, bytes, err);
    if (code == 0) {
        code = share_buffer(env, own, bytes, err);
    }
    if (code != 0) {
        free(own);
        return code;
    }
    *state = own;
    return 0;
}

typedef uint64_t word_pair __attribute__((vector_size(16), may_alias));

/* Sums in pairs, which every 64-bit CPU adds at once: four sums of them wait for memory on any
 * machine, and it does not hang on a compiler's mood whether the loop vectorises. `count` is a
 * multiple of LINE_WORDS. */
static uint64_t sum_words(const uint64_t *words, uint64_t count)
{
    const word_pair *pairs = (const word_pair *)words;
    word_pair sum[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};

    for (uint64_t i = 0; i < count / 2; i += 4) {
        sum[0] += pairs[i];
        sum[1] += pairs[i + 1];
        sum[2] += pairs[i + 2];
        sum[3] += pairs[i + 3];
    }
    word_pair all = sum[0] + sum[1] + sum[2] + sum[3];
    return all[0] + all[1];
}

/* Each task goes on where the one before it ends, so that tasks in a row walk the whole
 * buffer, and none finds in a cache what its neighbour has just read. */
static uint64_t stream_start(const struct memory_state *own, uint64_t index)
{
    return (uint64_t)((unsigned __int128)index * own->per_task % own->words);
}

static uint64_t stream_run(struct task_context *context, const struct memory_state *own,
                           uint64_t index)
{
    uint64_t sum = 0, place = stream_start(own, index);

    for (uint64_t left = own->per_task; left > 0;) {
        uint64_t count = own->words - place;
        if (count > left) {
            count = left;
        }
        if (count > STREAM_WORDS_PER_TURN) {
            count = STREAM_WORDS_PER_TURN;
        }
        sum += sum_words(own->buffer + place, count);
        left -= count;
        place += count;
        if (place == own->words) {
            place = 0;
        }
        ctx_yield(context);
    }
    return sum;
}

/* The sum of `count` words from word `place` on, by the arithmetic series. */
static uint64_t series_sum(const struct memory_state *own, uint64_t place, uint64_t count)
{
    uint64_t half = count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count;
    return count * own->increment + STREAM_STEP * (count * place + half);
}

static uint64_t stream_expected(const struct memory_state *own, uint64_t index)
{
    uint64_t place = stream_start(own, index);
    uint64_t to_end = own->words - place;

    if (own->per_task <= to_end) {
        return series_sum(own, place, own->per_task);
    }
    uint64_t wrapped = own->per_task - to_end;
    return series_sum(own, place, to_end) + wrapped / own->words * series_sum(own, 0, own->words) +
           series_sum(own, 0, wrapped % own->words);
}

static uint64_t random_start(const struct memory_state *own, uint64_t index)
{
    return task_key(own->seed, index) & (own->lines - 1);
}

static uint64_t follow(const struct memory_state *own, uint64_t x, uint64_t loads)
{
    for (uint64_t mask = own->lines - 1; loads > 0; loads--) {
        /* The mask keeps a damaged link inside the buffer: a wrong result, not a crash. */
        x = own->buffer[x * LINE_WORDS] & mask;
    }
    return x;
}

static uint64_t random_run(struct task_context *context, const struct memory_state *own,
                           uint64_t index)
{
    uint64_t x = random_start(own, index), left = own->per_task;

    for (; left > LOADS_PER_TURN; left -= LOADS_PER_TURN) {
        x = follow(own, x, LOADS_PER_TURN);
        ctx_yield(context);
    }
    return follow(own, x, left);
}

static uint64_t random_expected(const struct memory_state *own, uint64_t index)
{
    return chain_jump(random_start(own, index), CYCLE_STEP, own->increment, own->per_task) &
           (own->lines - 1);
}

/* Tasks that read the same range, or end on the same line, still differ. */
static uint64_t sign(const struct memory_state *own, uint64_t index, uint64_t result)
{
    return mix64(result + task_key(own->seed, index));
}

static int memory_task(struct task_context *context, const void *state, uint64_t index,
                       uint64_t *checksum)
{
    const struct memory_state *own = state;
    *checksum =
        sign(own, index,
             own->random ? random_run(context, own, index) : stream_run(context, own, index));
    return 0;
}

static uint64_t memory_expected(const void *state, uint64_t index)
{
    const struct memory_state *own = state;
    return sign(own, index,
                own->random ? random_expected(own, index) : stream_expected(own, index));
}

static void memory_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_memory;
const struct workload workload_memory = {
    .name = "memory",
    .summary = "reads a buffer larger than the last-level cache, in a stream or at random",
    .kind = WORKLOAD_CPU,
    .version = 1,
    .params = memory_params,
    .param_count = sizeof memory_params / sizeof memory_params[0],
    .estimate_ns = memory_estimate_ns,
    .shared_bytes = memory_shared_bytes,
    .setup = memory_setup,
    .task = memory_task,
    .expected = memory_expected,
    .teardown = memory_teardown,
};
