#include "bench/record_topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_xml.h"
#include "bench/results/folder.h"
#include "bench/results/whole_file.h"

static int topology_write(const char *path, const char *text, size_t size)
{
    struct whole_file file;
    int code = whole_file_open(&file, path, 0666);
    if (code < 0)
        return code;
    fwrite(text, 1, size, file.out); /* what went wrong is told when it is closed */
    return whole_file_close(&file, true);
}

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
    code = topology_write(path, text, size);
    free(text);
    return code < 0 ? error_set(err, code, "cannot write %s: %s", path, strerror(-code)) : 0;
}
