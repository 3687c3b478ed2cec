// What channel.h offers on a hub, as the core does it.
#include "channel.h"
#include "shelf.h"

el_channel *el_channel_open(el_hub *hub, const el_channel_settings *settings) {
    return el_core_open(el_hub_core(hub), settings);
}

el_append_result el_append(el_hub *hub, const el_appendix *items, size_t count) {
    return el_core_append(el_hub_core(hub), items, count);
}

bool el_has_room(const el_hub *hub) { return el_core_has_room(el_hub_core(hub)); }
