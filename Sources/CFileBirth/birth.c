#include "CFileBirth.h"

#include <fcntl.h>
#include <sys/stat.h>

static int64_t birth(int descriptor, const char *path, int flags) {
    struct statx status;
    if (statx(descriptor, path, flags, STATX_BTIME, &status) != 0 || !(status.stx_mask & STATX_BTIME)) return -1;
    return status.stx_btime.tv_sec * 1000000000 + (int64_t)status.stx_btime.tv_nsec;
}

int64_t file_birth(const char *path) { return birth(AT_FDCWD, path, 0); }

int64_t open_file_birth(int descriptor) { return birth(descriptor, "", AT_EMPTY_PATH); }
