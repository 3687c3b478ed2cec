#include "loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "call.h"

#define EXPIRY_MS 1000

// MARK: Time

// Once an iteration: its work is done at one time.
int64_t el_loop_wall(el_loop *loop) {
    if (loop->wall_turn == uv_now(&loop->uv)) return loop->wall;
    loop->wall_turn = uv_now(&loop->uv);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t wall = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (wall > loop->wall) loop->wall = wall;
    return loop->wall;
}

const char *el_loop_date(el_loop *loop) {
    time_t second = (time_t)(el_loop_wall(loop) / 1000);
    if (second != loop->date_second) {
        struct tm parts;
        gmtime_r(&second, &parts);
        // RFC 9110 section 5.6.7. The process' locale is the C locale, or else its names would show here.
        static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        snprintf(loop->date, sizeof loop->date, "Date: %s, %02u %s %04u %02u:%02u:%02u GMT\r\n", days[parts.tm_wday],
                 (unsigned)parts.tm_mday % 100, months[parts.tm_mon], (unsigned)(parts.tm_year + 1900) % 10000,
                 (unsigned)parts.tm_hour % 100, (unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100);
        loop->date_second = second;
    }
    return loop->date;
}

static void on_turn(uv_timer_t *timer) {
    el_loop *loop = timer->data;
    el_wheel_turn(&loop->wheel, uv_now(&loop->uv), el_connection_due);
    el_loop_bury(loop);
    if (loop->wheel.count == 0) uv_timer_stop(&loop->turn);
}

void el_loop_arm(el_loop *loop, el_wheel_entry *entry, uint64_t deadline) {
    el_wheel_add(&loop->wheel, entry, uv_now(&loop->uv), deadline);
    if (!uv_is_active((uv_handle_t *)&loop->turn)) {
        uv_timer_start(&loop->turn, on_turn, EL_WHEEL_TICK_MS, EL_WHEEL_TICK_MS);
    }
}

// Keeps going once a second while any channel with an age keeps something.
static void on_expiry(uv_timer_t *timer) {
    el_loop *loop = timer->data;
    if (el_shelf_expire(loop->shelf, el_loop_wall(loop))) return;
    uv_timer_stop(timer);
    loop->is_expired = true;
}

// Whatever else an iteration was for may have brought frames that grow old; the expiry itself has not.
static void watch_age(el_loop *loop) {
    if (!loop->is_expired && !uv_is_active((uv_handle_t *)&loop->expiry)) {
        uv_timer_start(&loop->expiry, on_expiry, EXPIRY_MS, EXPIRY_MS);
    }
    loop->is_expired = false;
}

// MARK: An iteration's end

void el_loop_drain(el_loop *loop) { el_shelf_drain(loop->shelf); }

void el_loop_bury(el_loop *loop) {
    while (loop->broken != NULL) {
        el_connection *c = loop->broken;
        loop->broken = c->next_broken;
        el_connection_close(c, false);
    }
    while (loop->dead != NULL) {
        el_connection *c = loop->dead;
        loop->dead = c->next;
        free(c);
    }
}

static void on_lingered(uv_timer_t *timer) { (void)timer; }  // that it wakes the loop is what matters

static void linger(el_loop *loop) {
    uint64_t now = uv_now(&loop->uv), until = el_shelf_linger(loop->shelf, now);
    if (until != UINT64_MAX) uv_timer_start(&loop->linger, on_lingered, until - now, 0);
}

static void on_busy(uv_idle_t *busy) { (void)busy; }  // its being active is what matters

static void on_check(uv_check_t *check) {
    el_loop *loop = check->data;
    uv_idle_stop(&loop->busy);  // whoever finds or makes more to do from here on starts it again
    el_shelf_drain(loop->shelf);
    linger(loop);
    bool is_more = el_shelf_deliver(loop->shelf);
    if (loop->parked != NULL) el_answer_parked(loop);
    if (loop->parked != NULL && el_core_has_room(loop->hub->core)) is_more = true;
    el_loop_bury(loop);
    if (is_more) uv_idle_start(&loop->busy, on_busy);
    watch_age(loop);
}

static _Thread_local el_loop *current;  // of which this is the thread

bool el_loop_stay_awake(el_loop *loop) {
    if (loop != current) return false;
    uv_idle_start(&loop->busy, on_busy);
    return true;
}

// MARK: The inbox

static void deliver_errand(el_loop *loop, el_errand *errand) {
    if (errand->kind == EL_ERRAND_ANSWER) {
        el_deferred_deliver((el_deferred *)errand);
        return;
    }
    if (errand->kind == EL_ERRAND_CALL) {
        el_call_deliver((el_call *)errand, !loop->stopping);
        return;
    }
    el_handed_socket *handed = (el_handed_socket *)errand;
    if (loop->stopping) {
        close(handed->fd);
        atomic_fetch_sub(&loop->hub->open, 1);
    } else {
        el_connection_open(loop, handed->fd, handed->is_loopback, handed->is_unix);
    }
    free(handed);
}

static void close_listeners(el_loop *loop) {
    while (loop->listeners != NULL) el_listener_close(loop->listeners);
    pthread_mutex_lock(&loop->hub->lock);
    loop->hub->closed_listeners++;
    pthread_cond_broadcast(&loop->hub->changed);
    pthread_mutex_unlock(&loop->hub->lock);
}

static void finish(el_loop *loop) {
    loop->finishing = true;
    el_loop_drain(loop);
    el_shelf_end_all(loop->shelf);
    el_connection *next;
    for (el_connection *c = loop->connections; c != NULL; c = next) {
        next = c->next;
        if (c->state == EL_STATE_IDLE) el_connection_finish(c);
    }
}

static void stop(el_loop *loop) {
    loop->stopping = true;
    while (loop->listeners != NULL) el_listener_close(loop->listeners);
    while (loop->connections != NULL) el_connection_close(loop->connections, false);
    loop->broken = NULL;
    el_watch_close(&loop->watch);
    el_inbox_close(loop->inbox);
    unsigned flags;
    for (el_errand *errand = el_inbox_take(loop->inbox, &flags), *next; errand != NULL; errand = next) {
        next = errand->next;
        deliver_errand(loop, errand);
    }
    uv_handle_t *handles[] = {(uv_handle_t *)&loop->async, (uv_handle_t *)&loop->check, (uv_handle_t *)&loop->busy,
                              (uv_handle_t *)&loop->turn, (uv_handle_t *)&loop->expiry,
                              (uv_handle_t *)&loop->linger};
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) uv_close(handles[i], NULL);
    el_loop_bury(loop);
}

static void on_async(uv_async_t *async) {
    el_loop *loop = async->data;
    unsigned flags;
    for (el_errand *errand = el_inbox_take(loop->inbox, &flags), *next; errand != NULL; errand = next) {
        next = errand->next;
        deliver_errand(loop, errand);
    }
    if (flags & EL_FLAG_ROOM) el_answer_parked(loop);
    if (flags & EL_FLAG_CLOSE_LISTENERS) close_listeners(loop);
    if (flags & EL_FLAG_FINISH) finish(loop);
    if (flags & EL_FLAG_STOP) stop(loop);
}

// MARK: Requests

el_request *el_loop_request(el_loop *loop, el_slice bytes, bool is_loopback) {
    el_request **link = &loop->pool, **last = link;
    bool repeats = false;
    while (*link != NULL && !(repeats = el_request_repeats(*link, bytes, is_loopback))) {
        last = link;
        link = &(*link)->next;
    }
    el_request *r;
    if (repeats || loop->pool_count == EL_POOL_MAX) {
        if (!repeats) link = last;  // who was silent longest is forgotten
        r = *link;
        *link = r->next;
        loop->pool_count--;
        r->next = NULL;
        if (!repeats) el_request_reset(r);
    } else {
        r = el_request_new();
    }
    if (r != NULL) {
        r->head_limit = loop->hub->settings.header_limit;
        r->is_loopback = is_loopback;
    }
    return r;
}

void el_loop_recycle(el_loop *loop, el_request *r) {
    if (loop->pool_count == EL_POOL_MAX) {
        el_request_delete(r);
        return;
    }
    el_request_rest(r);
    r->next = loop->pool;
    loop->pool = r;
    loop->pool_count++;
}

// MARK: Life

bool el_loop_open(el_loop *loop, el_hub *hub, uint32_t index, el_shelf *shelf, char *error) {
    loop->hub = hub;
    loop->index = index;
    loop->shelf = shelf;
    loop->date_second = -1;
    el_wheel_init(&loop->wheel);
    loop->inbox = el_inbox_new(&loop->async);
    int result = loop->inbox == NULL ? UV_ENOMEM : uv_loop_init(&loop->uv);
    if (result == 0) {
        result = uv_async_init(&loop->uv, &loop->async, on_async);
        if (result == 0) {
            result = el_watch_open(&loop->watch, &loop->uv, el_connection_ready);
            if (result != 0) uv_close((uv_handle_t *)&loop->async, NULL);
        }
        if (result != 0) {
            uv_run(&loop->uv, UV_RUN_DEFAULT);
            uv_loop_close(&loop->uv);
        }
    }
    if (result != 0) {
        snprintf(error, EL_ERROR_SIZE, "cannot set up event loop %u: %s", index, uv_strerror(result));
        if (loop->inbox != NULL) el_inbox_release(loop->inbox);
        return false;
    }
    uv_check_init(&loop->uv, &loop->check);
    uv_idle_init(&loop->uv, &loop->busy);
    uv_timer_init(&loop->uv, &loop->turn);
    uv_timer_init(&loop->uv, &loop->expiry);
    uv_timer_init(&loop->uv, &loop->linger);
    loop->async.data = loop->check.data = loop->turn.data = loop->expiry.data = loop;
    uv_check_start(&loop->check, on_check);
    return true;
}

static void *run(void *context) {
    el_loop *loop = context;
    char name[16];
    snprintf(name, sizeof name, "el-loop-%u", loop->index);
    pthread_setname_np(pthread_self(), name);
    current = loop;
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

bool el_loop_start(el_loop *loop, char *error) {
    // Signals are for the process' own threads; a new thread inherits what is blocked here.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = pthread_create(&loop->thread, NULL, run, loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    loop->has_thread = result == 0;
    if (result != 0) {
        snprintf(error, EL_ERROR_SIZE, "cannot start the thread of event loop %u: %s", loop->index, strerror(result));
    }
    return result == 0;
}

void el_loop_join(el_loop *loop) {
    if (loop->has_thread) {
        pthread_join(loop->thread, NULL);
    } else {
        uv_run(&loop->uv, UV_RUN_DEFAULT);
    }
    uv_loop_close(&loop->uv);
    while (loop->pool != NULL) {
        el_request *next = loop->pool->next;
        el_request_delete(loop->pool);
        loop->pool = next;
    }
    el_inbox_release(loop->inbox);
}
