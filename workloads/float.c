#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/key.h"
#include "workloads/workload.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { FLOAT_ROUNDS, FLOAT_ISA };
enum { ISA_AUTO, ISA_BASELINE, ISA_AVX2, ISA_AVX512 };

/* Three matrices of 32 x 32 doubles are 24 KiB: they fit an L1 cache of 32 KiB. */
enum { FLOAT_N = 32, FLOAT_CELLS = FLOAT_N * FLOAT_N };

/* A product takes 1 us or so: so many between two moments at which a task gives way. */
enum { FLOAT_ROUNDS_PER_TURN = 10 };

/* Entries are whole numbers of at most this magnitude. A double holds whole numbers up to
 * 2^53 exactly, so no sum is ever rounded, and any vector width, any order and any fusing of
 * multiplication and addition give the same matrix. */
enum { ENTRY_LIMIT = 8 };
#define ROUNDS_LIMIT UINT64_C(1000000000000)
_Static_assert(ROUNDS_LIMIT *FLOAT_N *ENTRY_LIMIT *ENTRY_LIMIT < UINT64_C(1) << 53,
               "every partial sum must be exact");

static const char *const float_isas[] = {"auto", "baseline", "avx2", "avx512", NULL};

static const struct param float_params[] = {
    [FLOAT_ROUNDS] = {.name = "rounds",
                      .summary = "products of two 32x32 matrices per task",
                      .type = PARAM_COUNT,
                      .initial = 10000,
                      .min = 1,
                      .max = ROUNDS_LIMIT},
    [FLOAT_ISA] = {.name = "isa",
                   .summary = "vector instructions; auto: the widest that the CPU has",
                   .type = PARAM_CHOICE,
                   .initial = ISA_AUTO,
                   .choices = float_isas},
};

/* c += a * b, `rounds` times. The matrices are 64-byte aligned, row after row. */
typedef void float_kernel(const double *a, const double *b, double *c, uint64_t rounds);

#define KERNEL_NAME kernel_baseline
#define KERNEL_TARGET
#define KERNEL_LANES             2
#define KERNEL_VECTOR            vector_baseline
#define KERNEL_STEP(sum, x, row) ((sum) + (x) * (row))
#include "workloads/float_kernel.inc"

#if defined(__x86_64__)
#define KERNEL_NAME              kernel_avx2
#define KERNEL_TARGET            __attribute__((target("avx2,fma")))
#define KERNEL_LANES             4
#define KERNEL_VECTOR            vector_avx2
#define KERNEL_STEP(sum, x, row) _mm256_fmadd_pd(_mm256_set1_pd(x), row, sum)
#include "workloads/float_kernel.inc"

#define KERNEL_NAME              kernel_avx512
#define KERNEL_TARGET            __attribute__((target("avx512f")))
#define KERNEL_LANES             8
#define KERNEL_VECTOR            vector_avx512
#define KERNEL_STEP(sum, x, row) _mm512_fmadd_pd(_mm512_set1_pd(x), row, sum)
#include "workloads/float_kernel.inc"

static float_kernel *find_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? kernel_avx2 : NULL;
}

static float_kernel *find_avx512(void)
{
    return __builtin_cpu_supports("avx512f") ? kernel_avx512 : NULL;
}
#else
static float_kernel *find_avx2(void)
{
    return NULL;
}

static float_kernel *find_avx512(void)
{
    return NULL;
}
#endif

/* NULL where the CPU lacks it. */
static float_kernel *find_kernel(uint64_t isa)
{
    switch (isa) {
    case ISA_BASELINE:
        return kernel_baseline;
    case ISA_AVX2:
        return find_avx2();
    case ISA_AVX512:
        return find_avx512();
    default:
        break;
    }
    float_kernel *kernel = find_avx512();
    if (kernel == NULL) {
        kernel = find_avx2();
    }
    return kernel == NULL ? kernel_baseline : kernel;
}

struct float_state {
    uint64_t rounds, seed;
    float_kernel *kernel;
};

/* The matrices of one task: a's and b's entries and the weights of the check
 * follow one another in the task's own stream of numbers. */
struct float_stream {
    uint64_t state;
};

static int64_t next_entry(struct float_stream *stream)
{
    return (int64_t)(mix_next(&stream->state) >> 60) - ENTRY_LIMIT;
}

/* Odd, so that no single wrong entry of c can vanish from the sum mod 2^64. */
static void next_weights(struct float_stream *stream, uint64_t *weights)
{
    for (size_t i = 0; i < FLOAT_N; i++) {
        weights[i] = mix_next(&stream->state) | 1;
    }
}

static uint64_t float_estimate_ns(const uint64_t *values)
{
    return values[FLOAT_ROUNDS] * 1000;
}

static int float_setup(const struct workload_env *env, void **state, struct error *err)
{
    float_kernel *kernel = find_kernel(env->values[FLOAT_ISA]);
    if (kernel == NULL) {
        return error_set(err, -ENOTSUP,
                         "float.isa=%s: this CPU has no such instructions; use float.isa=auto",
                         float_isas[env->values[FLOAT_ISA]]);
    }
    struct float_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload float");
    }
    *own = (struct float_state){
        .rounds = env->values[FLOAT_ROUNDS], .seed = env->seed, .kernel = kernel};
    *state = own;
    return 0;
}

/* u^T c v mod 2^64. */
static uint64_t weigh(const double *c, const uint64_t *u, const uint64_t *v)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FLOAT_N; i++) {
        uint64_t row = 0;
        for (size_t j = 0; j < FLOAT_N; j++) {
            row += (uint64_t)(int64_t)c[i * FLOAT_N + j] * v[j];
        }
        sum += u[i] * row;
    }
    return sum;
}

static void run_rounds(struct task_context *context, const struct float_state *own, const double *a,
                       const double *b, double *c)
{
    uint64_t rounds = own->rounds;
    for (; rounds > FLOAT_ROUNDS_PER_TURN; rounds -= FLOAT_ROUNDS_PER_TURN) {
        own->kernel(a, b, c, FLOAT_ROUNDS_PER_TURN);
        ctx_yield(context);
    }
    own->kernel(a, b, c, rounds);
}

static int float_task(struct task_context *context, const void *state, uint64_t index,
                      uint64_t *checksum)
{
    const struct float_state *own = state;
    struct float_stream stream = {task_key(own->seed, index)};
    uint64_t u[FLOAT_N], v[FLOAT_N];

    /* Not on the stack: a coroutine's may be small. */
    double *a = aligned_alloc(64, 3 * FLOAT_CELLS * sizeof *a);
    if (a == NULL) {
        return -ENOMEM;
    }
    double *b = a + FLOAT_CELLS, *c = b + FLOAT_CELLS;
    for (size_t i = 0; i < 2 * FLOAT_CELLS; i++) {
        a[i] = (double)next_entry(&stream);
    }
    memset(c, 0, FLOAT_CELLS * sizeof *c);
    run_rounds(context, own, a, b, c);
    next_weights(&stream, u);
    next_weights(&stream, v);
    *checksum = weigh(c, u, v) + task_key(own->seed, index);
    free(a);
    return 0;
}

/* u^T (rounds * a b) v = rounds * (u^T a) (b v): three products of matrix and vector in
 * integers instead of a product of matrices in doubles (R. Freivalds, "Probabilistic machines
 * can use less running time", IFIP Congress 1977). */
static uint64_t float_expected(const void *state, uint64_t index)
{
    const struct float_state *own = state;
    uint64_t key = task_key(own->seed, index);
    uint64_t u[FLOAT_N], v[FLOAT_N], left[FLOAT_N] = {0}, right[FLOAT_N] = {0}, sum = 0;

    /* The weights come after both matrices in the stream. */
    struct float_stream stream = {key + 2 * FLOAT_CELLS * MIX_STEP};
    next_weights(&stream, u);
    next_weights(&stream, v);
    stream.state = key;
    for (size_t i = 0; i < FLOAT_N; i++) {
        for (size_t k = 0; k < FLOAT_N; k++) {
            left[k] += u[i] * (uint64_t)next_entry(&stream);
        }
    }
    for (size_t k = 0; k < FLOAT_N; k++) {
        for (size_t j = 0; j < FLOAT_N; j++) {
            right[k] += (uint64_t)next_entry(&stream) * v[j];
        }
    }
    for (size_t k = 0; k < FLOAT_N; k++) {
        sum += left[k] * right[k];
    }
    return own->rounds * sum + key;
}

static void float_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_float;
const struct workload workload_float = {
    .name = "float",
    .summary = "multiplies small dense matrices of doubles with vector instructions",
    .kind = WORKLOAD_CPU,
    .version = 1,
    .params = float_params,
    .param_count = sizeof float_params / sizeof float_params[0],
    .estimate_ns = float_estimate_ns,
    .setup = float_setup,
    .task = float_task,
    .expected = float_expected,
    .teardown = float_teardown,
};
