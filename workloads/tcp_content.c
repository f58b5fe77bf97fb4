#include "workloads/tcp_content.h"

#include <errno.h>
#include <stdlib.h>

#include "workloads/key.h"

enum { LETTERS = 26 };

int content_open(struct content *content, uint64_t size, uint64_t seed)
{
    size_t length = size + CONTENT_STARTS;
    uint64_t random = task_key(seed, UINT64_C(0x636f6e74656e74)), letter = 0;

    content->key = mix_next(&random);
    content->stride = mix_next(&random) | 1;
    content->lower = malloc(length);
    content->upper = malloc(length);
    if (content->lower == NULL || content->upper == NULL) {
        content_close(content);
        return -ENOMEM;
    }
    for (size_t i = 0; i < length; i++) {
        /* The answer is not made from the message: the server's method is not to be shared. */
        letter = (letter + 1 + mix_below(&random, LETTERS - 1)) % LETTERS;
        content->upper[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[letter];
        content->lower[i] =
            mix_next(&random) & 1 ? "abcdefghijklmnopqrstuvwxyz"[letter] : content->upper[i];
    }
    return 0;
}

void content_close(struct content *content)
{
    free(content->lower);
    free(content->upper);
    content->lower = content->upper = NULL;
}

uint32_t content_at(const struct content *content, uint64_t connection, uint64_t message)
{
    /* The stride is odd, so all starts come before one comes again. */
    return (uint32_t)(mix64(content->key ^ connection) + message * content->stride) &
           (CONTENT_STARTS - 1);
}
