// What the command line asks for. Times in seconds, sizes in bytes.
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_MAX_PIDS 64

typedef struct {
    struct sockaddr_in address;
    char *host;  // as written in the URL, for `Host:`
    char *path;
} target;

typedef struct {
    char *text;  // complete lines, each with its CR LF; NULL: none
    size_t length;
} header_lines;

typedef struct {
    target subscribe_at, publish_at;
    header_lines subscribe_headers, publish_headers;
    bool publishes;  // false: somebody else does

    // subscribers
    int connections, channels, spread;
    int connect_rate;  // a second; 0: as fast as possible
    int connect_concurrency, connect_rounds;
    double connect_timeout;
    int receive_buffer;  // SO_RCVBUF; 0: the system's
    int read_every_us;   // 0: whenever there is something
    int stalled, stalled_receive_buffer;
    double stall_drain;

    // measurement
    uint64_t events, warmup;  // 0: none
    double duration, drain_timeout, max_time, settle;
    bool verifies_sequence;
    int server_pids[OPTIONS_MAX_PIDS], server_pid_count;
    int pin;  // CPU; -1: any

    // publishers
    const char *body;     // a template
    long body_size, pad;  // -1: not given
    double publish_rate;  // events a second; below 0: a closed loop
    int publishers, publish_depth;
    uint64_t window;

    bool quiet;
    const char *label;
} options;

// Exits with a word why when the line is wrong (2), or after printing the usage (0).
void options_read(options *options, int count, char **words);
void usage_print(void);
#endif
