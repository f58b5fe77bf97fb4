#include "bench/record_topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_xml.h"
#include "bench/results/folder.h"
#include "bench/results/output_file.h"

int record_topology(const char *folder, const struct topology *topology, struct error *err)
{
    char path[4096 + 32], *text = NULL;
    size_t size = 0;
    int code = folder_path(folder, TOPOLOGY_XML_FILE, path, sizeof path);
    if (code < 0)
        return error_set(err, code, "the folder's name is too long");
    code = topology_xml(topology, &text, &size, err);
    if (code < 0)
        return code == -ENOMEM ? code : 0;
    code = output_text(path, text, size);
    free(text);
    return code < 0 ? error_set(err, code, "cannot write %s: %s", path, strerror(-code)) : 0;
}
