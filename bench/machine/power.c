#include "bench/machine/power.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine/conditions.h"
#include "bench/machine/textfile.h"

#define SUPPLIES "/sys/class/power_supply"

static bool keep(int *list, size_t *count, int folder, const char *supply, const char *file)
{
    char path[NAME_MAX + 16];
    if (*count == POWER_MOST)
        return false;
    snprintf(path, sizeof path, "%s/%s", supply, file);
    list[(*count)++] = openat(folder, path, O_RDONLY | O_CLOEXEC);
    return true;
}

/* false: what it is cannot be told. */
static bool add_supply(struct power *power, const char *root, int folder, const char *supply)
{
    char path[NAME_MAX + sizeof SUPPLIES + 16], type[32], scope[32];
    snprintf(path, sizeof path, SUPPLIES "/%s/scope", supply);
    if (textfile_read(root, path, scope, sizeof scope) == 0 && strcmp(scope, "Device") == 0)
        return true;
    snprintf(path, sizeof path, SUPPLIES "/%s/type", supply);
    if (textfile_read(root, path, type, sizeof type) != 0)
        return false;
    if (strcmp(type, "Mains") == 0)
        return keep(power->mains, &power->mains_count, folder, supply, "online");
    if (strcmp(type, "Battery") == 0)
        return keep(power->batteries, &power->battery_count, folder, supply, "status");
    return true;
}

void power_open(struct power *power, const char *root)
{
    char path[PATH_MAX];
    *power = (struct power){0};
    snprintf(path, sizeof path, "%s" SUPPLIES, root != NULL ? root : "");
    DIR *supplies = opendir(path);
    if (supplies == NULL)
        return;
    power->known = true;
    for (const struct dirent *supply; (supply = readdir(supplies)) != NULL;)
        if (supply->d_name[0] != '.')
            power->known &= add_supply(power, root, dirfd(supplies), supply->d_name);
    closedir(supplies);
}

static bool says(int fd, const char *word)
{
    char text[32];
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (got <= 0)
        return false;
    text[got] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return strcmp(text, word) == 0;
}

static size_t count_of(const int *list, size_t count, const char *word)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += says(list[i], word);
    return found;
}

uint64_t power_on_battery(const struct power *power)
{
    if (!power->known)
        return CONDITION_UNKNOWN;
    if (power->battery_count == 0 || count_of(power->mains, power->mains_count, "1") > 0 ||
        count_of(power->batteries, power->battery_count, "Charging") > 0)
        return 0;
    bool unplugged = count_of(power->mains, power->mains_count, "0") == power->mains_count;
    bool drained = count_of(power->batteries, power->battery_count, "Discharging") > 0;
    return unplugged && drained ? 1 : CONDITION_UNKNOWN;
}

static void close_all(const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] >= 0)
            close(list[i]);
}

void power_close(struct power *power)
{
    close_all(power->mains, power->mains_count);
    close_all(power->batteries, power->battery_count);
    *power = (struct power){0};
}
