#include "CRE2.h"

#include <re2/re2.h>

#include <cstdio>
#include <new>

struct re2_pattern {
    re2::RE2 compiled;
    re2_pattern(const re2::StringPiece &text, const re2::RE2::Options &options) : compiled(text, options) {}
};

extern "C" re2_pattern *re2_pattern_new(
    const char *pattern, size_t length, int64_t max_memory, char *error, size_t error_size
) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    auto *made = new (std::nothrow) re2_pattern(re2::StringPiece(pattern, length), options);
    if (made == nullptr) {
        std::snprintf(error, error_size, "out of memory");
        return nullptr;
    }
    if (!made->compiled.ok()) {
        std::snprintf(error, error_size, "%s", made->compiled.error().c_str());
        delete made;
        return nullptr;
    }
    return made;
}

extern "C" bool re2_pattern_matches(const re2_pattern *pattern, const char *text, size_t length) {
    return re2::RE2::PartialMatch(re2::StringPiece(text, length), pattern->compiled);
}

extern "C" void re2_pattern_free(re2_pattern *pattern) { delete pattern; }
