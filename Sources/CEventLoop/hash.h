// A seeded 64-bit hash (SipHash-1-3, Aumasson and Bernstein 2012): subjects and types come from strangers, who must not
// be able to choose many that fall into one bucket. One seed for the process, from the kernel, drawn at first use.
//
// Threads    Any.
#ifndef EL_HASH_H
#define EL_HASH_H
#include <stdint.h>

#include "slice.h"

uint64_t el_hash(el_slice bytes);
#endif
