/* facts_virtual.c - is this a virtual machine, and is this a container? Both may
 * slow work in ways that no other fact shows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/facts.h"
#include "bench/machine/textfile.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* CPUID leaf 0x40000000: by convention of the hypervisors, 12 letters in EBX, ECX, EDX. Asked
 * only where the processor says that there is a hypervisor: elsewhere the leaf is undefined. */
static json_t *hypervisor_signature(void)
{
    unsigned registers[4];
    char signature[13] = "";
    __cpuid(0x40000000, registers[0], registers[1], registers[2], registers[3]);
    memcpy(signature, &registers[1], 12);
    return fact_text(signature);
}
#else
static json_t *hypervisor_signature(void)
{
    return fact_text(NULL);
}
#endif

static const struct fact virtual_facts[] = {
    {"hypervisor_type", "/sys/hypervisor/type", FACT_TEXT},
    {"system_vendor", "/sys/class/dmi/id/sys_vendor", FACT_TEXT},
    {"product", "/sys/class/dmi/id/product_name", FACT_TEXT},
};

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* x86 has a flag for it; elsewhere its absence tells nothing. */
static enum answer hypervisor_flag(const char *root)
{
    enum answer answer = ANSWER_UNKNOWN;
    FILE *stream = textfile_open(root, "/proc/cpuinfo");
    if (stream == NULL)
        return answer;
    char *line = NULL;
    size_t room = 0;
    while (answer == ANSWER_UNKNOWN && getline(&line, &room, stream) > 0)
        if (strncmp(line, "flags\t", 6) == 0)
            answer = strstr(line, " hypervisor") != NULL ? ANSWER_YES : ANSWER_NO;
    free(line);
    fclose(stream);
    return answer;
}

static bool exists(const char *root, const char *path)
{
    char text[2];
    int status = textfile_read(root, path, text, sizeof(text));
    return status == 0 || status == -EFBIG || status == -EACCES;
}

/* The sign that was found is told with it: an image made for containers may also be booted as a
 * virtual machine. */
static json_t *container(const char *root)
{
    char text[4096];
    if (exists(root, "/.dockerenv"))
        return fact_text("docker (/.dockerenv)");
    if (exists(root, "/run/.containerenv"))
        return fact_text("podman (/run/.containerenv)");
    if (textfile_read(root, "/run/systemd/container", text, sizeof(text)) == 0)
        return json_sprintf("%s (/run/systemd/container)", text);
    static const char *const marks[] = {"kubepods", "docker", "libpod", "containerd", "lxc"};
    if (textfile_read(root, "/proc/self/cgroup", text, sizeof(text)) != 0)
        return fact_text(NULL);
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strstr(text, marks[i]) != NULL)
            return json_sprintf("%s (/proc/self/cgroup)", marks[i]);
    return fact_text("none found");
}

json_t *facts_virtualisation(const char *root)
{
    json_t *facts = json_object();
    enum answer answer = hypervisor_flag(root);
    if (answer == ANSWER_UNKNOWN && (exists(root, "/sys/hypervisor/type") ||
                                     exists(root, "/proc/device-tree/hypervisor/compatible")))
        answer = ANSWER_YES;
    fact_set(facts, "virtual_machine",
             answer == ANSWER_UNKNOWN ? NULL : json_boolean(answer == ANSWER_YES));
    fact_set(facts, "hypervisor",
             answer == ANSWER_YES  ? hypervisor_signature()
             : answer == ANSWER_NO ? fact_text("none")
                                   : NULL);
    fact_set_files(facts, root, virtual_facts, sizeof(virtual_facts) / sizeof(virtual_facts[0]));
    fact_set(facts, "container", container(root));
    return facts;
}
