/* facts_cpu.c - the processor: what it is, how fast it may run, which mitigations slow it. */
#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/machine/facts.h"
#include "bench/machine/textfile.h"

enum cpuinfo_type { INFO_TEXT, INFO_NUMBER, INFO_REAL, INFO_WORDS };

/* Architectures name the same fact differently; the first name that is there counts. */
static const struct cpuinfo_field {
    const char *key, *names[4];
    enum cpuinfo_type type;
} cpuinfo_fields[] = {
    {"model", {"model name", "cpu model", "Processor", "cpu"}, INFO_TEXT},
    {"vendor", {"vendor_id", "CPU implementer", "vendor"}, INFO_TEXT},
    {"family", {"cpu family", "CPU architecture"}, INFO_NUMBER},
    {"model_number", {"model", "CPU part"}, INFO_NUMBER},
    {"stepping", {"stepping", "CPU revision"}, INFO_NUMBER},
    {"microcode", {"microcode"}, INFO_TEXT},
    {"mhz_now", {"cpu MHz"}, INFO_REAL},
    {"flags", {"flags", "Features"}, INFO_WORDS},
};

static const struct fact frequency_facts[] = {
    {"base_mhz", "/sys/devices/system/cpu/cpu0/cpufreq/base_frequency", FACT_KHZ},
    {"max_mhz", "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", FACT_KHZ},
    {"min_mhz", "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_min_freq", FACT_KHZ},
    {"frequency_driver", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", FACT_TEXT},
};

static json_t *words(char *text)
{
    json_t *list = json_array();
    char *save = NULL;
    for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
        json_array_append_new(list, fact_text(word));
    return list;
}

static json_t *cpuinfo_value(enum cpuinfo_type type, char *text)
{
    char *end;
    double real;
    switch (type) {
    case INFO_WORDS:
        return words(text);
    case INFO_REAL:
        real = strtod(text, &end);
        return end != text && *end == '\0' ? json_real(real) : NULL;
    case INFO_NUMBER:
        /* Arm writes hexadecimal numbers: they stay the text that manuals list them under. */
        return strncmp(text, "0x", 2) == 0 ? fact_text(text) : fact_number(text);
    case INFO_TEXT:
        break;
    }
    return fact_text(text);
}

/* One "name : value" line. An earlier name of a field wins over a later one. */
static void take_cpuinfo_line(json_t *cpu, size_t rank[], char *line)
{
    char *value = strchr(line, ':');
    if (value == NULL)
        return;
    *value++ = '\0';
    line[strcspn(line, "\t")] = '\0';
    for (size_t end = strlen(line); end > 0 && line[end - 1] == ' '; end--)
        line[end - 1] = '\0';
    value += strspn(value, " \t");
    value[strcspn(value, "\n")] = '\0';

    for (size_t i = 0; i < sizeof(cpuinfo_fields) / sizeof(cpuinfo_fields[0]); i++) {
        const struct cpuinfo_field *field = &cpuinfo_fields[i];
        for (size_t n = 0; n < rank[i] && field->names[n] != NULL; n++) {
            if (strcmp(line, field->names[n]) != 0)
                continue;
            fact_set(cpu, field->key, cpuinfo_value(field->type, value));
            rank[i] = n;
            return;
        }
    }
}

static void add_cpuinfo(json_t *cpu, const char *root)
{
    size_t fields = sizeof(cpuinfo_fields) / sizeof(cpuinfo_fields[0]);
    size_t rank[sizeof(cpuinfo_fields) / sizeof(cpuinfo_fields[0])];
    for (size_t i = 0; i < fields; i++) {
        fact_set(cpu, cpuinfo_fields[i].key, NULL);
        rank[i] = sizeof(cpuinfo_fields[i].names) / sizeof(cpuinfo_fields[i].names[0]);
    }
    FILE *stream = textfile_open(root, "/proc/cpuinfo");
    if (stream == NULL)
        return;
    char *line = NULL;
    size_t room = 0;
    /* A name that comes again is the next processor's and its rank is no better, so only what
     * the first ones say is kept; machine-wide lines of some architectures come last. */
    while (getline(&line, &room, stream) > 0)
        take_cpuinfo_line(cpu, rank, line);
    free(line);
    fclose(stream);
}

json_t *facts_cpu(const char *root)
{
    json_t *cpu = json_object();
    struct utsname system;
    fact_set(cpu, "architecture", uname(&system) == 0 ? fact_text(system.machine) : NULL);
    add_cpuinfo(cpu, root);
    fact_set_files(cpu, root, frequency_facts,
                   sizeof(frequency_facts) / sizeof(frequency_facts[0]));
    return cpu;
}

json_t *facts_governor(const char *root)
{
    char pattern[512], all[512] = "";
    int length = snprintf(pattern, sizeof(pattern), "%s%s", root != NULL ? root : "",
                          "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor");
    glob_t policies;
    if (length < 0 || (size_t)length >= sizeof(pattern) || glob(pattern, 0, NULL, &policies) != 0)
        return fact_text(NULL);
    for (size_t i = 0; i < policies.gl_pathc; i++) {
        char one[64];
        size_t used = strlen(all);
        if (textfile_read(NULL, policies.gl_pathv[i], one, sizeof(one)) == 0 &&
            strstr(all, one) == NULL)
            snprintf(all + used, sizeof(all) - used, "%s%s", used > 0 ? ", " : "", one);
    }
    globfree(&policies);
    return fact_text(all);
}

json_t *facts_boost(const char *root)
{
    char text[16];
    if (textfile_read(root, "/sys/devices/system/cpu/intel_pstate/no_turbo", text, sizeof(text)) ==
            0 &&
        (strcmp(text, "0") == 0 || strcmp(text, "1") == 0))
        return json_boolean(text[0] == '0');
    if (textfile_read(root, "/sys/devices/system/cpu/cpufreq/boost", text, sizeof(text)) == 0 &&
        (strcmp(text, "0") == 0 || strcmp(text, "1") == 0))
        return json_boolean(text[0] == '1');
    return fact_text(NULL);
}

json_t *facts_mitigations(const char *root)
{
    static const char folder[] = "/sys/devices/system/cpu/vulnerabilities";
    char path[1024];
    snprintf(path, sizeof(path), "%s%s", root != NULL ? root : "", folder);
    DIR *files = opendir(path);
    if (files == NULL)
        return fact_text(NULL);
    json_t *mitigations = json_object();
    for (const struct dirent *file; (file = readdir(files)) != NULL;) {
        if (file->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, file->d_name);
        struct fact fact = {file->d_name, path, FACT_TEXT};
        fact_set(mitigations, file->d_name, fact_file(root, &fact));
    }
    closedir(files);
    return mitigations;
}
