#include "list.h"

#include <stdlib.h>

void el_list_init(el_list *list, uint64_t gone, int64_t gone_time) {
    *list = (el_list){.capacity = 1, .gone = gone, .gone_time = gone_time};
}

void el_list_free(el_list *list) { free(list->ring); }

static el_frame **slot(const el_list *list, uint64_t sequence) {
    if (list->ring == NULL) return (el_frame **)&list->single;
    return &list->ring[sequence & (list->capacity - 1)];
}

bool el_list_reserve(el_list *list) {
    if (list->count < list->capacity) return true;
    if (list->capacity > UINT32_MAX / 2) return false;
    uint32_t capacity = list->capacity * 2;
    el_frame **ring = malloc(capacity * sizeof *ring);
    if (ring == NULL) return false;
    for (uint64_t at = list->first; at < el_list_end(list); at++) ring[at & (capacity - 1)] = *slot(list, at);
    free(list->ring);
    list->ring = ring;
    list->capacity = capacity;
    return true;
}

void el_list_push(el_list *list, el_frame *frame) {
    *slot(list, el_list_end(list)) = frame;
    list->count++;
}

el_frame *el_list_pop(el_list *list) {
    el_frame *oldest = *slot(list, list->first);
    list->first++;
    list->count--;
    return oldest;
}

void el_list_note_gone(el_list *list, uint64_t number, int64_t time) {
    if (number <= list->gone) return;
    list->gone = number;
    list->gone_time = time;
}

el_frame *el_list_at(const el_list *list, uint64_t sequence) { return *slot(list, sequence); }

el_frame *el_list_oldest(const el_list *list) { return list->count == 0 ? NULL : *slot(list, list->first); }

el_frame *el_list_newest(const el_list *list) { return list->count == 0 ? NULL : *slot(list, el_list_end(list) - 1); }

uint64_t el_list_after(const el_list *list, uint64_t number) {
    uint64_t low = list->first, high = el_list_end(list);
    // Nearly everybody stands at the end or right before it.
    if (low == high || (*slot(list, high - 1))->number <= number) return high;
    if (high - low == 1 || (*slot(list, high - 2))->number <= number) return high - 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if ((*slot(list, middle))->number <= number) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint64_t el_list_since(const el_list *list, int64_t time) {
    uint64_t low = list->first, high = el_list_end(list);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if ((*slot(list, middle))->time < time) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint64_t el_list_last_until(const el_list *list, uint64_t number) {
    uint64_t after = el_list_after(list, number);
    if (after > list->first) return (*slot(list, after - 1))->number;
    return list->gone <= number ? list->gone : 0;
}
