/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A parameter of a connection that lives: one that its protocol calls a property of it, too, is
 * set there (spec: Conn_Mgr_Param_Flag_DBus_Property).
 */

#include <string.h>

#include "private.h"

struct param_change {
	struct conn *conn;
	char *name, *text;
	tp_done_fn done;
	void *data;
};

static void change_free(void *data)
{
	struct param_change *change = data;

	g_free(change->name);
	g_free(change->text);
	g_free(change);
}

static bool is_property(const struct param *param, const char *text)
{
	g_autofree char *why = param ? param_check(param, text) : NULL;

	return param && !why && param->flags & PARAM_DBUS_PROPERTY && strchr(param->name, '.');
}

/* The name is that of the interface, a dot, and that of the property. */
static void set_property(const struct param_change *change, const struct param *param)
{
	struct bus_call *call = conn_call(change->conn, BUS_PROPERTIES, "Set");
	const char *dot = strrchr(param->name, '.');
	g_autofree char *interface = g_strndup(param->name, (gsize)(dot - param->name));

	bus_write_string(bus_call_args(call), interface);
	bus_write_string(bus_call_args(call), dot + 1);
	tp_write_param_value(bus_call_args(call), param, change->text);
	tp_send_done(call, -1, change->done, change->data, "change the connection");
}

static void on_protocol(const struct protocol *protocol, const GError *failure, void *data)
{
	const struct param_change *change = data;
	const struct param *param = protocol ? protocol_find_param(protocol, change->name) : NULL;
	g_autoptr(GError) error = NULL;

	if (is_property(param, change->text)) {
		set_property(change, param);
		return;
	}
	error = g_error_new(TP_ERROR, TP_ERROR_NOT_SUPPORTED,
			    "cannot change the connection: param-%s is for the next one",
			    change->name);
	change->done(error, change->data);
}

void conn_change_param(struct conn *conn, const char *name, const char *text, tp_done_fn done,
		       void *data)
{
	struct param_change *change;

	if (!conn_check_online(conn, done, data, "change the connection"))
		return;
	change = g_new0(struct param_change, 1);
	change->conn = conn;
	change->name = g_strdup(name);
	change->text = g_strdup(text);
	change->done = done;
	change->data = data;
	tp_get_protocol(conn->scope, conn->manager, conn->protocol, on_protocol, change,
			change_free);
}
