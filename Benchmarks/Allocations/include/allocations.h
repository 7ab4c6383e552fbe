#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stdint.h>

/// What this thread has allocated since it began. A growing block counts again each time.
struct allocations {
    uint64_t count;
    uint64_t bytes;
};

/// What has been counted so far; nothing where malloc cannot be replaced.
struct allocations allocations_now(void);

/// Whether anything is counted here.
int allocations_are_counted(void);

#endif
