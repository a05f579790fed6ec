/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_MANAGER_H
#define LOCAL_MANAGER_H

#include "src/local/connection.h"

#include <stdbool.h>

/*
 * A channel manager of a connection: keeps channels of a kind, announces them, their end and
 * their return, and answers requests for them. What differs between kinds is a table.
 */

typedef struct _LocalManager LocalManager;

/* A class of channels that can be requested (Requests.RequestableChannelClasses). */
struct manager_class {
	const char *channel_type;
	TpHandleType handle_type;
	const char *const *allowed;
	/* Makes the channel, or fails the request; manager_add() or manager_fail() ends it. */
	void (*create)(LocalManager *manager, void *request, GHashTable *properties);
	/* The channel that EnsureChannel gives instead of a new one; NULL when there is none. */
	TpBaseChannel *(*find)(LocalManager *manager, GHashTable *properties);
};

struct _LocalManager {
	GObject parent;
	LocalConnection *connection; /* owns this */
	GPtrArray *channels;
};

typedef struct {
	GObjectClass parent;
	const struct manager_class *classes; /* ended by one without a type */
	bool one_each;                       /* CreateChannel fails when find() finds one */
} LocalManagerClass;

GType local_manager_get_type(void);

void *manager_new(GType type, LocalConnection *connection);
LocalConnection *manager_get_connection(LocalManager *manager);

/* Registers and announces a channel, which manager owns from here on. request NULL: incoming. */
void manager_add(LocalManager *manager, TpBaseChannel *channel, void *request);

/* Ends a request without a channel. */
void manager_fail(LocalManager *manager, void *request, TpError code, const char *message);

/* For find: by the request's target alone. */
TpBaseChannel *manager_find_target(LocalManager *manager, GHashTable *properties);

/* The channel with this target; NULL when there is none. */
TpBaseChannel *manager_find(LocalManager *manager, TpHandle target);

#endif
