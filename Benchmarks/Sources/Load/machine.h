// The machine itself: where its CPUs' time went, what its kernel holds, and what this very process has used.
#ifndef LOAD_MACHINE_H
#define LOAD_MACHINE_H
#include <stdint.h>

#define MACHINE_MAX_CPUS 64

// In the order of /proc/stat.
enum { CPU_USER, CPU_NICE, CPU_SYSTEM, CPU_IDLE, CPU_IOWAIT, CPU_IRQ, CPU_SOFTIRQ, CPU_STEAL, CPU_KINDS };

typedef struct {
    uint64_t ticks[MACHINE_MAX_CPUS][CPU_KINDS];
    int count;
} machine_cpus;

typedef struct {
    long slab, available;  // kB
    long socket_pages;     // held by TCP's buffers
} machine_memory;

typedef struct {
    double user, system;  // seconds
} own_usage;

void machine_measure_cpus(machine_cpus *cpus);
machine_memory machine_measure_memory(void);
own_usage machine_measure_own(void);
// Dies when that CPU does not exist.
void machine_pin(int cpu);
// Raises the limit of open files as far as needed.
void machine_allow_descriptors(uint64_t needed);
#endif
