/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_MESH_H
#define LOCAL_MESH_H

#include "src/local/frame.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The managers that this one is linked with, each with each. It listens first and then connects
 * to all that listen; who comes later connects to it. Of two links between the same pair the one
 * that the lower name (who_compare()) opened stays. A peer is its uid, as the kernel tells it for
 * both ends, and its nickname; it is there from its first frame on until its link ends.
 *
 * All of this belongs to one main context. Functions of the owner are never called from within
 * a function of the mesh, but from mesh_connect().
 */

#define MESH_PEERS_MAX     1024 /* in all */
#define MESH_USER_MAX      256  /* of one other user */
#define MESH_GREETINGS_MAX 64   /* that a user may have begun and not ended */
#define MESH_GREETING_S    5

struct mesh;
struct peer;

struct mesh_ops {
	void (*up)(struct peer *peer, void *data);
	/* Its last call; peer is taken out and freed after it, and nothing sent to it arrives. */
	void (*down)(struct peer *peer, void *data);
	void (*frame)(struct peer *peer, enum frame_kind kind, GVariant *payload, void *data);
	/* A peer has opened a connection that is bytes from here on; fd is the receiver's. */
	void (*stream)(struct peer *peer, guint64 stream, guint32 connection, int fd, void *data);
	/* Once: each who was there at the first mesh_connect() is a peer now, or has not answered
	 * for MESH_GREETING_S. May be NULL. */
	void (*settled)(void *data);
};

/* Listens; NULL with error set (WHO_ERROR_IN_USE: as this user and nickname). */
struct mesh *mesh_new(const char *directory, const char *nick, const struct mesh_ops *ops,
		      void *data, GError **error);

/* Ends all links without a call of down. NULL is ignored. */
void mesh_free(struct mesh *mesh);

/* Connects to everybody who is not linked yet. */
void mesh_connect(struct mesh *mesh);

/* The manager's own contact id. */
const char *mesh_get_id(const struct mesh *mesh);

struct peer *mesh_find(struct mesh *mesh, const char *id);
guint mesh_count(const struct mesh *mesh);

/* Calls a function for each peer; it must not end any. */
void mesh_foreach(struct mesh *mesh, void (*func)(struct peer *peer, void *data), void *data);

/* A frame for all peers. */
void mesh_broadcast(struct mesh *mesh, enum frame_kind kind, GVariant *payload);

/* --- one of them --- */

const char *peer_get_id(const struct peer *peer);

/* See link_send(). */
bool peer_send(struct peer *peer, enum frame_kind kind, GVariant *payload);

/* The same for a frame that goes to several. */
bool peer_send_bytes(struct peer *peer, GBytes *frame);

/* Opens a connection of its own to the peer's manager, which hands it to its stream function.
 * Returns a socket that does not block; -1 with error set. */
int peer_open_stream(struct peer *peer, guint64 stream, guint32 connection, GError **error);

/* Ends the link from an idle, for what a well-behaved peer does not say. */
void peer_reject(struct peer *peer, const char *why);

/* What the owner keeps with a peer; freed by down. */
void *peer_get_data(const struct peer *peer);
void peer_set_data(struct peer *peer, void *data);

#endif
