// Whether the numbers of one sequence come one after the other: 1, 2, 3, …
//
// 8 bytes each, for there is one for each pair of subscriber and publisher.
#ifndef LOAD_SEQUENCE_H
#define LOAD_SEQUENCE_H
#include <stdbool.h>
#include <stdint.h>

#define SEQUENCE_MEMORY 32

typedef struct {
    uint32_t next;
    uint32_t seen;  // bit k: next - 1 - k has come
} sequence;

typedef struct {
    uint64_t gaps;      // numbers that never came
    uint64_t dups;      // came again
    uint64_t reorders;  // came after a later one
    uint64_t late;      // one of the latter two, too far back to tell which
} sequence_faults;

static inline sequence sequence_from(uint32_t first) { return (sequence){first, UINT32_MAX}; }

void sequence_blame(sequence *sequence, uint32_t number, sequence_faults *faults);

// Notes the number that has come, and its fault if it has one.
static inline void sequence_take(sequence *sequence, uint32_t number, sequence_faults *faults) {
    if (number != sequence->next) {
        sequence_blame(sequence, number, faults);
        return;
    }
    sequence->next++;
    sequence->seen = sequence->seen << 1 | 1;
}

bool sequence_is_faulty(const sequence_faults *faults);
#endif
