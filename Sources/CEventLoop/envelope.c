#include "envelope.h"

#include <stdlib.h>
#include <string.h>

#include "position.h"

bool el_text_reserve(el_text *text, size_t more) {
    if (text->capacity - text->length >= more) return true;
    size_t capacity = text->length + more > text->capacity * 2 ? text->length + more : text->capacity * 2;
    char *bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) return false;
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

static void put(el_text *text, const char *bytes, size_t length) {
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

el_rendering el_envelope_append(const el_core *core, const el_frame *frame, bool chunked, el_text *text) {
    char *data = NULL;
    size_t length = core->events.render(core->events.context, frame, &data);
    if (length == 0 || data == NULL) {
        free(data);
        return EL_RENDERED_NOTHING;
    }
    el_slice event = el_frame_event_line(frame);
    size_t block = 4 + EL_POSITION_LENGTH + 1 + event.length + 6 + length + 2;
    if (!el_text_reserve(text, EL_CHUNK_SIZE_LINE_MAX + block + 2)) {
        free(data);
        return EL_RENDER_FAILED;
    }
    if (chunked) text->length += el_chunk_size_line(text->bytes + text->length, block);
    put(text, "id: ", 4);
    el_position_write(text->bytes + text->length, core->epoch, frame->number);
    text->length += EL_POSITION_LENGTH;
    put(text, "\n", 1);
    put(text, event.bytes, event.length);
    put(text, "data: ", 6);
    put(text, data, length);
    put(text, "\n\n", 2);
    if (chunked) put(text, "\r\n", 2);
    free(data);
    return EL_RENDERED;
}
