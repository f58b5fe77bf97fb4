/* report_topology.c - the machine, as hwloc's own program draws it, and in words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_xml.h"
#include "bench/report/html.h"
#include "bench/report/picture.h"
#include "bench/report/report_page.h"
#include "bench/results/data_file.h"
#include "bench/results/file_text.h"
#include "bench/results/folder.h"
#include "bench/results/machine_file.h"
#include "bench/util/units.h"

struct tree {
    char *xml;
    size_t size;
    struct topology_tally tally;
};

static int tree_read(struct tree *tree, const char *folder, struct error *err)
{
    char path[4096], *text = NULL;
    size_t length = 0;
    int code = folder_path(folder, TOPOLOGY_XML_FILE, path, sizeof path);
    code = code == 0 ? file_text(path, TOPOLOGY_XML_MOST, &text, &length) : code;
    if (code == -ENOENT)
        return error_set(err, code,
                         "the folder holds no " TOPOLOGY_XML_FILE
                         ", as of an older version of bench or a machine of more than %d hardware "
                         "threads",
                         TOPOLOGY_XML_PUS);
    if (code == -EFBIG)
        return error_set(err, code, TOPOLOGY_XML_FILE " has more than %d MiB",
                         TOPOLOGY_XML_MOST >> 20);
    if (code < 0)
        return error_set(err, code, TOPOLOGY_XML_FILE " cannot be read: it %s",
                         data_file_refusal(code) ? data_file_refusal(code) : strerror(-code));
    FILE *out = open_memstream(&tree->xml, &tree->size);
    struct error why;
    code = out ? topology_xml_clean(out, text, length, &tree->tally, &why) : -ENOMEM;
    if (out && fclose(out) != 0)
        code = -ENOMEM;
    free(text);
    if (code == 0)
        return 0;
    free(tree->xml);
    tree->xml = NULL;
    return code == -EINVAL ? error_set(err, code, TOPOLOGY_XML_FILE ": %s", why.text)
                           : error_set(err, code, "there is no memory for it");
}

static void tree_count(FILE *out, const char *before, unsigned count, const char *one)
{
    if (count > 0)
        fprintf(out, "%s%u %s%s", before, count, one, count == 1 ? "" : "s");
}

/* "1 package, 2 cores, 4 hardware threads, 1 NUMA node; caches: L1d 2 x 48.0 KiB, ..." */
static char *tree_words(const struct topology_tally *tally)
{
    char *text = NULL, least[32], most[32];
    size_t size = 0;
    bool some = false;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    tree_count(out, "", tally->packages, "package");
    tree_count(out, tally->packages > 0 ? ", " : "", tally->cores, "core");
    tree_count(out, tally->packages + tally->cores > 0 ? ", " : "", tally->pus, "hardware thread");
    tree_count(out, ", ", tally->nodes, "NUMA node");
    for (size_t level = 0; level < TOPOLOGY_XML_LEVELS; level++) {
        const struct topology_caches *caches = &tally->caches[level];
        if (caches->count == 0)
            continue;
        fprintf(out, "%sL%zu%s %u x %s", some ? ", " : "; caches: ", level + 1,
                level == 0 ? "d" : "", caches->count,
                units_human_size(least, sizeof least, (double)caches->least));
        if (caches->most > caches->least)
            fprintf(out, " to %s", units_human_size(most, sizeof most, (double)caches->most));
        some = true;
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static void tree_figure(FILE *out, const struct picture *picture, const char *words, bool simulated)
{
    fputs("<figure class=\"tree\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Drawing of the machine\"><img alt=\"",
          out);
    html_text(out, words);
    fputs("\" src=\"", out);
    html_svg(out, picture->bytes, picture->count);
    fputs("\"></div><figcaption>", out);
    html_words(out, words);
    fputs(". L# counts in the order of the machine, P# is the number that the kernel knows.", out);
    fputs(simulated ? " It is the machine that --topology described; sizes that this did not give "
                      "are made up by hwloc."
                    : "",
          out);
    fputs("</figcaption></figure>\n", out);
}

static void tree_not_drawn(FILE *out, const struct error *why, const char *words)
{
    fputs("<p>The machine is not drawn: ", out);
    html_words(out, why->text);
    fputs(".</p>\n", out);
    if (words)
        html_element(out, "p", "", words);
}

void report_topology(FILE *out, const struct compared_run *run, const struct report_drawer *lstopo)
{
    struct tree tree = {.xml = NULL};
    struct picture picture;
    struct error why;
    const json_t *simulated = run->machine ? machine_fact(run->machine, "cores.simulated") : NULL;
    if (tree_read(&tree, run->folder, &why) < 0) {
        tree_not_drawn(out, &why, NULL);
        return;
    }
    char *words = tree_words(&tree.tally);
    if (!lstopo->path) {
        tree_not_drawn(out, &lstopo->why, words);
    } else if (picture_topology(&picture, lstopo->path, tree.xml, tree.size, tree.tally.pus, &why) <
               0) {
        tree_not_drawn(out, &why, words);
    } else {
        tree_figure(out, &picture, words ? words : "the machine", json_is_true(simulated));
        free(picture.bytes);
    }
    free(words);
    free(tree.xml);
}
