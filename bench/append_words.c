#include "bench/append_words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/machine_file.h"

enum { WORDS_MAX = 4096 };

int append_words(const json_t *machine, const char *folder, char ***words, int *count,
                 struct error *err)
{
    const json_t *command = machine_fact(machine, "run.command");
    const size_t size = json_array_size(command);
    bool sound = size > 0 && size <= WORDS_MAX;
    *words = NULL;
    *count = 0;
    for (size_t i = 0; sound && i < size; i++)
        sound = json_is_string(json_array_get(command, i));
    if (!sound)
        return error_set(err, -EINVAL,
                         "%s/machine.json does not hold the command line of a run (run.command); "
                         "start a new run",
                         folder);
    *words = calloc(size + 1, sizeof **words);
    if (!*words)
        return error_set(err, -ENOMEM, "no memory");
    for (; (size_t)*count < size; ++*count) {
        (*words)[*count] = strdup(json_string_value(json_array_get(command, (size_t)*count)));
        if (!(*words)[*count])
            return error_set(err, -ENOMEM, "no memory");
    }
    return 0;
}

void append_words_free(char **words, int count)
{
    for (int i = 0; i < count; i++)
        free(words[i]);
    free(words);
}
