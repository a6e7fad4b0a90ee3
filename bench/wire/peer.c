/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Lua process and whose turn it is.
 *
 * One packet is outstanding at most. While the process owes its turn, further packets queue; each
 * is sent when the one before is answered by IDLE. From the first flush until everything queued is
 * answered the peer holds its clock once, so virtual time stands still for as long as anybody
 * thinks.
 *
 * Its end has two signs, end of file on the socket and the exit of the process, and they come in
 * either order. What the process had sent before is heard first; then the peer waits a moment for
 * the sign still missing, because "was killed by signal 9 (Killed)" helps more than "closed its
 * socket". A process that talks nonsense or hangs is killed at once and nothing of it is heard any
 * more. In both cases `ended` is called by a timer of its own, so that no caller of peer_add or
 * peer_flush is surprised by it, and the clock stays held until then: the bench learns of the death
 * at the bench time at which it happened.
 *
 * A turn takes microseconds and there are hundreds of thousands of them, so nothing is measured per
 * turn but its beginning. A tick, every 250 ms while a turn is owed, looks for a hung process; it
 * reads the processor time first at the tick after the turn's beginning, and so errs by a tick in
 * favour of the process.
 *
 * What the frames mean is not known here.
 */
#include "wire/peer.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strain.h"
#include "loop/child.h"

enum {
	TURN_BYTES_MOST = 1 << 20,
	TURN_NOTES_MOST = 1000,
	SOURCE_CHUNK = PACKET_MOST - 4096, /* leaves room for the head and the file's name */
	SOCKET_ROOM = 4 * PACKET_MOST,
};

#define TURN_PROCESSOR_MOST SEC(1 * STRAIN_SLOWER)
#define TURN_TIME_MOST SEC(5 * STRAIN_SLOWER)
#define HUNG_TICK MSEC(250)
#define LEAVE_PATIENCE MSEC(500)

struct queued {
	struct queued *next;
	char *bytes;
	size_t size;
	uint32_t last; /* sequence of its last frame */
};

struct turn {
	uint64_t number;
	uint32_t last; /* sequence that IDLE must answer */
	nsec began;    /* real time */
	size_t bytes, notes;
};

struct peer {
	struct loop *loop;
	struct bench_clock *clock;
	struct peer_handlers handlers;
	void *ctx;

	struct child *child;
	int fd;
	struct watch *watch;
	uint8_t *heard; /* the packet being read */

	struct buf packet; /* being prepared */
	struct queued *first, **end;
	uint32_t sequence;	 /* last given to a frame of ours */
	uint32_t heard_sequence; /* last of theirs */
	bool owes, held;
	struct turn turn;

	struct timer tick;
	uint64_t ticked_turn;
	nsec ticked_processor;

	struct timer leave;
	bool closed, exited; /* the two signs */
	int status;
	bool over; /* killed for a reason; `why` is that reason */
	char why[400];
	bool *gone; /* set by peer_free: where peer_hear wants to know */
};

/* ---- its end ---- */

static void hold(struct peer *peer)
{
	if (!peer->held)
		clock_hold(peer->clock);
	peer->held = true;
}

static void release(struct peer *peer)
{
	if (peer->held)
		clock_release(peer->clock);
	peer->held = false;
}

static void stop_listening(struct peer *peer)
{
	loop_unwatch(peer->watch);
	peer->watch = NULL;
}

static void describe_leaving(struct peer *peer)
{
	if (peer->exited)
		child_describe_end(peer->status, peer->why, sizeof(peer->why));
	else
		snprintf(peer->why, sizeof(peer->why), "closed its socket");
}

static void report_end(void *ctx)
{
	struct peer *peer = ctx;
	char why[sizeof(peer->why)]; /* the handler may free the peer and then read it */

	if (!peer->over) {
		describe_leaving(peer);
		peer->over = true;
		stop_listening(peer);
		child_kill(peer->child);
	}
	memcpy(why, peer->why, sizeof(why));
	timer_stop(&peer->tick);
	release(peer);
	peer->handlers.ended(peer->ctx, why);
}

static void report_end_in(struct peer *peer, nsec patience)
{
	struct bench_clock *real = loop_real_clock(peer->loop);

	hold(peer);
	timer_start(&peer->leave, real, clock_now(real) + patience, TIMER_STOP, report_end, peer);
}

/* One sign has come; with both, or after a moment, the peer has ended. */
static void leave(struct peer *peer)
{
	if (!peer->over)
		report_end_in(peer, peer->closed && peer->exited ? 0 : LEAVE_PATIENCE);
}

static void process_ended(void *ctx, int status)
{
	struct peer *peer = ctx;

	peer->exited = true;
	peer->status = status;
	leave(peer);
}

static void socket_closed(struct peer *peer)
{
	stop_listening(peer);
	peer->closed = true;
	leave(peer);
}

/* End it for a reason of ours. */
__attribute__((format(printf, 2, 3))) static void kill_peer(struct peer *peer, const char *format,
							    ...)
{
	va_list arguments;

	if (peer->over)
		return;
	va_start(arguments, format);
	vsnprintf(peer->why, sizeof(peer->why), format, arguments);
	va_end(arguments);
	peer->over = true;
	stop_listening(peer);
	child_kill(peer->child);
	report_end_in(peer, 0);
}

/* ---- hanging ---- */

static bool something_waits(const struct peer *peer)
{
	struct pollfd ready = {.fd = peer->fd, .events = POLLIN};

	return poll(&ready, 1, 0) > 0;
}

static void check_processor(struct peer *peer)
{
	nsec used = child_cpu_time(peer->child);

	if (peer->ticked_turn != peer->turn.number) {
		peer->ticked_turn = peer->turn.number;
		peer->ticked_processor = used;
	} else if (used - peer->ticked_processor > TURN_PROCESSOR_MOST) {
		kill_peer(peer, "used more than 1 s of processor time in one turn");
	}
}

/* When the controller itself was kept from running, the answer may be there already. */
static void check_time(struct peer *peer, nsec now)
{
	if (now - peer->turn.began > TURN_TIME_MOST && !something_waits(peer))
		kill_peer(peer, "gave no answer for more than 5 s");
}

static void start_tick(struct peer *peer, nsec now);

static void tick(void *ctx)
{
	struct peer *peer = ctx;
	nsec now = clock_now(loop_real_clock(peer->loop));

	if (!peer->owes || peer->over || peer->closed || peer->exited)
		return;
	check_processor(peer);
	check_time(peer, now);
	if (!peer->over)
		start_tick(peer, now);
}

static void start_tick(struct peer *peer, nsec now)
{
	timer_start(&peer->tick, loop_real_clock(peer->loop), now + HUNG_TICK, TIMER_STOP, tick,
		    peer);
}

/* ---- sending ---- */

static void begin_turn(struct peer *peer, uint32_t last)
{
	nsec now = clock_now(loop_real_clock(peer->loop));

	peer->turn = (struct turn){.number = peer->turn.number + 1, .last = last, .began = now};
	peer->owes = true;
	if (!timer_armed(&peer->tick))
		start_tick(peer, now);
}

static void send_packet(struct peer *peer, const char *bytes, size_t size, uint32_t last)
{
	begin_turn(peer, last);
	if (send(peer->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return;
	if (errno == EAGAIN)
		kill_peer(peer, "does not read what it is sent");
	else if (errno != EPIPE && errno != ECONNRESET) /* those: its end is on the way */
		kill_peer(peer, "could not be sent a packet (%s)", strerror(errno));
}

static void queue_packet(struct peer *peer)
{
	struct queued *queued = xcalloc(1, sizeof(*queued));

	queued->size = peer->packet.size;
	queued->bytes = buf_detach(&peer->packet);
	queued->last = peer->sequence;
	*peer->end = queued;
	peer->end = &queued->next;
}

/* Take the first of the queue out of it. */
static struct queued *queue_take(struct peer *peer)
{
	struct queued *first = peer->first;

	if (first) {
		peer->first = first->next;
		if (!peer->first)
			peer->end = &peer->first;
	}
	return first;
}

static void queued_free(struct queued *queued)
{
	free(queued->bytes);
	free(queued);
}

void peer_flush(struct peer *peer)
{
	if (peer->packet.size == 0)
		return;
	if (peer->owes && !peer->over) {
		queue_packet(peer);
		return;
	}
	if (!peer->over) {
		hold(peer);
		send_packet(peer, peer->packet.data, peer->packet.size, peer->sequence);
	}
	buf_clear(&peer->packet);
}

uint32_t peer_add(struct peer *peer, enum frame_type type, uint32_t request,
		  const struct value *payload)
{
	uint32_t sequence = peer->sequence + 1;
	nsec now = clock_now(peer->clock);
	struct error err;

	if (packet_add(&peer->packet, type, sequence, request, now, payload, &err) < 0) {
		peer_flush(peer); /* the packet was full: it goes as a turn of its own */
		if (packet_add(&peer->packet, type, sequence, request, now, payload, &err) < 0)
			kill_peer(peer, "cannot be told something: %s", err.text);
	}
	peer->sequence = sequence;
	return sequence;
}

void peer_add_source(struct peer *peer, const char *name, const char *text, size_t size)
{
	size_t sent = 0;
	int part = 0;

	do {
		size_t left = size - sent;
		size_t chunk = left < SOURCE_CHUNK ? left : SOURCE_CHUNK;
		struct value *payload = value_map();

		value_set_text(payload, "name", name);
		value_set_int(payload, "part", ++part);
		value_set_bool(payload, "last", chunk == left);
		value_set(payload, "text", value_bytes(text + sent, chunk));
		peer_add(peer, FRAME_SOURCE, 0, payload);
		value_free(payload);
		sent += chunk;
	} while (sent < size);
}

/* ---- hearing ---- */

static void turn_over(struct peer *peer)
{
	struct queued *next = queue_take(peer);

	peer->owes = false;
	if (next) {
		send_packet(peer, next->bytes, next->size, next->last);
		queued_free(next);
		return;
	}
	if (!timer_armed(&peer->leave))
		release(peer);
	peer->handlers.idle(peer->ctx);
}

/* The rules of a turn. Kills the peer and returns false when it breaks one. */
static bool frame_is_in_order(struct peer *peer, const struct frame *frame, bool last)
{
	const char *name = frame_type_name(frame->type);

	if (frame->sequence != ++peer->heard_sequence)
		kill_peer(peer, "sent frame %u after frame %u", frame->sequence,
			  peer->heard_sequence - 1);
	else if (frame->type < FRAME_REQUEST)
		kill_peer(peer, "sent %s, which only the controller sends", name);
	else if ((frame->type == FRAME_IDLE || frame->type == FRAME_MORE) && !last)
		kill_peer(peer, "went on after %s", name);
	else if (frame->type == FRAME_IDLE && frame->request != peer->turn.last)
		kill_peer(peer, "answered frame %u when frame %u was the last", frame->request,
			  peer->turn.last);
	else if (frame->type == FRAME_NOTE && ++peer->turn.notes > TURN_NOTES_MOST)
		kill_peer(peer, "wrote more than 1000 notes in one turn");
	return !peer->over;
}

static void hear_frame(struct peer *peer, const struct frame *frame, bool last)
{
	if (frame_is_in_order(peer, frame, last) && frame->type != FRAME_IDLE &&
	    frame->type != FRAME_MORE)
		peer->handlers.frame(peer->ctx, frame);
}

/*
 * Hear all frames of a packet; the type of the last one. 0 when there is nothing more to do: the
 * peer was freed by a handler (then it must not be touched again), or killed.
 */
static int hear_frames(struct peer *peer, size_t size)
{
	struct frame frame = {0};
	struct error err;
	size_t offset = 0;
	bool gone = false;
	int more;

	peer->gone = &gone;
	while ((more = packet_next(peer->heard, size, &offset, &frame, &err)) > 0) {
		hear_frame(peer, &frame, offset == size);
		value_free(frame.payload);
		if (gone)
			return 0;
		if (peer->over)
			break;
	}
	peer->gone = NULL;
	if (more < 0)
		kill_peer(peer, "sent what is no message: %s", err.text);
	return peer->over ? 0 : (int)frame.type;
}

static void hear_packet(struct peer *peer, size_t size)
{
	peer->turn.bytes += size;
	if (size > PACKET_MOST)
		kill_peer(peer, "sent a packet of %zu bytes, and %d are allowed", size,
			  PACKET_MOST);
	else if (!peer->owes)
		kill_peer(peer, "sent something when it was not its turn");
	else if (peer->turn.bytes > TURN_BYTES_MOST)
		kill_peer(peer, "sent more than 1 MiB in one turn");
	if (peer->over)
		return;

	switch (hear_frames(peer, size)) {
	case 0:
	case FRAME_MORE:
	case FRAME_DONE: /* a process may leave with its last words */
	case FRAME_FAILED:
		break;
	case FRAME_IDLE:
		turn_over(peer);
		break;
	default:
		kill_peer(peer, "ended a packet with neither IDLE nor MORE");
	}
}

static void peer_ready(void *ctx, uint32_t events)
{
	struct peer *peer = ctx;
	ssize_t size = recv(peer->fd, peer->heard, PACKET_MOST, MSG_DONTWAIT | MSG_TRUNC);

	(void)events;
	if (size > 0)
		hear_packet(peer, (size_t)size);
	else if (size == 0)
		socket_closed(peer);
	else if (errno != EAGAIN &&
		 errno != ECONNRESET) /* after a reset there may be more to read */
		kill_peer(peer, "could not be heard (%s)", strerror(errno));
}

/* ---- life ---- */

/* The end that the process gets, or -1. */
static int open_sockets(struct peer *peer, struct error *err)
{
	const int room = SOCKET_ROOM;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_os(err, "no socket for a script process");
	for (int i = 0; i < 2; i++) {
		setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		setsockopt(ends[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	}
	peer->fd = ends[0];
	return ends[1];
}

static int start_process(struct peer *peer, char *const argv[], int cpu, struct error *err)
{
	int theirs = open_sockets(peer, err);

	if (theirs < 0)
		return -1;
	peer->child = child_start(peer->loop, argv, theirs, cpu, process_ended, peer, err);
	close(theirs);
	return peer->child ? 0 : -1;
}

struct peer *peer_start(struct loop *loop, struct bench_clock *clock, char *const argv[], int cpu,
			const struct peer_handlers *handlers, void *ctx, struct error *err)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));

	*peer = (struct peer){
		.loop = loop, .clock = clock, .handlers = *handlers, .ctx = ctx, .fd = -1};
	peer->end = &peer->first;
	peer->heard = xcalloc(1, PACKET_MOST);
	buf_init(&peer->packet);

	if (start_process(peer, argv, cpu, err) < 0 ||
	    !(peer->watch = loop_watch(loop, peer->fd, EPOLLIN, peer_ready, peer, err))) {
		peer_free(peer);
		return NULL;
	}
	return peer;
}

bool peer_owes(const struct peer *peer)
{
	return peer->owes;
}

pid_t peer_pid(const struct peer *peer)
{
	return child_pid(peer->child);
}

void peer_free(struct peer *peer)
{
	struct queued *queued;

	if (!peer)
		return;
	if (peer->gone)
		*peer->gone = true;
	timer_stop(&peer->tick);
	timer_stop(&peer->leave);
	release(peer);
	stop_listening(peer);
	child_free(peer->child);
	if (peer->fd >= 0)
		close(peer->fd);
	while ((queued = queue_take(peer)))
		queued_free(queued);
	buf_done(&peer->packet);
	free(peer->heard);
	free(peer);
}
