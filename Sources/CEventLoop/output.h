// What a socket has not taken yet: bytes, then perhaps a file. Exists only while there is such a rest.
//
// Threads    The connection's loop.
// Ownership  Belongs to its connection; owns the file.
#ifndef EL_OUTPUT_H
#define EL_OUTPUT_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef struct {
    size_t offset, length;  // of `bytes`: what is left lies between the two
    int file;               // -1: none
    off_t file_offset;
    uint64_t file_left;
    char bytes[];
} el_output;

typedef enum {
    EL_FLUSHED,
    EL_BLOCKED,  // the socket has no room
    EL_PAUSED,   // it may have, but this was enough for one turn
    EL_BROKEN,
} el_flush_result;

// Adds copies of what the slices hold after their first `skip` bytes. `*output` may be NULL. 0, or -1: out of memory.
int el_output_add(el_output **output, const struct iovec *slices, int count, size_t skip);
void el_output_free(el_output *output);
// Writes what the socket takes. With EL_FLUSHED the output is gone. `*moved` tells whether any byte was taken.
el_flush_result el_output_flush(el_output **output, int socket, int *moved);
// send() without waiting and without SIGPIPE: bytes taken, 0 when there is no room, -1 when the socket is broken.
ssize_t el_send(int socket, const struct iovec *slices, int count, int flags);
#endif
