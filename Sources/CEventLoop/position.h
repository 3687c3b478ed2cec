// A position as text: `7kq2m1x9-00000000002a`, the run of the hub and a number in it, both of fixed width. Fixed, so that
// a frame can be laid out before it has its number; a reader of the stream takes it for an opaque word.
//
// Threads    Any.
#ifndef EL_POSITION_H
#define EL_POSITION_H
#include <stdbool.h>
#include <stdint.h>

#include "hub.h"
#include "slice.h"

#define EL_NUMBER_DIGITS 12  // hexadecimal: 48 bits, nine years at a million events a second
#define EL_POSITION_LENGTH (EL_EPOCH_LENGTH + 1 + EL_NUMBER_DIGITS)

void el_position_write(char *text, const char *epoch, uint64_t number);  // EL_POSITION_LENGTH bytes, no NUL
// False: not a position, or not one of this run.
bool el_position_parse(el_slice text, const char *epoch, uint64_t *number);
#endif
