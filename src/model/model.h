/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The root of all facts: accounts, open chats, requests, and who is told of changes.
 * Fields of the model's structs are read freely; they are changed only through the
 * functions of their header, which tell the change as an event. Single-threaded.
 */

#include <stdbool.h>
#include <glib.h>
#include "event.h"
#include "transfer.h"

struct model {
	GPtrArray *accounts;  /* struct account *, in the order of accounts.conf */
	GPtrArray *chats;     /* struct chat *, open ones, by number: the status chat (number 0)
				is first */
	GPtrArray *requests;  /* struct request *, oldest first */
	GPtrArray *transfers; /* struct transfer *, oldest first */
	GPtrArray *tubes;     /* struct tube *, oldest first */
	struct chat *status;  /* the status window: pheme's own lines; always open */
	/* private */
	GHashTable *known_chats; /* chats that somebody holds, open or not */
	GArray *listeners;
	unsigned telling;   /* events being told, one inside the other */
	bool listener_left; /* while an event was told */
	unsigned next_request, next_tube, next_transfer;
	bool requests_full; /* …which was told */
};

struct model *model_new(void);
/* Tells nobody. Chats and contacts that are still held stay valid, cut off from the model. */
void model_free(struct model *model);

/* Listeners are told in the order in which they came; adding and removing from inside a
 * listener is safe: a new one is told from the next event on. */
void model_listen(struct model *model, event_fn fn, void *data);
void model_unlisten(struct model *model, event_fn fn, void *data);
void model_emit(struct model *model, const struct event *event);

/* NULL when there is none. */
struct account *model_find_account(struct model *model, const char *name);
/* "work:bob@x" names an account only if there is one of that name: ids may hold a colon. Then
 * *@name is what follows it; else NULL, and *@name stays as it is. */
struct account *model_split_account(struct model *model, const char **name);
struct request *model_find_request(struct model *model, unsigned number);

enum notice_level {
	NOTICE_INFO,
	NOTICE_WARNING,
	NOTICE_ERROR,
};

/*
 * One line of pheme's own in @chat (NULL: the status window), cleaned here. Never stored.
 * An account is named in front when given.
 */
void model_notice(struct model *model, struct account *account, struct chat *chat,
		  enum notice_level level, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* --- requests: what waits for the user's yes or no ---------------------------------------- */

enum request_kind {
	REQUEST_SUBSCRIPTION, /* contact wants to see our presence */
	REQUEST_INVITATION,   /* contact invites us to a room */
	REQUEST_FILE,         /* contact wants to send us a file */
	REQUEST_TUBE,         /* contact offers a tube */
};

struct request {
	struct model *model;
	unsigned number; /* what /accept and /reject take; grows, never reused */
	enum request_kind kind;
	struct account *account;
	char *id;       /* raw id of who asks */
	char *name;     /* cleaned, for showing: alias or id */
	char *room;     /* raw id of the room; NULL for a subscription */
	char *shown_id; /* cleaned id */
	char *shown_room;
	char *text;    /* cleaned message that came with it, may be "" */
	unsigned tube; /* number of the tube that is offered; or 0 */
	gint64 time;
	struct transfer *transfer; /* of a file; NULL otherwise */
};

#define REQUESTS_MAX 1000

/* One request a (kind, account, id, room): a second one updates the text. Strings are raw. NULL:
 * there are REQUESTS_MAX already, it is dropped. */
struct request *model_add_request(struct model *model, enum request_kind kind,
				  struct account *account, const char *id, const char *alias,
				  const char *room, const char *text);
/* The request that asks whether to accept @tube: one a tube. */
struct request *model_add_tube_request(struct tube *tube);
struct request *model_find_tube_request(const struct tube *tube); /* NULL: none */
void model_remove_request(struct request *request);
struct request *model_find_request_of(struct model *model, enum request_kind kind,
				      struct account *account, const char *id, const char *room);
/* An incoming file waits for an answer: each has a request of its own. */
struct request *model_add_file_request(struct transfer *transfer);
struct request *model_find_file_request(const struct transfer *transfer); /* NULL: none any more */
/* Shows those of @contact under the alias that it has now. */
void requests_follow_alias(const struct contact *contact);
