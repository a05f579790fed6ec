/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

#include <stdlib.h>
#include <string.h>

/*
 * A watched name has a match rule of its own, with the name in it: a rule for every
 * NameOwnerChanged would wake us each time any program connects or leaves.
 */

struct watch {
	struct bus_item item;
	struct bus *bus;
	char *name;
	char *owner; /* what was told last, NULL before the first time */
	bus_owner_fn fn;
	void *data;
};

static char *name_rule(const char *name)
{
	return g_strdup_printf("type='signal',sender='" BUS_NAME "',interface='" BUS_NAME "',"
			       "member='NameOwnerChanged',arg0='%s'",
			       name);
}

static void watch_clear(void *data)
{
	struct watch *watch = data;

	g_free(watch->name);
	g_free(watch->owner);
}

static void watch_unref(void *data)
{
	g_rc_box_release_full(data, watch_clear);
}

static void watch_drop(struct bus_item *item)
{
	struct watch *watch = (struct watch *)item;
	GPtrArray *list = g_hash_table_lookup(watch->bus->names, watch->name);

	g_ptr_array_remove(list, watch);
	if (!list->len) {
		g_autofree char *rule = name_rule(watch->name);

		if (dbus_validate_bus_name(watch->name, NULL))
			bus_match_remove(watch->bus, rule);
		g_hash_table_remove(watch->bus->names, watch->name);
	}
	watch_unref(watch);
}

static void watch_tell(struct watch *watch, const char *owner)
{
	if (!watch->item.scope || !g_strcmp0(watch->owner, owner))
		return;
	g_free(watch->owner);
	watch->owner = g_strdup(owner);
	/* The callback may free the scope, and with it the last reference but this. */
	g_rc_box_acquire(watch);
	watch->fn(watch->name, watch->owner, watch->data);
	watch_unref(watch);
}

static void on_owner(struct bus_reader *reply, const GError *error, void *data)
{
	struct watch *watch = data;
	const char *owner;

	/* The end of the bus is reported as such, not as that of every name. */
	if (g_error_matches(error, BUS_ERROR, BUS_ERROR_DISCONNECTED))
		return;
	owner = error ? "" : bus_read_string(reply);
	watch_tell(watch, owner);
}

void bus_watch_name(struct bus_scope *scope, const char *name, bus_owner_fn fn, void *data)
{
	struct bus *bus = bus_scope_bus(scope);
	GPtrArray *list = g_hash_table_lookup(bus->names, name);
	struct watch *watch = g_rc_box_new0(struct watch);
	struct bus_call *call;

	watch->bus = bus;
	watch->name = g_strdup(name);
	watch->fn = fn;
	watch->data = data;
	if (!list) {
		g_autofree char *rule = name_rule(name);

		list = g_ptr_array_new();
		g_hash_table_insert(bus->names, g_strdup(name), list);
		if (dbus_validate_bus_name(name, NULL))
			bus_match_add(bus, rule);
	}
	g_ptr_array_add(list, watch);
	bus_item_add(&watch->item, scope, watch_drop);

	/* Asked after the rule was added, so no change falls between the two. */
	call = bus_call_new(scope, BUS_NAME, BUS_PATH, BUS_NAME, "GetNameOwner");
	bus_write_string(bus_call_args(call), name);
	bus_call_own_data(call, watch_unref);
	bus_call_send(call, -1, on_owner, g_rc_box_acquire(watch));
}

void bus_names_handle(struct bus *bus, DBusMessage *message)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(watch_unref);
	struct bus_reader_root root;
	struct bus_reader r;
	const char *name, *owner;
	const GPtrArray *list;

	bus_reader_init(&r, &root, message);
	name = bus_read_string(&r);
	bus_read_string(&r);
	owner = bus_read_string(&r);
	if (!bus_reader_ok(&r))
		return;
	list = g_hash_table_lookup(bus->names, name);
	for (guint i = 0; list && i < list->len; i++)
		g_ptr_array_add(found, g_rc_box_acquire(list->pdata[i]));
	for (guint i = 0; i < found->len && bus->connection; i++)
		watch_tell(found->pdata[i], owner);
}

void bus_names_init(struct bus *bus)
{
	bus->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)g_ptr_array_unref);
}

void bus_names_clear(struct bus *bus)
{
	g_clear_pointer(&bus->names, g_hash_table_unref);
}

/* --- owning ----------------------------------------------------------------------------- */

struct own {
	struct bus_item item;
	struct bus *bus;
	char *name;
	bool requesting;
	bool told; /* at least once */
	bool owned;
	bus_own_fn fn;
	void *data;
};

static void own_clear(void *data)
{
	g_free(((struct own *)data)->name);
}

static void own_unref(void *data)
{
	g_rc_box_release_full(data, own_clear);
}

static void own_drop(struct bus_item *item)
{
	struct own *own = (struct own *)item;
	DBusMessage *release;

	if (own->owned || own->requesting) {
		release = dbus_message_new_method_call(BUS_NAME, BUS_PATH, BUS_NAME, "ReleaseName");
		if (!release || !dbus_message_append_args(release, DBUS_TYPE_STRING, &own->name,
							  DBUS_TYPE_INVALID))
			g_error("out of memory");
		dbus_message_set_no_reply(release, TRUE);
		bus_send(own->bus, release);
	}
	own_unref(own);
}

static void own_tell(struct own *own, bool owned)
{
	if (!own->item.scope || (own->told && own->owned == owned))
		return;
	own->told = true;
	own->owned = owned;
	g_rc_box_acquire(own);
	own->fn(own->name, owned, own->data);
	own_unref(own);
}

static void on_requested(struct bus_reader *reply, const GError *error, void *data)
{
	struct own *own = data;
	guint32 result = error ? 0 : bus_read_uint32(reply);

	own->requesting = false;
	if (!g_error_matches(error, BUS_ERROR, BUS_ERROR_DISCONNECTED))
		own_tell(own, result == DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER ||
				      result == DBUS_REQUEST_NAME_REPLY_ALREADY_OWNER);
}

static void request_name(struct own *own)
{
	struct bus_call *call =
		bus_call_new(own->item.scope, BUS_NAME, BUS_PATH, BUS_NAME, "RequestName");

	bus_write_string(bus_call_args(call), own->name);
	bus_write_uint32(bus_call_args(call), DBUS_NAME_FLAG_DO_NOT_QUEUE);
	bus_call_own_data(call, own_unref);
	own->requesting = true;
	bus_call_send(call, -1, on_requested, g_rc_box_acquire(own));
}

static void on_owner_changed(const char *name, const char *owner, void *data)
{
	struct own *own = data;

	if (!*owner && !own->requesting)
		request_name(own);
	if (*owner && (own->told || !own->requesting))
		own_tell(own, g_str_equal(owner, own->bus->unique_name));
}

void bus_own_name(struct bus_scope *scope, const char *name, bus_own_fn fn, void *data)
{
	struct own *own = g_rc_box_new0(struct own);

	own->bus = bus_scope_bus(scope);
	own->name = g_strdup(name);
	own->fn = fn;
	own->data = data;
	bus_item_add(&own->item, scope, own_drop);
	/* The watch is an item of the same scope: it does not outlive what it is told about. */
	bus_watch_name(scope, name, on_owner_changed, own);
	request_name(own);
}

/* --- listing ---------------------------------------------------------------------------- */

/* Shared by two calls, each with a reference. */
struct listing {
	char *prefix;
	GHashTable *names; /* a set */
	unsigned waiting;
	bool failed;
	bus_names_fn fn;
	void *data;
};

static void listing_clear(void *data)
{
	struct listing *listing = data;

	g_free(listing->prefix);
	g_hash_table_unref(listing->names);
}

static void listing_unref(void *data)
{
	g_rc_box_release_full(data, listing_clear);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void listing_finish(struct listing *listing)
{
	guint n;
	g_autofree char **names = (char **)g_hash_table_get_keys_as_array(listing->names, &n);

	qsort(names, n, sizeof *names, compare_names);
	listing->fn((const char *const *)names, NULL, listing->data);
}

static void on_names(struct bus_reader *reply, const GError *error, void *data)
{
	struct listing *listing = data;
	g_autofree char **names = NULL;

	listing->waiting--;
	if (listing->failed)
		return;
	if (error) {
		listing->failed = true;
		listing->fn(NULL, error, listing->data);
		return;
	}
	names = bus_read_strings(reply);
	for (char **name = names; *name; name++) {
		if (g_str_has_prefix(*name, listing->prefix))
			g_hash_table_add(listing->names, *name);
		else
			g_free(*name);
	}
	if (!listing->waiting)
		listing_finish(listing);
}

void bus_list_names(struct bus_scope *scope, const char *prefix, bus_names_fn fn, void *data)
{
	static const char *const methods[] = {"ListNames", "ListActivatableNames"};
	struct listing *listing = g_rc_box_new0(struct listing);

	listing->prefix = g_strdup(prefix ? prefix : "");
	listing->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	listing->waiting = G_N_ELEMENTS(methods);
	listing->fn = fn;
	listing->data = data;
	for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
		struct bus_call *call =
			bus_call_new(scope, BUS_NAME, BUS_PATH, BUS_NAME, methods[i]);

		bus_call_own_data(call, listing_unref);
		bus_call_send(call, -1, on_names, g_rc_box_acquire(listing));
	}
	listing_unref(listing);
}
