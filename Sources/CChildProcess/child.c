#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_actions(posix_spawn_file_actions_t *actions, int output, int errors, const char *directory) {
    int failure = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(actions, output, 1);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(actions, errors, 2);
    // Not all of the process's descriptors are close-on-exec: libraries open some of their own.
    if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (failure == 0 && directory != NULL) failure = posix_spawn_file_actions_addchdir_np(actions, directory);
    return failure;
}

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failure = posix_spawnattr_setsigmask(attributes, &none);
    // What is ignored stays so across exec, and this process ignores SIGPIPE.
    if (failure == 0) failure = posix_spawnattr_setsigdefault(attributes, &all);
    if (failure == 0) {
        short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        failure = posix_spawnattr_setflags(attributes, flags);
    }
    return failure;
}

static int spawn(
    const char *program, char *const *arguments, char *const *environment, const char *directory, int output,
    int errors, pid_t *pid
) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        failure = set_actions(&actions, output, errors, directory);
        if (failure == 0) failure = set_attributes(&attributes);
        if (failure == 0) failure = posix_spawnp(pid, program, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

int child_start(
    const char *program, char *const *arguments, char *const *environment, const char *directory, struct child *child
) {
    int output[2], errors[2];
    if (pipe2(output, O_CLOEXEC) != 0) return errno;
    if (pipe2(errors, O_CLOEXEC) != 0) {
        int failure = errno;
        close(output[0]);
        close(output[1]);
        return failure;
    }
    int failure = spawn(program, arguments, environment, directory, output[1], errors[1], &child->pid);
    close(output[1]);
    close(errors[1]);
    if (failure == 0) {
        child->end = pidfd_open(child->pid, 0);
        if (child->end < 0) {
            failure = errno;
            kill(child->pid, SIGKILL);
            child_reap(child->pid);
        }
    }
    if (failure != 0) {
        close(output[0]);
        close(errors[0]);
        return failure;
    }
    // The reading ends only: the child's have flags of their own.
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    child->output = output[0];
    child->errors = errors[0];
    return 0;
}

struct child_status child_reap(pid_t pid) {
    // Before the status is taken: as long as it is not, the group's name belongs to this child.
    kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    if (WIFSIGNALED(status)) return (struct child_status){.code = -1, .signal = WTERMSIG(status)};
    return (struct child_status){.code = WEXITSTATUS(status), .signal = 0};
}

const char *child_signal_name(int signal) {
    // sigabbrev_np says "KILL"; people write SIGKILL.
    static _Thread_local char name[16];
    const char *word = sigabbrev_np(signal);
    if (word == NULL) return NULL;
    snprintf(name, sizeof name, "SIG%s", word);
    return name;
}

int child_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void child_wake(int wake) {
    uint64_t one = 1;
    // It fails only where the counter is full, and then the descriptor is readable already.
    (void)!write(wake, &one, sizeof one);
}

void child_wake_clear(int wake) {
    uint64_t count;
    (void)!read(wake, &count, sizeof count);
}
