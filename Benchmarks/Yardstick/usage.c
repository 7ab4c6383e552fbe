#define _GNU_SOURCE
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void gone(pid_t id) {
    fprintf(stderr, "there is no process %d (any more)\n", id);
    exit(2);
}

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t now(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t processor_time(const struct processes *processes) {
    uint64_t total = 0;
    for (int i = 0; i < processes->count; i++) {
        // The clock of a process is what /proc shows in hundredths of a second, to the nanosecond.
        clockid_t clock;
        if (clock_getcpuclockid(processes->ids[i], &clock) != 0) gone(processes->ids[i]);
        total += nanoseconds(clock);
    }
    return total;
}

int64_t resident_bytes(const struct processes *processes) {
    int64_t total = 0;
    for (int i = 0; i < processes->count; i++) {
        char path[32];
        snprintf(path, sizeof path, "/proc/%d/statm", processes->ids[i]);
        FILE *file = fopen(path, "re");
        long pages = 0;
        if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) gone(processes->ids[i]);
        fclose(file);
        total += (int64_t)pages * sysconf(_SC_PAGESIZE);
    }
    return total;
}
