/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Someone on an account, on its roster or merely met. Reference-counted; the account's
 * table holds one reference. Who leaves the roster without an open chat, or has the chat
 * closed without being on the roster, is known no more (CONTACT_REMOVED, account NULL);
 * whoever keeps a reference may go on setting things, which tells nobody. */

#include <stdbool.h>
#include <glib.h>
#include "presence.h"

struct account;
struct chat;

/* Values of Telepathy's Subscription_State. */
enum subscription {
	SUBSCRIPTION_UNKNOWN = 0,
	SUBSCRIPTION_NO = 1,
	SUBSCRIPTION_REMOVED = 2, /* removed remotely */
	SUBSCRIPTION_ASK = 3,
	SUBSCRIPTION_YES = 4,
};

struct contact {
	int refs;
	struct account *account; /* NULL once removed from it */
	char *id;                /* raw, used exactly */
	char *shown_id;          /* cleaned */
	char *alias;             /* cleaned; id_readable() when none was given */
	char *key;               /* text_sort_key(alias) */
	enum presence presence;
	char *status;                /* manager's status name */
	char *message;               /* cleaned */
	char **groups;               /* cleaned, interned, sorted; NULL-terminated, never NULL */
	enum subscription subscribe; /* do we see them */
	enum subscription publish;   /* do they see us */
	bool on_roster;
	/* Services of the tubes that their programs wait for, raw; NULL: not known. */
	char **services;
	bool takes_tubes;  /* of any service, when services is known */
	struct chat *chat; /* open chat with them, borrowed; NULL for none */
	/* private to roster.c */
	GPtrArray *rows; /* GSequenceIter of each row, in the order of groups */
};

/* What matters more than the presence that is known of somebody. */
enum contact_standing {
	STANDING_USUAL,
	STANDING_BLOCKED, /* by us */
	STANDING_REMOVED, /* they took us off their list, so that nothing is known of them */
};

struct contact *contact_ref(struct contact *contact);
void contact_unref(struct contact *contact);

/* Each tells CONTACT_CHANGED when something did change. Text is raw and cleaned here. */
void contact_set_alias(struct contact *contact, const char *alias);
void contact_set_presence(struct contact *contact, enum presence presence, const char *status,
			  const char *message);
void contact_set_groups(struct contact *contact, const char *const *groups);
void contact_add_group(struct contact *contact, const char *group);
void contact_remove_group(struct contact *contact, const char *group);
/* Puts it on the roster or takes it off (then it goes altogether unless a chat is open). */
void contact_set_on_roster(struct contact *contact, bool on_roster);
void contact_set_subscription(struct contact *contact, enum subscription subscribe,
			      enum subscription publish);
/* @services NULL: not known any more. */
void contact_set_services(struct contact *contact, const char *const *services, bool takes_tubes);
/* What a person calls this contact: "Bob <bob@example.org>"; new. */
char *contact_describe(const struct contact *contact);
enum contact_standing contact_standing(const struct contact *contact);
/* "blocked", "has removed you", else the name of the presence. */
const char *contact_standing_name(const struct contact *contact);
/* "yes", "no", "ask", "removed", "unknown". */
const char *subscription_name(enum subscription subscription);
bool contact_is_blocked(const struct contact *contact);
bool contact_has_service(const struct contact *contact, const char *service);
/* For chat.c. */
void contact_set_chat(struct contact *contact, struct chat *chat);
