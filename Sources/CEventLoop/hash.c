#include "hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t seed[2];
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void draw_seed(void) {
    if (getrandom(seed, sizeof seed, 0) == (ssize_t)sizeof seed) return;
    // Only a kernel before 3.17 comes here. The clock is a poor secret, but a secret.
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed[0] = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
    seed[1] = (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec;
}

static inline uint64_t rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

uint64_t el_hash(el_slice bytes) {
    pthread_once(&seeded, draw_seed);
    uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du, seed[0] ^ 0x6c7967656e657261u,
                     seed[1] ^ 0x7465646279746573u};
    size_t at = 0;
    for (; bytes.length - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, bytes.bytes + at, 8);
        v[3] ^= word, sip_round(v), v[0] ^= word;
    }
    uint64_t last = (uint64_t)bytes.length << 56;
    for (int shift = 0; at < bytes.length; at++, shift += 8) last |= (uint64_t)(unsigned char)bytes.bytes[at] << shift;
    v[3] ^= last, sip_round(v), v[0] ^= last;
    v[2] ^= 0xff, sip_round(v), sip_round(v), sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
