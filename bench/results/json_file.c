#include "bench/results/json_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/data_file.h"
#include "bench/results/file_text.h"
#include "bench/results/text.h"
#include "bench/results/whole_file.h"

enum { JSON_PATH_SHOWN = 256 };

/* The end of a path that is too long says more than its start, and leaves room for the reason. */
static const char *json_shown(const char *path)
{
    const size_t length = strlen(path);
    return path + (length > JSON_PATH_SHOWN ? length - JSON_PATH_SHOWN : 0);
}

static int json_failed(struct error *err, const char *verb, const char *path,
                       const struct json_mend *mend, int error)
{
    const char *help = NULL;
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        help = "free some space";
        break;
    case EFBIG:
        help = "raise the limit of file sizes (ulimit -f)";
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        help = mend->access;
        break;
    case ENOTDIR:
        help = "name a folder, not a file";
        break;
    default:
        break;
    }
    return error_set(err, -error, "cannot %s %s: %s%s%s", verb, json_shown(path), strerror(error),
                     help ? "; " : "", help ? help : "");
}

static int json_refuse(struct error *err, const char *place, const char *why,
                       const struct json_mend *mend)
{
    return error_set(err, -EINVAL, "%s%s%s%s", place, why, mend->content ? "; " : "",
                     mend->content ? mend->content : "");
}

/* --- reading --- */

static int json_parse(const char *text, size_t size, const char *path, const struct json_mend *mend,
                      json_t **object, struct error *err)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    char place[JSON_PATH_SHOWN + 64];
    json_error_t why;
    const size_t skip =
        size >= sizeof mark && memcmp(text, mark, sizeof mark) == 0 ? sizeof mark : 0;
    json_t *json = json_loadb(text + skip, size - skip, JSON_REJECT_DUPLICATES, &why);
    if (!json && json_error_code(&why) == json_error_out_of_memory)
        return error_set(err, -ENOMEM, "no memory for reading %s", json_shown(path));
    snprintf(place, sizeof place, "%s:%d:%d: ", json_shown(path),
             !json && why.line > 0 ? why.line : 1, !json && why.column > 0 ? why.column : 1);
    if (!json)
        return json_refuse(err, place, text_clean(why.text), mend);
    if (!json_is_object(json)) {
        json_decref(json);
        return json_refuse(err, place, "a list where an object {...} belongs", mend);
    }
    *object = json;
    return 0;
}

int json_file_read(const char *path, size_t most, const struct json_mend *mend, json_t **object,
                   struct error *err)
{
    char why[64], *text = NULL;
    size_t size = 0;
    const int code = file_text(path, most, &text, &size);
    if (data_file_refusal(code)) {
        snprintf(why, sizeof why, " %s", data_file_refusal(code));
        return json_refuse(err, json_shown(path), why, mend);
    }
    if (code == -EFBIG) {
        snprintf(why, sizeof why, " has more than %zu MiB", most >> 20);
        return json_refuse(err, json_shown(path), why, mend);
    }
    if (code < 0)
        return json_failed(err, "read", path, mend, -code);
    const int parsed = json_parse(text, size, path, mend, object, err);
    free(text);
    return parsed;
}

/* --- writing --- */

int json_file_write(const char *path, const json_t *object, mode_t mode,
                    const struct json_mend *mend, struct error *err)
{
    struct whole_file file;
    int code = whole_file_open(&file, path, mode);
    if (code < 0)
        return json_failed(err, "create", path, mend, -code);
    const bool written =
        json_dumpf(object, file.out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
        fputc('\n', file.out) != EOF;
    const int error = file.error ? file.error : ENOMEM;
    code = whole_file_close(&file, written);
    if (!written)
        return json_failed(err, "write", path, mend, error);
    return code < 0 ? json_failed(err, "write", path, mend, -code) : 0;
}
