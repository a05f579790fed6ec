/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_PLACE_H
#define LOCAL_PLACE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Where managers listen and find each other: the abstract sockets of this machine, or a
 * directory whose permissions say who belongs. A socket is named "uid,nickname" or, when
 * somebody else sits on that name, "uid,nickname,suffix". The name is a claim; what is connected
 * to is asked for its uid (SO_PEERCRED), and one that is of another uid than its name says is a
 * squatter. Closes and removes its own socket at the end, and nothing else.
 */

struct place;

struct place_entry {
	uid_t uid;
	char *nick, *suffix;
};

/* directory NULL: abstract sockets. */
struct place *place_new(const char *directory, GError **error);
void place_free(struct place *place);

/* Listens under the uid of this process. Returns the socket, which place owns; -1 with
 * WHO_ERROR_IN_USE when a manager of this user has the nickname, or another error. */
int place_listen(struct place *place, const char *nick, GError **error);

/* The suffix that was needed; "" for none. */
const char *place_get_suffix(const struct place *place);

/* Those that listen now, of whatever uid they say they are, not more than max. Array of struct
 * place_entry with a free function. */
GPtrArray *place_list(struct place *place, guint max);

/* Connects without blocking and makes sure that it is this uid who listens. Returns a socket, -1
 * with error set. */
int place_connect(struct place *place, uid_t uid, const char *nick, const char *suffix,
		  GError **error);

/* The uid at the other end of a connected Unix socket; (uid_t)-1 when it cannot be told. */
uid_t place_peer_uid(int fd);

#endif
