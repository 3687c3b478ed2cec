// The C target's inner headers, for its tests.
#include "../../../Sources/CEventLoop/shelf.h"
#include "../../../Sources/CEventLoop/wheel.h"
#include "MemorySink.h"
