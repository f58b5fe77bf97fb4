/* identity_print.c - machine.json as a page for people; it reads nothing but the JSON object, so
 * that the page and the file cannot disagree. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/facts.h"
#include "bench/util/units.h"

#define LABEL_WIDTH 16
#define PAGE_WIDTH  88

/* `path` with dots: "cpu.model". NULL: not there. */
static const json_t *at(const json_t *object, const char *path)
{
    char copy[128];
    snprintf(copy, sizeof(copy), "%s", path);
    char *save = NULL;
    for (char *key = strtok_r(copy, ".", &save); key != NULL; key = strtok_r(NULL, ".", &save))
        object = json_object_get(object, key);
    return object;
}

/* A fact as text that lives as long as the object, or in `text`. */
static const char *show(const json_t *object, const char *path, char text[32])
{
    const json_t *value = at(object, path);
    if (json_is_integer(value))
        snprintf(text, 32, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, 32, "%.6g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, 32, "%s", json_is_true(value) ? "yes" : "no");
    else if (json_is_string(value))
        return json_string_value(value);
    else
        snprintf(text, 32, FACT_UNKNOWN);
    return text;
}

static const char *show_bytes(const json_t *object, const char *path, char text[32])
{
    const json_t *value = at(object, path);
    if (!json_is_integer(value))
        return show(object, path, text);
    return units_human_size(text, 32, (double)json_integer_value(value));
}

static const char *show_ns(const json_t *object, const char *path, char text[32])
{
    const json_t *value = at(object, path);
    if (!json_is_integer(value))
        return show(object, path, text);
    return units_human_time(text, 32, (double)json_integer_value(value));
}

#define TEXT(path)  show(identity, path, (char[32]){""})
#define BYTES(path) show_bytes(identity, path, (char[32]){""})
#define NS(path)    show_ns(identity, path, (char[32]){""})

/* Up to and with the next comma or semicolon before a blank: where a line may break, so that a
 * number keeps its unit. */
static size_t piece_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        bool stop = text[length] == ',' || text[length] == ';';
        length++;
        if (stop && text[length] == ' ')
            break;
    }
    return length;
}

/* "Label   text", wrapped. */
static void row(FILE *out, const char *label, const char *text)
{
    int column = fprintf(out, "%-*s", LABEL_WIDTH, label);
    for (bool first = true; *text != '\0'; first = false) {
        int length = (int)piece_length(text);
        if (!first && column + 1 + length > PAGE_WIDTH)
            column = fprintf(out, "\n%*s", LABEL_WIDTH, "") - 1;
        else if (!first)
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", length, text);
        text += length;
        text += *text == ' ';
    }
    fputc('\n', out);
}

__attribute__((format(printf, 3, 4))) static void rowf(FILE *out, const char *label,
                                                       const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    row(out, label, length >= 0 ? text : "unknown: out of memory");
    if (length >= 0)
        free(text);
}

static const char *plural(const json_t *identity, const char *path)
{
    return json_integer_value(at(identity, path)) == 1 ? "" : "s";
}

static void page_cpu(const json_t *identity, FILE *out)
{
    rowf(out, "CPU", "%s (%s, %s)", TEXT("cpu.model"), TEXT("cpu.vendor"),
         TEXT("cpu.architecture"));
    rowf(out, "", "family %s, model %s, stepping %s, microcode %s", TEXT("cpu.family"),
         TEXT("cpu.model_number"), TEXT("cpu.stepping"), TEXT("cpu.microcode"));
    rowf(out, "Frequency", "%s MHz now, base %s, highest %s (MHz)", TEXT("cpu.mhz_now"),
         TEXT("cpu.base_mhz"), TEXT("cpu.max_mhz"));
    rowf(out, "Governor", "%s (driver: %s), boost: %s", TEXT("governor"),
         TEXT("cpu.frequency_driver"), TEXT("boost"));
}

static void page_caches(const json_t *identity, FILE *out)
{
    const json_t *caches = at(identity, "caches");
    if (json_array_size(caches) == 0)
        row(out, "Caches", FACT_UNKNOWN);
    for (size_t i = 0; i < json_array_size(caches); i++) {
        const json_t *cache = json_array_get(caches, i);
        char count[32], level[32], type[32], size[32], shared[32], line[32];
        long long pus = json_integer_value(json_object_get(cache, "shared_by_pus"));
        rowf(out, i == 0 ? "Caches" : "", "%s x L%s %s, %s, lines of %s bytes, for %s PU%s each",
             show(cache, "count", count), show(cache, "level", level), show(cache, "type", type),
             show_bytes(cache, "size_bytes", size), show(cache, "line_bytes", line),
             show(cache, "shared_by_pus", shared), pus == 1 ? "" : "s");
    }
}

static void page_cores(const json_t *identity, FILE *out)
{
    rowf(out, "Cores",
         "%s of %s cores, %s of %s PUs, %s package%s, %s NUMA node%s, %s kind%s of core",
         TEXT("cores.cores"), TEXT("cores.machine_cores"), TEXT("cores.pus"),
         TEXT("cores.machine_pus"), TEXT("cores.packages"), plural(identity, "cores.packages"),
         TEXT("cores.numa_nodes"), plural(identity, "cores.numa_nodes"),
         TEXT("cores.efficiency_kinds"), plural(identity, "cores.efficiency_kinds"));
    rowf(out, "Usable cores", "%s: %s", TEXT("cores.usable"), TEXT("cores.why"));
    rowf(out, "", "CPUs %s; quota: %s; SMT: %s; isolated: %s", TEXT("cores.usable_cpus"),
         TEXT("cores.quota_cpus"), TEXT("cores.smt_control"), TEXT("cores.isolated"));
}

static void page_system(const json_t *identity, FILE *out)
{
    rowf(out, "Kernel", "%s %s %s", TEXT("kernel.name"), TEXT("kernel.release"),
         TEXT("kernel.version"));
    rowf(out, "", "%s, %s; perf_event_paranoid %s, io_uring_disabled %s",
         TEXT("kernel.distribution"), TEXT("kernel.libc"), TEXT("kernel.perf_event_paranoid"),
         TEXT("kernel.io_uring_disabled"));
    rowf(out, "Virtualisation", "virtual machine: %s, hypervisor: %s, container: %s",
         TEXT("virtualisation.virtual_machine"), TEXT("virtualisation.hypervisor"),
         TEXT("virtualisation.container"));
    rowf(out, "Timer", "%s, resolution %s, slack %s", TEXT("timer.clocksource"),
         NS("timer.resolution_ns"), NS("timer.slack_ns"));
    rowf(out, "Memory", "%s, %s available, swap %s; huge pages: %s; cgroup limit: %s",
         BYTES("memory.total_bytes"), BYTES("memory.available_bytes"), BYTES("memory.swap_bytes"),
         TEXT("memory.transparent_hugepages"), BYTES("memory.cgroup_limit_bytes"));
    rowf(out, "Limits", "processes %s, open files %s, locked memory %s, stack %s",
         TEXT("limits.processes"), TEXT("limits.open_files"), BYTES("limits.locked_memory_bytes"),
         BYTES("limits.stack_bytes"));
    rowf(out, "", "pid_max %s, threads-max %s, max_map_count %s, cgroup pids %s",
         TEXT("limits.pid_max"), TEXT("limits.threads_max"), TEXT("limits.max_map_count"),
         TEXT("limits.cgroup_pids"));
}

/* The kernel begins these files with "Not affected", "Mitigation: ..." or "Vulnerable...". */
static void page_mitigations(const json_t *identity, FILE *out)
{
    const json_t *mitigations = at(identity, "mitigations");
    if (!json_is_object(mitigations)) {
        row(out, "Mitigations", FACT_UNKNOWN);
        return;
    }
    char *vulnerable = NULL;
    size_t length;
    FILE *names = open_memstream(&vulnerable, &length);
    if (names == NULL)
        return;
    unsigned active = 0, open_holes = 0, unaffected = 0, other = 0;
    for (void *entry = json_object_iter((json_t *)(uintptr_t)mitigations); entry != NULL;
         entry = json_object_iter_next((json_t *)(uintptr_t)mitigations, entry)) {
        const char *state = json_string_value(json_object_iter_value(entry));
        if (state != NULL && strncmp(state, "Mitigation", 10) == 0)
            active++;
        else if (state != NULL && strncmp(state, "Not affected", 12) == 0)
            unaffected++;
        else if (state != NULL && strncmp(state, "Vulnerable", 10) == 0)
            fprintf(names, "%s%s", open_holes++ > 0 ? ", " : ": ", json_object_iter_key(entry));
        else
            other++;
    }
    fclose(names);
    rowf(out, "Mitigations", "%u active, %u not affected, %u other, %u vulnerable%s", active,
         unaffected, other, open_holes, vulnerable);
    free(vulnerable);
}

static void page_conditions(const json_t *identity, FILE *out)
{
    const json_t *load = at(identity, "conditions.load_average");
    if (json_is_array(load))
        rowf(out, "Conditions", "load %.2f %.2f %.2f; steal %s since boot, throttled %s",
             json_real_value(json_array_get(load, 0)), json_real_value(json_array_get(load, 1)),
             json_real_value(json_array_get(load, 2)), NS("conditions.steal_ns"),
             NS("conditions.throttled_ns"));
    else
        rowf(out, "Conditions", "load unknown; steal %s since boot, throttled %s",
             NS("conditions.steal_ns"), NS("conditions.throttled_ns"));
}

int identity_page(const json_t *identity, const char *tree, FILE *out)
{
    errno = 0;
    rowf(out, "Machine", "%s", TEXT("host"));
    if (json_is_true(at(identity, "simulated")))
        rowf(out, "", "cores and caches of the simulated \"%s\"; everything else of this machine",
             TEXT("topology"));
    page_cpu(identity, out);
    page_caches(identity, out);
    page_cores(identity, out);
    page_system(identity, out);
    page_mitigations(identity, out);
    page_conditions(identity, out);
    rowf(out, "Build", "bench %s, commit %s, %s, %s (%s)", TEXT("build.version"),
         TEXT("build.commit"), TEXT("build.compiler"), TEXT("build.type"), TEXT("build.flags"));
    fprintf(out, "\n%s", tree);
    if (fflush(out) != 0 || ferror(out))
        return errno != 0 ? -errno : -EIO;
    return 0;
}
