#include "bench/report/drawing.h"

#include <pthread.h>
#include <stdlib.h>

struct studio {
    struct drawing *list;
    size_t count;
    const char *gnuplot;
    const struct drawing_way *way;
    pthread_mutex_t lock; /* of all below */
    size_t next, done;
    int code; /* of the first that failed, */
    struct error *err;
};

static void *studio_work(void *user)
{
    struct studio *studio = user;
    pthread_mutex_lock(&studio->lock);
    while (studio->next < studio->count && studio->code == 0) {
        struct drawing *drawing = &studio->list[studio->next++];
        struct error err;
        pthread_mutex_unlock(&studio->lock);
        const int code =
            picture_chart(&drawing->picture, drawing->chart, drawing->data, studio->gnuplot, &err);
        pthread_mutex_lock(&studio->lock);
        if (code < 0 && studio->code == 0) {
            studio->code = code;
            *studio->err = err;
        }
        studio->done++;
        if (studio->way->drawn)
            studio->way->drawn(studio->way->user, studio->done, studio->count);
    }
    pthread_mutex_unlock(&studio->lock);
    return NULL;
}

int drawing_all(struct drawing *list, size_t count, const char *gnuplot,
                const struct drawing_way *way, struct error *err)
{
    struct studio studio = {.list = list,
                            .count = count,
                            .gnuplot = gnuplot,
                            .way = way,
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .err = err};
    const size_t most = way->at_once < count ? way->at_once : count;
    pthread_t *others = calloc(most ? most : 1, sizeof *others);
    size_t started = 0;
    /* This thread draws, too; without any other it takes longer. */
    while (others && started + 1 < most &&
           pthread_create(&others[started], NULL, studio_work, &studio) == 0)
        started++;
    studio_work(&studio);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    free(others);
    return studio.code;
}

void drawing_free(struct drawing *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].picture.bytes);
    free(list);
}
