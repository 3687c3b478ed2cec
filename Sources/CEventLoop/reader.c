#include "reader.h"

// Stands on a frame, or at the end.
static void settle(el_source *source) {
    source->head = NULL;
    if (source->list != NULL) {
        if (source->at < source->end) source->head = el_list_at(source->list, source->at);
        return;
    }
    while (source->at < source->end && source->pinned->pins[source->at].frame == NULL) source->at++;
    if (source->at < source->end) source->head = source->pinned->pins[source->at].frame;
}

static void add_source(el_reader *reader, el_source source) {
    settle(&source);
    if (source.head != NULL) reader->sources[reader->count++] = source;
}

void el_reader_add(el_reader *reader, el_feed feed, int index, uint64_t after) {
    const el_list *list = el_feed_list(feed);
    const el_pinned *pinned = &feed.view->pinned;
    if (feed.subject == NULL && pinned->live > 0)
        add_source(reader, (el_source){.pinned = pinned, .at = el_pinned_after(pinned, after), .end = pinned->count,
                                       .feed = index});
    add_source(reader, (el_source){.list = list, .at = el_list_after(list, after), .end = el_list_end(list),
                                   .feed = index});
}

void el_reader_open(el_reader *reader, const el_subscriber *subscriber) {
    el_feed feeds[EL_FEEDS_MAX];
    int last = el_subscriber_feeds(subscriber, feeds);
    reader->count = 0;
    for (int feed = 0; feed < last; feed++) {
        uint64_t after = subscriber->cursor;
        if (subscriber->places != NULL && subscriber->places->dues[feed].from > after)
            after = subscriber->places->dues[feed].from;
        el_reader_add(reader, feeds[feed], feed, after);
    }
}

static int lowest(const el_reader *reader) {
    int found = 0;
    for (int at = 1; at < reader->count; at++)
        if (reader->sources[at].head->number < reader->sources[found].head->number) found = at;
    return found;
}

el_frame *el_reader_peek(const el_reader *reader, int *feed) {
    if (reader->count == 0) return NULL;
    const el_source *source = &reader->sources[lowest(reader)];
    *feed = source->feed;
    return source->head;
}

void el_reader_skip(el_reader *reader) {
    if (reader->count == 0) return;
    el_source *source = &reader->sources[lowest(reader)];
    source->at++;
    settle(source);
    if (source->head == NULL) *source = reader->sources[--reader->count];
}
