// Child processes, for as much of it as Swift cannot say: starting one with nothing of ours in it, a descriptor that
// tells of its end, and taking its status.
//
// Threads: every function may be called from any thread; child_reap only once for each child.
// Ownership: child_start gives three or four descriptors, which the caller closes, and a process, which the caller reaps. Between
// the two the pid cannot be given to another process, so that signals to the group reach nobody else.
// Errors: an errno where there is a result for it; 0 is fine.
#ifndef CCHILDPROCESS_H
#define CCHILDPROCESS_H
#include <stdbool.h>
#include <sys/types.h>

// A running child: a session and a process group of its own (both called `pid`).
struct child {
    pid_t pid;
    int end;     // a pidfd: readable when the child has ended
    int output;  // its standard output, non-blocking
    int errors;  // its standard error, non-blocking
    int input;   // the writing end of its standard input; -1: that is empty
};

// A user to run a program as, with all its groups, the main one too.
struct child_user {
    uid_t user;
    gid_t group;
    const gid_t *groups;
    size_t group_count;
};

// What is to be started. All of it stays the caller's, and is read during the call only.
struct child_plan {
    const char *program;           // a path if there is a slash in it, else looked up in this process's PATH
    char *const *arguments;        // argv, with argv[0], ended by NULL
    char *const *environment;      // "NAME=value", ended by NULL
    const char *directory;         // NULL: this process's own
    bool has_input;                // its standard input is a pipe that stays open, else it is empty
    const struct child_user *user; // NULL: this process's own; any other needs root (or CAP_SETUID and CAP_SETGID)
    bool outlives;                 // goes on when this process, or the thread that has started it, ends
};

// Starts a program. The child gets no other descriptor than 0 to 2, no blocked signal, and every signal's default action.
// When the thread that calls this ends before the child, however it ends, the kernel kills the child (not its children)
// unless that `outlives` it: so the thread has to stay until child_reap.
int child_start(const struct child_plan *plan, struct child *child);

// How a child has ended.
struct child_status {
    int code;    // what it returned, or -1
    int signal;  // what killed it, or 0
};

// Kills what is left of the child's group, and takes the child's status; to be called when `end` is readable.
struct child_status child_reap(pid_t pid);

// The signal's name, such as "SIGKILL"; NULL if it has none. Valid until this thread asks again.
const char *child_signal_name(int signal);

// A descriptor that poll finds readable after child_wake, until child_wake_clear; -1 and errno if there is none to be had.
int child_wake_open(void);
void child_wake(int wake);
void child_wake_clear(int wake);
#endif
