#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A descriptor of our own that is none of 0 to 2, in which the child gets its own: this process may have been started
// without them. Takes `descriptor`, also when it fails.
static int above_standard(int descriptor) {
    if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
    int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int failure = errno;
    close(descriptor);
    errno = failure;
    return higher;
}

static void close_both(const int ends[2]) {
    if (ends[0] >= 0) close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
}

static int open_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    int failure = 0;
    for (int index = 0; index < 2; index++) {
        ends[index] = above_standard(ends[index]);
        if (ends[index] < 0 && failure == 0) failure = errno;
    }
    if (failure != 0) close_both(ends);
    return failure;
}

// What the child does between vfork and exec. It shares this process's memory while its parent's thread stands still, so
// it may only make system calls, and write to its own stack.
struct beginning {
    const struct child_plan *plan;
    int input, output, errors;
    pid_t parent;
    const char *path;  // PATH
};

// The C library's own functions change the user of every thread it knows of, which here are the parent's.
static int become(const struct child_user *user) {
#ifdef SYS_setgroups32
    if (syscall(SYS_setgroups32, user->group_count, user->groups) != 0) return errno;
    if (syscall(SYS_setresgid32, user->group, user->group, user->group) != 0) return errno;
    if (syscall(SYS_setresuid32, user->user, user->user, user->user) != 0) return errno;
#else
    if (syscall(SYS_setgroups, user->group_count, user->groups) != 0) return errno;
    if (syscall(SYS_setresgid, user->group, user->group, user->group) != 0) return errno;
    if (syscall(SYS_setresuid, user->user, user->user, user->user) != 0) return errno;
#endif
    return 0;
}

// execvp would hand a file without a format of its own to a shell; nothing goes through a shell here.
static int execute(const struct child_plan *plan, const char *path) {
    if (strchr(plan->program, '/') != NULL) {
        execve(plan->program, plan->arguments, plan->environment);
        return errno;
    }
    size_t length = strlen(plan->program);
    int failure = ENOENT;
    for (const char *folder = path; folder != NULL;) {
        const char *end = strchrnul(folder, ':');
        size_t size = (size_t)(end - folder);
        char file[PATH_MAX];
        if (size + 1 + length < sizeof file) {
            memcpy(file, folder, size);
            if (size > 0) file[size++] = '/';
            memcpy(file + size, plan->program, length + 1);
            execve(file, plan->arguments, plan->environment);
            // A file that may not be run is only told of when there is no other.
            if (errno == EACCES) failure = EACCES;
            else if (errno != ENOENT && errno != ENOTDIR) return errno;
        }
        folder = *end == ':' ? end + 1 : NULL;
    }
    return failure;
}

static int begin(const struct beginning *beginning) {
    const struct child_plan *plan = beginning->plan;
    // What is ignored stays so across exec, and this process ignores SIGPIPE. The kernel's own structure is all zero for
    // SIG_DFL; the C library's function would leave out two signals, which whoever started us may have left ignored.
    const unsigned long standard[8] = {0};
    for (int number = 1; number < NSIG; number++) (void)syscall(SYS_rt_sigaction, number, standard, NULL, NSIG / 8);
    if (setsid() < 0 || dup2(beginning->input, STDIN_FILENO) < 0 || dup2(beginning->output, STDOUT_FILENO) < 0
        || dup2(beginning->errors, STDERR_FILENO) < 0)
        return errno;
    // Not all of the process's descriptors are close-on-exec: libraries open some of their own.
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
    if (plan->user != NULL) {
        int failure = become(plan->user);
        if (failure != 0) return failure;
    }
    if (plan->directory != NULL && chdir(plan->directory) != 0) return errno;
    if (!plan->outlives) {
        // After the change of user, which takes it back. It is the end of the parent's thread that counts.
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
        if (getppid() != beginning->parent) return ESRCH;
    }
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) return errno;
    return execute(plan, beginning->path);
}

// What is written on `report` before it is closed: why the child could not begin; 0 if it could, as exec closes it.
static int read_report(int report) {
    int outcome = 0;
    ssize_t count;
    do {
        count = read(report, &outcome, sizeof outcome);
    } while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof outcome ? outcome : 0;
}

// vfork: unlike with fork, it does not matter how much memory this process has; and unlike with posix_spawn, the user
// and the signal at the parent's death can be set. What went wrong comes through a pipe, not through the memory that the two
// share: ThreadSanitizer puts fork in its place.
__attribute__((noinline)) static int spawn(const struct beginning *beginning, pid_t *pid) {
    int report[2];
    int failure = open_pipe(report);
    if (failure != 0) return failure;
    sigset_t all, before;
    sigfillset(&all);
    // A handler of this process must not run in the child, whose memory is ours.
    failure = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (failure != 0) {
        close_both(report);
        return failure;
    }
    pid_t child = vfork();
    if (child == 0) {
        int outcome = begin(beginning);
        (void)!write(report[1], &outcome, sizeof outcome);
        _exit(127);
    }
    failure = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) failure = read_report(report[0]);
    close(report[0]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child > 0 && failure != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    *pid = child;
    return failure;
}

// What the child reads, and for a pipe its other end.
static int open_input(const struct child_plan *plan, int ends[2]) {
    if (plan->has_input) return open_pipe(ends);
    ends[0] = above_standard(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return ends[0] < 0 ? errno : 0;
}

int child_start(const struct child_plan *plan, struct child *child) {
    int input[2] = {-1, -1}, output[2], errors[2];
    int failure = open_input(plan, input);
    if (failure != 0) return failure;
    failure = open_pipe(output);
    if (failure != 0) {
        close_both(input);
        return failure;
    }
    failure = open_pipe(errors);
    if (failure != 0) {
        close_both(input);
        close_both(output);
        return failure;
    }
    const char *path = getenv("PATH");
    struct beginning beginning = {
        .plan = plan, .input = input[0], .output = output[1], .errors = errors[1], .parent = getpid(),
        .path = path != NULL ? path : "/usr/local/bin:/usr/bin:/bin",
    };
    failure = spawn(&beginning, &child->pid);
    close(input[0]);
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
        if (input[1] >= 0) close(input[1]);
        close(output[0]);
        close(errors[0]);
        return failure;
    }
    // The reading ends only: the child's have flags of their own.
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    child->output = output[0];
    child->errors = errors[0];
    child->input = input[1];
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
