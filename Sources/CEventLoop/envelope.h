// A frame as an enveloped stream has it: the same id and event, and as its data what el_handler.render writes.
// Rendered when it is sent, and again for the rest of one that was taken in part: the text is a function of the frame.
//
// Threads    The loop's.
#ifndef EL_ENVELOPE_H
#define EL_ENVELOPE_H
#include "core.h"

// Bytes that grow at their end. The owner frees `bytes`.
typedef struct {
    char *bytes;
    size_t length;
    size_t capacity;
} el_text;
bool el_text_reserve(el_text *text, size_t more);  // false: out of memory, nothing has changed

typedef enum { EL_RENDERED, EL_RENDERED_NOTHING, EL_RENDER_FAILED } el_rendering;
// Appends it, in a chunk of its own if `chunked`. EL_RENDERED_NOTHING: the frame is to be left out.
el_rendering el_envelope_append(const el_core *core, const el_frame *frame, bool chunked, el_text *text);
#endif
