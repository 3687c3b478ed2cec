#include "position.h"

#include <string.h>

void el_position_write(char *text, const char *epoch, uint64_t number) {
    memcpy(text, epoch, EL_EPOCH_LENGTH);
    text[EL_EPOCH_LENGTH] = '-';
    for (int digit = EL_POSITION_LENGTH - 1; digit > EL_EPOCH_LENGTH; digit--, number >>= 4)
        text[digit] = "0123456789abcdef"[number & 15];
}

bool el_position_parse(el_slice text, const char *epoch, uint64_t *number) {
    if (text.bytes == NULL || text.length != EL_POSITION_LENGTH) return false;
    if (memcmp(text.bytes, epoch, EL_EPOCH_LENGTH) != 0 || text.bytes[EL_EPOCH_LENGTH] != '-') return false;
    uint64_t value = 0;
    for (int at = EL_EPOCH_LENGTH + 1; at < EL_POSITION_LENGTH; at++) {
        char c = text.bytes[at];
        if (c >= '0' && c <= '9') value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uint64_t)(c - 'a' + 10);
        else return false;
    }
    *number = value;
    return true;
}
