// The processes under test, as /proc and their clocks show them: the ones named, and all that descend from them.
#ifndef LOAD_SERVERS_H
#define LOAD_SERVERS_H
#include <stdbool.h>
#include <stdint.h>

#define SERVERS_MAX 256

typedef struct {
    const int *roots;
    int root_count;
    int pids[SERVERS_MAX], count;  // as of the last refresh
} servers;

// Sums over all of them. kB.
typedef struct {
    long resident;      // RSS
    long proportional;  // PSS
    long own;           // USS: private pages
} servers_memory;

typedef struct {
    double cpu, user, system;      // seconds; `user` and `system` in ticks of 10 ms, `cpu` to the nanosecond
    uint64_t switches, voluntary;  // context switches; voluntary ones: it had nothing to do, or waited
} servers_usage;

// Looks for new children.
void servers_refresh(servers *servers);
double servers_cpu(const servers *servers);
servers_usage servers_measure_usage(const servers *servers);
servers_memory servers_measure_memory(const servers *servers);
long servers_resident(const servers *servers);
#endif
