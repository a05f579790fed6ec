/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * An account as the user sees it: where it stands and who is on its roster. What logs it in
 * (parameters, connection) lives in tp and session.
 *
 * The rows are the roster as it is shown, kept sorted by insertion so that a presence change
 * costs O(log n): contacts without a group, then for each group (by name) a heading row and
 * its contacts. A contact in two groups has two rows. Within a group: online ones first by
 * class (online, not known, offline), then by alias. Contacts that are not on the
 * roster but have an open chat have a row too (an IRC nick one talks to).
 */

#include <stdbool.h>
#include <glib.h>
#include "presence.h"

struct model;
struct contact;
struct room_list;

enum account_state {
	ACCOUNT_DISABLED,
	ACCOUNT_OFFLINE,
	ACCOUNT_WAITING, /* for the next try: retry_at */
	ACCOUNT_CONNECTING,
	ACCOUNT_ONLINE,
};

/* What the connection can do; 0 while it is not online. */
enum account_feature {
	ACCOUNT_HAS_PRESENCE = 1 << 0, /* we can set our presence */
	ACCOUNT_HAS_ROSTER = 1 << 1,
	ACCOUNT_CAN_CHANGE_ROSTER = 1 << 2,
	ACCOUNT_REQUEST_USES_MESSAGE = 1 << 3,
	ACCOUNT_HAS_ROOMS = 1 << 4,
	ACCOUNT_CAN_RENAME_CONTACTS = 1 << 5, /* Aliasing */
	ACCOUNT_CAN_CHANGE_NICK = 1 << 6,
	ACCOUNT_HAS_STATUS_MESSAGE = 1 << 7,
	ACCOUNT_CAN_GROUP = 1 << 8,     /* ContactGroups that can be changed */
	ACCOUNT_CAN_BLOCK = 1 << 9,     /* ContactBlocking */
	ACCOUNT_CAN_REPORT = 1 << 10,   /* …and report who is blocked as abusive */
	ACCOUNT_HAS_CARDS = 1 << 11,    /* ContactInfo */
	ACCOUNT_CAN_SET_CARD = 1 << 12, /* …of our own */
};

struct roster_row {
	struct account *account;
	struct contact *contact; /* NULL: the heading of a group */
	const char *group;       /* interned cleaned name; NULL for contacts without one */
	unsigned online, total;  /* of the group; headings only */
	/* private to roster.c */
	struct roster_row *heading; /* of the group; a heading's own is itself; NULL: no group */
	char *key;                  /* headings: sort key of the group's name */
};

struct account {
	struct model *model;
	char *name; /* the group in accounts.conf: cleaned on load, safe to show */
	char *manager;
	char *protocol;
	enum account_state state;
	char *reason;           /* why it is not online, cleaned; "" for no reason */
	bool manager_failed;    /* …it lost it to a manager that died or does not answer */
	gint64 retry_at;        /* monotonic µs, while WAITING */
	char *self_id;          /* raw; "" while not known */
	char *self_alias;       /* cleaned */
	enum presence presence; /* own */
	char *status;           /* own status name of the manager, e.g. "dnd" */
	char *status_message;   /* cleaned */
	unsigned features;
	bool roster_ready;
	GHashTable *contacts;        /* raw id → struct contact * (a reference) */
	GSequence *rows;             /* struct roster_row * */
	unsigned online, total;      /* contacts on the roster */
	struct room_list *room_list; /* that was asked for last; or NULL */
	struct directory *directory; /* that was searched last; or NULL */
	GPtrArray *card_specs;       /* struct card_spec *: what our own card may have; or NULL */
	GHashTable *blocked;         /* raw ids of those whose messages the network keeps from us */
	/* private to roster.c */
	GHashTable *headings; /* interned group → GSequenceIter of its heading */
};

/* Owned by the model, at the end of its accounts; emits ACCOUNT_ADDED. NULL when the name is
 * taken. */
struct account *account_new(struct model *model, const char *name, const char *manager,
			    const char *protocol);
/* Removes it with its chats, contacts and requests, each with its event. */
void account_remove(struct account *account);

/* False when another one is called so. */
bool account_rename(struct account *account, const char *name);
/* The manager and the protocol that it uses from the next connection on. */
void account_set_network(struct account *account, const char *manager, const char *protocol);
/* To before @before (NULL: to the end) among the model's accounts. */
void account_move(struct account *account, const struct account *before);

/* Each tells ACCOUNT_CHANGED when something did change. Leaving ONLINE takes the features and
 * roster_ready away and ends all typing; presences: account_forget_presences(). */
void account_set_state(struct account *account, enum account_state state, const char *reason);
/* The state becomes WAITING. */
void account_set_retry(struct account *account, gint64 retry_at, const char *reason);
/* Until it is online again. No event: a change of state comes with it. */
void account_set_manager_failed(struct account *account, bool failed);
/* NULL leaves the id or the alias as it is. */
void account_set_self(struct account *account, const char *id, const char *alias);
void account_set_presence(struct account *account, enum presence presence, const char *status,
			  const char *message);
void account_set_features(struct account *account, unsigned features);
/* True tells ROSTER_READY. */
void account_set_roster_ready(struct account *account, bool ready);
/* Everybody's presence is unknown now (we are offline): one pass, one ACCOUNT_CHANGED. */
void account_forget_presences(struct account *account);

/* NULL when not known. @id is raw. */
struct contact *account_find_contact(struct account *account, const char *id);
/* Finds or makes one (presence unknown, on no roster). */
struct contact *account_ensure_contact(struct account *account, const char *id);
/* New array of its groups' headings (struct roster_row *), by name; g_ptr_array_unref(). */
GPtrArray *account_list_groups(struct account *account);
/* NULL when nobody is in a group of this name, as it is shown. */
const struct roster_row *account_find_group(struct account *account, const char *group);
/* Each tells CONTACT_CHANGED where somebody known is concerned, and ACCOUNT_CHANGED_BLOCKED. More
 * than BLOCKED_MAX are not kept. */
#define BLOCKED_MAX 20000
void account_set_blocked(struct account *account, const char *id, bool blocked);
void account_clear_blocked(struct account *account);
bool account_is_blocked(const struct account *account, const char *id);
/* Takes the array; NULL: not known. Tells nobody. */
void account_set_card_specs(struct account *account, GPtrArray *specs);
/* "offline", "connecting", … */
const char *account_state_name(enum account_state state);
