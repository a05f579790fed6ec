/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files of src/bus/ share, and no one else includes.
 *
 * A scope is a list of items: calls, subscriptions, watched and owned names, exported
 * objects. Each embeds struct bus_item as its first member; its drop function cancels and
 * frees it. Callbacks run while nothing but a reference is held on the item, so that they
 * may free the scope and with it the item.
 *
 * The bus is reference-counted: by its owner until bus_close(), by each scope and by each
 * request that waits for its answer.
 */

#include "bus.h"

struct bus {
	unsigned refs;
	DBusConnection *connection; /* NULL after bus_close() */
	DBusPendingCall *hello;     /* NULL once it was answered */
	GSource *source;
	char *unique_name;
	bool no_autostart; /* no call starts anything */
	bool gone;         /* the loss of the connection was reported */
	bool has_had_turn; /* in this round of the main loop */
	void (*closed_fn)(struct bus *bus, void *data);
	void *closed_data;
	GQueue calls;        /* sent and not answered, in the order they were sent */
	guint64 last_serial; /* of a call */
	GHashTable *origins; /* what is subscribed to: struct origin, a set */
	GHashTable *names;   /* watched: name to GPtrArray of struct watch */
	GHashTable *objects; /* exported: path to GPtrArray of struct object */
};

struct bus *bus_ref(struct bus *bus);
void bus_unref(struct bus *bus);

struct bus_item {
	struct bus_scope *scope; /* NULL once it was dropped */
	GList link;
	void (*drop)(struct bus_item *item);
};

void bus_item_add(struct bus_item *item, struct bus_scope *scope,
		  void (*drop)(struct bus_item *item));
void bus_item_remove(struct bus_item *item);

/* --- bus.c: the connection -------------------------------------------------------------- */

/* Sends and gives up ownership of @message; after the end of the connection only the latter. */
void bus_send(struct bus *bus, DBusMessage *message);
/* Asks for signals, or no longer, without waiting for an answer. */
void bus_match_add(struct bus *bus, const char *rule);
void bus_match_remove(struct bus *bus, const char *rule);

/* --- mainloop.c: libdbus on GLib -------------------------------------------------------- */

void bus_mainloop_attach(struct bus *bus);
void bus_mainloop_detach(struct bus *bus);

/* --- call.c ----------------------------------------------------------------------------- */

/* The connection ended: fails what waits, in the order it was sent. */
void bus_calls_fail(struct bus *bus);
/* Forgets what waits without a word; the calls stay in their scopes. */
void bus_calls_silence(struct bus *bus);

/* --- signal.c, name.c, object.c: who gets an incoming message --------------------------- */

void bus_signals_init(struct bus *bus);
void bus_signals_clear(struct bus *bus);
void bus_signals_handle(struct bus *bus, DBusMessage *message);

void bus_names_init(struct bus *bus);
void bus_names_clear(struct bus *bus);
void bus_names_handle(struct bus *bus, DBusMessage *message);

void bus_objects_init(struct bus *bus);
void bus_objects_clear(struct bus *bus);
DBusHandlerResult bus_objects_handle(struct bus *bus, DBusMessage *message);
