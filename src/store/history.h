/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Everything said, in SQLite ($XDG_DATA_HOME/pheme/history.db: WAL, synchronous=FULL).
 *
 * One thread owns the database. Requests are queued to it in order and answered on the main
 * context; nothing here blocks the caller. Writes are committed in groups (queue empty, 200
 * rows or 20 ms, whichever is first) and their callbacks run only after the commit, so a
 * callback that says "stored" means that SIGKILL or a power cut cannot lose it. A read sees
 * every write that was queued before it.
 *
 * Several phemes share one file. A row that is being sent belongs to a process (pid and its
 * start time); queued rows of dead processes can be claimed by any, once.
 *
 * The words of all messages are in an index (history_index.c). What an older pheme stored is put
 * into it when there is nothing else to do, from the newest on; an end in between costs nothing,
 * and what is not in it yet is found too, only slower.
 *
 * When the disk is full, the file read-only or corrupt, writes fail with a reason, reading
 * goes on as far as it can, and the problem handler is told once per kind of trouble; later
 * writes are tried again.
 */

#include <stdbool.h>
#include <glib.h>

struct history;
struct query;

/* Where a message belongs. Strings as in the model: raw ids. */
struct history_chat {
	const char *account;
	int kind; /* enum chat_kind */
	const char *id;
};

struct history_message {
	gint64 row; /* out: its place; grows */
	gint64 time;
	int direction, type, delivery; /* enums of model/message.h */
	bool scrollback, mention;
	bool seen; /* to append: the user looks on, so that it and all before it are read */
	char *sender, *alias, *text, *reason; /* raw as they came; NULL is fine */
	char *uid;    /* unique: a second one of the same uid is a duplicate */
	char *token;  /* network's, or NULL */
	char *dedupe; /* a second one of the same chat and dedupe key is a duplicate; or NULL */
};
void history_message_free(struct history_message *message);

enum history_result {
	HISTORY_STORED,
	HISTORY_DUPLICATE, /* it is there already; @row is that of the first */
	HISTORY_FAILED,    /* not stored; @why says why */
};

/* @path NULL: the place above (made 0700 if need be). Opening happens in the thread; trouble
 * is told through @problem (main context). Never NULL. */
typedef void (*history_problem_fn)(const char *text, void *data);
struct history *history_new(const char *path, history_problem_fn problem, void *data);
/* The same for who only reads: makes no file, takes no lock that keeps another from writing, and
 * is content with a directory that cannot be written. Nothing can be stored by it. */
struct history *history_new_reader(const char *path, history_problem_fn problem, void *data);
/* Commits what is queued, ends the thread. Callbacks that were not run are not run. */
void history_free(struct history *history);

/* Copies everything. @fn may be NULL: a write that nobody is told of (as all those below) and
 * that fails with its group is kept in memory and tried again with the next group. */
typedef void (*history_stored_fn)(enum history_result result, gint64 row, const char *why,
				  void *data);
void history_append(struct history *history, const struct history_chat *chat,
		    const struct history_message *message, history_stored_fn fn, void *data);
/* Changes the delivery state of a stored message; @token, @reason NULL leave them. What is
 * queued or being sent belongs to this process from then on. */
void history_set_delivery(struct history *history, const char *uid, int delivery,
			  const char *reason, const char *token);
/* Finds an outgoing message by the network's token, for delivery reports that come after a
 * restart: sets its state. */
void history_set_delivery_by_token(struct history *history, const struct history_chat *chat,
				   const char *token, int delivery, const char *reason);

/* @messages: struct history_message *, oldest first, borrowed (steal the array's elements by
 * g_ptr_array_steal if wanted). @complete: nothing lies beyond in that direction. */
typedef void (*history_page_fn)(GPtrArray *messages, bool complete, const char *error, void *data);
/* The @limit messages before row @before (0: the newest). */
void history_read_before(struct history *history, const struct history_chat *chat, gint64 before,
			 unsigned limit, history_page_fn fn, void *data);
void history_read_after(struct history *history, const struct history_chat *chat, gint64 after,
			unsigned limit, history_page_fn fn, void *data);

/* @limit messages around row @row, half of them before it. */
typedef void (*history_around_fn)(GPtrArray *messages, bool at_start, bool at_end,
				  const char *error, void *data);
void history_read_around(struct history *history, const struct history_chat *chat, gint64 row,
			 unsigned limit, history_around_fn fn, void *data);

/* A message that was looked for, and its chat. */
struct history_found {
	char *account, *id, *name; /* name: NULL when none was ever set */
	int kind;
	struct history_message *message;
};
/* @found: struct history_found *, borrowed. @next: where to go on; 0: there is nothing more. There
 * may be fewer than asked for, even none, and yet more to come. */
typedef void (*history_found_fn)(GPtrArray *found, gint64 next, const char *error, void *data);
/* What fits @query (a reference is taken), in @chat (NULL: anywhere), up to @limit messages:
 * those before row @from (0: the newest), newest first; with @forward those after it (0: the
 * oldest), oldest first. */
void history_search(struct history *history, struct query *query, const struct history_chat *chat,
		    gint64 from, unsigned limit, bool forward, history_found_fn fn, void *data);

/* What came into any chat after row @after and was not read, oldest first. */
void history_read_unread(struct history *history, gint64 after, unsigned limit, history_found_fn fn,
			 void *data);

/* Makes this process the sender of a queued message: told true only to one process, once. */
typedef void (*history_claim_fn)(bool ours, void *data);
void history_claim(struct history *history, const char *uid, history_claim_fn fn, void *data);
/* Queued outgoing messages of an account that can be claimed, oldest first, with their chats. */
struct history_queued {
	int kind;
	char *id;
	struct history_message *message;
};
typedef void (*history_queued_fn)(GPtrArray *queued, void *data); /* struct history_queued * */
void history_read_queued(struct history *history, const char *account, history_queued_fn fn,
			 void *data);

/* Everything in the chat up to now is read. */
void history_mark_read(struct history *history, const struct history_chat *chat);
/* …up to that row. */
void history_mark_read_to(struct history *history, const struct history_chat *chat, gint64 row);
/* Remembers that a chat is open (number) or not (0), and its name. */
void history_set_open(struct history *history, const struct history_chat *chat, unsigned number,
		      const char *name);
struct history_summary {
	char *account, *id, *name; /* name: NULL when none was ever set */
	int kind;
	unsigned number; /* 0: closed */
	unsigned unread, mentions;
	gint64 last_time;
};
typedef void (*history_chats_fn)(GPtrArray *chats, void *data); /* struct history_summary * */
/* Chats that are open, by number, then those that have unread messages, latest first. */
void history_read_chats(struct history *history, history_chats_fn fn, void *data);

/* All chats that there ever were a word in, or a window for: numbers and counts are 0. */
void history_read_places(struct history *history, history_chats_fn fn, void *data);

/* The roster as last seen, so that names complete before a connection is up. */
struct history_contact {
	char *id, *alias;
	char **groups;
};
void history_save_roster(struct history *history, const char *account, GPtrArray *contacts);
typedef void (*history_roster_fn)(GPtrArray *contacts, void *data);
void history_read_roster(struct history *history, const char *account, history_roster_fn fn,
			 void *data);

/* All that belongs to an account belongs to one of another name from now on, together with what
 * the history may have of that one. */
void history_rename_account(struct history *history, const char *account, const char *name);

/* Cancels every callback that was asked for with this @data. */
void history_cancel(struct history *history, void *data);
/* Blocks until all that was queued is committed (at exit, in tests). */
void history_flush(struct history *history);
