/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/hub_private.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (64 << 10) /* in a turn */

struct hub_call {
	dbus_uint32_t serial;
	char caller[]; /* its name */
};

/* --- who is there --- */

struct hub_client *hub_find(struct hub *hub, const char *name)
{
	struct hub_client *client = g_hash_table_lookup(hub->clients, name);

	return client && !client->dead ? client : NULL;
}

struct hub_client *hub_resolve(struct hub *hub, const char *name)
{
	return hub_find(hub, strcmp(name, hub->service) ? name : hub->owner);
}

static gboolean is_dead(void *name, void *client, void *data)
{
	return ((struct hub_client *)client)->dead;
}

static gboolean on_reap(void *data)
{
	struct hub *hub = data;

	hub->reaper = 0;
	g_hash_table_foreach_remove(hub->clients, is_dead, NULL);
	return G_SOURCE_REMOVE;
}

static void stop_source(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

/* Who waits for an answer from a program that is gone gets one from the bus. */
static void answer_calls(struct hub_client *client)
{
	GHashTableIter iter;
	struct hub_call *call;

	g_hash_table_iter_init(&iter, client->calls);
	while (g_hash_table_iter_next(&iter, (void **)&call, NULL)) {
		struct hub_client *caller = hub_find(client->hub, call->caller);
		DBusMessage *error = caller ? dbus_message_new(DBUS_MESSAGE_TYPE_ERROR) : NULL;

		if (!error)
			continue;
		dbus_message_set_error_name(error, DBUS_ERROR_NO_REPLY);
		dbus_message_set_reply_serial(error, call->serial);
		hub_say(client->hub, caller, error);
		dbus_message_unref(error);
	}
	g_hash_table_remove_all(client->calls);
}

/* Later, for it may be just being worked on. */
static void drop(struct hub_client *client)
{
	struct hub *hub = client->hub;

	if (client->dead)
		return;
	client->dead = true;
	stop_source(&client->in_source);
	stop_source(&client->out_source);
	shutdown(client->fd, SHUT_RDWR);
	answer_calls(client);
	hub_tell_owner(hub, client->name, false);
	if (!hub->reaper)
		hub->reaper = g_idle_add(on_reap, hub);
}

/* --- sending --- */

/* False when it takes no more now, or ever. */
static bool write_some(struct hub_client *client)
{
	gsize size;
	GBytes *first = g_queue_peek_head(&client->output);
	const char *bytes = g_bytes_get_data(first, &size);
	ssize_t n = send(client->fd, bytes + client->written, size - client->written,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			drop(client);
		return false;
	}
	client->written += (gsize)n;
	client->queued -= (gsize)n;
	if (client->written == size) {
		g_bytes_unref(g_queue_pop_head(&client->output));
		client->written = 0;
	}
	return true;
}

static gboolean on_writable(int fd, GIOCondition condition, void *data)
{
	struct hub_client *client = data;

	while (!g_queue_is_empty(&client->output) && write_some(client))
		;
	if (client->dead || !g_queue_is_empty(&client->output))
		return G_SOURCE_CONTINUE;
	client->out_source = 0;
	return G_SOURCE_REMOVE;
}

static void send_bytes(struct hub_client *client, GBytes *bytes)
{
	if (client->dead)
		return;
	if (client->queued + g_bytes_get_size(bytes) > HUB_QUEUE_MAX) {
		drop(client);
		return;
	}
	client->queued += g_bytes_get_size(bytes);
	g_queue_push_tail(&client->output, g_bytes_ref(bytes));
	if (!client->out_source)
		client->out_source =
			g_unix_fd_add(client->fd, G_IO_OUT | G_IO_HUP, on_writable, client);
}

static GBytes *marshal(DBusMessage *message)
{
	char *data = NULL;
	int length = 0;

	if (!dbus_message_marshal(message, &data, &length))
		g_error("out of memory");
	return g_bytes_new_with_free_func(data, (gsize)length, dbus_free, data);
}

void hub_stamp(struct hub *hub, DBusMessage *message)
{
	if (++hub->serial == 0)
		hub->serial = 1;
	dbus_message_set_sender(message, DBUS_SERVICE_DBUS);
	dbus_message_set_serial(message, hub->serial);
}

void hub_say(struct hub *hub, struct hub_client *client, DBusMessage *message)
{
	g_autoptr(GBytes) bytes = NULL;

	dbus_message_set_destination(message, client->name);
	hub_stamp(hub, message);
	bytes = marshal(message);
	send_bytes(client, bytes);
}

void hub_refuse(struct hub_client *client, DBusMessage *message, const char *error,
		const char *text)
{
	DBusMessage *reply;

	if (dbus_message_get_type(message) != DBUS_MESSAGE_TYPE_METHOD_CALL ||
	    dbus_message_get_no_reply(message))
		return;
	reply = dbus_message_new_error(message, error, text);
	hub_say(client->hub, client, reply);
	dbus_message_unref(reply);
}

void hub_broadcast(struct hub *hub, DBusMessage *message)
{
	g_autoptr(GBytes) bytes = marshal(message);
	GHashTableIter iter;
	void *client;

	/* One that is dropped meanwhile stays in there. */
	g_hash_table_iter_init(&iter, hub->clients);
	while (g_hash_table_iter_next(&iter, NULL, &client))
		send_bytes(client, bytes);
}

/* --- passing on --- */

static guint call_hash(const void *key)
{
	const struct hub_call *call = key;

	return call->serial ^ g_str_hash(call->caller);
}

static gboolean call_equal(const void *a, const void *b)
{
	const struct hub_call *one = a, *other = b;

	return one->serial == other->serial && !strcmp(one->caller, other->caller);
}

static struct hub_call *call_new(const char *caller, dbus_uint32_t serial)
{
	gsize length = strlen(caller) + 1;
	struct hub_call *call = g_malloc(sizeof *call + length);

	call->serial = serial;
	memcpy(call->caller, caller, length);
	return call;
}

/* Keeps who waits for which answer. False when that is too much already. */
static bool note_call(struct hub_client *caller, struct hub_client *callee, DBusMessage *message)
{
	if (dbus_message_get_type(message) != DBUS_MESSAGE_TYPE_METHOD_CALL ||
	    dbus_message_get_no_reply(message))
		return true;
	if (g_hash_table_size(callee->calls) >= HUB_CALLS_MAX)
		return false;
	g_hash_table_add(callee->calls, call_new(caller->name, dbus_message_get_serial(message)));
	return true;
}

/* An answer that nobody waits for goes nowhere. */
static bool take_call(struct hub_client *callee, const char *caller, DBusMessage *message)
{
	dbus_uint32_t serial = dbus_message_get_reply_serial(message);
	g_autofree struct hub_call *call = call_new(caller, serial);

	return !serial || g_hash_table_remove(callee->calls, call);
}

static void pass_on(struct hub_client *client, struct hub_client *to, DBusMessage *message)
{
	g_autoptr(GBytes) bytes = NULL;

	if (!to) {
		hub_refuse(client, message, DBUS_ERROR_SERVICE_UNKNOWN,
			   "nobody in this tube has that name");
		return;
	}
	if (!take_call(client, to->name, message))
		return;
	if (!note_call(client, to, message)) {
		hub_refuse(client, message, DBUS_ERROR_LIMITS_EXCEEDED,
			   "it has too many calls to answer");
		return;
	}
	bytes = marshal(message);
	send_bytes(to, bytes);
}

static void route(struct hub_client *client, DBusMessage *message)
{
	const char *to;

	if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected") ||
	    dbus_message_has_path(message, DBUS_PATH_LOCAL)) {
		drop(client);
		return;
	}
	/* Moves what the message holds: nothing of it is looked at before. */
	dbus_message_set_sender(message, client->name);
	to = dbus_message_get_destination(message);
	if (to && strcmp(to, DBUS_SERVICE_DBUS) != 0)
		pass_on(client, hub_resolve(client->hub, to), message);
	else if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL)
		hub_drive(client, message);
	else if (!to && dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_SIGNAL)
		hub_broadcast(client->hub, message);
}

/* --- receiving --- */

/* Length of the message that begins there; 0: not known yet; -1: it is none that may pass. */
static int message_length(const guint8 *at, gsize left)
{
	/* A copy, because the library wants it aligned. */
	union {
		guint64 align;
		char bytes[DBUS_MINIMUM_HEADER_SIZE];
	} head;
	int length;

	if (left < sizeof head.bytes)
		return 0;
	memcpy(head.bytes, at, sizeof head.bytes);
	length = dbus_message_demarshal_bytes_needed(head.bytes, sizeof head.bytes);
	return length > HUB_MESSAGE_MAX ? -1 : length;
}

/* Takes one message out of what has come. Its length; 0 when there is none. */
static int take_message(struct hub_client *client, const guint8 *at, gsize left)
{
	int length = message_length(at, left);
	DBusMessage *message;

	if (length >= 0 && (length == 0 || (gsize)length > left))
		return 0;
	message = length > 0 ? dbus_message_demarshal((const char *)at, length, NULL) : NULL;
	if (!message) {
		drop(client);
		return 0;
	}
	route(client, message);
	dbus_message_unref(message);
	return length;
}

static void take_messages(struct hub_client *client)
{
	gsize taken = 0;
	int length;

	do {
		length = take_message(client, client->input->data + taken,
				      client->input->len - taken);
		taken += (gsize)length;
	} while (length > 0 && !client->dead);
	if (taken > 0)
		g_byte_array_remove_range(client->input, 0, (guint)taken);
}

static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	struct hub_client *client = data;
	guint before = client->input->len;
	ssize_t n;

	g_byte_array_set_size(client->input, before + READ_BYTES);
	n = recv(fd, client->input->data + before, READ_BYTES, MSG_DONTWAIT);
	g_byte_array_set_size(client->input, before + (guint)MAX(n, 0));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		drop(client);
	else
		take_messages(client);
	return G_SOURCE_CONTINUE;
}

/* --- the whole --- */

static void client_free(void *data)
{
	struct hub_client *client = data;

	stop_source(&client->in_source);
	stop_source(&client->out_source);
	close(client->fd);
	g_byte_array_unref(client->input);
	g_queue_clear_full(&client->output, (GDestroyNotify)g_bytes_unref);
	g_hash_table_unref(client->calls);
	g_free(client->name);
	g_free(client);
}

struct hub *hub_new(const char *service, const char *owner)
{
	struct hub *hub = g_new0(struct hub, 1);

	hub->service = g_strdup(service);
	hub->owner = g_strdup(owner);
	hub->clients = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, client_free);
	return hub;
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	stop_source(&hub->reaper);
	g_hash_table_unref(hub->clients);
	g_free(hub->service);
	g_free(hub->owner);
	g_free(hub);
}

void hub_add(struct hub *hub, const char *name, int fd)
{
	struct hub_client *client;

	hub_remove(hub, name);
	client = g_new0(struct hub_client, 1);
	client->hub = hub;
	client->name = g_strdup(name);
	client->fd = fd;
	client->input = g_byte_array_new();
	client->calls = g_hash_table_new_full(call_hash, call_equal, g_free, NULL);
	client->in_source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_readable, client);
	g_hash_table_replace(hub->clients, client->name, client);
	hub_tell_owner(hub, name, true);
}

static bool has_hung_up(const struct hub_client *client)
{
	struct pollfd poll_fd = {.fd = client->fd, .events = POLLRDHUP};

	return poll(&poll_fd, 1, 0) > 0;
}

bool hub_has(struct hub *hub, const char *name)
{
	struct hub_client *client = hub_find(hub, name);

	return client && !has_hung_up(client);
}

void hub_remove(struct hub *hub, const char *name)
{
	struct hub_client *client = hub_find(hub, name);

	if (client)
		drop(client);
}
