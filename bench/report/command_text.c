#include "bench/report/command_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/machine_file.h"
#include "bench/results/text.h"

static void command_word(FILE *out, const char *word)
{
    static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789_@%+=:,./-";
    if (*word && !word[strspn(word, harmless)]) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fputs("'\\''", out);
        else
            fputc(*c, out);
    fputc('\'', out);
}

/* A sub-command's words are kept from its own name on, others from the program's. */
static bool command_is_named(const json_t *words)
{
    static const char *const commands[] = {"run", "suite", "doctor"};
    const char *first = json_string_value(json_array_get(words, 0));
    for (size_t i = 0; first && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(first, commands[i]) == 0)
            return true;
    return false;
}

char *command_text(const json_t *machine)
{
    const json_t *words = machine ? machine_fact(machine, "run.command") : NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = json_array_size(words) > 0 ? open_memstream(&text, &size) : NULL;
    if (out && command_is_named(words))
        fputs("bench ", out);
    for (size_t i = 0; out && i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        fputs(i > 0 ? " " : "", out);
        command_word(out, word ? word : "?");
    }
    if (out && fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text ? text_clean(text) : NULL;
}
