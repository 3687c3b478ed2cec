#include "proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool proc_read(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    size_t length = fread(text, 1, size - 1, file);
    fclose(file);
    text[length] = '\0';
    return length > 0;
}

long proc_number(const char *path, const char *key) {
    char text[8192];
    size_t length = strlen(key);
    if (!proc_read(path, text, sizeof text)) return 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, length) == 0 && line[length] == ':') return atol(line + length + 1);
    }
    return 0;
}
