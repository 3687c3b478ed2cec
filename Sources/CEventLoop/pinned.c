#include "pinned.h"

#include <stdlib.h>

void el_pinned_free(el_pinned *pinned) { free(pinned->pins); }

static void close_up(el_pinned *pinned) {
    size_t to = 0;
    for (size_t from = 0; from < pinned->count; from++)
        if (pinned->pins[from].frame != NULL) pinned->pins[to++] = pinned->pins[from];
    pinned->count = to;
    pinned->oldest = 0;
}

bool el_pinned_push(el_pinned *pinned, el_frame *frame) {
    if (pinned->count == pinned->capacity) {
        size_t capacity = pinned->capacity == 0 ? 16 : pinned->capacity * 2;
        el_pin *pins = realloc(pinned->pins, capacity * sizeof *pins);
        if (pins == NULL) return false;
        pinned->pins = pins;
        pinned->capacity = capacity;
    }
    pinned->pins[pinned->count++] = (el_pin){frame->number, frame};
    pinned->live++;
    return true;
}

void el_pinned_remove(el_pinned *pinned, uint64_t number) {
    size_t at = number == 0 ? pinned->count : el_pinned_after(pinned, number - 1);
    if (at == pinned->count || pinned->pins[at].number != number || pinned->pins[at].frame == NULL) return;
    pinned->pins[at].frame = NULL;
    pinned->live--;
    pinned->removed++;
    if (pinned->count > 16 && pinned->live < pinned->count / 2) close_up(pinned);
}

el_frame *el_pinned_oldest(el_pinned *pinned) {
    while (pinned->oldest < pinned->count && pinned->pins[pinned->oldest].frame == NULL) pinned->oldest++;
    return pinned->oldest == pinned->count ? NULL : pinned->pins[pinned->oldest].frame;
}

size_t el_pinned_after(const el_pinned *pinned, uint64_t number) {
    size_t low = 0, high = pinned->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pinned->pins[middle].number <= number) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint64_t el_pinned_live_after(const el_pinned *pinned, uint64_t number) {
    uint64_t live = 0;
    for (size_t at = el_pinned_after(pinned, number); at < pinned->count; at++) live += pinned->pins[at].frame != NULL;
    return live;
}
