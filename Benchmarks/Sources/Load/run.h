// A whole run, phase by phase.
//
//     connect ⇄ close   each subscriber has its 200 and a complete head; then all close, and again (--connect-rounds)
//     settle            a pause, then memory is read: what an idle subscriber costs
//     warm up           --warmup events are published and awaited
//     measure           the window: --events or --duration, until all that was published has arrived
//     listen            whoever stalled reads again; and what comes twice comes now
//     done
//
// One thread. Everything ends at --max-time, wherever it is.
#ifndef LOAD_RUN_H
#define LOAD_RUN_H
#include "crowd.h"
#include "machine.h"
#include "publishing.h"
#include "servers.h"

typedef enum { PHASE_CONNECT, PHASE_CLOSE, PHASE_SETTLE, PHASE_WARM_UP, PHASE_MEASURE, PHASE_LISTEN, PHASE_DONE } phase;

typedef struct {
    const options *options;
    int poll_set;
    phase phase;
    ledger ledger;
    deliveries deliveries;
    crowd crowd;
    publishing publishing;
    servers servers;
    bool truncated;  // not everything that was to come has come

    uint64_t deadline, phase_began;  // ns
    uint64_t phase_ends;             // of settling, measuring and listening
    // connect
    int round;
    double connect_seconds, connect_cpu, close_cpu;  // over all rounds
    double cpu_mark;                                 // when the round, or the last look at it, began
    // listen
    uint64_t heard, heard_at;
    // measure
    uint64_t window_began, window_ended;  // ns; 0: not yet
    uint64_t first_number;                // the last one before the window
    uint64_t next_sample, next_look;      // ns
    bool read_all, is_quiet;              // the last look at the sockets emptied them; found nothing

    servers_memory before, ready, end;
    long resident_peak;  // kB
    machine_memory machine_before, machine_ready, machine_end;
    servers_usage usage_began, usage_ended;
    own_usage own_began, own_ended;
    machine_cpus cpus_began, cpus_ended;
} run;

void run_open(run *run, const options *options);
// Until the end. Sockets are read as they come.
void run_to_the_end(run *run);
// Ends soon, as at --max-time. From a signal handler.
void run_interrupt(void);

// What the phase wants done now. Gives how long, in ns, the sockets may be waited for; 0: there is another phase now.
uint64_t phase_step(run *run, uint64_t now);
void phase_begin_connecting(run *run, uint64_t now);
// Reads the clocks and counters at the end of the window, if that was not done.
void phase_close_window(run *run);

// Subscribers that read, are connected, and have had fewer events than were published for them.
int run_short_of_events(const run *run);
// 0: all is well; 1: incomplete; 3: out of order.
int run_exit_status(const run *run);
void report_print(const run *run);
#endif
