// Debian's llhttp, compiled as it is: from the folder that `make deps` unpacks, or the installed package.
#if __has_include("../../.deps/llhttp/usr/share/llhttp/http.c")
#include "../../.deps/llhttp/usr/share/llhttp/http.c"
#else
#include "/usr/share/llhttp/http.c"
#endif
