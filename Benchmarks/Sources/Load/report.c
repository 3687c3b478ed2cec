// The report: one JSON object on one line. Names end with their unit.
#include <stdio.h>

#include "failure.h"
#include "run.h"

static void print_text(const char *name, const char *value) {
    printf("\"%s\":\"", name);
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if (byte < 32 || byte >= 127) printf("\\u%04x", byte);
        else if (byte == '"' || byte == '\\') printf("\\%c", byte);
        else putchar(byte);
    }
    putchar('"');
}

static void print_count(const char *name, uint64_t value) { printf(",\"%s\":%lu", name, value); }

static void print_seconds(const char *name, double value) { printf(",\"%s\":%.6f", name, value); }

static void print_rate(const char *name, uint64_t count, double seconds) {
    printf(",\"%s\":%.1f", name, seconds > 0 ? (double)count / seconds : 0);
}

// `unit` in ns.
static void print_histogram(const char *name, const histogram *histogram, double unit) {
    printf(",\"%s\":{\"count\":%lu,\"mean\":%.2f", name, histogram->count, histogram_mean(histogram) / unit);
    static const struct {
        const char *name;
        double percent;
    } points[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        printf(",\"%s\":%.2f", points[i].name, histogram_percentile(histogram, points[i].percent) / unit);
    }
    printf(",\"max\":%.2f}", (double)histogram->max / unit);
}

static void print_faults(const char *name, const sequence_faults *faults) {
    printf(",\"%s\":{\"gaps\":%lu,\"dups\":%lu,\"reorders\":%lu,\"late\":%lu}", name, faults->gaps, faults->dups,
           faults->reorders, faults->late);
}

static void print_connecting(const run *run) {
    const crowd *crowd = &run->crowd;
    printf(",\"conns\":%d,\"opened\":%d,\"failed\":%d,\"closed\":%d,\"truncated\":%s", run->options->connections,
           crowd->opened, crowd->failed, crowd->closed, run->truncated ? "true" : "false");
    print_count("short_conns", (uint64_t)run_short_of_events(run));
    print_count("connects", crowd->connects);
    print_seconds("connect_s", run->connect_seconds);
    print_rate("connects_per_s", crowd->connects, run->connect_seconds);
    print_seconds("connect_server_cpu_s", run->connect_cpu);
    print_seconds("disconnect_server_cpu_s", run->close_cpu);
    print_histogram("header_ms", &crowd->head_time, 1e6);
}

static void print_publishing(const run *run, double elapsed) {
    uint64_t published = run->ledger.published - run->first_number;
    print_count("published", published);
    print_count("publish_ok", run->publishing.accepted);
    print_count("publish_errors", run->publishing.errors);
    print_rate("published_per_s", published, elapsed);
    print_histogram("publish_rtt_us", &run->publishing.round_trip, 1e3);
    print_histogram("publish_lag_us", &run->publishing.lag, 1e3);
}

typedef struct {
    uint64_t low, high;
    int count, closed;
} spread;

// Events had by the subscribers that stalled, or in the window by the others.
static spread spread_of(const run *run, bool stalled) {
    spread spread = {.low = UINT64_MAX};
    for (int i = 0; i < run->options->connections; i++) {
        const member *member = &run->crowd.members[i];
        if (member->receipt.stalled != stalled) continue;
        if (stalled) spread.count++;
        if (stalled && member->state != MEMBER_OPEN) spread.closed++;
        if (member->state != MEMBER_OPEN && member->state != MEMBER_CLOSED) continue;
        uint64_t had = stalled ? member->receipt.total : member->receipt.measured;
        if (had < spread.low) spread.low = had;
        if (had > spread.high) spread.high = had;
    }
    if (spread.low == UINT64_MAX) spread.low = 0;
    return spread;
}

static void print_deliveries(const run *run, double elapsed) {
    const deliveries *deliveries = &run->deliveries;
    spread each = spread_of(run, false);
    print_count("deliveries", deliveries->count);
    print_count("expected_total", run->ledger.expected);
    print_count("got_total", run->ledger.got);
    print_seconds("elapsed_s", elapsed);
    print_rate("deliveries_per_s", deliveries->count, elapsed);
    print_count("bytes", deliveries->bytes);
    print_rate("bytes_per_s", deliveries->bytes, elapsed);
    print_count("reads", deliveries->reads);
    print_count("per_conn_min", each.low);
    print_count("per_conn_max", each.high);
    print_count("other_events", deliveries->other);
    print_count("gap_events", deliveries->gap_events);
    print_count("comments", deliveries->lines.comments);
    print_count("ids", deliveries->ids);
    print_count("named", deliveries->lines.named);
    print_histogram("latency_us", &deliveries->latency, 1e3);
}

static void print_cpu(const run *run, double elapsed) {
    const servers_usage *began = &run->usage_began, *ended = &run->usage_ended;
    double cpu = ended->cpu - began->cpu;
    double own_user = run->own_ended.user - run->own_began.user;
    double own_system = run->own_ended.system - run->own_began.system;
    print_seconds("server_cpu_s", cpu);
    print_seconds("server_user_s", ended->user - began->user);
    print_seconds("server_system_s", ended->system - began->system);
    print_count("server_ctx_switches", ended->switches - began->switches);
    print_count("server_voluntary_switches", ended->voluntary - began->voluntary);
    print_rate("deliveries_per_server_cpu_s", run->deliveries.count, cpu);
    print_seconds("own_user_s", own_user);
    print_seconds("own_system_s", own_system);
    printf(",\"own_core_fraction\":%.3f", (own_user + own_system) / elapsed);
}

static void print_memory(const run *run) {
    const servers_memory *before = &run->before, *ready = &run->ready, *end = &run->end;
    printf(",\"rss_kb\":{\"before\":%ld,\"ready\":%ld,\"peak\":%ld,\"end\":%ld}", before->resident, ready->resident,
           run->resident_peak, end->resident);
    printf(",\"pss_kb\":{\"before\":%ld,\"ready\":%ld,\"end\":%ld}", before->proportional, ready->proportional,
           end->proportional);
    printf(",\"uss_kb\":{\"before\":%ld,\"ready\":%ld,\"end\":%ld}", before->own, ready->own, end->own);
    const machine_memory *at[] = {&run->machine_before, &run->machine_ready, &run->machine_end};
    printf(",\"slab_kb\":[%ld,%ld,%ld]", at[0]->slab, at[1]->slab, at[2]->slab);
    printf(",\"tcp_pages\":[%ld,%ld,%ld]", at[0]->socket_pages, at[1]->socket_pages, at[2]->socket_pages);
    printf(",\"mem_available_kb\":[%ld,%ld,%ld]", at[0]->available, at[1]->available, at[2]->available);
}

static void print_order(const run *run) {
    const deliveries *deliveries = &run->deliveries;
    print_faults("seq", &deliveries->total_order);
    print_faults("publisher_seq", &deliveries->publisher_order);
    print_count("parse_errors", run->crowd.framing_errors + deliveries->lines.overlong);
    spread stalled = spread_of(run, true);
    printf(",\"stalled\":{\"n\":%d,\"closed\":%d,\"min\":%lu,\"max\":%lu", stalled.count, stalled.closed, stalled.low,
           stalled.high);
    print_count("gap_events", deliveries->stalled_gap_events);
    print_faults("publisher_seq", &deliveries->stalled_order);
    putchar('}');
}

static void print_cpus(const run *run) {
    printf(",\"cpus\":[");
    for (int i = 0; i < run->cpus_ended.count; i++) {
        double share[CPU_KINDS], sum = 0;
        for (int kind = 0; kind < CPU_KINDS; kind++) {
            share[kind] = (double)(run->cpus_ended.ticks[i][kind] - run->cpus_began.ticks[i][kind]);
            sum += share[kind];
        }
        if (sum <= 0) sum = 1;
        printf("%s{\"user\":%.3f,\"system\":%.3f,\"softirq\":%.3f,\"idle\":%.3f,\"steal\":%.3f}", i > 0 ? "," : "",
               (share[CPU_USER] + share[CPU_NICE]) / sum, share[CPU_SYSTEM] / sum,
               (share[CPU_IRQ] + share[CPU_SOFTIRQ]) / sum, (share[CPU_IDLE] + share[CPU_IOWAIT]) / sum,
               share[CPU_STEAL] / sum);
    }
    putchar(']');
}

void report_print(const run *run) {
    double elapsed = (double)(run->window_ended - run->window_began) / 1e9;
    if (elapsed <= 0) elapsed = 1e-9;
    putchar('{');
    print_text("label", run->options->label);
    print_connecting(run);
    print_publishing(run, elapsed);
    print_deliveries(run, elapsed);
    print_cpu(run, elapsed);
    print_memory(run);
    print_order(run);
    print_cpus(run);
    putchar(',');
    print_text("first_error", first_error());
    puts("}");
}
