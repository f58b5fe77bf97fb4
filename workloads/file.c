#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "workloads/key.h"
#include "workloads/workload.h"

enum { FILE_SIZE, FILE_BLOCK };

/* What is made or verified in 10 us or so: so much between two moments at which a task gives way.
 */
enum { FILE_WORDS_PER_TURN = 4096 };

static const struct param file_params[] = {
    [FILE_SIZE] = {.name = "size",
                   .summary = "bytes written and read back per task, a multiple of 8",
                   .multiple = 8,
                   .type = PARAM_SIZE,
                   .initial = UINT64_C(256) << 10,
                   .min = 8,
                   .max = UINT64_C(1) << 40},
    [FILE_BLOCK] = {.name = "block",
                    .summary = "bytes per read and write, a multiple of 8",
                    .multiple = 8,
                    .type = PARAM_SIZE,
                    .initial = UINT64_C(64) << 10,
                    .min = 8,
                    .max = UINT64_C(1) << 30},
};

struct file_state {
    uint64_t words;       /* of 8 bytes, per file */
    uint64_t block_words; /* per read or write */
    uint64_t seed;
    int folder;
};

/* A file of one task while it is worked on. */
struct file_work {
    struct task_context *context;
    const struct file_state *state;
    uint64_t key;
    uint64_t *block;
    char name[64];
};

static uint64_t file_estimate_ns(const uint64_t *values)
{
    /* A sync to a disk of the 2020s, and two passes at about 1 GB/s. */
    return 1000000 + 2 * values[FILE_SIZE];
}

static uint64_t file_scratch_bytes(const uint64_t *values)
{
    return values[FILE_SIZE];
}

static uint64_t file_descriptors(const uint64_t *values, uint64_t tasks, uint64_t alive)
{
    (void)values;
    (void)tasks;
    return alive;
}

static int file_setup(const struct workload_env *env, void **state, struct error *err)
{
    struct file_state *own = malloc(sizeof *own);
    if (own == NULL) {
        return error_set(err, -ENOMEM, "no memory left to set up the workload file");
    }
    uint64_t words = env->values[FILE_SIZE] / 8, block_words = env->values[FILE_BLOCK] / 8;
    *own = (struct file_state){.words = words,
                               .block_words = block_words < words ? block_words : words,
                               .seed = env->seed,
                               .folder = env->scratch};
    *state = own;
    return 0;
}

/* The word at a place of a task's file. */
static uint64_t file_word(uint64_t key, uint64_t place)
{
    return mix64(key + place * MIX_STEP);
}

/* A bijection for every word, so that no single wrong word can hide. */
static uint64_t file_hash(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ (hash >> 32);
}

static uint64_t block_length(const struct file_state *state, uint64_t place)
{
    uint64_t left = state->words - place;
    return left < state->block_words ? left : state->block_words;
}

/* Of `length` words from `from` on, the first ones: what is worked on in one go. */
static uint64_t turn_end(uint64_t from, uint64_t length)
{
    return length - from > FILE_WORDS_PER_TURN ? from + FILE_WORDS_PER_TURN : length;
}

static void fill_block(const struct file_work *work, uint64_t place, uint64_t length)
{
    for (uint64_t i = 0; i < length;) {
        const uint64_t end = turn_end(i, length);
        for (; i < end; i++) {
            work->block[i] = file_word(work->key, place + i);
        }
        ctx_yield(work->context);
    }
}

static uint64_t hash_block(const struct file_work *work, uint64_t length, uint64_t hash)
{
    for (uint64_t i = 0; i < length;) {
        const uint64_t end = turn_end(i, length);
        for (; i < end; i++) {
            hash = file_hash(hash, work->block[i]);
        }
        ctx_yield(work->context);
    }
    return hash;
}

static int write_blocks(const struct file_work *work, int fd)
{
    for (uint64_t place = 0; place < work->state->words;) {
        uint64_t length = block_length(work->state, place);
        fill_block(work, place, length);
        ssize_t wrote = ctx_write(work->context, fd, work->block, length * 8);
        if (wrote < 0) {
            return (int)wrote;
        }
        if ((uint64_t)wrote != length * 8) {
            return -EIO;
        }
        place += length;
    }
    return 0;
}

/* A file that ends too early is no error here: its checksum is wrong. */
static int read_blocks(const struct file_work *work, int fd, uint64_t *hash)
{
    for (uint64_t place = 0; place < work->state->words;) {
        uint64_t length = block_length(work->state, place);
        ssize_t got = ctx_read(work->context, fd, work->block, length * 8);
        if (got < 0) {
            return (int)got;
        }
        uint64_t words = (uint64_t)got / 8;
        *hash = hash_block(work, words, *hash);
        if (words != length) {
            break;
        }
        place += length;
    }
    return 0;
}

static int close_after(const struct file_work *work, int fd, int code)
{
    int closed = ctx_close(work->context, fd);
    return code != 0 ? code : closed;
}

static int fill_file(const struct file_work *work, int fd)
{
    int code = write_blocks(work, fd);
    if (code == 0) {
        code = ctx_fsync(work->context, fd);
    }
    return close_after(work, fd, code);
}

static int read_file(const struct file_work *work, uint64_t *hash)
{
    int fd = ctx_open_at(work->context, work->state->folder, work->name, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return fd;
    }
    return close_after(work, fd, read_blocks(work, fd, hash));
}

static int make_and_verify(const struct file_work *work, uint64_t *hash)
{
    int fd = ctx_open_at(work->context, work->state->folder, work->name,
                         O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fd;
    }
    int code = fill_file(work, fd);
    if (code == 0) {
        code = read_file(work, hash);
    }
    if (unlinkat(work->state->folder, work->name, 0) != 0 && code == 0) {
        code = -errno;
    }
    return code;
}

static int file_task(struct task_context *context, const void *state, uint64_t index,
                     uint64_t *checksum)
{
    const struct file_state *own = state;
    struct file_work work = {.context = context, .state = own, .key = task_key(own->seed, index)};
    uint64_t hash = work.key;

    snprintf(work.name, sizeof work.name, "task-%" PRIu64 "-of-%ld", index, (long)getpid());
    work.block = malloc(own->block_words * 8);
    if (work.block == NULL) {
        return -ENOMEM;
    }
    int code = make_and_verify(&work, &hash);
    free(work.block);
    *checksum = hash;
    return code;
}

static uint64_t file_expected(const void *state, uint64_t index)
{
    const struct file_state *own = state;
    uint64_t key = task_key(own->seed, index), hash = key;

    for (uint64_t place = 0; place < own->words; place++) {
        hash = file_hash(hash, file_word(key, place));
    }
    return hash;
}

static void file_teardown(void *state)
{
    free(state);
}

extern const struct workload workload_file;
const struct workload workload_file = {
    .name = "file",
    .summary = "creates a file, writes it, syncs it, reads it back and verifies it",
    .kind = WORKLOAD_IO,
    .version = 1,
    .needs_scratch = true,
    .files = true,
    .descriptors = file_descriptors,
    .scratch_bytes = file_scratch_bytes,
    .params = file_params,
    .param_count = sizeof file_params / sizeof file_params[0],
    .estimate_ns = file_estimate_ns,
    .setup = file_setup,
    .task = file_task,
    .expected = file_expected,
    .teardown = file_teardown,
};
