/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The rooms of a server, as it tells them one after the other: a list that only grows, up to
 * ROOM_LIST_MAX, so that whoever shows it needs to look only at what came since. An account has
 * the one that was asked for last.
 */

#include <stdbool.h>
#include <glib.h>

struct account;

#define ROOM_LIST_MAX     50000
#define ROOM_LIST_SUBJECT 300 /* bytes of a subject that are kept */
#define ROOM_LIST_ID_MAX  1024

enum room_list_state {
	ROOM_LIST_RUNNING,
	ROOM_LIST_DONE,
	ROOM_LIST_STOPPED, /* by the user */
	ROOM_LIST_FULL,    /* there are more than are kept */
	ROOM_LIST_FAILED,
};

enum room_list_flag {
	ROOM_NEEDS_PASSWORD = 1 << 0,
	ROOM_INVITE_ONLY = 1 << 1,
	ROOM_MODERATED = 1 << 2,
};

struct room_entry {
	char *id;      /* raw: what is joined */
	char *name;    /* cleaned id */
	char *title;   /* cleaned: what the room calls itself; "" when that is its id */
	char *subject; /* cleaned, cut */
	char *key;     /* sort key of the name */
	int members;   /* -1: not told */
	unsigned flags;
};

struct room_list {
	struct account *account;
	char *server; /* cleaned, "" for the account's own */
	enum room_list_state state;
	char *reason;       /* cleaned, when it failed; "" else */
	GPtrArray *entries; /* struct room_entry *, in the order they came; never removed */
	GHashTable *ids;    /* raw ids of them */
};

/* Strings are raw. */
struct room_entry_init {
	const char *id, *title, *subject;
	gint64 members; /* negative: not told */
	unsigned flags;
};

/* A new list for @account in place of the one it has; tells ROOM_LIST_CHANGED. Borrowed. */
struct room_list *account_start_room_list(struct account *account, const char *server);
void room_list_free(struct room_list *list);
/* Tells nobody: room_list_tell() does, once for what came together. A room that is listed already,
 * has no name or an endless one, or is one too many, is not added. False: the list is full. */
bool room_list_add(struct room_list *list, const struct room_entry_init *init);
void room_list_tell(struct room_list *list);
void room_list_set_state(struct room_list *list, enum room_list_state state, const char *reason);
/* "1,234 rooms, listing..." or how it ended: new string. */
char *room_list_describe(const struct room_list *list);
/* By size, the largest first, then by name; by name. For sorting struct room_entry. */
int room_entry_by_size(const struct room_entry *a, const struct room_entry *b);
int room_entry_by_name(const struct room_entry *a, const struct room_entry *b);
/* Does its name, title or subject contain @filter? */
bool room_entry_matches(const struct room_entry *entry, const char *filter);
/* "  12 kim #name  Title: subject" with the name padded to @width cells: new string. */
char *room_entry_print(const struct room_entry *entry, int width);
