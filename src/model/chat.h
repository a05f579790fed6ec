/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A conversation, keyed by (account, kind, id). Outlives its channel and its connection.
 *
 * Its messages in memory are a window on the history: contiguous, at most CHAT_WINDOW of
 * them, oldest first. While at_end is true the window holds the newest and new messages
 * are appended (dropping the oldest); after the user scrolled far up it is false, and new
 * ones wait aside until the end is loaded again: a page may have been read from the history
 * before they were written there. When the database is out of order (no_history) nothing is
 * dropped before there are CHAT_WINDOW_MAX.
 */

#include <stdbool.h>
#include <glib.h>
#include "message.h"
#include "presence.h"

struct account;
struct contact;
struct model;
struct room_config;
struct traffic;

#define CHAT_WINDOW     600
#define CHAT_WINDOW_MAX (20 * CHAT_WINDOW)
#define CHAT_PAGE       100 /* messages a page from history */

enum chat_kind {
	CHAT_CONTACT,
	CHAT_ROOM,
	CHAT_STATUS, /* the one status window */
};

/* Telepathy's Channel_Chat_State. */
enum chat_typing {
	TYPING_GONE = 0,
	TYPING_INACTIVE = 1,
	TYPING_ACTIVE = 2,
	TYPING_PAUSED = 3,
	TYPING_COMPOSING = 4,
};

/* How messages go to somebody with a phone. */
enum chat_way {
	CHAT_BY_NETWORK_ONLY, /* there is no other way */
	CHAT_BY_NETWORK,
	CHAT_BY_SMS,
};

enum room_state {
	ROOM_LEFT,
	ROOM_JOINING,
	ROOM_JOINED,
};

/* Someone in a room. Owned by its chat. */
struct member {
	char *id;    /* raw: the channel-specific id */
	char *name;  /* cleaned: nick shown */
	char *owner; /* raw global id when the room tells it; or NULL */
	char *key;   /* sort key */
	bool is_self;
	GSequenceIter *place;
};

struct chat {
	int refs;
	struct model *model;     /* NULL: the account was removed, nobody is told any more */
	struct account *account; /* NULL: the status chat, or the account was removed */
	enum chat_kind kind;
	char *id;                /* raw */
	char *name;              /* cleaned: alias of the contact, or the room's name */
	struct contact *contact; /* of a contact chat; a reference */
	unsigned number;         /* place among the open ones, 1…; 0 for the status chat */
	bool open;

	/* the window */
	struct message **ring;
	unsigned ring_size, first, count;
	gint64 base; /* base + index names a message as long as it is in the window: grows as the
			  oldest are dropped, shrinks as older ones are loaded */
	gint64 renumbered; /* names before this one are of a window that is gone */
	bool at_end;       /* holds the newest */
	bool at_start;     /* nothing older is in the history */
	bool loading;      /* a page was asked for */
	bool cleared; /* by the user: what is older is loaded when they scroll up, not to fill */
	bool no_history;
	GPtrArray *aside; /* struct message *: newer than the window, while not at_end */

	bool watched; /* the user looks at its end: nothing that comes is unread */
	unsigned unread, mentions;
	char *read_mark;    /* uid of the first unread message when the chat was last looked at: the
			    "new" line is above it; NULL for none */
	unsigned new_count; /* the number in that line */
	gint64 last_activity; /* UTC s of the last message */

	enum chat_typing peer_typing; /* contact chats */
	GPtrArray *typing;            /* rooms: struct member * that are typing */
	bool live;                    /* there is a channel */
	bool caught_up;               /* …of which all is told that waited in it */
	bool can_correct;             /* …that takes corrections of what was said */
	bool no_reports;              /* …and never tells that something arrived */
	bool can_auto_reply;          /* …and marks what a program says, for other programs */
	enum chat_way way;
	bool sms_flash;     /* by SMS: shown at once, not kept */
	guint32 sms_chunks; /* of what is being typed; 0: not known */
	gint32 sms_left;    /* characters that go into the last of them */
	enum room_state room_state;
	char *topic, *topic_by; /* cleaned, "" for none */
	gint64 topic_time;
	bool topic_fixed;           /* we may not set it */
	struct room_config *config; /* of a room that tells it while we are in; or NULL */
	struct traffic *traffic;    /* the line about who came and went; or NULL */
	GHashTable *members;        /* raw id → struct member * */
	GSequence *members_sorted;  /* struct member *, by key */
	char *self_member;          /* raw id of ourselves in the room, or NULL */
	char *password_hint;        /* rooms: NULL, or why a password is asked for */
};

/* Finds an open or closed-but-referenced chat; NULL when there is none. @id raw. */
struct chat *chat_find(struct account *account, enum chat_kind kind, const char *id);
/* Finds or opens it: takes the lowest free number, CHAT_ADDED. Borrowed: the model holds it. */
struct chat *chat_open(struct account *account, enum chat_kind kind, const char *id);
/* Takes it from the open ones and drops the model's reference. The status chat stays. */
void chat_close(struct chat *chat);
struct chat *chat_ref(struct chat *chat);
void chat_unref(struct chat *chat);

/* Message @index of the window, 0 is the oldest. */
struct message *chat_message(const struct chat *chat, unsigned index);
/* Looks from the newest back, aside too; NULL when not in memory. */
struct message *chat_find_uid(struct chat *chat, const char *uid);
/* Where the next message goes, which is the one appended now. */
#define CHAT_NO_PLACE G_MININT64
gint64 chat_next_place(const struct chat *chat);
/* The same for one that was put at @place: without looking for it, mostly. */
struct message *chat_find_uid_at(struct chat *chat, gint64 place, const char *uid);
struct message *chat_find_token(struct chat *chat, const char *token);

/*
 * Adds a new message at the end, tells MESSAGE_ADDED, takes ownership and returns it
 * (borrowed; valid until it leaves the window, so use it at once). Counts it as unread when
 * it came in, is no scrollback and nobody watches; notes a mention of us (rooms only);
 * chat_mark_read() resets that. Its sender is typing no more. While the window is not at
 * the end the message is told and waits aside. Never NULL.
 */
struct message *chat_append(struct chat *chat, struct message *message);
/* Pages from history, oldest first; takes the messages, leaves the array (empty) to the
 * caller. What is in memory already is not added again. @complete: nothing beyond them.
 * Each ends loading; an answer to a question from before a reset must not be given. */
void chat_prepend_page(struct chat *chat, GPtrArray *messages, bool complete);
void chat_append_page(struct chat *chat, GPtrArray *messages, bool complete);
/* Replaces the window by the newest page, keeping what is not stored yet. */
void chat_reset_window(struct chat *chat, GPtrArray *messages, bool complete);
/* Replaces it by a page from anywhere; what is not stored yet, and our own lines, wait aside. */
void chat_move_window(struct chat *chat, GPtrArray *messages, bool at_start, bool at_end);
/* There was no such page: nothing is replaced. */
void chat_keep_window(struct chat *chat);

void chat_set_delivery(struct chat *chat, struct message *message, enum delivery delivery,
		       const char *reason);
/* Replaces the cleaned text of a line of pheme's own. */
void chat_set_text(struct chat *chat, struct message *message, const char *text);
/* The network's token for a message of ours. */
void chat_set_token(struct chat *chat, struct message *message, const char *token);
/* The message is stored: forgets the raw text. */
void chat_set_stored(struct chat *chat, struct message *message, gint64 row);

void chat_set_unread(struct chat *chat, unsigned unread, unsigned mentions);
/* While true nothing that comes is unread; true marks all read. */
void chat_set_watched(struct chat *chat, bool watched);
/* The user sees the end of the chat: counters to 0; the "new" line stays where it is until
 * chat_clear_read_mark(). */
void chat_mark_read(struct chat *chat);
void chat_clear_read_mark(struct chat *chat);
/* Forgets what is shown (not what is stored: at_start is false after it). */
void chat_clear(struct chat *chat);

/* Is another open chat called the same? */
bool chat_has_namesake(const struct chat *chat);
/* @member_id is for rooms; who is no member is ignored. */
void chat_set_typing(struct chat *chat, const char *member_id, enum chat_typing state);
void chat_set_live(struct chat *chat, bool live);
void chat_set_sms(struct chat *chat, enum chat_way way, bool flash);
void chat_set_sms_length(struct chat *chat, guint32 chunks, gint32 left);
void chat_set_caught_up(struct chat *chat);
/* Of the channel there is; a chat without one cannot. */
void chat_set_can_correct(struct chat *chat, bool can_correct);
void chat_set_no_reports(struct chat *chat, bool no_reports);
void chat_set_can_auto_reply(struct chat *chat, bool can_auto_reply);
/* Our last message that a correction could be sent for; NULL when there is none. */
struct message *chat_last_correctable(struct chat *chat);
void chat_set_number(struct chat *chat, unsigned number); /* swaps with who has it */

/* --- rooms ------------------------------------------------------------------------------ */

void chat_set_room_state(struct chat *chat, enum room_state state);
void chat_set_name(struct chat *chat, const char *name);
void chat_set_topic(struct chat *chat, const char *topic, const char *by, gint64 time);
/* "topic of dev, by Bob on 2026-11-22 14:01: release", or that there is none: new string. */
char *chat_describe_topic(const struct chat *chat);
/* "you joined dev with Ann, Bob, Carol, Dave and 8 more; topic, by Bob on …: release": new. */
char *chat_describe_joined(const struct chat *chat);
/*
 * Somebody came or went: one line of pheme's own, which grows as long as nothing else is said: "a,
 * b joined; c and 2,499 more left: irc1 irc2". @name is cleaned, @why raw or NULL.
 */
void chat_note_traffic(struct chat *chat, const char *name, bool joined, const char *why);
struct member *chat_find_member(struct chat *chat, const char *id);
/* Adds, or renames when known. @name NULL: made from the id ("room@conf/nick" → nick). */
struct member *chat_add_member(struct chat *chat, const char *id, const char *name,
			       const char *owner, bool is_self);
void chat_remove_member(struct chat *chat, const char *id);
void chat_clear_members(struct chat *chat);
