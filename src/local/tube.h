/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_TUBE_H
#define LOCAL_TUBE_H

#include "src/local/connection.h"
#include "src/local/endpoint.h"

#include <stdbool.h>

/*
 * A channel with Channel.Interface.Tube: what stream tubes and D-Bus tubes have in common, with
 * their state, their parameters and their connections. It owns all sockets that pass through it,
 * and closes them with itself.
 */

enum tube_kind {
	TUBE_STREAM,
	TUBE_DBUS,
};

#define TUBE_SERVICE_MAX    128
#define TUBE_PARAMETERS_MAX (64 << 10) /* bytes */
#define TUBE_CONNECTIONS    1024

/* It ends when what one side has sent has arrived: that side is gone already. */
enum tube_linger {
	TUBE_STAYS,
	TUBE_WITHOUT_US,
	TUBE_WITHOUT_THEM,
};

typedef struct {
	TpBaseChannel parent;
	guint64 stream; /* number that whoever offered it has given it; 0 before */
	guint state;
	char *service;
	GVariant *parameters;    /* a{sv} */
	GHashTable *connections; /* id -> struct tube_connection */
	guint32 next_id;
	bool ended;
	enum tube_linger linger;
	guint linger_limit, linger_idle; /* sources */
	struct endpoint *endpoint;       /* for the programs of our own user, where they connect */
	guint type, access;              /* of the program that is offered */
	GValue *address;
} LocalTube;

typedef struct {
	TpBaseChannelClass parent;
	enum tube_kind kind;
	/* Somebody's manager has opened a connection; fd is the tube's. */
	void (*connected)(LocalTube *tube, struct contact *contact, guint32 connection, int fd);
	/* One has ended, which clients know by its id. */
	void (*disconnected)(LocalTube *tube, guint32 id, const char *error, const char *message);

	/* For tubes that their members know of each other; the others have none of these. */
	/* It has just been offered by us. */
	void (*offered)(LocalTube *tube);
	/* A contact was told of our offer, has accepted it, or takes part no more. */
	void (*told)(LocalTube *tube, struct contact *contact);
	void (*accepted)(LocalTube *tube, struct contact *contact);
	void (*left)(LocalTube *tube, struct contact *contact);
	/* Who has offered it says who takes part, a(ss). */
	void (*members)(LocalTube *tube, GVariant *members);
	/* Somebody has come to the room. */
	void (*came)(LocalTube *tube);
} LocalTubeClass;

GType local_tube_get_type(void);
GType local_stream_tube_get_type(void); /* with a contact */
GType local_room_tube_get_type(void);
GType local_dbus_tube_get_type(void);
GType local_room_dbus_tube_get_type(void);

LocalConnection *tube_get_connection(LocalTube *tube);
enum tube_kind tube_get_kind(LocalTube *tube);

/* Whether we have offered it, or will. */
bool tube_is_ours(LocalTube *tube);

/* Name of its room; NULL for one with a contact. */
const char *tube_get_room(LocalTube *tube);

/* Who is at the other end: the contact, or in a room who has offered it. NULL when gone. */
struct contact *tube_get_peer(LocalTube *tube);

/* Whether a contact may use our tube. */
bool tube_is_for(LocalTube *tube, struct contact *contact);

/* Offers it to the contact or to all in the room; false with a TP_ERROR set. */
bool tube_offer(LocalTube *tube, GHashTable *parameters, GError **error);

/* Tells one that is for us to its offer (again). */
void tube_send_offer(LocalTube *tube, struct contact *contact);

/* It is accepted, by us. */
void tube_open(LocalTube *tube);

/* The same by a contact; who takes part no more. */
void tube_accepted(LocalTube *tube, struct contact *contact);
void tube_left(LocalTube *tube, struct contact *contact);

/* What whoever has offered it says of its members, a(ss); somebody has come to its room. */
void tube_members(LocalTube *tube, GVariant *members);
void tube_came(LocalTube *tube);

/* To all whom our tube is for. */
void tube_send_all(LocalTube *tube, void (*func)(LocalTube *tube, struct contact *contact));

/* Ends it, with a word to the others unless it comes from there. */
void tube_end(LocalTube *tube, bool tell);

/* The same, once bytes that a side which is gone has sent before have arrived; or after some time,
 * when nobody reads them. */
void tube_linger(LocalTube *tube, enum tube_linger linger);
/* A connection has ended, or one direction of it. */
void tube_linger_check(LocalTube *tube);
/* A handler_gone_fn. */
void tube_forsaken(TpBaseChannel *channel);

/* --- its connections (tube_connection.c) --- */

/* A program of ours has connected at fd: opens a connection to whoever offered the tube. id is
 * known to clients already. */
void tube_connection_out(LocalTube *tube, guint32 id, int fd);

/* The other way round; the program is connected to, and announced then. */
typedef void (*tube_announce_fn)(LocalTube *tube, TpHandle contact, const GValue *param,
				 guint32 id);
void tube_connection_in(LocalTube *tube, struct contact *contact, guint32 theirs, int fd,
			tube_announce_fn announce);

/* Both ends are there. */
void tube_connection_pair(LocalTube *tube, TpHandle contact, guint32 id, int local, int remote);

/* Whether there is room for one more. */
bool tube_connection_may_add(LocalTube *tube);

/* The service did not answer one that we opened. */
void tube_connection_refused(LocalTube *tube, guint32 id);

/* All with a contact are closed. */
void tube_connections_drop(LocalTube *tube, TpHandle contact);

/* Whether all that programs of ours, or theirs, have sent has arrived. */
bool tube_connections_have_passed(LocalTube *tube, bool theirs);
/* Whether a program of ours is still at the end of one. */
bool tube_connections_are_used(LocalTube *tube);

GHashTable *tube_connections_new(void);

#endif
