#include "CRE2.h"

#include <re2/re2.h>

#include <cstdio>
#include <new>
#include <vector>

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

extern "C" int re2_pattern_size(const re2_pattern *pattern) { return pattern->compiled.ProgramSize(); }

extern "C" bool re2_pattern_matches(const re2_pattern *pattern, const char *text, size_t length) {
    return re2::RE2::PartialMatch(re2::StringPiece(text, length), pattern->compiled);
}

extern "C" int re2_pattern_groups(const re2_pattern *pattern) { return pattern->compiled.NumberOfCapturingGroups(); }

extern "C" const char *re2_pattern_group_name(const re2_pattern *pattern, int group, size_t *length) {
    const auto &names = pattern->compiled.CapturingGroupNames();
    const auto found = names.find(group);
    if (found == names.end()) return nullptr;
    *length = found->second.size();
    return found->second.data();
}

extern "C" bool re2_pattern_find(
    const re2_pattern *pattern, const char *text, size_t length, size_t from, re2_span *spans, int count
) {
    re2::StringPiece whole(text, length);
    std::vector<re2::StringPiece> found(static_cast<size_t>(count));
    if (!pattern->compiled.Match(whole, from, length, re2::RE2::UNANCHORED, found.data(), count)) return false;
    for (int i = 0; i < count; i++) {
        const re2::StringPiece &piece = found[static_cast<size_t>(i)];
        spans[i].start = piece.data() == nullptr ? -1 : piece.data() - text;
        spans[i].length = piece.size();
    }
    return true;
}

extern "C" void re2_pattern_free(re2_pattern *pattern) { delete pattern; }
