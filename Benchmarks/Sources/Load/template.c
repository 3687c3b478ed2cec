#include "template.h"

#include <stdbool.h>
#include <string.h>

#include "failure.h"

static void reserve(text *to, size_t more) {
    if (to->length + more <= to->capacity) return;
    to->capacity = (to->length + more) * 2;
    to->bytes = reallocate(to->bytes, to->capacity);
}

void text_append(text *to, const char *bytes, size_t length) {
    if (length == 0) return;
    reserve(to, length);
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

void text_append_number(text *to, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_append(to, digits + at, sizeof digits - at);
}

static bool is_number_key(const char *key, size_t length, const stamps *stamps, uint64_t *number) {
    const struct {
        const char *name;
        uint64_t value;
    } keys[] = {{"n", stamps->number}, {"t", stamps->time}, {"w", stamps->writer}, {"s", stamps->serial},
                {"ch", stamps->channel}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i].name) != length || memcmp(keys[i].name, key, length) != 0) continue;
        *number = keys[i].value;
        return true;
    }
    return false;
}

void text_append_body(text *to, const char *template, const stamps *stamps, size_t pad, long size) {
    size_t start = to->length, padding_at = SIZE_MAX;
    while (*template != '\0') {
        size_t plain = strcspn(template, "{");
        text_append(to, template, plain);
        template += plain;
        if (*template == '\0') break;
        const char *close = strchr(template, '}');
        size_t length = close == NULL ? 0 : (size_t)(close - template) - 1;
        uint64_t number;
        if (length == 3 && memcmp(template + 1, "pad", 3) == 0) {
            padding_at = to->length;
        } else if (length > 0 && is_number_key(template + 1, length, stamps, &number)) {
            text_append_number(to, number);
        } else {
            text_append(to, template++, 1);  // a brace of the text itself
            continue;
        }
        template = close + 1;
    }
    if (padding_at == SIZE_MAX) return;
    // How much is missing is known only now: make room for it.
    size_t length = to->length - start;
    if (size >= 0) pad = (size_t)size > length ? (size_t)size - length : 0;
    reserve(to, pad);
    memmove(to->bytes + padding_at + pad, to->bytes + padding_at, to->length - padding_at);
    memset(to->bytes + padding_at, 'x', pad);
    to->length += pad;
}

void text_append_path(text *to, const char *template, uint64_t channel) {
    const char *mark = strstr(template, "{ch}");
    if (mark == NULL) {
        text_append(to, template, strlen(template));
        return;
    }
    text_append(to, template, (size_t)(mark - template));
    text_append_number(to, channel);
    text_append(to, mark + 4, strlen(mark + 4));
}
