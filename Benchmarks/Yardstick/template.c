#include "template.h"

#include "buffer.h"

static bool begins(const char *text, const char *word) { return strncmp(text, word, strlen(word)) == 0; }

static void append_padding(struct buffer *buffer, size_t count) {
    for (size_t i = 0; i < count; i++) buffer_append(buffer, &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
}

static void append_number(struct buffer *buffer, unsigned number) {
    char digits[16];
    buffer_append(buffer, digits, (size_t)snprintf(digits, sizeof digits, "%u", number));
}

char *filled(const char *template, unsigned room, unsigned client, size_t text_bytes, struct places *places, size_t *length) {
    struct buffer out = {0};
    struct places found = {SIZE_MAX, SIZE_MAX};
    while (*template != 0) {
        if (begins(template, "%room")) {
            append_number(&out, room);
            template += strlen("%room");
        } else if (begins(template, "%client")) {
            append_number(&out, client);
            template += strlen("%client");
        } else if (begins(template, "%text")) {
            found.text = out.count;
            append_padding(&out, text_bytes);
            template += strlen("%text");
        } else if (begins(template, "%number")) {
            found.number = out.count;
            append_padding(&out, NUMBER_DIGITS);
            template += strlen("%number");
        } else {
            buffer_append(&out, template++, 1);
        }
    }
    if (places != NULL) *places = found;
    if (length != NULL) *length = out.count;
    buffer_append(&out, "", 1);
    return (char *)out.bytes;
}
