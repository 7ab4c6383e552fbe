// Texts with places in them: what one server after the other wants to be told in its own way.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { NUMBER_DIGITS = 10, FIRST_NUMBER = 1000000000 };

// Where the parts of a message are that are others each time.
struct places {
    size_t text;    // SIZE_MAX: nowhere
    size_t number;  // SIZE_MAX: nowhere
};

// Puts in %room and %client (numbers from 0), %text (`text_bytes` long) and %number (NUMBER_DIGITS digits, for each message of a
// client another one); returns a new string, and its length. `places` may be NULL.
char *filled(const char *template, unsigned room, unsigned client, size_t text_bytes, struct places *places, size_t *length);
