// What a server and a generator of whole frames need of RFC 6455.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode { OPCODE_TEXT = 1, OPCODE_BINARY = 2, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

enum {
    LONGEST_HEADER = 14,      // bytes of a frame before its payload
    LONGEST_PAYLOAD = 1 << 18,
    LONGEST_HEAD = 8 << 10,   // bytes of a request or an answer of HTTP
    ACCEPT_BYTES = 29,        // a Sec-WebSocket-Accept, and the 0 at its end
};

struct frame {
    unsigned opcode;
    uint8_t *payload;
    size_t size;
    bool is_masked;
    uint8_t mask[4];
};

enum frame_reading {
    FRAME_WHOLE,
    FRAME_CUT,    // more bytes have to come
    FRAME_WRONG,  // a fragment, a reserved bit, or more than LONGEST_PAYLOAD bytes: nothing that these programs use
};

// Reads the frame at the beginning of some bytes, where it stays; `used` becomes its length with the header.
enum frame_reading frame_read(uint8_t *bytes, size_t count, struct frame *frame, size_t *used);

// Takes the client's mask off (section 5.3).
void frame_unmask(struct frame *frame);

// Writes the header of a frame, and returns its length. The mask of a client is zero, so that a frame can be written in place;
// a server takes it off all the same.
size_t frame_header(uint8_t *header, enum opcode opcode, size_t size, bool is_masked);

// The answer to a Sec-WebSocket-Key (section 4.2.2).
void handshake_accept(const char *key, size_t count, char accept[ACCEPT_BYTES]);
