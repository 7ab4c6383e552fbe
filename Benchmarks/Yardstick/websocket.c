#include "websocket.h"

#include <stdio.h>
#include <string.h>

enum frame_reading frame_read(uint8_t *bytes, size_t count, struct frame *frame, size_t *used) {
    if (count < 2) return FRAME_CUT;
    bool is_whole = bytes[0] & 0x80;
    bool has_reserved_bits = bytes[0] & 0x70;
    if (!is_whole || has_reserved_bits || (bytes[0] & 0x0f) == 0) return FRAME_WRONG;
    size_t header = 2;
    uint64_t size = bytes[1] & 0x7f;
    size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (more > 0) {
        if (count < header + more) return FRAME_CUT;
        size = 0;
        for (size_t i = 0; i < more; i++) size = size << 8 | bytes[header + i];
        header += more;
    }
    if (size > LONGEST_PAYLOAD) return FRAME_WRONG;
    frame->is_masked = bytes[1] & 0x80;
    if (frame->is_masked) {
        if (count < header + 4) return FRAME_CUT;
        memcpy(frame->mask, bytes + header, 4);
        header += 4;
    }
    if (count < header + size) return FRAME_CUT;
    frame->opcode = bytes[0] & 0x0f;
    frame->payload = bytes + header;
    frame->size = size;
    *used = header + size;
    return FRAME_WHOLE;
}

void frame_unmask(struct frame *frame) {
    if (!frame->is_masked) return;
    uint64_t mask;
    memcpy(&mask, frame->mask, 4);
    memcpy((uint8_t *)&mask + 4, frame->mask, 4);
    size_t i = 0;
    for (; i + 8 <= frame->size; i += 8) {
        uint64_t word;
        memcpy(&word, frame->payload + i, 8);
        word ^= mask;
        memcpy(frame->payload + i, &word, 8);
    }
    for (; i < frame->size; i++) frame->payload[i] ^= frame->mask[i & 3];
    frame->is_masked = false;
}

size_t frame_header(uint8_t *header, enum opcode opcode, size_t size, bool is_masked) {
    size_t length = 2;
    header[0] = 0x80 | opcode;
    if (size < 126) {
        header[1] = (uint8_t)size;
    } else {
        size_t more = size <= UINT16_MAX ? 2 : 8;
        header[1] = more == 2 ? 126 : 127;
        for (size_t i = 0; i < more; i++) header[2 + i] = (uint8_t)((uint64_t)size >> 8 * (more - 1 - i));
        length += more;
    }
    if (is_masked) {
        header[1] |= 0x80;
        memset(header + length, 0, 4);
        length += 4;
    }
    return length;
}

static uint32_t rotated(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

// SHA-1 of less than two blocks (RFC 3174): a key and the protocol's own text have 60 bytes.
static void sha1(const uint8_t *bytes, size_t count, uint8_t digest[20]) {
    uint8_t padded[128] = {0};
    size_t blocks = count + 9 <= 64 ? 1 : 2;
    memcpy(padded, bytes, count);
    padded[count] = 0x80;
    for (size_t i = 0; i < 4; i++) padded[blocks * 64 - 1 - i] = (uint8_t)(count * 8 >> 8 * i);
    uint32_t sum[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    for (size_t block = 0; block < blocks; block++) {
        uint32_t words[80];
        for (size_t i = 0; i < 16; i++) {
            const uint8_t *at = padded + block * 64 + i * 4;
            words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        }
        for (size_t i = 16; i < 80; i++) {
            words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        }
        uint32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4];
        for (size_t i = 0; i < 80; i++) {
            uint32_t mixed, constant;
            if (i < 20) {
                mixed = (b & c) | (~b & d), constant = 0x5a827999;
            } else if (i < 40) {
                mixed = b ^ c ^ d, constant = 0x6ed9eba1;
            } else if (i < 60) {
                mixed = (b & c) | (b & d) | (c & d), constant = 0x8f1bbcdc;
            } else {
                mixed = b ^ c ^ d, constant = 0xca62c1d6;
            }
            uint32_t next = rotated(a, 5) + mixed + e + words[i] + constant;
            e = d, d = c, c = rotated(b, 30), b = a, a = next;
        }
        sum[0] += a, sum[1] += b, sum[2] += c, sum[3] += d, sum[4] += e;
    }
    for (size_t i = 0; i < 20; i++) digest[i] = (uint8_t)(sum[i / 4] >> (24 - 8 * (i % 4)));
}

void handshake_accept(const char *key, size_t count, char accept[ACCEPT_BYTES]) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // A key has 24 bytes; of a longer one, which is wrong, the rest makes the answer wrong as well.
    char text[64];
    int length = snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)(count < 24 ? count : 24), key);
    uint8_t digest[21] = {0};
    sha1((const uint8_t *)text, (size_t)length, digest);
    for (size_t i = 0; i < 7; i++) {
        uint32_t bits = (uint32_t)digest[i * 3] << 16 | (uint32_t)digest[i * 3 + 1] << 8 | digest[i * 3 + 2];
        for (size_t j = 0; j < 4; j++) accept[i * 4 + j] = letters[bits >> (18 - 6 * j) & 63];
    }
    accept[27] = '=';
    accept[28] = 0;
}
