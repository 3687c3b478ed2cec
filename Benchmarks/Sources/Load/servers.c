#include "servers.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proc.h"

static bool has(const servers *servers, int pid) {
    for (int i = 0; i < servers->count; i++) {
        if (servers->pids[i] == pid) return true;
    }
    return false;
}

// What /proc/PID/stat has behind the name, which may itself have spaces and parentheses. False: the process is gone.
static bool read_stat(int pid, char *line, size_t size, const char **rest) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!proc_read(path, line, size)) return false;
    const char *name_end = strrchr(line, ')');
    if (name_end == NULL) return false;
    *rest = name_end + 1;
    return true;
}

static int parent_of(int pid) {
    char line[1024];
    const char *rest;
    int parent = 0;
    if (read_stat(pid, line, sizeof line, &rest)) sscanf(rest, " %*c %d", &parent);
    return parent;
}

// One generation. False: no more were found.
static bool add_children(servers *servers) {
    DIR *folder = opendir("/proc");
    if (folder == NULL) return false;
    int before = servers->count;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && servers->count < SERVERS_MAX;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        int pid = atoi(entry->d_name);
        if (!has(servers, pid) && has(servers, parent_of(pid))) servers->pids[servers->count++] = pid;
    }
    closedir(folder);
    return servers->count > before;
}

void servers_refresh(servers *servers) {
    servers->count = servers->root_count;
    for (int i = 0; i < servers->count; i++) servers->pids[i] = servers->roots[i];
    while (servers->count > 0 && add_children(servers)) continue;
}

// The process's own clock: /proc has the same in ticks of 10 ms.
static double cpu_of(int pid) {
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0) return 0;
    return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

double servers_cpu(const servers *servers) {
    double sum = 0;
    for (int i = 0; i < servers->count; i++) sum += cpu_of(servers->pids[i]);
    return sum;
}

static void add_shares(int pid, servers_usage *usage) {
    char line[1024];
    const char *rest;
    unsigned long user, system;
    if (!read_stat(pid, line, sizeof line, &rest)) return;
    if (sscanf(rest, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) return;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    usage->user += (double)user / ticks;
    usage->system += (double)system / ticks;
}

// Of every thread: the process's own file has those of its first one only.
static void add_switches(int pid, servers_usage *usage) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *folder = opendir(path);
    if (folder == NULL) return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, entry->d_name);
        uint64_t voluntary = (uint64_t)proc_number(path, "voluntary_ctxt_switches");
        usage->voluntary += voluntary;
        usage->switches += voluntary + (uint64_t)proc_number(path, "nonvoluntary_ctxt_switches");
    }
    closedir(folder);
}

servers_usage servers_measure_usage(const servers *servers) {
    servers_usage usage = {0};
    for (int i = 0; i < servers->count; i++) {
        add_switches(servers->pids[i], &usage);
        add_shares(servers->pids[i], &usage);
    }
    usage.cpu = servers_cpu(servers);
    return usage;
}

long servers_resident(const servers *servers) {
    long sum = 0;
    for (int i = 0; i < servers->count; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/status", servers->pids[i]);
        sum += proc_number(path, "VmRSS");
    }
    return sum;
}

servers_memory servers_measure_memory(const servers *servers) {
    servers_memory memory = {.resident = servers_resident(servers)};
    for (int i = 0; i < servers->count; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", servers->pids[i]);
        memory.proportional += proc_number(path, "Pss");
        memory.own += proc_number(path, "Private_Dirty") + proc_number(path, "Private_Clean");
    }
    return memory;
}
