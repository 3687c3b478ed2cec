#include "output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_TURN ((size_t)256 * 1024)

ssize_t el_send(int socket, const struct iovec *slices, int count, int flags) {
    struct msghdr message = {
        .msg_iov = (struct iovec *)slices, .msg_iovlen = (size_t)(count < IOV_MAX ? count : IOV_MAX)};
    flags |= MSG_NOSIGNAL | MSG_DONTWAIT;
    ssize_t sent;
    do {
        sent = count == 1 ? send(socket, slices->iov_base, slices->iov_len, flags) : sendmsg(socket, &message, flags);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) return 0;
    return sent;
}

int el_output_add(el_output **output, const struct iovec *slices, int count, size_t skip) {
    el_output *old = *output;
    size_t kept = old ? old->length - old->offset : 0, length = kept;
    for (int i = 0; i < count; i++) length += slices[i].iov_len;
    length -= skip;
    el_output *new = malloc(sizeof *new + length);
    if (new == NULL) return -1;
    *new = (el_output){.length = length, .file = -1};
    size_t at = 0;
    if (old != NULL) {
        new->file = old->file;
        new->file_offset = old->file_offset;
        new->file_left = old->file_left;
        memcpy(new->bytes, old->bytes + old->offset, kept);
        at = kept;
        free(old);
    }
    for (int i = 0; i < count; i++) {
        size_t left_out = skip < slices[i].iov_len ? skip : slices[i].iov_len;
        skip -= left_out;
        if (slices[i].iov_len == left_out) continue;
        memcpy(new->bytes + at, (const char *)slices[i].iov_base + left_out, slices[i].iov_len - left_out);
        at += slices[i].iov_len - left_out;
    }
    *output = new;
    return 0;
}

void el_output_free(el_output *output) {
    if (output == NULL) return;
    if (output->file >= 0) close(output->file);
    free(output);
}

static el_flush_result flush_file(el_output *output, int socket, int *moved) {
    size_t left_in_turn = FILE_TURN;
    while (output->file_left > 0) {
        if (left_in_turn == 0) return EL_PAUSED;
        size_t count = output->file_left < left_in_turn ? (size_t)output->file_left : left_in_turn;
        ssize_t sent = sendfile(socket, output->file, &output->file_offset, count);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN ? EL_BLOCKED : EL_BROKEN;
        if (sent == 0) return EL_BROKEN;  // the file is shorter than it was said to be
        *moved = 1;
        output->file_left -= (uint64_t)sent;
        left_in_turn -= (size_t)sent;
    }
    return EL_FLUSHED;
}

el_flush_result el_output_flush(el_output **output, int socket, int *moved) {
    el_output *out = *output;
    *moved = 0;
    if (out == NULL) return EL_FLUSHED;
    while (out->offset < out->length) {
        struct iovec slice = {out->bytes + out->offset, out->length - out->offset};
        ssize_t sent = el_send(socket, &slice, 1, out->file_left > 0 ? MSG_MORE : 0);
        if (sent < 0) return EL_BROKEN;
        if (sent == 0) return EL_BLOCKED;
        *moved = 1;
        out->offset += (size_t)sent;
    }
    el_flush_result result = flush_file(out, socket, moved);
    if (result != EL_FLUSHED) return result;
    el_output_free(out);
    *output = NULL;
    return EL_FLUSHED;
}
