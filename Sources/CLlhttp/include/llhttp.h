// llhttp's own header, from the folder that `make deps` unpacks, or the installed package.
#ifndef CLLHTTP_H
#define CLLHTTP_H
#if __has_include("../../../.deps/llhttp/usr/share/include/llhttp/llhttp.h")
#include "../../../.deps/llhttp/usr/share/include/llhttp/llhttp.h"
#else
#include "/usr/share/include/llhttp/llhttp.h"
#endif
#endif
