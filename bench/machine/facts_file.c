/* facts_file.c - one file, one fact. */
#include <stdlib.h>
#include <string.h>

#include "bench/machine/facts.h"
#include "bench/machine/textfile.h"

json_t *fact_text(const char *text)
{
    json_t *value = text != NULL && text[0] != '\0' ? json_string(text) : NULL;
    return value != NULL ? value : json_string(FACT_UNKNOWN);
}

json_t *fact_number(const char *text)
{
    uint64_t value;
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (textfile_parse_u64(digits, &value) != 0 || value > INT64_MAX)
        return json_string(FACT_UNKNOWN);
    json_int_t number = (json_int_t)value;
    return json_integer(text[0] == '-' ? -number : number);
}

static json_t *fact_mhz(const char *text)
{
    uint64_t khz;
    if (textfile_parse_u64(text, &khz) != 0)
        return json_string(FACT_UNKNOWN);
    return json_real((double)khz / 1000);
}

static json_t *fact_bracketed(const char *text)
{
    char word[64];
    const char *open = strchr(text, '[');
    if (open == NULL || sscanf(open, "[%63[^]]", word) != 1)
        return json_string(FACT_UNKNOWN);
    return fact_text(word);
}

json_t *fact_file(const char *root, const struct fact *fact)
{
    char text[4096];
    if (textfile_read(root, fact->path, text, sizeof(text)) != 0)
        return json_string(FACT_UNKNOWN);
    switch (fact->type) {
    case FACT_NUMBER:
        return fact_number(text);
    case FACT_KHZ:
        return fact_mhz(text);
    case FACT_BRACKETED:
        return fact_bracketed(text);
    case FACT_LIST:
        return fact_text(text[0] != '\0' ? text : "none");
    case FACT_TEXT:
        break;
    }
    return fact_text(text);
}

void fact_set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value != NULL ? value : json_string(FACT_UNKNOWN));
}

void fact_set_files(json_t *object, const char *root, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fact_set(object, facts[i].key, fact_file(root, &facts[i]));
}
