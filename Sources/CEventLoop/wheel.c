#include "wheel.h"

#include <stdbool.h>

static void ring_init(el_wheel_entry *head) { head->next = head->previous = head; }

static void ring_append(el_wheel_entry *head, el_wheel_entry *entry) {
    entry->next = head;
    entry->previous = head->previous;
    head->previous->next = entry;
    head->previous = entry;
}

static void ring_remove(el_wheel_entry *entry) {
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
}

void el_wheel_init(el_wheel *wheel) {
    for (size_t i = 0; i < EL_WHEEL_SLOTS; i++) ring_init(&wheel->slots[i]);
    wheel->tick = 0;
    wheel->count = 0;
}

void el_wheel_add(el_wheel *wheel, el_wheel_entry *entry, uint64_t now, uint64_t deadline) {
    // An empty wheel is not turned: it may have fallen far behind.
    if (wheel->count == 0) wheel->tick = now / EL_WHEEL_TICK_MS;
    uint64_t due = deadline / EL_WHEEL_TICK_MS + 1;
    if (due <= wheel->tick) due = wheel->tick + 1;
    if (due > wheel->tick + EL_WHEEL_SLOTS - 1) due = wheel->tick + EL_WHEEL_SLOTS - 1;
    if (entry->next != NULL) {
        if (entry->due <= due) return;
        ring_remove(entry);
        wheel->count--;
    }
    entry->due = due;
    ring_append(&wheel->slots[due % EL_WHEEL_SLOTS], entry);
    wheel->count++;
}

void el_wheel_remove(el_wheel *wheel, el_wheel_entry *entry) {
    if (entry->next == NULL) return;
    ring_remove(entry);
    wheel->count--;
}

void el_wheel_turn(el_wheel *wheel, uint64_t now, void (*due)(el_wheel_entry *entry, uint64_t now)) {
    uint64_t until = now / EL_WHEEL_TICK_MS;
    // After a long pause one round is enough: no entry lies further ahead.
    if (until > wheel->tick + EL_WHEEL_SLOTS) wheel->tick = until - EL_WHEEL_SLOTS;
    while (wheel->tick < until && wheel->count > 0) {
        wheel->tick++;
        // What `due` adds goes into later slots, so this one runs empty.
        el_wheel_entry *head = &wheel->slots[wheel->tick % EL_WHEEL_SLOTS];
        while (head->next != head) {
            el_wheel_entry *entry = head->next;
            ring_remove(entry);
            wheel->count--;
            due(entry, now);
        }
    }
}
