/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

/*
 * Subscriptions are found by (sender, interface) and then by path, so that a signal costs
 * the same whether one channel listens or five hundred.
 */

/* Who is subscribed to signals of one interface from one sender. */
struct origin {
	char *sender;
	char *interface;
	unsigned subscriptions;
	GHashTable *members; /* member, "" for every, to how many want it; one match rule each */
	GHashTable *at_path; /* path to GPtrArray of struct subscription */
	GPtrArray *anywhere; /* those for every path */
};

struct subscription {
	struct bus_item item;
	struct bus *bus;
	struct origin *origin;
	char *path;   /* NULL for every */
	char *member; /* NULL for every */
	bus_signal_fn fn;
	void *data;
};

static guint origin_hash(const void *key)
{
	const struct origin *origin = key;

	return g_str_hash(origin->sender) * 33 ^ g_str_hash(origin->interface);
}

static gboolean origin_equal(const void *a, const void *b)
{
	const struct origin *x = a, *y = b;

	return g_str_equal(x->sender, y->sender) && g_str_equal(x->interface, y->interface);
}

static void origin_free(void *data)
{
	struct origin *origin = data;

	g_hash_table_unref(origin->members);
	g_hash_table_unref(origin->at_path);
	g_ptr_array_unref(origin->anywhere);
	g_free(origin->sender);
	g_free(origin->interface);
	g_free(origin);
}

/* --- match rules --- */

static char *member_rule(const struct origin *origin, const char *member)
{
	return g_strdup_printf("type='signal',sender='%s',interface='%s'%s%s%s", origin->sender,
			       origin->interface, *member ? ",member='" : "", member,
			       *member ? "'" : "");
}

static guint count_of(const struct origin *origin, const char *member)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(origin->members, member));
}

/* By member: what nobody asked for, as the older form of a signal that is sent beside the newer
 * one, does not come at all. */
static void member_add(struct bus *bus, struct origin *origin, const char *member)
{
	guint count = count_of(origin, member);

	if (!count) {
		g_autofree char *rule = member_rule(origin, member);

		bus_match_add(bus, rule);
	}
	g_hash_table_insert(origin->members, g_strdup(member), GUINT_TO_POINTER(count + 1));
}

static void member_remove(struct bus *bus, struct origin *origin, const char *member)
{
	guint count = count_of(origin, member);

	if (count == 1) {
		g_autofree char *rule = member_rule(origin, member);

		bus_match_remove(bus, rule);
		g_hash_table_remove(origin->members, member);
	} else {
		g_hash_table_insert(origin->members, g_strdup(member), GUINT_TO_POINTER(count - 1));
	}
}

/* --- subscriptions --- */

static struct origin *origin_get(struct bus *bus, const char *sender, const char *interface)
{
	struct origin key = {.sender = (char *)sender, .interface = (char *)interface};
	struct origin *origin = g_hash_table_lookup(bus->origins, &key);

	if (origin)
		return origin;
	origin = g_new0(struct origin, 1);
	origin->sender = g_strdup(sender);
	origin->interface = g_strdup(interface);
	origin->at_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						(GDestroyNotify)g_ptr_array_unref);
	origin->anywhere = g_ptr_array_new();
	origin->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(bus->origins, origin);
	return origin;
}

static void subscription_clear(void *data)
{
	struct subscription *subscription = data;

	g_free(subscription->path);
	g_free(subscription->member);
}

static void subscription_unref(void *data)
{
	g_rc_box_release_full(data, subscription_clear);
}

static void subscription_drop(struct bus_item *item)
{
	struct subscription *subscription = (struct subscription *)item;
	struct origin *origin = subscription->origin;
	GPtrArray *list = origin->anywhere;

	if (subscription->path)
		list = g_hash_table_lookup(origin->at_path, subscription->path);
	g_ptr_array_remove(list, subscription);
	if (subscription->path && !list->len)
		g_hash_table_remove(origin->at_path, subscription->path);

	member_remove(subscription->bus, origin, subscription->member ? subscription->member : "");
	if (--origin->subscriptions == 0)
		g_hash_table_remove(subscription->bus->origins, origin);
	subscription_unref(subscription);
}

static bool is_sender(const char *sender)
{
	return sender && dbus_validate_bus_name(sender, NULL) &&
	       (*sender == ':' || g_str_equal(sender, BUS_NAME));
}

void bus_subscribe(struct bus_scope *scope, const char *sender, const char *path,
		   const char *interface, const char *member, bus_signal_fn fn, void *data)
{
	struct subscription *subscription;
	struct bus *bus = bus_scope_bus(scope);
	struct origin *origin;
	GPtrArray *list;

	/* Names and paths come from other programs; what cannot be signals nothing. */
	if (!is_sender(sender) || !interface || !dbus_validate_interface(interface, NULL)) {
		g_debug("cannot subscribe to %s of %s: not valid", interface, sender);
		return;
	}
	origin = origin_get(bus, sender, interface);
	subscription = g_rc_box_new0(struct subscription);
	subscription->bus = bus;
	subscription->origin = origin;
	subscription->path = g_strdup(path);
	subscription->member = g_strdup(member);
	subscription->fn = fn;
	subscription->data = data;

	list = path ? g_hash_table_lookup(origin->at_path, path) : origin->anywhere;
	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(origin->at_path, g_strdup(path), list);
	}
	g_ptr_array_add(list, subscription);
	origin->subscriptions++;
	member_add(bus, origin, member ? member : "");
	bus_item_add(&subscription->item, scope, subscription_drop);
}

static void collect(GPtrArray *found, const GPtrArray *from, const char *member)
{
	for (guint i = 0; from && i < from->len; i++) {
		struct subscription *subscription = from->pdata[i];

		if (!subscription->member || g_str_equal(subscription->member, member))
			g_ptr_array_add(found, g_rc_box_acquire(subscription));
	}
}

static void emit(struct bus *bus, const struct origin *origin, DBusMessage *message)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(subscription_unref);
	const char *member = dbus_message_get_member(message);
	const char *path = dbus_message_get_path(message);

	/* A callback may free any scope, so first find who is to be called. */
	collect(found, g_hash_table_lookup(origin->at_path, path), member);
	collect(found, origin->anywhere, member);
	for (guint i = 0; i < found->len; i++) {
		const struct subscription *subscription = found->pdata[i];
		struct bus_reader_root root;
		struct bus_reader args;

		if (!subscription->item.scope || !bus->connection)
			continue;
		bus_reader_init(&args, &root, message);
		subscription->fn(&args, subscription->data);
	}
}

void bus_signals_handle(struct bus *bus, DBusMessage *message)
{
	struct origin key = {
		.sender = (char *)dbus_message_get_sender(message),
		.interface = (char *)dbus_message_get_interface(message),
	};
	const struct origin *origin;

	if (!key.sender || !key.interface)
		return;
	if (dbus_message_is_signal(message, BUS_NAME, "NameOwnerChanged") &&
	    g_str_equal(key.sender, BUS_NAME))
		bus_names_handle(bus, message);
	origin = g_hash_table_lookup(bus->origins, &key);
	if (origin)
		emit(bus, origin, message);
}

void bus_signals_init(struct bus *bus)
{
	bus->origins = g_hash_table_new_full(origin_hash, origin_equal, origin_free, NULL);
}

void bus_signals_clear(struct bus *bus)
{
	g_clear_pointer(&bus->origins, g_hash_table_unref);
}
