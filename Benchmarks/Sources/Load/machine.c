#include "machine.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "failure.h"
#include "proc.h"

void machine_measure_cpus(machine_cpus *cpus) {
    *cpus = (machine_cpus){0};
    FILE *file = fopen("/proc/stat", "re");
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        unsigned index;
        unsigned long t[CPU_KINDS];
        int got = sscanf(line, "cpu%u %lu %lu %lu %lu %lu %lu %lu %lu", &index, &t[0], &t[1], &t[2], &t[3], &t[4],
                         &t[5], &t[6], &t[7]);
        if (got != 1 + CPU_KINDS || index >= MACHINE_MAX_CPUS) continue;
        for (int kind = 0; kind < CPU_KINDS; kind++) cpus->ticks[index][kind] = t[kind];
        if ((int)index >= cpus->count) cpus->count = (int)index + 1;
    }
    if (file != NULL) fclose(file);
}

machine_memory machine_measure_memory(void) {
    machine_memory memory = {.slab = proc_number("/proc/meminfo", "Slab"),
                             .available = proc_number("/proc/meminfo", "MemAvailable")};
    char text[1024];
    const char *line = proc_read("/proc/net/sockstat", text, sizeof text) ? strstr(text, "TCP:") : NULL;
    const char *pages = line == NULL ? NULL : strstr(line, " mem ");
    if (pages != NULL) memory.socket_pages = atol(pages + 5);
    return memory;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

own_usage machine_measure_own(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (own_usage){seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

void machine_pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) die("--pin %d: %s", cpu, strerror(errno));
}

void machine_allow_descriptors(uint64_t needed) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) return;
    limit.rlim_cur = needed;
    if (limit.rlim_max < needed) limit.rlim_max = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("%lu open files are needed: raise `ulimit -n`", needed);
}
