/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A tube: bytes, or D-Bus messages, between programs here and programs of a contact or of the
 * members of a room. Owned by the model from tube_new() to tube_end(); what carries the bytes
 * lives in tp. Ids are raw, all else is cleaned when it enters. Changes are told as
 * TUBE_CHANGED; the end as a change to TUBE_ENDED, then TUBE_REMOVED.
 */

#include <stdbool.h>
#include <glib.h>

struct account;
struct contact;
struct model;

#define TUBE_RATE_SECONDS 60

enum tube_kind {
	TUBE_STREAM,
	TUBE_DBUS,
};

enum tube_state {
	TUBE_ASKED,     /* they offered it: accept? */
	TUBE_ACCEPTING, /* we said yes; the manager opens it */
	TUBE_OFFERING,  /* the manager is told of our offer */
	TUBE_WAITING,   /* they have not answered */
	TUBE_OPEN,
	TUBE_ENDED,
};

enum tube_outcome {
	TUBE_DONE,    /* closed after it was open, or by us */
	TUBE_REFUSED, /* they, or the manager, said no */
	TUBE_FAILED,
	TUBE_LATE, /* a time limit passed */
};

struct tube_connection {
	unsigned id;     /* unique in its tube, from 1 */
	char *peer;      /* who it is with, or the program here */
	gint64 since;    /* monotonic µs */
	guint64 out, in; /* bytes to them and from them */
};

struct tube {
	struct model *model;
	unsigned number; /* what /tube close takes; grows, never reused */
	enum tube_kind kind;
	bool incoming;
	bool by_rule; /* accepted by the configuration, not by hand */
	struct account *account;
	char *peer;       /* raw id: whom it is offered to, or who offers it; of a room its own */
	char *shown_peer; /* alias, or the id */
	char *room;       /* raw id, NULL for a tube with a contact */
	char *shown_room;
	char *service;       /* raw */
	char *shown_service; /* as users name it */
	enum tube_state state;
	gint64 since;   /* monotonic µs, of the state */
	char *access;   /* who may connect at the manager's socket, in words; "" for unknown */
	char *local;    /* our end: where programs connect, or what is connected to; "" */
	char **members; /* D-Bus tubes: "NAME CONTACT" of each participant; never NULL */
	GPtrArray *connections;    /* struct tube_connection *, oldest first */
	guint64 out, in;           /* bytes in all, those of ended connections too */
	enum tube_outcome outcome; /* of an ended one */
	char *reason;              /* why it ended; "" before */
	/* private: bytes in each of the last seconds, a ring by the second's number */
	guint64 moved[TUBE_RATE_SECONDS];
	gint64 second; /* of the last one that was counted */
	guint64 counted;
};

/* What stands at our end of a tube. All strings may be NULL; whoever keeps them copies them. */
struct tube_local {
	const char *target;  /* offering: TARGET, connected to for each connection */
	const char *listen;  /* accepting: ADDR; NULL: a free port of this computer */
	const char *command; /* accepting: a program that is started once it is open; or, as
				TUBE_CONNECT and a TARGET, what one connection is made to */
	unsigned seconds;    /* offering: closed when it is not open by then; 0: never */
	bool stdio;          /* accepting: one connection, on standard input and output */
	bool direct;         /* accepting: programs use the manager's own socket */
	bool once;           /* the tube ends with its program, or with its first connection */
	bool attended;       /* the program that is started has our input and output */
	bool keep_stderr;    /* of programs */
};

#define TUBE_CONNECT     "connect:"
#define TUBE_DBUS_PREFIX "dbus:" /* of a service's name: a D-Bus tube for what follows */

/* What tube_new() needs; borrowed, raw. */
struct tube_init {
	enum tube_kind kind;
	bool incoming;
	struct account *account;
	const char *peer, *alias, *room, *service; /* alias and room may be NULL */
	enum tube_state state;
};

/* At the end of the model's tubes; tells TUBE_ADDED. Borrowed. */
struct tube *tube_new(struct model *model, const struct tube_init *init);
/* Tells the end and frees it. @reason is for people. */
void tube_end(struct tube *tube, enum tube_outcome outcome, const char *reason);
struct tube *model_find_tube(struct model *model, unsigned number); /* NULL: none */
/* Frees what is left, telling nobody; for model_free(). */
void tube_free_all(struct model *model);
/* Ends those of an account that goes. */
void tube_end_account(struct account *account);
/* Shows those with @contact under the alias that it has now. */
void tubes_follow_alias(const struct contact *contact);

void tube_set_state(struct tube *tube, enum tube_state state);
void tube_set_access(struct tube *tube, const char *access);
void tube_set_local(struct tube *tube, const char *local);
void tube_set_by_rule(struct tube *tube, bool by_rule);
void tube_set_members(struct tube *tube, const char *const *members);

/* A connection comes, is given its peer's name, and goes; its bytes stay counted. */
void tube_add_connection(struct tube *tube, unsigned id, const char *peer);
void tube_name_connection(struct tube *tube, unsigned id, const char *peer);
void tube_remove_connection(struct tube *tube, unsigned id);
struct tube_connection *tube_find_connection(const struct tube *tube, unsigned id);
/* Bytes so far. Told by tube_count(). */
void tube_set_bytes(struct tube *tube, unsigned id, guint64 out, guint64 in);
/* Closes the count of the second that is @now (monotonic µs). True and TUBE_CHANGED when bytes
 * moved since the last time. */
bool tube_count(struct tube *tube, gint64 now);
/* Bytes that moved in the second @ago before the one that is @now. */
guint64 tube_rate(const struct tube *tube, gint64 now, unsigned ago);

/* The service as users name it, which for a D-Bus tube begins with TUBE_DBUS_PREFIX; new. */
char *tube_service_name(const struct tube *tube);
/* Whether that is @name, which for a D-Bus tube may lack the prefix. */
bool tube_is_service(const struct tube *tube, const char *name);
/* "open", "waiting for an answer", … */
const char *tube_state_name(enum tube_state state);
/* "x-http from Alice", "rfb to #dev", for lines about it; new. */
char *tube_describe(const struct tube *tube);
