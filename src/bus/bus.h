/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The wire: one connection to a message bus on the default GLib main context, over raw
 * libdbus. Knows nothing of Telepathy. Nothing here blocks after bus_open().
 *
 * Everything that a part of the program has under way on the bus belongs to a *scope*:
 * calls that wait for a reply, signal subscriptions, watched names, owned names, exported
 * objects. bus_scope_free() cancels all of it: after it returns, no callback of that scope
 * is called, ever. A scope may be freed from inside one of its own callbacks. So an object
 * that talks to the bus owns a scope, and its destructor frees it first.
 *
 * A call's callback gets either a reply or an error, exactly once, never from inside
 * bus_call_send() itself. A time-out is an ordinary error.
 *
 * Dispatching stops after 64 messages or 4 ms a turn of the main loop, so that input and
 * drawing are never starved. When the bus dies every waiting call fails with
 * BUS_ERROR_DISCONNECTED and the closed handler runs once, in that order.
 */

#include <stdbool.h>
#include <glib.h>
#include "reader.h"
#include "writer.h"

#define BUS_NAME       "org.freedesktop.DBus"
#define BUS_PATH       "/org/freedesktop/DBus"
#define BUS_PROPERTIES "org.freedesktop.DBus.Properties"

struct bus;
struct bus_scope;
struct bus_call;

/*
 * Errors of calls: the code says what kind, the message is for people
 * ("cannot call X: reason"), bus_error_name() is the D-Bus error name.
 */
#define BUS_ERROR bus_error_quark()
GQuark bus_error_quark(void);
enum bus_error {
	BUS_ERROR_REMOTE,       /* the service answered with an error */
	BUS_ERROR_TIMEOUT,      /* no reply in time */
	BUS_ERROR_DISCONNECTED, /* the bus is gone */
	BUS_ERROR_INVALID,      /* the message could not be built; nothing was sent */
	BUS_ERROR_FAILED,       /* anything else, e.g. connecting */
};

/* Connects to the bus at @address and says Hello without blocking: what is called before
 * the bus answered is sent after it. NULL and @error when the socket cannot be opened. */
struct bus *bus_open(const char *address, GError **error);
/* No call starts a service from now on. */
void bus_forbid_autostart(struct bus *bus);
/* Closes the connection, may be called from any callback; none runs after it. Scopes that
 * are left must not be used but to free them. NULL is fine. */
void bus_close(struct bus *bus);
/* Runs once when the bus is gone, from the main loop; not after bus_close(). */
void bus_on_closed(struct bus *bus, void (*fn)(struct bus *bus, void *data), void *data);
bool bus_is_open(const struct bus *bus);
/* Our unique name; "" before the bus answered Hello. */
const char *bus_unique_name(const struct bus *bus);

struct bus_scope *bus_scope_new(struct bus *bus);
void bus_scope_free(struct bus_scope *scope); /* NULL is fine */
struct bus *bus_scope_bus(struct bus_scope *scope);

/* --- calls ------------------------------------------------------------------------------ */

/*
 * @reply is at the first argument of the reply, or NULL when @error is set. D-Bus errors
 * keep their name: bus_error_name(). Both are borrowed.
 */
typedef void (*bus_reply_fn)(struct bus_reader *reply, const GError *error, void *data);

/* Begins a call. The call belongs to the caller until it is sent or dropped. */
struct bus_call *bus_call_new(struct bus_scope *scope, const char *destination, const char *path,
			      const char *interface, const char *method);
/* Writer of the arguments; borrowed from the call. */
struct bus_writer *bus_call_args(struct bus_call *call);
/* Do not start the destination when it is not running. */
void bus_call_no_autostart(struct bus_call *call);
/* Before bus_call_send(): its data is freed with the call, however that ends. */
void bus_call_own_data(struct bus_call *call, GDestroyNotify free_data);
/*
 * Sends and gives up ownership. @timeout_ms -1 is libdbus's default (25 s), G_MAXINT none.
 * @fn NULL: no reply is asked for. The result can be kept to cancel with
 * bus_call_cancel() until @fn returns; NULL when @fn is NULL.
 */
struct bus_call *bus_call_send(struct bus_call *call, int timeout_ms, bus_reply_fn fn, void *data);
void bus_call_cancel(struct bus_call *call); /* NULL is fine; from inside @fn it does nothing */
/* Drops a call that was not sent. */
void bus_call_drop(struct bus_call *call);

/* "org.freedesktop.…" of a BUS_ERROR_REMOTE or _TIMEOUT error; "" otherwise. */
const char *bus_error_name(const GError *error);

/* Shorthands on org.freedesktop.DBus.Properties. The reply of _get is at the value,
 * inside its variant; that of _get_all at the a{sv}. */
void bus_property_get(struct bus_scope *scope, const char *destination, const char *path,
		      const char *interface, const char *property, bus_reply_fn fn, void *data);
void bus_property_get_all(struct bus_scope *scope, const char *destination, const char *path,
			  const char *interface, bus_reply_fn fn, void *data);

/* --- signals ---------------------------------------------------------------------------- */

typedef void (*bus_signal_fn)(struct bus_reader *args, void *data);

/*
 * Calls @fn for each signal @interface.@member that @sender emits. @sender is a *unique*
 * name (resolve well-known ones with bus_watch_name()) or BUS_NAME: signals are accepted
 * from no one else. @path NULL: from any object; @member NULL: every member.
 * The bus is asked for one rule per (sender, interface, member), reference-counted. Lives until
 * the scope is freed. A @sender that is neither ("" say) signals nothing.
 */
void bus_subscribe(struct bus_scope *scope, const char *sender, const char *path,
		   const char *interface, const char *member, bus_signal_fn fn, void *data);

/* --- names ------------------------------------------------------------------------------ */

/* @owner is the unique name that owns @name now, "" for none. Called once with the state
 * found, then on each change; not when the bus ends. */
typedef void (*bus_owner_fn)(const char *name, const char *owner, void *data);
void bus_watch_name(struct bus_scope *scope, const char *name, bus_owner_fn fn, void *data);

/* All names on the bus, activatable ones included, without doubles, sorted. */
typedef void (*bus_names_fn)(const char *const *names, const GError *error, void *data);
void bus_list_names(struct bus_scope *scope, const char *prefix, bus_names_fn fn, void *data);

/*
 * Takes @name without queueing and without replacing; when another owns it, tries again
 * each time it becomes free. @fn is told of the first outcome and of each change. Released
 * with the scope. One scope of a bus at a time may own a name.
 */
typedef void (*bus_own_fn)(const char *name, bool owned, void *data);
void bus_own_name(struct bus_scope *scope, const char *name, bus_own_fn fn, void *data);

/* --- exported objects ------------------------------------------------------------------- */

struct bus_request; /* one incoming method call, until it was answered */

struct bus_method {
	const char *interface, *name;
	const char *in; /* signature; a call of another one is answered with InvalidArgs */
	void (*call)(struct bus_request *request, struct bus_reader *args, void *data);
};

struct bus_property {
	const char *interface, *name;
	const char *signature;
	void (*get)(struct bus_writer *value, void *data); /* writes the value itself */
};

/*
 * Exports an object until the scope is freed. Tables end with an all-NULL row (either may
 * be NULL), are kept by reference. Properties are read-only, Get and GetAll and Introspect
 * are provided; everything else is answered with UnknownMethod. Several may share a path.
 */
void bus_export(struct bus_scope *scope, const char *path, const struct bus_method *methods,
		const struct bus_property *properties, void *data);
/* Every request is answered exactly once, at once or later, even when its scope or bus is
 * gone by then; both free it. */
struct bus_writer *bus_request_reply(struct bus_request *request);
void bus_request_finish(struct bus_request *request);
void bus_request_fail(struct bus_request *request, const char *error_name, const char *message);
