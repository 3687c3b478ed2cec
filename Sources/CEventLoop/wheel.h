// A timer wheel: very many deadlines, nearly all of which are moved before they are due.
//
//     slots   0   1   2  …  511          one slot a tick of 100 ms; an entry lies in the slot of its tick
//             │   │   ◆─◆                ◆ an entry: part of whoever waits, one each
//             ↑ tick                     the slots up to now are emptied, tick by tick
//
// An entry's deadline may only be moved nearer; who has more time than the entry says puts it back when it is due. So a
// connection costs the wheel nothing while it is busy. Deadlines beyond the wheel's 51 seconds are due at its end.
//
// Threads    One.
// Ownership  The wheel links entries and owns none.
#ifndef EL_WHEEL_H
#define EL_WHEEL_H
#include <stddef.h>
#include <stdint.h>

#define EL_WHEEL_TICK_MS 100
#define EL_WHEEL_SLOTS 512

typedef struct el_wheel_entry {
    struct el_wheel_entry *next, *previous;  // NULL: not in the wheel
    uint64_t due;                            // tick
} el_wheel_entry;

typedef struct {
    el_wheel_entry slots[EL_WHEEL_SLOTS];  // heads of rings
    uint64_t tick;                         // all slots up to this one have been emptied
    size_t count;
} el_wheel;

void el_wheel_init(el_wheel *wheel);
// Sees to it that the entry is due soon after `deadline` at the latest. Times in ms, of one monotonic clock.
void el_wheel_add(el_wheel *wheel, el_wheel_entry *entry, uint64_t now, uint64_t deadline);
void el_wheel_remove(el_wheel *wheel, el_wheel_entry *entry);
// Takes out what is due and calls `due` for each; `due` may add and remove any entry.
void el_wheel_turn(el_wheel *wheel, uint64_t now, void (*due)(el_wheel_entry *entry, uint64_t now));
#endif
