#include "host/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/file.h"

enum { EVENTS_PER_TURN = 256 };

struct loop {
	int epoll_fd;
	bool stopped;
	int64_t now_ns;
	struct epoll_event events[EVENTS_PER_TURN];
	int event_count, event_next;
	struct loop_timer **heap; /* 1-based binary heap by due_ns */
	uint32_t heap_count, heap_capacity;
};

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop)
		return NULL;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return NULL;
	}
	loop->now_ns = clock_monotonic_ns(&clock_system);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll_fd);
	free(loop->heap);
	free(loop);
}

static uint32_t epoll_mask(unsigned events)
{
	return (events & LOOP_READ ? EPOLLIN | EPOLLRDHUP : 0) | (events & LOOP_WRITE ? EPOLLOUT : 0);
}

static err control(struct loop *loop, int what, struct loop_watch *watch, unsigned events)
{
	struct epoll_event event = { .events = epoll_mask(events), .data.ptr = watch };
	if (epoll_ctl(loop->epoll_fd, what, watch->fd, &event) != 0)
		return err_of_errno(errno);
	return OK;
}

err loop_add(struct loop *loop, struct loop_watch *watch, unsigned events)
{
	return control(loop, EPOLL_CTL_ADD, watch, events);
}

err loop_change(struct loop *loop, struct loop_watch *watch, unsigned events)
{
	return control(loop, EPOLL_CTL_MOD, watch, events);
}

void loop_remove(struct loop *loop, struct loop_watch *watch)
{
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = loop->event_next; i < loop->event_count; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
}

static void heap_put(struct loop *loop, uint32_t index, struct loop_timer *timer)
{
	loop->heap[index] = timer;
	timer->heap_index = index;
}

static void sift_up(struct loop *loop, uint32_t index)
{
	struct loop_timer *timer = loop->heap[index];
	while (index > 1 && loop->heap[index / 2]->due_ns > timer->due_ns) {
		heap_put(loop, index, loop->heap[index / 2]);
		index /= 2;
	}
	heap_put(loop, index, timer);
}

static void sift_down(struct loop *loop, uint32_t index)
{
	struct loop_timer *timer = loop->heap[index];
	for (;;) {
		uint32_t child = index * 2;
		if (child > loop->heap_count)
			break;
		if (child < loop->heap_count && loop->heap[child + 1]->due_ns < loop->heap[child]->due_ns)
			child++;
		if (loop->heap[child]->due_ns >= timer->due_ns)
			break;
		heap_put(loop, index, loop->heap[child]);
		index = child;
	}
	heap_put(loop, index, timer);
}

err loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ns)
{
	loop_timer_stop(loop, timer);
	if (loop->heap_count + 2 > loop->heap_capacity) {
		uint32_t capacity = loop->heap_capacity ? loop->heap_capacity * 2 : 64;
		struct loop_timer **heap = realloc(loop->heap, capacity * sizeof(struct loop_timer *));
		if (!heap)
			FAIL(ERR_LIMIT, "no memory for a timer");
		loop->heap = heap;
		loop->heap_capacity = capacity;
	}
	timer->due_ns = due_ns;
	heap_put(loop, ++loop->heap_count, timer);
	sift_up(loop, loop->heap_count);
	return OK;
}

void loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
	uint32_t index = timer->heap_index;
	if (index == 0)
		return;
	timer->heap_index = 0;
	struct loop_timer *last = loop->heap[loop->heap_count--];
	if (last == timer)
		return;
	heap_put(loop, index, last);
	sift_up(loop, index);
	sift_down(loop, last->heap_index);
}

int64_t loop_now_ns(const struct loop *loop)
{
	return loop->now_ns;
}

static void fire_due_timers(struct loop *loop)
{
	while (loop->heap_count && loop->heap[1]->due_ns <= loop->now_ns && !loop->stopped) {
		struct loop_timer *timer = loop->heap[1];
		loop_timer_stop(loop, timer);
		timer->fire(timer);
	}
}

static int wait_of(const struct loop *loop, int wait_ms)
{
	if (loop->heap_count == 0)
		return wait_ms;
	int64_t due_ms = (loop->heap[1]->due_ns - clock_monotonic_ns(&clock_system) + 999999) / 1000000;
	if (due_ms < 0)
		due_ms = 0;
	if (due_ms > 60000)
		due_ms = 60000;
	return wait_ms < 0 || due_ms < wait_ms ? (int)due_ms : wait_ms;
}

void loop_turn(struct loop *loop, int wait_ms)
{
	int count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_PER_TURN, wait_of(loop, wait_ms));
	loop->now_ns = clock_monotonic_ns(&clock_system);
	loop->event_count = count < 0 ? 0 : count;
	for (loop->event_next = 0; loop->event_next < loop->event_count;) {
		struct epoll_event event = loop->events[loop->event_next++];
		struct loop_watch *watch = event.data.ptr;
		if (!watch)
			continue;
		unsigned events = (event.events & EPOLLIN ? LOOP_READ : 0) |
				  (event.events & EPOLLOUT ? LOOP_WRITE : 0) |
				  (event.events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP) ? LOOP_READ | LOOP_HANGUP : 0);
		watch->ready(watch, events);
	}
	loop->event_count = loop->event_next = 0;
	fire_due_timers(loop);
}

void loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped)
		loop_turn(loop, -1);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
