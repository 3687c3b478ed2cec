#include "CEventLoop.h"
#include "shelf.h"
