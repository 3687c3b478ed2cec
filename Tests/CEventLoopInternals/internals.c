#include "CEventLoopInternals.h"
