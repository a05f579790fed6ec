/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Connection managers, their protocols and parameters (spec: ConnectionManager, Protocol).
 * The property Protocols tells all at once; managers without it are asked with ListProtocols
 * and GetParameters. Nothing here comes from .manager files, which can be wrong.
 */

#include <string.h>

#include "../model/text.h"
#include "private.h"

#define MANAGER_TIMEOUT_MS 10000

/* --- reading ------------------------------------------------------------------------------ */

static char *read_default(struct bus_reader *value)
{
	switch (bus_reader_type(value)) {
	case 's':
		return g_strdup(bus_read_string(value));
	case 'o':
		return g_strdup(bus_read_path(value));
	case 'b':
		return g_strdup(bus_read_bool(value) ? "true" : "false");
	case 'd':
		return g_strdup_printf("%g", bus_read_double(value));
	case 'y':
	case 'n':
	case 'q':
	case 'i':
	case 'u':
	case 'x':
	case 't':
		return g_strdup_printf("%" G_GINT64_FORMAT, bus_read_integer(value));
	default:
		bus_read_skip(value);
		return NULL;
	}
}

/* a(susv) */
static void read_params(struct bus_reader *r, struct protocol *protocol)
{
	struct bus_reader list;

	bus_read_array(r, &list);
	while (bus_reader_more(&list) && protocol->params->len < TP_PARAMS_MAX) {
		struct bus_reader fields, value;
		const char *name, *signature;
		unsigned flags;
		g_autofree char *fallback = NULL;

		bus_read_struct(&list, &fields);
		name = bus_read_string(&fields);
		flags = bus_read_uint32(&fields);
		signature = bus_read_string(&fields);
		bus_read_variant(&fields, &value);
		if (flags & PARAM_HAS_DEFAULT)
			fallback = read_default(&value);
		if (bus_reader_ok(r))
			protocol_add_param(protocol, name, signature, flags, fallback);
	}
	protocol_sort_params(protocol);
}

/* One entry of Protocols: its immutable properties. */
static struct protocol *read_protocol(const char *manager, struct bus_reader *entry)
{
	const char *name = bus_read_string(entry);
	struct protocol *protocol;
	struct bus_reader properties, value;
	g_autofree char *english = NULL;
	const char *key;

	protocol = protocol_new(manager, name, NULL);
	bus_read_array(entry, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, TP_PREFIX "Protocol.Parameters"))
			read_params(&value, protocol);
		else if (!strcmp(key, TP_PREFIX "Protocol.EnglishName"))
			english = g_strdup(bus_read_string(&value));
	}
	if (english && *english && g_ascii_strcasecmp(english, name)) {
		g_free(protocol->english);
		protocol->english = text_clean(english, -1, TEXT_LINE);
	}
	return protocol;
}

static bool read_protocols(struct bus_reader *reply, const char *manager, GPtrArray *out)
{
	struct bus_reader list, entry;
	guint before = out->len;

	bus_read_array(reply, &list);
	while (out->len - before < TP_PROTOCOLS_MAX && bus_read_entry(&list, &entry))
		g_ptr_array_add(out, read_protocol(manager, &entry));
	if (!bus_reader_ok(reply)) {
		g_debug("manager %s: Protocols: %s", manager, bus_reader_error(reply));
		g_ptr_array_set_size(out, before);
	}
	return out->len > before;
}

static char *manager_path(const char *manager)
{
	return g_strconcat(TP_CM_PATH_PREFIX, manager, NULL);
}

/* --- all protocols of all managers -------------------------------------------------------- */

struct listing_part { /* one question to one manager */
	struct protocol_listing *listing;
	char *manager;
	char *protocol; /* of GetParameters; else NULL */
	struct manager_start *start;
};

struct protocol_listing {
	struct tp *tp;
	struct bus_scope *scope;
	GPtrArray *protocols;
	GPtrArray *parts;
	unsigned waiting;
	GArray *askers; /* struct asker */
};

struct asker {
	tp_protocols_fn fn;
	void *data;
};

static void part_free(void *data)
{
	struct listing_part *part = data;

	tp_manager_start_cancel(part->start);
	g_free(part->manager);
	g_free(part->protocol);
	g_free(part);
}

void tp_listing_free(struct protocol_listing *listing)
{
	if (!listing)
		return;
	bus_scope_free(listing->scope);
	g_ptr_array_unref(listing->protocols);
	g_ptr_array_unref(listing->parts);
	g_array_unref(listing->askers);
	g_free(listing);
}

/* People look for XMPP and IRC; a manager made for a protocol comes before a general one. */
static int protocol_rank(const struct protocol *protocol)
{
	static const char *const order[] = {"local", "jabber", "irc", "sip", "local-xmpp"};
	unsigned rank = G_N_ELEMENTS(order);

	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
		if (!strcmp(order[i], protocol->name))
			rank = i;
	return (int)rank * 2 + !strcmp(protocol->manager, "haze");
}

int tp_compare_protocols(const void *a, const void *b)
{
	const struct protocol *x = *(struct protocol *const *)a;
	const struct protocol *y = *(struct protocol *const *)b;
	int order = protocol_rank(x) - protocol_rank(y);

	if (!order)
		order = g_ascii_strcasecmp(x->english, y->english);
	return order ? order : strcmp(x->manager, y->manager);
}

static void listing_finish(struct protocol_listing *listing)
{
	struct tp *tp = listing->tp;

	tp->listing = NULL;
	g_ptr_array_sort(listing->protocols, tp_compare_protocols);
	for (guint i = 0; i < listing->askers->len; i++) {
		struct asker *asker = &g_array_index(listing->askers, struct asker, i);

		asker->fn(listing->protocols, NULL, asker->data);
	}
	tp_listing_free(listing);
}

void tp_listing_fail(struct tp *tp)
{
	struct protocol_listing *listing = g_steal_pointer(&tp->listing);
	g_autoptr(GError) error = NULL;

	if (!listing)
		return;
	error = g_error_new_literal(TP_ERROR, TP_ERROR_OFFLINE,
				    "cannot list protocols: the message bus is gone");
	for (guint i = 0; i < listing->askers->len; i++) {
		struct asker *asker = &g_array_index(listing->askers, struct asker, i);

		asker->fn(NULL, error, asker->data);
	}
	tp_listing_free(listing);
}

static void listing_part_done(struct protocol_listing *listing)
{
	if (--listing->waiting == 0)
		listing_finish(listing);
}

static struct listing_part *listing_ask(struct protocol_listing *listing, const char *manager,
					const char *protocol)
{
	struct listing_part *part = g_new0(struct listing_part, 1);

	part->listing = listing;
	part->manager = g_strdup(manager);
	part->protocol = g_strdup(protocol);
	g_ptr_array_add(listing->parts, part);
	listing->waiting++;
	return part;
}

static struct bus_call *manager_call(struct bus_scope *scope, const char *manager,
				     const char *interface, const char *method)
{
	g_autofree char *name = g_strconcat(TP_CM_PREFIX, manager, NULL);
	g_autofree char *path = manager_path(manager);

	return bus_call_new(scope, name, path, interface, method);
}

static void on_listed_parameters(struct bus_reader *reply, const GError *error, void *data)
{
	struct listing_part *part = data;

	if (reply) {
		struct protocol *protocol = protocol_new(part->manager, part->protocol, NULL);

		read_params(reply, protocol);
		if (bus_reader_ok(reply))
			g_ptr_array_add(part->listing->protocols, protocol);
		else
			protocol_free(protocol);
	}
	listing_part_done(part->listing);
}

static void on_listed_names(struct bus_reader *reply, const GError *error, void *data)
{
	struct listing_part *part = data;
	struct protocol_listing *listing = part->listing;

	if (reply) {
		g_auto(GStrv) names = bus_read_strings(reply);

		for (unsigned i = 0; i < TP_PROTOCOLS_MAX && names[i]; i++) {
			struct bus_call *call =
				manager_call(listing->scope, part->manager, TP_CM, "GetParameters");

			bus_write_string(bus_call_args(call), names[i]);
			bus_call_send(call, MANAGER_TIMEOUT_MS, on_listed_parameters,
				      listing_ask(listing, part->manager, names[i]));
		}
	}
	listing_part_done(listing);
}

static void on_listed_protocols(struct bus_reader *reply, const GError *error, void *data)
{
	struct listing_part *part = data;
	struct protocol_listing *listing = part->listing;
	struct bus_reader value;

	if (error)
		g_debug("manager %s: %s", part->manager, error->message);
	if (reply) {
		bus_read_variant(reply, &value);
		if (read_protocols(&value, part->manager, listing->protocols)) {
			listing_part_done(listing);
			return;
		}
	} else if (!g_error_matches(error, BUS_ERROR, BUS_ERROR_REMOTE)) {
		listing_part_done(listing);
		return;
	}
	bus_call_send(manager_call(listing->scope, part->manager, TP_CM, "ListProtocols"),
		      MANAGER_TIMEOUT_MS, on_listed_names,
		      listing_ask(listing, part->manager, NULL));
	listing_part_done(listing);
}

static void ask_protocols(struct listing_part *part)
{
	struct bus_call *call =
		manager_call(part->listing->scope, part->manager, BUS_PROPERTIES, "Get");

	bus_write_string(bus_call_args(call), TP_CM);
	bus_write_string(bus_call_args(call), "Protocols");
	bus_call_send(call, MANAGER_TIMEOUT_MS, on_listed_protocols, part);
}

static void on_started(void *data)
{
	struct listing_part *part = data;

	part->start = NULL;
	ask_protocols(part);
}

static void on_manager_names(const char *const *names, const GError *error, void *data)
{
	struct protocol_listing *listing = data;
	g_auto(GStrv) startable = tp_startable_managers(listing->tp);

	for (unsigned i = 0; names && names[i]; i++) {
		const char *manager = names[i] + strlen(TP_CM_PREFIX);

		if (tp_manager_name_is_valid(manager))
			ask_protocols(listing_ask(listing, manager, NULL));
	}
	for (unsigned i = 0; names && startable[i]; i++) {
		g_autofree char *name = g_strconcat(TP_CM_PREFIX, startable[i], NULL);
		struct listing_part *part;

		if (g_strv_contains(names, name))
			continue;
		part = listing_ask(listing, startable[i], NULL);
		part->start = tp_manager_start(listing->tp, part->manager, on_started, part);
		/* What cannot be started answers with an error, like any that is not there. */
		if (!part->start)
			ask_protocols(part);
	}
	listing_part_done(listing);
}

void tp_list_protocols(struct tp *tp, tp_protocols_fn fn, void *data)
{
	struct asker asker = {.fn = fn, .data = data};
	struct protocol_listing *listing = tp->listing;

	if (!tp->scope) {
		g_autoptr(GError) error =
			g_error_new_literal(TP_ERROR, TP_ERROR_OFFLINE,
					    "cannot list protocols: there is no message bus");

		fn(NULL, error, data);
		return;
	}
	if (!listing) {
		listing = tp->listing = g_new0(struct protocol_listing, 1);
		listing->tp = tp;
		listing->scope = bus_scope_new(tp->bus);
		listing->protocols = g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
		listing->parts = g_ptr_array_new_with_free_func(part_free);
		listing->askers = g_array_new(FALSE, FALSE, sizeof(struct asker));
		listing->waiting = 1;
		bus_list_names(listing->scope, TP_CM_PREFIX, on_manager_names, listing);
	}
	g_array_append_val(listing->askers, asker);
}

/* --- one protocol ------------------------------------------------------------------------- */

struct protocol_question {
	char *manager, *name;
	tp_protocol_fn fn;
	void *data;
	GDestroyNotify free_data;
};

static void question_free(void *data)
{
	struct protocol_question *question = data;

	if (question->free_data)
		question->free_data(question->data);
	g_free(question->manager);
	g_free(question->name);
	g_free(question);
}

static void on_parameters(struct bus_reader *reply, const GError *error, void *data)
{
	struct protocol_question *question = data;
	struct protocol *protocol;

	if (error) {
		g_autofree char *what =
			g_strdup_printf("use the protocol “%s” of the connection manager “%s”",
					question->name, question->manager);
		g_autoptr(GError) failure = tp_error_from_bus(what, error);

		question->fn(NULL, failure, question->data);
		return;
	}
	protocol = protocol_new(question->manager, question->name, NULL);
	read_params(reply, protocol);
	if (!bus_reader_ok(reply)) {
		g_autoptr(GError) failure =
			g_error_new(TP_ERROR, TP_ERROR_FAILED,
				    "cannot use the protocol “%s” of the connection manager “%s”: "
				    "its answer makes no sense",
				    question->name, question->manager);

		question->fn(NULL, failure, question->data);
	} else {
		question->fn(protocol, NULL, question->data);
	}
	protocol_free(protocol);
}

/*
 * GetParameters is what every manager has, and what RequestConnection checks against.
 */
void tp_get_protocol(struct bus_scope *scope, const char *manager, const char *name,
		     tp_protocol_fn fn, void *data, GDestroyNotify free_data)
{
	struct protocol_question *question = g_new0(struct protocol_question, 1);
	struct bus_call *call =
		manager_call(scope, tp_manager_name_is_valid(manager) ? manager : "invalid", TP_CM,
			     "GetParameters");

	question->manager = g_strdup(manager);
	question->name = g_strdup(name);
	question->fn = fn;
	question->data = data;
	question->free_data = free_data;
	bus_write_string(bus_call_args(call), name);
	bus_call_own_data(call, question_free);
	bus_call_send(call, MANAGER_TIMEOUT_MS, on_parameters, question);
}
