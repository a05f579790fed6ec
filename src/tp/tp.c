/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bus, the client name and what hangs on them. */

#include "../bus/find.h"
#include "../relay/relay.h"
#include "desktop.h"
#include "private.h"

struct tp *tp_new(struct model *model, const struct tp_ops *ops, void *data)
{
	struct tp *tp = g_new0(struct tp, 1);

	tp->model = model;
	tp->ops = ops;
	tp->data = data;
	tp->show_joins = true;
	tp->conns = g_ptr_array_new();
	tp->starts = g_ptr_array_new();
	return tp;
}

static void tp_drop_bus(struct tp *tp)
{
	tp_listing_free(g_steal_pointer(&tp->listing));
	desktop_free(g_steal_pointer(&tp->desktop));
	bus_scope_free(g_steal_pointer(&tp->scope));
	if (tp->bus)
		bus_close(g_steal_pointer(&tp->bus));
	if (tp->place)
		bus_place_free(g_steal_pointer(&tp->place));
	tp->is_handler = false;
}

void tp_free(struct tp *tp)
{
	while (tp->conns->len)
		conn_free(g_ptr_array_index(tp->conns, 0));
	tp_drop_bus(tp);
	g_clear_handle_id(&tp->meter, g_source_remove);
	g_clear_pointer(&tp->relay, relay_free);
	g_ptr_array_unref(tp->conns);
	g_ptr_array_unref(tp->starts);
	g_strfreev(tp->services);
	g_free(tp->runtime_dir);
	g_free(tp);
}

static void on_closed(struct bus *bus, void *data)
{
	struct tp *tp = data;
	g_autoptr(GPtrArray) conns = g_ptr_array_copy(tp->conns, NULL, NULL);

	for (guint i = 0; i < conns->len; i++)
		if (g_ptr_array_find(tp->conns, conns->pdata[i], NULL))
			conn_end(conns->pdata[i], CONN_END_BUS, "the message bus is gone");
	tp_listing_fail(tp);
	tp_drop_bus(tp);
	tp->ops->bus_closed(tp->data);
}

static void on_own(const char *name, bool owned, void *data)
{
	struct tp *tp = data;

	if (tp->is_handler == owned)
		return;
	tp->is_handler = owned;
	g_debug("%s %s", owned ? "own" : "do not own", name);
	for (guint i = 0; owned && i < tp->conns->len; i++)
		conn_handler_changed(g_ptr_array_index(tp->conns, i));
}

/* Who sees the name can ask what we are; there are no filters, as without Mission Control
 * every channel that nobody claims is ours. */
static void get_interfaces(struct bus_writer *value, void *data)
{
	static const char *const none[] = {NULL};

	bus_write_strings(value, none);
}

static const struct bus_property client_properties[] = {
	{TP_CLIENT, "Interfaces", "as", get_interfaces},
	{NULL},
};

bool tp_open(struct tp *tp, const char *bus_address, bool no_autostart, GError **error)
{
	if (tp->bus)
		return true;
	if (!tp->runtime_dir)
		tp->runtime_dir = bus_runtime_dir(error);
	if (!tp->runtime_dir)
		return false;
	tp->no_autostart = no_autostart;
	tp->place = bus_place_find(bus_address, no_autostart ? BUS_FIND_NO_START : 0, error);
	if (!tp->place)
		return false;
	tp->bus = bus_open(bus_place_address(tp->place), error);
	if (!tp->bus) {
		bus_place_free(g_steal_pointer(&tp->place));
		return false;
	}
	g_debug("bus %s, from %s", bus_place_address(tp->place), bus_place_source(tp->place));
	if (no_autostart)
		bus_forbid_autostart(tp->bus);
	bus_on_closed(tp->bus, on_closed, tp);
	tp->scope = bus_scope_new(tp->bus);
	bus_export(tp->scope, TP_CLIENT_PATH, NULL, client_properties, tp);
	bus_own_name(tp->scope, TP_CLIENT_NAME, on_own, tp);
	return true;
}

bool tp_is_open(const struct tp *tp)
{
	return tp->bus != NULL;
}

bool tp_is_handler(const struct tp *tp)
{
	return tp->is_handler;
}

void tp_set_show_joins(struct tp *tp, bool show)
{
	tp->show_joins = show;
}

void tp_notify(struct tp *tp, const char *key, const char *title, const char *body)
{
	if (!tp->bus)
		return;
	if (!tp->desktop)
		tp->desktop = desktop_new(tp->bus);
	desktop_show(tp->desktop, key, title, body);
}

void tp_unnotify(struct tp *tp, const char *key)
{
	if (tp->desktop)
		desktop_close(tp->desktop, key);
}
