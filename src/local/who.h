/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_WHO_H
#define LOCAL_WHO_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Who is who on this machine. A user is what the kernel says: a uid. The id of a contact is the
 * login name, or "login/nickname" for one of several managers of the same user; a uid without a
 * login is "#uid". A nickname is claimed, but only ever below the claimant's own login. All
 * texts that come from peers pass one of the checks here before anything else sees them.
 */

#define WHO_NICK_MAX 32
#define WHO_ROOM_MAX 64

/* The part of a domain that code and messages of the local protocol report errors in. */
#define WHO_ERROR (who_error_quark())
GQuark who_error_quark(void);

enum who_error {
	WHO_ERROR_INVALID, /* not a name, not a frame, … */
	WHO_ERROR_IN_USE,  /* somebody has this name */
	WHO_ERROR_BUSY,    /* somebody has no time now */
	WHO_ERROR_FAILED,  /* the system does not let us */
};

/* Whether nick can follow a login: 1 to 32 bytes of printable UTF-8 without space, '/', ',',
 * '@'. The empty one, which stands for none, is valid too. */
bool who_nick_valid(const char *nick);

/* Whether room can name a room: 1 to 64 bytes of printable UTF-8 without space or '/'. */
bool who_room_valid(const char *room);

/* Whether text has at most max bytes; control characters are allowed, invalid UTF-8 cannot be. */
bool who_text_valid(const char *text, gsize max);

/* Contact id of a user; nick "" for none. To be freed with g_free(). */
char *who_id(uid_t uid, const char *nick);

/* Takes an id apart that somebody typed and puts it together again. NULL with error set when it
 * is none. Whether there is such a login is not asked. */
char *who_normalize(const char *id, GError **error);

/* The nickname in an id, or the login's name in the GECOS field, or the login. */
char *who_alias(const char *id);

/* Order of two managers, which decides between two links of the same pair: by uid, then by
 * nickname. Negative when a is the lower one. */
int who_compare(uid_t a, const char *a_nick, uid_t b, const char *b_nick);

/* Whether a uid read from a socket names one user. It does not when it is the one that stands for
 * all uids outside of our user namespace. */
bool who_uid_known(uid_t uid);

#endif
