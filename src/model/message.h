/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One message of a chat, or a line of pheme's own. Immutable once appended, except its
 * delivery state, and the line that sums up who came and went. Owned by its chat. */

#include <stdbool.h>
#include <glib.h>

enum message_direction {
	MESSAGE_IN,
	MESSAGE_OUT,
	MESSAGE_LOCAL, /* pheme's own: notices, joins and parts; never stored */
};

/* Values of Telepathy's Channel_Text_Message_Type, without delivery reports. */
enum message_type {
	MESSAGE_NORMAL = 0,
	MESSAGE_ACTION = 1,
	MESSAGE_NOTICE = 2,
	MESSAGE_AUTO_REPLY = 3,
};

enum delivery {
	DELIVERY_NONE,    /* incoming, local */
	DELIVERY_QUEUED,  /* stored, waits for a connection */
	DELIVERY_SENDING, /* handed to the manager */
	DELIVERY_SENT,    /* the manager says so */
	DELIVERY_DELIVERED,
	DELIVERY_READ,
	DELIVERY_FAILED, /* reason says why */
};

struct message {
	gint64 time; /* UTC seconds */
	enum message_direction direction;
	enum message_type type;
	enum delivery delivery;
	bool mention;        /* names us */
	bool scrollback;     /* replayed by the server: no notification, not unread */
	bool superseded;     /* another one has taken its place */
	bool retracted;      /* …which is empty */
	unsigned char level; /* enum notice_level of a local line */
	char *sender;        /* raw id; NULL for ours and local ones */
	char *name;          /* cleaned alias of the sender at that time */
	char *text;          /* cleaned */
	char *raw;           /* as it came, until it is stored; NULL when the same as text */
	char *reason;        /* cleaned, of a failed one; or NULL */
	char *uid;           /* our own id of it, unique for ever: the key in history */
	guint uid_hash;      /* g_str_hash() of it */
	char *token;         /* the network's, "" if none: dedupe, delivery reports */
	char *supersedes;    /* token of the one whose place it takes; or NULL */
	gint64 row;          /* place in history; 0 until it is stored */
};

/* What to fill in for a new one; strings are raw and copied, NULL is fine. */
struct message_init {
	gint64 time; /* 0: now */
	enum message_direction direction;
	enum message_type type;
	enum delivery delivery;
	bool scrollback;
	const char *sender, *alias, *text, *reason, *uid, *token,
		*supersedes; /* uid NULL: a new one */
	gint64 row;
};

struct message *message_new(const struct message_init *init);
void message_free(struct message *message);
/* "queued", "sent", … as stored and printed; parse: DELIVERY_NONE if unknown. */
const char *delivery_name(enum delivery delivery);
enum delivery delivery_parse(const char *name);
const char *message_type_name(enum message_type type);
/* New id, 32 hex digits: the time, so that those of a time lie together in an index, then
 * randomness. */
char *message_new_uid(void);
struct chat;
/* What a program gets to know of it in its environment, without its text: new list of NAME=value
 * for PHEME_ACCOUNT, PHEME_CHAT, PHEME_KIND, PHEME_SENDER, PHEME_ALIAS, PHEME_ID, PHEME_TYPE and
 * PHEME_TIME. */
char **message_facts(const struct chat *chat, const struct message *message);
/* Appends cleaned lines (new strings) for /log and the like: "2026-11-22 14:01 Bob: hello"; @place
 * (NULL: none) stands before the sender. Lines after the first are indented, so that no body can
 * pose as another message. */
void message_print(GPtrArray *lines, const struct message *message, const char *place);
