/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files about tubes (tube.c: life and states, tube_offer.c: asking for one, tube_local.c:
 * our end, tube_stream.c, tube_dbus.c: the two kinds) share. A piece of work is a tube of the
 * model together with its channel, which an offered one gets a moment later. It ends with its
 * channel, and the tube with it.
 */

#include "../model/tube.h"
#include "../relay/address.h"
#include "../relay/bridge.h"
#include "private.h"

struct subprocess;

/* How programs of our user and the manager tell each other from strangers. */
struct tube_way {
	guint32 type, access;
	const char *words;
};

struct tube_announced { /* NewRemoteConnection */
	guint32 id;
	unsigned connection; /* of the bridge, 0: it has not arrived */
	int byte;            /* -1: none */
	guint16 port;        /* 0: none */
	char *peer;
};

struct tube_work {
	struct conn *conn;
	struct tube *tube;       /* NULL: ended */
	struct channel *channel; /* NULL: not there yet */
	struct tube_local local; /* strings owned */
	struct address *target;  /* offering: parsed; of a D-Bus tube too */
	tp_done_fn done;         /* who waits for it to be offered or open; or NULL */
	void *data;
	bool answered;    /* the manager's reply to Offer or Accept is there */
	bool opened;      /* …and the state change, which may come first */
	bool finished;    /* its only connection is over, the manager has yet to say so */
	bool heard;       /* …and knew that we are done when it ended its side */
	int last;         /* the manager's socket of the only connection, -1: none */
	unsigned tries;   /* to see it told */
	unsigned drained; /* …since the manager has read all */
	bool said_closed; /* the manager: a connection is over */
	bool lingering;   /* the channel is gone, bytes are still on their way to programs */
	bool closing;     /* by us: outcome and reason say why */
	enum tube_outcome outcome;
	char *reason;
	guint limit;
	const struct tube_way *way;
	struct bridge *bridge;
	GArray *announced;       /* struct tube_announced */
	GQueue greeted;          /* struct bridge_connection *: wait for NewLocalConnection */
	struct address *manager; /* accepted: the manager's socket */
	int reserved;            /* a socket of the port we said we come from; -1 */
	struct dial *dial;       /* TUBE_CONNECT: being connected to */
	struct subprocess *program;
	char *bus_address;   /* of a D-Bus tube */
	GHashTable *members; /* of a D-Bus tube: handle → bus name */
};

/* --- tube.c --- */

struct tube_work *tp_tube_work_new(struct conn *conn, const struct tube_init *init);
void tp_tube_attach(struct tube_work *work, struct channel *channel);
/* Tells whoever waits: done, or @error. */
void tp_tube_tell(struct tube_work *work, const GError *error);
/* The only connection of the tube is over: closes it once the manager has passed on its bytes. */
void tp_tube_finish(struct tube_work *work);
/* A connection is over. */
void tp_tube_drained(struct tube_work *work);
/* Closes the channel; the work ends when the manager says that it is closed. */
void tp_tube_close(struct tube_work *work, enum tube_outcome outcome, const char *reason);
/* Tells @error to whoever waits, as the reason too, and closes. */
void tp_tube_fail(struct tube_work *work, const GError *error);
/* Ends it at once. */
void tp_tube_work_end(struct tube_work *work, enum tube_outcome outcome, const char *reason);
void tp_tube_notice(struct tube_work *work, enum notice_level level, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* The reply of Offer or Accept was good. */
void tp_tube_answered(struct tube_work *work);
/* Fails the work in so many seconds unless it is open by then. */
void tp_tube_limit(struct tube_work *work, guint seconds);
/* Who a handle of this tube's channel is, for people; new. */
char *tp_tube_peer(const struct tube_work *work, guint32 handle);
struct relay *tp_tube_relay(struct tp *tp);
void tp_tube_copy_local(struct tube_work *work, const struct tube_local *local);
/* The work of a tube that has not ended; or NULL. */
struct tube_work *tp_tube_find(struct conn *conn, const struct tube *tube);

/* --- tube_incoming.c --- */

/* The answer about the state of a tube; data is its channel. */
void tp_tube_on_found(struct bus_reader *reply, const GError *error, void *data);

/* --- tube_stream.c --- */

void tp_tube_stream_start(struct tube_work *work);
bool tp_tube_stream_offer(struct tube_work *work, GError **error);
bool tp_tube_stream_accept(struct tube_work *work, GError **error);

/* --- tube_local.c --- */

extern const struct bridge_operations tp_tube_operations;
/* An accepted tube is open: programs here can reach it. */
bool tp_tube_local_open(struct tube_work *work, GError **error);
/* Is what was asked for possible? Before the tube is accepted for it. */
bool tp_tube_local_check(const struct tube_local *local, GError **error);
/* Does the tube carry one connection, and end with it? */
bool tp_tube_local_is_one(const struct tube_local *local);
void tp_tube_local_close(struct tube_work *work, unsigned id);
void tp_tube_local_count(struct tube_work *work);
/* Takes @news->peer. */
void tp_tube_remote_connection(struct tube_work *work, const struct tube_announced *news);
void tp_tube_connection_closed(struct tube_work *work, guint32 id);
void tp_tube_local_connection(struct tube_work *work);
bool tp_tube_start_program(struct tube_work *work, const char *command,
			   const struct argv_values *values, GError **error);

/* --- tube_dbus.c --- */

void tp_tube_dbus_start(struct tube_work *work);
bool tp_tube_dbus_offer(struct tube_work *work, GError **error);
bool tp_tube_dbus_accept(struct tube_work *work, GError **error);
bool tp_tube_dbus_open(struct tube_work *work, GError **error);
