// What a message of the generator carries in its text: who sent it, as which of theirs, and when.
//
//   ~SSSSSSSSNNNNNNNNTTTTTTTT~     the sender, the number of its message from 0, microseconds since the start; each in hexadecimal
//
// A server may put whatever it likes around the text, as long as the text stays as it is: the token is looked for in the frame.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TOKEN_BYTES = 26 };

struct token {
    uint32_t sender;
    uint32_t number;
    uint32_t sent;
};

static inline void token_write_word(uint8_t *at, uint32_t word) {
    for (int i = 0; i < 8; i++) at[i] = (uint8_t) "0123456789abcdef"[word >> (28 - 4 * i) & 15];
}

static inline void token_write(uint8_t *at, struct token token) {
    at[0] = at[TOKEN_BYTES - 1] = '~';
    token_write_word(at + 1, token.sender);
    token_write_word(at + 9, token.number);
    token_write_word(at + 17, token.sent);
}

// Eight digits at once: this is done for each of millions of deliveries a second.
static inline uint32_t token_read_word(const uint8_t *at) {
    uint64_t digits;
    memcpy(&digits, at, 8);
    uint64_t letters = digits >> 6 & 0x0101010101010101;
    uint64_t halves = (digits & 0x0f0f0f0f0f0f0f0f) + letters * 9;
    // The first digit is the lowest byte, and the highest half byte of the word.
    halves = (halves & 0x000f000f000f000f) << 4 | (halves >> 8 & 0x000f000f000f000f);
    return (uint32_t)((halves & 0xff) << 24 | (halves >> 16 & 0xff) << 16 | (halves >> 32 & 0xff) << 8 | (halves >> 48 & 0xff));
}

// Finds the token of a payload. `place` is where the last one was, and where the next one is likely to be.
static inline bool token_read(const uint8_t *payload, size_t size, size_t *place, struct token *token) {
    const uint8_t *at = payload + *place;
    if (*place + TOKEN_BYTES > size || at[0] != '~' || at[TOKEN_BYTES - 1] != '~') {
        const uint8_t *from = payload, *end = payload + size;
        for (;;) {
            at = memchr(from, '~', (size_t)(end - from));
            if (at == NULL || end - at < TOKEN_BYTES) return false;
            if (at[TOKEN_BYTES - 1] == '~') break;
            from = at + 1;
        }
        *place = (size_t)(at - payload);
    }
    *token = (struct token){token_read_word(at + 1), token_read_word(at + 9), token_read_word(at + 17)};
    return true;
}
