// What other threads want of a loop: errands in their order, and a few flags. The loop is woken once for all of them.
//
// Threads    el_inbox_post, el_inbox_raise, el_inbox_wake, retain and release: any. The others: the loop's.
// Ownership  Counted, because a deferred answer may outlive its loop: then the box is closed, and who posts keeps the
//            errand. The box owns what has been posted until the loop takes it.
#ifndef EL_INBOX_H
#define EL_INBOX_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

typedef struct el_errand {
    struct el_errand *next;
    enum { EL_ERRAND_SOCKET, EL_ERRAND_ANSWER, EL_ERRAND_CALL } kind;
} el_errand;

enum {
    EL_FLAG_ROOM = 1,             // mailboxes have room again
    EL_FLAG_CLOSE_LISTENERS = 2,
    EL_FLAG_FINISH = 4,           // streams end, what is idle closes
    EL_FLAG_STOP = 8,             // everything closes, the thread ends
};

typedef struct {
    pthread_mutex_t lock;
    el_errand *first, **last;
    unsigned flags;
    bool open;
    uv_async_t *async;  // valid while open
    atomic_uint references;
} el_inbox;

el_inbox *el_inbox_new(uv_async_t *async);  // NULL: out of memory
void el_inbox_retain(el_inbox *inbox);
void el_inbox_release(el_inbox *inbox);

// False: the loop has ended; the errand is still the caller's.
bool el_inbox_post(el_inbox *inbox, el_errand *errand);
void el_inbox_raise(el_inbox *inbox, unsigned flags);
void el_inbox_wake(el_inbox *inbox);
// Takes everything. After el_inbox_close nothing more comes.
el_errand *el_inbox_take(el_inbox *inbox, unsigned *flags);
void el_inbox_close(el_inbox *inbox);
#endif
