#include "workloads/lock_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct file_name {
    char text[32];
};

static struct file_name name_of(uint64_t number)
{
    struct file_name name;
    snprintf(name.text, sizeof name.text, "number-%" PRIu64, number);
    return name;
}

static int transfer_code(ssize_t done)
{
    return done < 0 ? (int)done : done == (ssize_t)sizeof(uint64_t) ? 0 : -EIO;
}

/* --- in a task --- */

/* The empty instructions keep the compiler from moving the accesses out of the critical section's
 * loop, or two of them into one. */
static uint64_t load_memory(const struct lock_number *number)
{
    uint64_t value = number->value;
    __asm__ volatile("" : "+r"(value) : : "memory");
    return value;
}

static void store_memory(struct lock_number *number, uint64_t value)
{
    number->value = value;
    __asm__ volatile("" : : : "memory");
}

static int close_after(struct task_context *context, int fd, ssize_t done)
{
    int closed = ctx_close(context, fd), code = transfer_code(done);
    return code != 0 ? code : closed;
}

int lock_load(const struct lock_numbers *numbers, struct task_context *context, uint64_t number,
              uint64_t *value)
{
    if (numbers->memory != NULL) {
        *value = load_memory(&numbers->memory[number]);
        return 0;
    }
    const struct file_name name = name_of(number);
    int fd = ctx_open_at(context, numbers->folder, name.text, O_RDONLY | O_CLOEXEC, 0);
    return fd < 0 ? fd : close_after(context, fd, ctx_read(context, fd, value, sizeof *value));
}

/* Written over, never cut first: another task would find it empty. */
int lock_store(const struct lock_numbers *numbers, struct task_context *context, uint64_t number,
               uint64_t value)
{
    if (numbers->memory != NULL) {
        store_memory(&numbers->memory[number], value);
        return 0;
    }
    const struct file_name name = name_of(number);
    int fd = ctx_open_at(context, numbers->folder, name.text, O_WRONLY | O_CLOEXEC, 0);
    return fd < 0 ? fd : close_after(context, fd, ctx_write(context, fd, &value, sizeof value));
}

/* --- before and after --- */

static ssize_t failed_or(ssize_t done)
{
    return done < 0 ? -errno : done;
}

int lock_put(const struct lock_numbers *numbers, uint64_t number, uint64_t value)
{
    if (numbers->memory != NULL) {
        numbers->memory[number].value = value;
        return 0;
    }
    const struct file_name name = name_of(number);
    int fd = openat(numbers->folder, name.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    ssize_t done = failed_or(write(fd, &value, sizeof value));
    close(fd);
    return transfer_code(done);
}

int lock_get(const struct lock_numbers *numbers, uint64_t number, uint64_t *value)
{
    if (numbers->memory != NULL) {
        *value = numbers->memory[number].value;
        return 0;
    }
    const struct file_name name = name_of(number);
    int fd = openat(numbers->folder, name.text, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t done = failed_or(read(fd, value, sizeof *value));
    close(fd);
    return transfer_code(done);
}

void lock_remove(const struct lock_numbers *numbers, uint64_t count)
{
    for (uint64_t number = 0; numbers->memory == NULL && number < count; number++) {
        const struct file_name name = name_of(number);
        unlinkat(numbers->folder, name.text, 0);
    }
}
