// Bytes that wait: for their other half, or for a socket that takes them.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
};

// Memory for these programs is there, or they end: neither has a use for half of a run.
static inline void *memory(void *old, size_t size) {
    void *block = realloc(old, size);
    if (block == NULL) {
        fprintf(stderr, "there are no %zu bytes of memory\n", size);
        exit(1);
    }
    return block;
}

static inline void buffer_append(struct buffer *buffer, const void *bytes, size_t count) {
    if (buffer->capacity - buffer->count < count) {
        size_t capacity = buffer->capacity == 0 ? 512 : buffer->capacity;
        while (capacity - buffer->count < count) capacity *= 2;
        buffer->bytes = memory(buffer->bytes, capacity);
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

// An empty buffer gives its memory back: most connections have nothing that waits.
static inline void buffer_free(struct buffer *buffer) {
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

static inline void buffer_drop_first(struct buffer *buffer, size_t count) {
    if (count == buffer->count) {
        buffer_free(buffer);
        return;
    }
    memmove(buffer->bytes, buffer->bytes + count, buffer->count - count);
    buffer->count -= count;
}
