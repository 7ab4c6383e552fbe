// What processes have used.
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum { MOST_PROCESSES = 16 };

struct processes {
    pid_t ids[MOST_PROCESSES];
    int count;
};

// User and system time of all of them, in nanoseconds. Ends the program when one of them is gone.
uint64_t processor_time(const struct processes *processes);

// Their resident memory, in bytes.
int64_t resident_bytes(const struct processes *processes);

// The time by the clock that everything here is measured by, in nanoseconds.
uint64_t now(void);
