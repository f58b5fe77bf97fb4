/*
 * read_topology_xml.h - bytes as topology.xml of a result folder: what comes out holds known
 * elements and attributes alone, and is its own cleaned form.
 */
#ifndef TESTS_FUZZ_READ_TOPOLOGY_XML_H
#define TESTS_FUZZ_READ_TOPOLOGY_XML_H

#include "bench/machine/topology_xml.h"
#include "tests/fuzz/feed.h"

static inline int topology_clean(const char *from, size_t length, char **text, size_t *size,
                                 struct topology_tally *tally)
{
    struct error err = {""};
    FILE *out = open_memstream(text, size);
    FEED_CHECK(out, "no memory");
    const int code = topology_xml_clean(out, from, length, tally, &err);
    fclose(out);
    FEED_CHECK((code < 0) == (err.text[0] != '\0'), "%d: %s", code, err.text);
    return code;
}

static inline void topology_check(const char *text, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "_-.,?!<>=/\"\n ";
    FEED_CHECK(strlen(text) == size && strspn(text, letters) == size, "%s",
               text + strspn(text, letters));
    for (const char *tag = text; (tag = strchr(tag, '<')); tag++)
        FEED_CHECK(tag - text < 100 || strncmp(tag, "<object ", 8) == 0 ||
                       strncmp(tag, "</object>", 9) == 0 || strncmp(tag, "</topology>", 11) == 0 ||
                       strncmp(tag, "<topology", 9) == 0,
                   "%.40s", tag);
}

/* 0, or the code with which the bytes were refused. */
static inline int read_topology_xml(const uint8_t *data, size_t size)
{
    struct topology_tally tally, again;
    char *text = NULL, *second = NULL;
    size_t length = 0, second_length = 0;
    int code = topology_clean((const char *)data, size, &text, &length, &tally);
    if (code == 0) {
        topology_check(text, length);
        code = topology_clean(text, length, &second, &second_length, &again);
        FEED_CHECK(code == 0 && strcmp(text, second) == 0 && again.pus == tally.pus, "%s", text);
        free(second);
    }
    free(text);
    return code;
}

#endif
