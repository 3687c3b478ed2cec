#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

enum {
    URL = 256, SPREAD, CONNECT_RATE, CONNECT_CONCURRENCY, CONNECT_TIMEOUT, CONNECT_ROUNDS, SERVER_PID, EVENTS, DURATION,
    WARMUP, SETTLE, DRAIN_TIMEOUT, MAX_TIME, VERIFY_SEQ, PUBLISH_URL, PUBLISH_HEADER, PUBLISH_BODY, SIZE, PAD,
    PUBLISH_RATE, PUBLISH_CONNS, PUBLISH_DEPTH, WINDOW, JSON, LABEL, STALL, STALL_RCVBUF, STALL_DRAIN, CHANNELS, RCVBUF,
    READ_EVERY, PIN,
};

#define NEEDS required_argument, NULL
#define ALONE no_argument, NULL
static const struct option names[] = {
    {"url", NEEDS, URL}, {"conns", NEEDS, 'c'}, {"header", NEEDS, 'H'}, {"spread", NEEDS, SPREAD},
    {"connect-rate", NEEDS, CONNECT_RATE}, {"connect-concurrency", NEEDS, CONNECT_CONCURRENCY},
    {"connect-timeout", NEEDS, CONNECT_TIMEOUT}, {"connect-rounds", NEEDS, CONNECT_ROUNDS},
    {"server-pid", NEEDS, SERVER_PID}, {"events", NEEDS, EVENTS}, {"duration", NEEDS, DURATION},
    {"warmup", NEEDS, WARMUP}, {"settle", NEEDS, SETTLE}, {"drain-timeout", NEEDS, DRAIN_TIMEOUT},
    {"max-time", NEEDS, MAX_TIME}, {"verify-seq", ALONE, VERIFY_SEQ}, {"publish-url", NEEDS, PUBLISH_URL},
    {"publish-header", NEEDS, PUBLISH_HEADER}, {"publish-body", NEEDS, PUBLISH_BODY}, {"size", NEEDS, SIZE},
    {"pad", NEEDS, PAD}, {"publish-rate", NEEDS, PUBLISH_RATE}, {"publish-conns", NEEDS, PUBLISH_CONNS},
    {"publish-depth", NEEDS, PUBLISH_DEPTH}, {"window", NEEDS, WINDOW}, {"json", ALONE, JSON},
    {"label", NEEDS, LABEL}, {"stall", NEEDS, STALL}, {"stall-rcvbuf", NEEDS, STALL_RCVBUF},
    {"stall-drain", NEEDS, STALL_DRAIN}, {"channels", NEEDS, CHANNELS}, {"rcvbuf", NEEDS, RCVBUF},
    {"read-every", NEEDS, READ_EVERY}, {"pin", NEEDS, PIN},
    {"quiet", ALONE, 'q'}, {"help", ALONE, 'h'},
    {NULL, 0, NULL, 0},
};

static const options defaults = {
    .connections = 1, .channels = 1, .spread = 1, .connect_concurrency = 256, .connect_rounds = 1,
    .connect_timeout = 60, .drain_timeout = 5, .max_time = 120, .pin = -1, .label = "",
    .body = "{\"n\":{n},\"t\":{t},\"w\":{w},\"s\":{s},\"p\":\"{pad}\"}", .body_size = -1, .pad = -1,
    .publish_rate = -1, .publishers = 1, .publish_depth = 1, .window = 64,
};

static double number(const char *text, double low, double high) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high)) {
        die("'%s' is not a number from %.0f to %.0f", text, low, high);
    }
    return value;
}

static int whole(const char *text, int low, int high) {
    double value = number(text, low, high);
    if (value != (int)value) die("'%s' is not a whole number", text);
    return (int)value;
}

static void read_url(const char *url, target *target) {
    static const char scheme[] = "http://";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0) die("only http:// URLs: %s", url);
    const char *host = url + sizeof scheme - 1;
    const char *path = strchr(host, '/');
    target->host = path == NULL ? strdup(host) : strndup(host, (size_t)(path - host));
    target->path = strdup(path == NULL ? "/" : path);
    char *name = target->host == NULL ? NULL : strdup(target->host);
    if (name == NULL || target->path == NULL) die("out of memory");
    char *port = strchr(name, ':');
    if (port != NULL) *port++ = '\0';
    target->address = (struct sockaddr_in){.sin_family = AF_INET};
    target->address.sin_port = htons((uint16_t)(port == NULL ? 80 : whole(port, 1, 65535)));
    const char *address = strcmp(name, "localhost") == 0 ? "127.0.0.1" : name;
    if (inet_pton(AF_INET, address, &target->address.sin_addr) != 1) die("the host must be an IPv4 address: %s", url);
    free(name);
}

static void add_header(header_lines *lines, const char *line) {
    size_t length = strlen(line);
    lines->text = reallocate(lines->text, lines->length + length + 3);
    memcpy(lines->text + lines->length, line, length);
    memcpy(lines->text + lines->length + length, "\r\n", 3);
    lines->length += length + 2;
}

static void add_pids(options *options, char *list) {
    for (char *word = strtok(list, ","); word != NULL; word = strtok(NULL, ",")) {
        if (options->server_pid_count == OPTIONS_MAX_PIDS) die("more than %d --server-pid", OPTIONS_MAX_PIDS);
        options->server_pids[options->server_pid_count++] = whole(word, 1, 1 << 30);
    }
}

static bool take_subscriber_option(options *options, int option, char *value) {
    switch (option) {
        case URL: read_url(value, &options->subscribe_at); return true;
        case 'c': options->connections = whole(value, 0, 1000000); return true;
        case 'H': add_header(&options->subscribe_headers, value); return true;
        case CHANNELS: options->channels = whole(value, 1, 1000000); return true;
        case SPREAD: options->spread = whole(value, 1, 250); return true;
        case CONNECT_RATE: options->connect_rate = whole(value, 0, 1000000); return true;
        case CONNECT_CONCURRENCY: options->connect_concurrency = whole(value, 1, 100000); return true;
        case CONNECT_TIMEOUT: options->connect_timeout = number(value, 0, 86400); return true;
        case CONNECT_ROUNDS: options->connect_rounds = whole(value, 1, 100000); return true;
        case RCVBUF: options->receive_buffer = whole(value, 0, 1 << 30); return true;
        case READ_EVERY: options->read_every_us = whole(value, 0, 1000000); return true;
        case STALL: options->stalled = whole(value, 0, 1000000); return true;
        case STALL_RCVBUF: options->stalled_receive_buffer = whole(value, 0, 1 << 30); return true;
        case STALL_DRAIN: options->stall_drain = number(value, 0, 86400); return true;
        default: return false;
    }
}

static bool take_measurement_option(options *options, int option, char *value) {
    switch (option) {
        case EVENTS: options->events = (uint64_t)number(value, 0, UINT32_MAX); return true;
        case DURATION: options->duration = number(value, 0, 86400); return true;
        case WARMUP: options->warmup = (uint64_t)number(value, 0, UINT32_MAX); return true;
        case SETTLE: options->settle = number(value, 0, 86400); return true;
        case DRAIN_TIMEOUT: options->drain_timeout = number(value, 0, 86400); return true;
        case MAX_TIME: options->max_time = number(value, 0, 86400); return true;
        case VERIFY_SEQ: options->verifies_sequence = true; return true;
        case SERVER_PID: add_pids(options, value); return true;
        case PIN: options->pin = whole(value, 0, 1023); return true;
        case LABEL: options->label = value; return true;
        case JSON: return true;  // the only form there is
        case 'q': options->quiet = true; return true;
        default: return false;
    }
}

static bool take_publisher_option(options *options, int option, char *value) {
    switch (option) {
        case PUBLISH_URL:
            read_url(value, &options->publish_at);
            options->publishes = true;
            return true;
        case PUBLISH_HEADER: add_header(&options->publish_headers, value); return true;
        case PUBLISH_BODY: options->body = value; return true;
        case SIZE: options->body_size = whole(value, 0, 64 << 20); return true;
        case PAD: options->pad = whole(value, 0, 64 << 20); return true;
        case PUBLISH_RATE:
            options->publish_rate = strcmp(value, "max") == 0 ? -1 : number(value, 1e-3, 1e9);
            return true;
        case PUBLISH_CONNS: options->publishers = whole(value, 1, 10000); return true;
        case PUBLISH_DEPTH: options->publish_depth = whole(value, 1, 10000); return true;
        case WINDOW: options->window = (uint64_t)number(value, 1, UINT32_MAX); return true;
        default: return false;
    }
}

// A check that cannot fail would be worse than none.
static void check(const options *options) {
    if (options->connections > 0 && options->subscribe_at.path == NULL) die("--url is needed (or -c 0)");
    if (options->connections == 0 && !options->publishes) die("nothing to do: neither subscribers nor --publish-url");
    if (options->verifies_sequence && options->connections == 0) die("--verify-seq needs subscribers");
    const char *body = options->body;
    bool is_numbered = strstr(body, "{n}") != NULL && strstr(body, "{w}") != NULL && strstr(body, "{s}") != NULL;
    if (options->verifies_sequence && options->publishes && !is_numbered) {
        die("--verify-seq needs {n}, {w} and {s} in --publish-body");
    }
}

void options_read(options *options, int count, char **words) {
    *options = defaults;
    for (int option; (option = getopt_long(count, words, "c:H:hq", names, NULL)) != -1;) {
        if (option == 'h') {
            usage_print();
            exit(0);
        }
        bool is_known = take_subscriber_option(options, option, optarg)
                        || take_measurement_option(options, option, optarg)
                        || take_publisher_option(options, option, optarg);
        if (!is_known) die("see --help");
    }
    if (optind < count) die("'%s' is not an option", words[optind]);
    check(options);
}
