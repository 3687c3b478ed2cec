// The C target's inner headers, for its tests.
#include "../../../Sources/CEventLoop/shelf.h"
#include "MemorySink.h"
