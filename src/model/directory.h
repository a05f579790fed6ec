/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A search for people in a directory of the network, and who was found: a list that only grows,
 * up to DIRECTORY_MAX, and stays whatever becomes of the search. An account has the one that was
 * begun last.
 */

#include <stdbool.h>
#include <glib.h>

struct account;

#define DIRECTORY_MAX      20000
#define DIRECTORY_KEYS_MAX 100
#define DIRECTORY_ID_MAX   1024

enum directory_state {
	DIRECTORY_OPENING, /* what can be searched for is being asked */
	DIRECTORY_READY,   /* …and known */
	DIRECTORY_RUNNING,
	DIRECTORY_MORE, /* there are more where these came from: session_directory_more() */
	DIRECTORY_DONE,
	DIRECTORY_STOPPED, /* by the user */
	DIRECTORY_FULL,    /* there are more than are kept */
	DIRECTORY_FAILED,
};

struct directory_entry {
	char *id;   /* raw */
	char *name; /* cleaned: what they call themselves; "" when nothing is told */
	char *shown_id;
	char *details; /* cleaned, bounded: the rest of what is told */
	char *key;     /* sort key of the name, else of the id */
};

struct directory {
	struct account *account;
	char *server;   /* cleaned, "" for the network's own */
	char **keys;    /* raw: what can be searched for; "" is anything; none yet: empty */
	unsigned limit; /* people at a time; 0: any number */
	enum directory_state state;
	char *reason;       /* cleaned, when it failed; "" else */
	GPtrArray *entries; /* struct directory_entry *, as they came; never removed */
	GHashTable *ids;    /* raw ids of them */
};

/* A new one in place of that which @account has; tells DIRECTORY_CHANGED. Borrowed. */
struct directory *account_start_directory(struct account *account, const char *server);
void directory_free(struct directory *directory);
/* @server raw. Tells nobody. */
void directory_set_facts(struct directory *directory, const char *const *keys, const char *server,
			 unsigned limit);
/* @card: struct card_field *. Tells nobody: directory_tell() does, once for what came together.
 * False: it is full. */
bool directory_add(struct directory *directory, const char *id, const GPtrArray *card);
void directory_tell(struct directory *directory);
void directory_set_state(struct directory *directory, enum directory_state state,
			 const char *reason);
/* Nothing more will come of it, unless it is asked to. */
bool directory_has_ended(const struct directory *directory);
/* "1234 people, searching..." or how it ended; new. */
char *directory_describe(const struct directory *directory);
/* What to call a key; new. */
char *directory_print_key(const char *key);
/* The key to use for words that were typed without one; NULL: there is none. Borrowed. */
const char *directory_default_key(const struct directory *directory);
/* For sorting struct directory_entry by name. */
int directory_entry_by_name(const struct directory_entry *a, const struct directory_entry *b);
/* Does its name, id or what else is told contain @filter? */
bool directory_entry_matches(const struct directory_entry *entry, const char *filter);
/* "Bob Miller <bob@example.org>  details"; new. */
char *directory_entry_print(const struct directory_entry *entry);
