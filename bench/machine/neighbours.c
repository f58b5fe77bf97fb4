#include "bench/machine/neighbours.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* As /proc/net/unix shows them: '@' stands for the NUL with which abstract names begin. */
#define RUN_PREFIX "@bench/run/"
#define ALONE_NAME "@bench/alone"

/* Past so many it does not matter how many there are. */
enum { NEIGHBOURS_MOST = 64, NAME_MOST = 64 };

struct neighbours {
    int socket; /* bound once it is announced */
    int alone;  /* the place of the one that may have the machine for itself, -1: not ours */
    bool announced;
    char own[NAME_MOST];
    size_t count;
    char known[NEIGHBOURS_MOST][NAME_MOST];
};

/* --- names --- */

static socklen_t address_of(const char *name, struct sockaddr_un *address)
{
    const size_t length = strlen(name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, length);
    address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* RUN_PREFIX, the process id, '-' and hexadecimal digits: anything else is none of ours. */
static bool is_run(const char *name)
{
    const char *rest = name + strlen(RUN_PREFIX);
    return strncmp(name, RUN_PREFIX, strlen(RUN_PREFIX)) == 0 &&
           strspn(rest, "0123456789abcdef-") == strlen(rest) && *rest;
}

static void know(struct neighbours *neighbours, const char *name)
{
    if (!is_run(name) || strcmp(name, neighbours->own) == 0 ||
        neighbours->count == NEIGHBOURS_MOST) {
        return;
    }
    for (size_t i = 0; i < neighbours->count; i++) {
        if (strcmp(neighbours->known[i], name) == 0) {
            return;
        }
    }
    snprintf(neighbours->known[neighbours->count++], NAME_MOST, "%s", name);
}

/* Whether a socket still has that name. Connecting leaves no trace at the other end. */
static bool is_there(const char *name)
{
    struct sockaddr_un address;
    const socklen_t length = address_of(name, &address);
    const int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return true; /* no descriptor to ask with */
    }
    const bool there = connect(probe, (struct sockaddr *)&address, length) == 0 ||
                       (errno != ECONNREFUSED && errno != ENOENT);
    close(probe);
    return there;
}

static void forget_the_gone(struct neighbours *neighbours)
{
    size_t kept = 0;
    for (size_t i = 0; i < neighbours->count; i++) {
        if (is_there(neighbours->known[i])) {
            memmove(neighbours->known[kept++], neighbours->known[i], NAME_MOST);
        }
    }
    neighbours->count = kept;
}

/* --- messages --- */

/* Of each message only the sender's name counts. */
static void take_messages(struct neighbours *neighbours)
{
    struct sockaddr_un from;
    char name[sizeof from.sun_path + 1], byte;
    for (;;) {
        socklen_t length = sizeof from;
        if (recvfrom(neighbours->socket, &byte, sizeof byte, MSG_DONTWAIT, (struct sockaddr *)&from,
                     &length) < 0) {
            return;
        }
        const size_t head = offsetof(struct sockaddr_un, sun_path);
        if (length > head && length - head < NAME_MOST && from.sun_path[0] == '\0') {
            memcpy(name, from.sun_path, length - head);
            name[0] = '@';
            name[length - head] = '\0';
            know(neighbours, name);
        }
    }
}

/* Its columns end with the name. 0, or -ENOTSUP where the kernel does not tell. */
static int find_all(struct neighbours *neighbours)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen("/proc/net/unix", "re");
    if (!file) {
        return -ENOTSUP;
    }
    while (getline(&line, &size, file) > 0) {
        char *name = strstr(line, RUN_PREFIX);
        if (name) {
            name[strcspn(name, " \n")] = '\0';
            if (strlen(name) < NAME_MOST) {
                know(neighbours, name);
            }
        }
    }
    free(line);
    fclose(file);
    return 0;
}

/* One that is stopped or has a full queue does not hold us up; it is there all the same. */
static void greet_all(const struct neighbours *neighbours)
{
    for (size_t i = 0; i < neighbours->count; i++) {
        struct sockaddr_un address;
        const socklen_t length = address_of(neighbours->known[i], &address);
        sendto(neighbours->socket, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
               length);
    }
}

/* --- the whole --- */

struct neighbours *neighbours_open(void)
{
    struct neighbours *neighbours = calloc(1, sizeof *neighbours);
    if (!neighbours) {
        return NULL;
    }
    neighbours->alone = -1;
    neighbours->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (neighbours->socket < 0) {
        free(neighbours);
        return NULL;
    }
    return neighbours;
}

void neighbours_close(struct neighbours *neighbours)
{
    if (!neighbours) {
        return;
    }
    close(neighbours->socket);
    if (neighbours->alone >= 0) {
        close(neighbours->alone);
    }
    free(neighbours);
}

/* Greets only those that were there first: who comes later greets us. */
int neighbours_announce(struct neighbours *neighbours)
{
    struct sockaddr_un address;
    uint32_t chance = 0;
    if (!neighbours) {
        return -ENOTSUP;
    }
    /* Process ids repeat in the namespaces of containers that share a network. */
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != sizeof chance) {
        chance = 0;
    }
    snprintf(neighbours->own, sizeof neighbours->own, RUN_PREFIX "%ld-%08" PRIx32, (long)getpid(),
             chance);
    const socklen_t length = address_of(neighbours->own, &address);
    if (bind(neighbours->socket, (struct sockaddr *)&address, length) != 0) {
        return -errno;
    }
    neighbours->announced = true;
    const int rc = find_all(neighbours);
    greet_all(neighbours);
    return rc;
}

static int take_place(struct neighbours *neighbours)
{
    struct sockaddr_un address;
    const socklen_t length = address_of(ALONE_NAME, &address);
    if (neighbours->alone >= 0) {
        return 1;
    }
    neighbours->alone = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (neighbours->alone < 0) {
        return -errno;
    }
    if (bind(neighbours->alone, (struct sockaddr *)&address, length) == 0) {
        return 1;
    }
    const int code = errno;
    close(neighbours->alone);
    neighbours->alone = -1;
    return code == EADDRINUSE ? 0 : -code;
}

int neighbours_alone(struct neighbours *neighbours)
{
    if (!neighbours) {
        return -ENOTSUP;
    }
    forget_the_gone(neighbours);
    int rc = find_all(neighbours);
    if (rc == 0) {
        rc = take_place(neighbours);
    }
    if (rc <= 0 || neighbours->count > 0) {
        return rc < 0 ? rc : 0;
    }
    rc = neighbours_announce(neighbours);
    /* One that began between the look and the announcement is seen, and sees us: neither is
     * spoilt unknown. It is not worth another round. */
    return rc < 0 ? rc : 1;
}

uint64_t neighbours_before(struct neighbours *neighbours)
{
    if (!neighbours || !neighbours->announced) {
        return UINT64_MAX;
    }
    take_messages(neighbours);
    forget_the_gone(neighbours);
    return neighbours->count;
}

uint64_t neighbours_since(struct neighbours *neighbours)
{
    if (!neighbours || !neighbours->announced) {
        return UINT64_MAX;
    }
    take_messages(neighbours);
    return neighbours->count;
}

uint64_t neighbours_process(const struct neighbours *neighbours)
{
    uint64_t process = 0;
    if (neighbours && neighbours->count > 0) {
        sscanf(neighbours->known[0] + strlen(RUN_PREFIX), "%" SCNu64, &process);
    }
    return process;
}
