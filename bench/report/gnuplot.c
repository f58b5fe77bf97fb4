#include "bench/report/gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/report/external.h"
#include "bench/report/plain.h"

enum { GNUPLOT_SAID = 4096 };

/* One that hangs must not hold up a run without anybody at the keyboard; no chart takes nearly as
 * long. */
enum { GNUPLOT_SECONDS = 300 };

int gnuplot_find(char **path, struct error *err)
{
    const int code = external_program(path, "gnuplot", err);
    return code == -ENOENT
               ? error_set(err, code, "charts need gnuplot: apt-get install gnuplot-nox")
               : code;
}

/* What gnuplot gave up for: the first line that names a line of the script, past the echo of that
 * line, a caret and warnings; or else the first that says anything. */
static void gnuplot_first_line(char *line, size_t size, char *said)
{
    char *rest = NULL;
    const char *first = NULL, *reason = NULL;
    for (char *l = strtok_r(said, "\r\n", &rest); l; l = strtok_r(NULL, "\r\n", &rest)) {
        l += strspn(l, " \t^");
        if (!first && *l)
            first = l;
        if (!reason && strstr(l, "line ") && !strstr(l, "warning:"))
            reason = l;
    }
    if (!first)
        first = "it said nothing";
    plain_text(line, size, reason ? reason : first);
}

int gnuplot_run(const char *gnuplot, int directory, const char *script, const char *data,
                const char *picture, const char *theme, struct error *err)
{
    const char *const arguments[] = {gnuplot, "-d", "-c", script, data, picture, theme, NULL};
    char said[GNUPLOT_SAID], line[256];
    const int code = external_run(arguments, directory, GNUPLOT_SECONDS, said, sizeof said, err);
    if (code != -EIO)
        return code;
    gnuplot_first_line(line, sizeof line, said);
    return error_set(err, code, "gnuplot could not draw %s: %s", picture, line);
}
