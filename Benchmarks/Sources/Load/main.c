#include <signal.h>

#include "failure.h"
#include "run.h"

#define OWN_DESCRIPTORS 64  // beside the connections

static void on_signal(int number) {
    (void)number;
    run_interrupt();
}

int main(int count, char **words) {
    static options options;
    options_read(&options, count, words);
    if (options.pin >= 0) machine_pin(options.pin);
    machine_allow_descriptors((uint64_t)options.connections + (uint64_t)options.publishers + OWN_DESCRIPTORS);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    static run run;  // zeroed, and too large for a stack
    run_open(&run, &options);
    run_to_the_end(&run);
    report_print(&run);
    return run_exit_status(&run);
}
