#include "sequence.h"

static void skip_to(sequence *sequence, uint32_t number, sequence_faults *faults) {
    uint32_t missing = number - sequence->next;
    faults->gaps += missing;
    sequence->seen = missing + 1 >= SEQUENCE_MEMORY ? 1 : sequence->seen << (missing + 1) | 1;
    sequence->next = number + 1;
}

void sequence_blame(sequence *sequence, uint32_t number, sequence_faults *faults) {
    if (number > sequence->next) {
        skip_to(sequence, number, faults);
        return;
    }
    uint32_t back = sequence->next - 1 - number;
    if (back >= SEQUENCE_MEMORY) {
        faults->late++;
        return;
    }
    uint32_t bit = 1u << back;
    if (sequence->seen & bit) {
        faults->dups++;
        return;
    }
    // It was taken for a gap when the later one came.
    sequence->seen |= bit;
    faults->reorders++;
    faults->gaps--;
}

bool sequence_is_faulty(const sequence_faults *faults) {
    return (faults->gaps | faults->dups | faults->reorders | faults->late) != 0;
}
