/*
 * power.h - whether the machine runs on its battery.
 *
 * From /sys/class/power_supply; batteries of mice and the like (scope "Device") do not count.
 * Thread rules: one thread at a time.
 */
#ifndef BENCH_MACHINE_POWER_H
#define BENCH_MACHINE_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POWER_MOST = 8 };

struct power {
    bool known; /* all supplies could be listed */
    size_t mains_count, battery_count;
    int mains[POWER_MOST], batteries[POWER_MOST]; /* descriptors; -1: cannot be read */
};

/* `root` is put before every path; NULL means this machine. Never fails. */
void power_open(struct power *power, const char *root);

/* 1: a battery discharges and no mains are online. 0: mains are online, or a battery charges, or
 * there is no battery. Otherwise CONDITION_UNKNOWN. */
uint64_t power_on_battery(const struct power *power);
void power_close(struct power *power);

#endif
