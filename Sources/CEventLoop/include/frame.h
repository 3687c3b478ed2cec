// A frame: one event of one channel, encoded once and shared by every reader. Laid out as one chunk of HTTP/1.1
// (RFC 9112 section 7.1) around one block of an event stream (WHATWG HTML, section 9.2):
//
//     3f CRLF  id: 7kq2m1x9-00000000002a LF  event: trade LF  data: {"n":1} LF  LF  CRLF
//     └─ for HTTP/1.1 ──────────────────────── the inner slice: for HTTP/1.0 ──┘
//
// The id has a fixed width and is filled in when the frame is appended; after that nobody writes to it.
//
// Threads    el_frame_new: any. Reading: any, once appended, as long as a reference is held.
// Ownership  el_frame_new gives one reference, el_append takes it; el_frame_free is for a frame that was not appended.
//            All slices handed in are copied; those given out live as long as the frame.
// Errors     NULL: out of memory, or larger than 4 GiB.
#ifndef EL_FRAME_H
#define EL_FRAME_H
#include <stdbool.h>
#include <stdint.h>

#include "hub.h"
#include "slice.h"

typedef struct {
    el_slice type;     // what a subscriber's `type` filter compares
    el_slice subject;  // NULL: for everyone on the channel
    el_slice event;    // the `event:` field; empty: leave it out. No line breaks: the caller has seen to it
    el_slice data;     // one `data:` line per line of it (LF, CR LF or CR end a line); empty: one empty line
    el_slice meta;     // kept beside the bytes for el_handler.render; never sent by itself
    bool ends;         // after this event the streams of its subject end (without subject: all of the channel)
} el_frame_parts;

el_frame *el_frame_new(const el_frame_parts *parts);
void el_frame_free(el_frame *frame);

int64_t el_frame_time(const el_frame *frame);  // of acceptance, ms since 1970; never runs backwards
el_slice el_frame_type(const el_frame *frame);
el_slice el_frame_subject(const el_frame *frame);
el_slice el_frame_meta(const el_frame *frame);
// The `data:` lines as they stand in the frame (`data: a LF data: b LF`): each is 6 bytes, a line, LF.
el_slice el_frame_data_lines(const el_frame *frame);
#endif
