#include "bench/results/texts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/mix.h"

enum { ROOM_AT_FIRST = 256 };

struct texts {
    char **slots; /* open addressing; NULL: free */
    size_t room;  /* a power of two */
    size_t count;
};

static uint64_t texts_hash(const char *text)
{
    uint64_t hash = MIX_STEP;
    for (; *text; text++)
        hash = mix64(hash ^ (unsigned char)*text);
    return hash;
}

/* Where the text is, or where it belongs. */
static size_t texts_slot(char *const *slots, size_t room, const char *text)
{
    size_t slot = (size_t)texts_hash(text) & (room - 1);
    while (slots[slot] && strcmp(slots[slot], text) != 0)
        slot = (slot + 1) & (room - 1);
    return slot;
}

static int texts_grow(struct texts *texts)
{
    size_t room = 2 * texts->room;
    char **slots = calloc(room, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; i < texts->room; i++)
        if (texts->slots[i])
            slots[texts_slot(slots, room, texts->slots[i])] = texts->slots[i];
    free(texts->slots);
    texts->slots = slots;
    texts->room = room;
    return 0;
}

struct texts *texts_new(void)
{
    struct texts *texts = calloc(1, sizeof *texts);
    if (!texts)
        return NULL;
    texts->room = ROOM_AT_FIRST;
    texts->slots = calloc(texts->room, sizeof *texts->slots);
    if (!texts->slots) {
        free(texts);
        return NULL;
    }
    return texts;
}

const char *texts_keep(struct texts *texts, const char *text)
{
    size_t slot = texts_slot(texts->slots, texts->room, text);
    if (texts->slots[slot])
        return texts->slots[slot];
    if (2 * (texts->count + 1) > texts->room) {
        if (texts_grow(texts) < 0)
            return NULL;
        slot = texts_slot(texts->slots, texts->room, text);
    }
    texts->slots[slot] = strdup(text);
    if (texts->slots[slot])
        texts->count++;
    return texts->slots[slot];
}

void texts_free(struct texts *texts)
{
    if (!texts)
        return;
    for (size_t i = 0; i < texts->room; i++)
        free(texts->slots[i]);
    free(texts->slots);
    free(texts);
}
