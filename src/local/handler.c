/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/handler.h"

#include <dbus/dbus-glib-lowlevel.h>
#include <telepathy-glib/telepathy-glib-dbus.h>

#define KEY "local-handler"

struct handler { /* kept with the channel, and freed with it */
	TpBaseChannel *channel;
	handler_gone_fn on_gone;
	TpDBusDaemon *daemon;
	char *name;
	guint source;
};

static gboolean on_idle(void *data)
{
	struct handler *handler = data;
	g_autoptr(GObject) channel = g_object_ref((GObject *)handler->channel);

	handler->source = 0;
	if (!tp_base_channel_is_destroyed((TpBaseChannel *)channel))
		handler->on_gone((TpBaseChannel *)channel);
	return G_SOURCE_REMOVE;
}

static void on_owner_changed(TpDBusDaemon *daemon, const char *name, const char *owner, void *data)
{
	struct handler *handler = data;

	/* Not from within, for the channel takes the watch with it. */
	if (!*owner && !handler->source)
		handler->source = g_idle_add(on_idle, handler);
}

static void handler_free(void *data)
{
	struct handler *handler = data;

	if (handler->source)
		g_source_remove(handler->source);
	tp_dbus_daemon_cancel_name_owner_watch(handler->daemon, handler->name, on_owner_changed,
					       handler);
	g_object_unref(handler->daemon);
	g_free(handler->name);
	g_free(handler);
}

void handler_watch(TpBaseChannel *channel, DBusGMethodInvocation *context, handler_gone_fn on_gone)
{
	struct handler *handler = g_new0(struct handler, 1);
	TpBaseConnection *connection = tp_base_channel_get_connection(channel);

	handler->channel = channel;
	handler->on_gone = on_gone;
	handler->daemon = g_object_ref(tp_base_connection_get_dbus_daemon(connection));
	handler->name = dbus_g_method_get_sender(context);
	g_object_set_data_full((GObject *)channel, KEY, handler, handler_free);
	tp_dbus_daemon_watch_name_owner(handler->daemon, handler->name, on_owner_changed, handler,
					NULL);
}
