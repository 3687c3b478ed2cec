// A C face for what is needed of RE2: does this pattern match anywhere in that text, and what did its groups match?
// Linear in the text, whatever the pattern; memory of a compiled pattern is bounded by `max_memory` bytes.
//
// Threads: a compiled pattern may be used from any number of threads at once.
// Ownership: re2_pattern_new gives a pattern (or NULL and a message), re2_pattern_free takes it.
// Errors: only compiling can fail; the message is UTF-8, cut to fit, and always NUL-terminated.
#ifndef CRE2_H
#define CRE2_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct re2_pattern re2_pattern;

re2_pattern *re2_pattern_new(const char *pattern, size_t length, int64_t max_memory, char *error, size_t error_size);
// Instructions of the compiled pattern: a measure of what compiling it has cost, and of what matching may cost a byte.
int re2_pattern_size(const re2_pattern *pattern);
bool re2_pattern_matches(const re2_pattern *pattern, const char *text, size_t length);

// Where a group has matched: bytes from the beginning of the text; `start` is -1 for one that took no part.
typedef struct re2_span {
    ptrdiff_t start;
    size_t length;
} re2_span;

// How many groups the pattern has, not counting the whole match; and the first match anywhere in the text, as the whole
// and its first `count - 1` groups. The search begins `from` bytes into the text (at most its length); what `^` and `\b` see
// is the whole text all the same.
int re2_pattern_groups(const re2_pattern *pattern);
// The name of a group, from 1; NULL if it has none. It lives as long as the pattern, and has no NUL at its end.
const char *re2_pattern_group_name(const re2_pattern *pattern, int group, size_t *length);
bool re2_pattern_find(
    const re2_pattern *pattern, const char *text, size_t length, size_t from, re2_span *spans, int count);

void re2_pattern_free(re2_pattern *pattern);

#ifdef __cplusplus
}
#endif
#endif
