#include "bench/machine/topology_xml.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_internal.h"

enum { XML_NAME = 32, XML_DEPTH = 64, XML_INDENT = 2 };

#define XML_LARGEST_INDEX 1048575 /* hwloc allocates a bit for each index below an index */

struct xml_reader {
    const char *text, *at, *end;
    FILE *out;
    struct topology_tally *tally;
    struct error *err;
    char open[XML_DEPTH][XML_NAME]; /* names of the elements around */
    unsigned depth;
    unsigned left_out; /* the innermost of them are, so many */
    bool rooted;       /* the outermost element was seen */
};

__attribute__((format(printf, 2, 3))) static int xml_bad(const struct xml_reader *reader,
                                                         const char *format, ...)
{
    char why[160];
    va_list arguments;
    size_t line = 1;
    for (const char *c = reader->text; c < reader->at; c++)
        line += *c == '\n';
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return error_set(reader->err, -EINVAL, "line %zu: %s", line, why);
}

/* --- letters --- */

static bool xml_starts(const struct xml_reader *reader, const char *with)
{
    const size_t length = strlen(with);
    return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, with, length) == 0;
}

static bool xml_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void xml_skip_blanks(struct xml_reader *reader)
{
    while (reader->at < reader->end && xml_blank(*reader->at))
        reader->at++;
}

static bool xml_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A name, copied. */
static int xml_name(struct xml_reader *reader, char name[XML_NAME])
{
    size_t length = 0;
    while (reader->at < reader->end && xml_letter(*reader->at) && length + 1 < XML_NAME)
        name[length++] = *reader->at++;
    name[length] = '\0';
    return length > 0 ? 0 : xml_bad(reader, "a name is missing");
}

/* Past the next `mark`. */
static int xml_skip_past(struct xml_reader *reader, char mark)
{
    const char *found = memchr(reader->at, mark, (size_t)(reader->end - reader->at));
    if (!found)
        return xml_bad(reader, "a '%c' is missing", mark);
    reader->at = found + 1;
    return 0;
}

/* --- what is kept --- */

enum xml_value { XML_NONE, XML_SET, XML_COUNT, XML_INDEX, XML_WORD };

static enum xml_value xml_kind(const char *attribute)
{
    static const struct {
        const char *name;
        enum xml_value kind;
    } known[] = {{"type", XML_WORD},
                 {"subtype", XML_WORD},
                 {"version", XML_WORD},
                 {"os_index", XML_INDEX},
                 {"gp_index", XML_COUNT},
                 {"cpuset", XML_SET},
                 {"complete_cpuset", XML_SET},
                 {"allowed_cpuset", XML_SET},
                 {"nodeset", XML_SET},
                 {"complete_nodeset", XML_SET},
                 {"allowed_nodeset", XML_SET},
                 {"local_memory", XML_COUNT},
                 {"cache_size", XML_COUNT},
                 {"cache_linesize", XML_COUNT},
                 {"cache_associativity", XML_COUNT},
                 {"cache_type", XML_INDEX},
                 {"depth", XML_INDEX},
                 {"kind", XML_COUNT},
                 {"subkind", XML_COUNT},
                 {"dont_merge", XML_INDEX}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(attribute, known[i].name) == 0)
            return known[i].kind;
    return XML_NONE;
}

static bool xml_made_of(const char *value, size_t length, const char *letters)
{
    for (size_t i = 0; i < length; i++)
        if (!value[i] || !strchr(letters, value[i]))
            return false;
    return length > 0;
}

static bool xml_value_good(enum xml_value kind, const char *value, size_t length)
{
    /* "-1" is hwloc's word for a cache that is fully associative. */
    const size_t sign = length > 0 && *value == '-';
    switch (kind) {
    case XML_SET:
        return xml_made_of(value, length, "0123456789abcdefx,");
    case XML_COUNT:
        return length <= 20 && xml_made_of(value + sign, length - sign, "0123456789");
    case XML_INDEX:
        return length <= 7 && xml_made_of(value, length, "0123456789") &&
               strtoul(value, NULL, 10) <= XML_LARGEST_INDEX;
    default:
        return length < XML_NAME &&
               xml_made_of(value, length,
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
    }
}

static bool xml_type_kept(const char *type)
{
    static const char *const kept[] = {
        "Machine", "Package", "Die",     "Core",    "PU",       "NUMANode", "Group",    "L1Cache",
        "L2Cache", "L3Cache", "L4Cache", "L5Cache", "L1iCache", "L2iCache", "L3iCache", "MemCache"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strcmp(type, kept[i]) == 0)
            return true;
    return false;
}

static void xml_count(struct topology_tally *tally, const char *type, uint64_t bytes)
{
    tally->packages += strcmp(type, "Package") == 0;
    tally->nodes += strcmp(type, "NUMANode") == 0;
    tally->cores += strcmp(type, "Core") == 0;
    tally->pus += strcmp(type, "PU") == 0;
    if (type[0] != 'L' || type[2] != 'C')
        return;
    struct topology_caches *caches = &tally->caches[type[1] - '1'];
    caches->least = caches->count == 0 || bytes < caches->least ? bytes : caches->least;
    caches->most = bytes > caches->most ? bytes : caches->most;
    caches->count++;
}

/* --- elements --- */

struct xml_tag {
    char name[XML_NAME], type[XML_NAME];
    uint64_t bytes;        /* of a cache */
    const char *from, *to; /* its attributes */
    bool closed;           /* <name/> */
};

/* One attribute from *at on; its value is [*value, *value + *length). */
static int xml_attribute(struct xml_reader *reader, char name[XML_NAME], const char **value,
                         size_t *length)
{
    int code = xml_name(reader, name);
    if (code < 0)
        return code;
    if (!xml_starts(reader, "=\""))
        return xml_bad(reader, "the value of %s is missing", name);
    reader->at += 2;
    *value = reader->at;
    code = xml_skip_past(reader, '"');
    *length = code < 0 ? 0 : (size_t)(reader->at - 1 - *value);
    if (code == 0 && memchr(*value, '<', *length))
        return xml_bad(reader, "the value of %s has no end", name);
    return code;
}

static int xml_take(const struct xml_reader *reader, struct xml_tag *tag, const char *name,
                    const char *value, size_t length)
{
    const enum xml_value kind = xml_kind(name);
    if (kind == XML_NONE)
        return 0;
    if (!xml_value_good(kind, value, length))
        return xml_bad(reader, "%s is not of the kind that hwloc writes", name);
    if (strcmp(name, "type") == 0)
        snprintf(tag->type, sizeof tag->type, "%.*s", (int)length, value);
    if (strcmp(name, "cache_size") == 0)
        tag->bytes = strtoull(value, NULL, 10);
    return 0;
}

/* "<name ...>" or "<name .../>", behind its '<'. */
static int xml_tag(struct xml_reader *reader, struct xml_tag *tag, bool kept)
{
    char name[XML_NAME];
    const char *value = NULL;
    size_t length = 0;
    int code = xml_name(reader, tag->name);
    tag->from = reader->at;
    while (code == 0) {
        tag->to = reader->at;
        xml_skip_blanks(reader);
        if (xml_starts(reader, "/>") || xml_starts(reader, ">"))
            break;
        code = xml_attribute(reader, name, &value, &length);
        if (code == 0 && kept)
            code = xml_take(reader, tag, name, value, length);
    }
    if (code < 0)
        return code;
    tag->closed = *reader->at == '/';
    reader->at += tag->closed ? 2 : 1;
    return 0;
}

/* Its known attributes again, which were looked at before. */
static void xml_write(const struct xml_reader *reader, const struct xml_tag *tag)
{
    struct xml_reader again = *reader;
    char name[XML_NAME];
    const char *value = NULL;
    size_t length = 0;
    fprintf(reader->out, "%*s<%s", (int)(XML_INDENT * reader->depth), "", tag->name);
    again.at = tag->from;
    again.end = tag->to;
    for (xml_skip_blanks(&again); again.at < again.end; xml_skip_blanks(&again)) {
        if (xml_attribute(&again, name, &value, &length) < 0)
            break;
        if (xml_kind(name) != XML_NONE)
            fprintf(reader->out, " %s=\"%.*s\"", name, (int)length, value);
    }
    fputs(tag->closed ? "/>\n" : ">\n", reader->out);
}

static bool xml_kept(const struct xml_reader *reader, const struct xml_tag *tag)
{
    if (strcmp(tag->name, "topology") == 0)
        return reader->depth == 0;
    return strcmp(tag->name, "object") == 0 && reader->depth > 0 && xml_type_kept(tag->type);
}

static int xml_start(struct xml_reader *reader)
{
    struct xml_tag tag = {.name = ""};
    reader->at++;
    const int code = xml_tag(reader, &tag, reader->left_out == 0);
    if (code < 0)
        return code;
    if (reader->depth == 0 && (reader->rooted || strcmp(tag.name, "topology") != 0))
        return xml_bad(reader, "no topology as hwloc 2 writes it");
    reader->rooted = true;
    const bool kept = reader->left_out == 0 && xml_kept(reader, &tag);
    if (kept && reader->depth > 0) /* the root is no object, whatever type it claims */
        xml_count(reader->tally, tag.type, tag.bytes);
    if (kept)
        xml_write(reader, &tag);
    if (tag.closed)
        return 0;
    if (reader->depth == XML_DEPTH)
        return xml_bad(reader, "more than %d elements within each other", XML_DEPTH);
    memcpy(reader->open[reader->depth++], tag.name, XML_NAME);
    reader->left_out += !kept;
    return 0;
}

static int xml_end(struct xml_reader *reader)
{
    char name[XML_NAME];
    reader->at += 2;
    const int code = xml_name(reader, name);
    if (code < 0)
        return code;
    if (reader->depth == 0 || strcmp(reader->open[reader->depth - 1], name) != 0)
        return xml_bad(reader, "</%s> ends another element", name);
    if (!xml_starts(reader, ">"))
        return xml_bad(reader, "a '>' is missing");
    reader->at++;
    reader->depth--;
    if (reader->left_out > 0)
        reader->left_out--;
    else
        fprintf(reader->out, "%*s</%s>\n", (int)(XML_INDENT * reader->depth), "", name);
    return 0;
}

static int xml_next(struct xml_reader *reader)
{
    if (xml_starts(reader, "</"))
        return xml_end(reader);
    if (xml_starts(reader, "<?") || xml_starts(reader, "<!")) {
        /* The two lines before the tree, of which none says anything about it. */
        if (reader->depth > 0 || reader->rooted)
            return xml_bad(reader, "no topology as hwloc 2 writes it");
        return xml_skip_past(reader, '>');
    }
    if (*reader->at == '<')
        return xml_start(reader);
    if (reader->left_out == 0 && !xml_blank(*reader->at))
        return xml_bad(reader, "a text between elements");
    reader->at++;
    return 0;
}

int topology_xml_clean(FILE *out, const char *text, size_t size, struct topology_tally *tally,
                       struct error *err)
{
    struct xml_reader reader = {
        .text = text, .at = text, .end = text + size, .out = out, .tally = tally, .err = err};
    int code = 0;
    *tally = (struct topology_tally){.packages = 0};
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n",
          out);
    while (code == 0 && reader.at < reader.end)
        code = xml_next(&reader);
    if (code == 0 && (reader.depth > 0 || !reader.rooted))
        code = xml_bad(&reader, "it ends too early");
    if (code == 0 && tally->pus == 0)
        code = xml_bad(&reader, "it has no hardware thread (PU)");
    return code;
}

/* --- from hwloc --- */

static int xml_clean_into(char **text, size_t *size, const char *from, size_t length,
                          struct error *err)
{
    struct topology_tally tally;
    FILE *out = open_memstream(text, size);
    int code = out ? topology_xml_clean(out, from, length, &tally, err)
                   : error_set(err, -ENOMEM, "no memory for the topology");
    if (out && fclose(out) != 0 && code == 0)
        code = error_set(err, -ENOMEM, "no memory for the topology");
    if (code < 0) {
        free(*text);
        *text = NULL;
    }
    return code;
}

int topology_xml(const struct topology *topology, char **text, size_t *size, struct error *err)
{
    char *made = NULL;
    int length = 0;
    *text = NULL;
    if (hwloc_get_nbobjs_by_type(topology->hwloc, HWLOC_OBJ_PU) > TOPOLOGY_XML_PUS)
        return error_set(err, -E2BIG, "a machine of more than %d PUs is not drawn",
                         TOPOLOGY_XML_PUS);
    if (hwloc_topology_export_xmlbuffer(topology->hwloc, &made, &length, 0) != 0)
        return error_set(err, -EIO, "hwloc cannot write the topology");
    /* The length counts the end of the text. */
    const int code = xml_clean_into(text, size, made, strnlen(made, (size_t)length), err);
    hwloc_free_xmlbuffer(topology->hwloc, made);
    return code;
}
