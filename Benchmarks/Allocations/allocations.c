// Counts allocations by standing in for malloc: a program's own malloc comes before the C library's, for the Swift runtime
// as well. glibc keeps its own under another name; where there is none like that, nothing is counted.
#include "allocations.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__GLIBC__)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static __thread struct allocations counted;

static void note(size_t size) {
    counted.count += 1;
    counted.bytes += size;
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    note(size);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}

struct allocations allocations_now(void) { return counted; }
int allocations_are_counted(void) { return 1; }

#else

struct allocations allocations_now(void) { return (struct allocations){0, 0}; }
int allocations_are_counted(void) { return 0; }

#endif
