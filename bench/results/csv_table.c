#include "bench/results/csv_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/csv_put.h"
#include "bench/results/folder.h"
#include "bench/results/output_file.h"

static int put_rows(struct csv_buffer *buffer, const struct column *columns, size_t column_count,
                    const char *records, size_t count, size_t size)
{
    for (size_t i = 0; i < column_count; i++) {
        csv_put_text(buffer, columns[i].info.name);
    }
    int rc = csv_put_end(buffer);
    for (size_t row = 0; row < count && rc == 0; row++) {
        for (size_t i = 0; i < column_count; i++) {
            column_put(&columns[i], records + row * size, buffer);
        }
        rc = csv_put_end(buffer);
    }
    return rc;
}

int csv_table_write(const char *folder, const char *name, const struct column *columns,
                    size_t column_count, const void *records, size_t count, size_t size,
                    struct error *err)
{
    char path[4096 + 32];
    struct csv_buffer buffer = {0};
    if (folder_path(folder, name, path, sizeof path) != 0) {
        return error_set(err, -ENAMETOOLONG, "%s: the folder's name is too long", name);
    }
    int rc = put_rows(&buffer, columns, column_count, records, count, size);
    if (rc != 0) {
        error_set(err, rc, "no memory for %s", path);
    } else if ((rc = output_text(path, buffer.text, buffer.length)) != 0) {
        error_set(err, rc, "cannot write %s: %s", path, strerror(-rc));
    }
    csv_put_free(&buffer);
    return rc;
}
