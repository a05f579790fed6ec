/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/endpoint.h"
#include "src/local/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <dbus/dbus-glib-lowlevel.h>
#include <telepathy-glib/telepathy-glib-dbus.h>
#include <unistd.h>

#define DIR_PREFIX "telepathy-local-"
#define BACKLOG    128
#define GREETINGS  64 /* connections that have not sent their byte yet */
#define GREETING_S 10

struct endpoint {
	int fd;
	guint access;
	char *dir, *path;
	GValue *address;
	struct sockaddr_in from; /* for port access */
	endpoint_fn on_accept;
	void *data;
	guint source;
	GPtrArray *greetings;
};

/* A connection that is to show its credentials. */
struct greeting {
	struct endpoint *endpoint;
	int fd;
	guint source, timeout;
};

/* --- what there is --- */

static GArray *accesses(guint a, guint b)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof a);

	g_array_append_val(list, a);
	g_array_append_val(list, b);
	return list;
}

GHashTable *endpoint_supported(void)
{
	GHashTable *map = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);

	g_hash_table_insert(
		map, GUINT_TO_POINTER(TP_SOCKET_ADDRESS_TYPE_UNIX),
		accesses(TP_SOCKET_ACCESS_CONTROL_LOCALHOST, TP_SOCKET_ACCESS_CONTROL_CREDENTIALS));
	g_hash_table_insert(
		map, GUINT_TO_POINTER(TP_SOCKET_ADDRESS_TYPE_IPV4),
		accesses(TP_SOCKET_ACCESS_CONTROL_LOCALHOST, TP_SOCKET_ACCESS_CONTROL_PORT));
	return map;
}

bool endpoint_check(guint type, guint access, GError **error)
{
	g_autoptr(GHashTable) map = endpoint_supported();
	const GArray *list = g_hash_table_lookup(map, GUINT_TO_POINTER(type));

	for (guint i = 0; list && i < list->len; i++)
		if (g_array_index(list, guint, i) == access)
			return true;
	g_set_error(error, TP_ERROR, TP_ERROR_NOT_IMPLEMENTED,
		    "cannot use address type %u with access control %u", type, access);
	return false;
}

/* (sq), where some say (su). */
static bool read_ipv4(const GValue *value, struct sockaddr_in *address, GError **error)
{
	GValueArray *pair = G_VALUE_HOLDS(value, TP_STRUCT_TYPE_SOCKET_ADDRESS_IPV4) ||
					    G_VALUE_TYPE(value) == G_TYPE_VALUE_ARRAY
				    ? g_value_get_boxed(value)
				    : NULL;
	const char *host = NULL;
	guint port = 0;

	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	if (pair && pair->n_values == 2 && G_VALUE_HOLDS_STRING(g_value_array_get_nth(pair, 0)) &&
	    G_VALUE_HOLDS_UINT(g_value_array_get_nth(pair, 1)))
		tp_value_array_unpack(pair, 2, &host, &port);
	if (host && port > 0 && port < 65536 && inet_pton(AF_INET, host, &address->sin_addr) == 1) {
		address->sin_port = htons((guint16)port);
		return true;
	}
	g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT, "this is no IPv4 address");
	return false;
}

static GValue *ipv4_value(const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN];
	GValueArray *pair;

	inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
	pair = tp_value_array_build(2, G_TYPE_STRING, host, G_TYPE_UINT,
				    (guint)ntohs(address->sin_port), G_TYPE_INVALID);
	return tp_g_value_slice_new_take_boxed(TP_STRUCT_TYPE_SOCKET_ADDRESS_IPV4, pair);
}

/* --- connections that come --- */

static void greeting_free(void *data)
{
	struct greeting *greeting = data;

	if (greeting->source)
		g_source_remove(greeting->source);
	if (greeting->timeout)
		g_source_remove(greeting->timeout);
	if (greeting->fd >= 0)
		close(greeting->fd);
	g_free(greeting);
}

static gboolean on_greeting_timeout(void *data)
{
	struct greeting *greeting = data;

	greeting->timeout = 0;
	g_ptr_array_remove_fast(greeting->endpoint->greetings, greeting);
	return G_SOURCE_REMOVE;
}

/* The byte is only there to carry credentials, and the kernel has told those already. Exactly one
 * is taken: whatever follows belongs to the stream. */
static gboolean on_greeting(int fd, GIOCondition condition, void *data)
{
	struct greeting *greeting = data;
	struct endpoint *endpoint = greeting->endpoint;
	char byte;
	bool ok = recv(fd, &byte, 1, MSG_DONTWAIT) == 1;

	greeting->source = 0;
	if (ok)
		greeting->fd = -1;
	g_ptr_array_remove_fast(endpoint->greetings, greeting);
	if (ok)
		endpoint->on_accept(endpoint, fd, endpoint->data);
	return G_SOURCE_REMOVE;
}

static void wait_for_byte(struct endpoint *endpoint, int fd)
{
	struct greeting *greeting;

	if (endpoint->greetings->len >= GREETINGS) {
		close(fd);
		return;
	}
	greeting = g_new0(struct greeting, 1);
	greeting->endpoint = endpoint;
	greeting->fd = fd;
	greeting->source = g_unix_fd_add(fd, G_IO_IN, on_greeting, greeting);
	greeting->timeout = g_timeout_add_seconds(GREETING_S, on_greeting_timeout, greeting);
	g_ptr_array_add(endpoint->greetings, greeting);
}

static bool is_welcome(struct endpoint *endpoint, int fd, const struct sockaddr_in *from)
{
	if (endpoint->path)
		return place_peer_uid(fd) == geteuid();
	if (endpoint->access == TP_SOCKET_ACCESS_CONTROL_PORT)
		return from->sin_port == endpoint->from.sin_port &&
		       from->sin_addr.s_addr == endpoint->from.sin_addr.s_addr;
	return true;
}

static gboolean on_connection(int listener, GIOCondition condition, void *data)
{
	struct endpoint *endpoint = data;
	struct sockaddr_storage from = {0};
	socklen_t length = sizeof from;
	int fd = accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return G_SOURCE_CONTINUE;
	if (!is_welcome(endpoint, fd, (struct sockaddr_in *)&from))
		close(fd);
	else if (endpoint->access == TP_SOCKET_ACCESS_CONTROL_CREDENTIALS)
		wait_for_byte(endpoint, fd);
	else
		endpoint->on_accept(endpoint, fd, endpoint->data);
	return G_SOURCE_CONTINUE;
}

/* --- listening --- */

static bool fail(GError **error, const char *what)
{
	g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE, "cannot %s: %s", what,
		    g_strerror(errno));
	return false;
}

static void get_roots(const char *roots[3])
{
	roots[0] = g_get_user_runtime_dir();
	roots[1] = g_get_tmp_dir();
	roots[2] = "/tmp";
}

/* The process id in the name says later whether the directory is still wanted. */
static char *make_dir(void)
{
	const char *roots[3];

	get_roots(roots);
	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
		g_autofree char *dir =
			g_strdup_printf("%s/" DIR_PREFIX "%d-XXXXXX", roots[i], (int)getpid());

		if (strlen(dir) + 3 < sizeof((struct sockaddr_un *)0)->sun_path &&
		    g_mkdtemp_full(dir, 0700))
			return g_steal_pointer(&dir);
	}
	return NULL;
}

static bool is_abandoned(const char *path, const char *name)
{
	pid_t pid = (pid_t)atoi(name + strlen(DIR_PREFIX));
	struct stat st;

	return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH && lstat(path, &st) == 0 &&
	       S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static void sweep_root(const char *root)
{
	g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(root, name, NULL);
		g_autofree char *socket_path = g_build_filename(path, "s", NULL);

		if (!g_str_has_prefix(name, DIR_PREFIX) || !is_abandoned(path, name))
			continue;
		g_unlink(socket_path);
		g_rmdir(path);
	}
}

void endpoint_sweep(void)
{
	const char *roots[3];

	get_roots(roots);
	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++)
		sweep_root(roots[i]);
}

static bool listen_unix(struct endpoint *endpoint, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	GArray *bytes;

	endpoint->dir = make_dir();
	if (!endpoint->dir)
		return fail(error, "make a directory");
	endpoint->path = g_build_filename(endpoint->dir, "s", NULL);
	g_strlcpy(address.sun_path, endpoint->path, sizeof address.sun_path);
	endpoint->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (endpoint->fd < 0 ||
	    bind(endpoint->fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(endpoint->fd, BACKLOG) < 0)
		return fail(error, "listen");
	bytes = g_array_new(FALSE, FALSE, 1);
	g_array_append_vals(bytes, endpoint->path, (guint)strlen(endpoint->path));
	endpoint->address = tp_g_value_slice_new_take_boxed(DBUS_TYPE_G_UCHAR_ARRAY, bytes);
	return true;
}

static bool listen_ipv4(struct endpoint *endpoint, const GValue *param, GError **error)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;

	if (endpoint->access == TP_SOCKET_ACCESS_CONTROL_PORT &&
	    !read_ipv4(param, &endpoint->from, error))
		return false;
	endpoint->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (endpoint->fd < 0 ||
	    bind(endpoint->fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(endpoint->fd, BACKLOG) < 0 ||
	    getsockname(endpoint->fd, (struct sockaddr *)&address, &length) < 0)
		return fail(error, "listen");
	endpoint->address = ipv4_value(&address);
	return true;
}

struct endpoint *endpoint_new(guint type, guint access, const GValue *param, endpoint_fn on_accept,
			      void *data, GError **error)
{
	struct endpoint *endpoint;

	if (!endpoint_check(type, access, error))
		return NULL;
	endpoint = g_new0(struct endpoint, 1);
	endpoint->fd = -1;
	endpoint->access = access;
	endpoint->on_accept = on_accept;
	endpoint->data = data;
	endpoint->greetings = g_ptr_array_new_with_free_func(greeting_free);
	if (!(type == TP_SOCKET_ADDRESS_TYPE_UNIX ? listen_unix(endpoint, error)
						  : listen_ipv4(endpoint, param, error))) {
		endpoint_free(endpoint);
		return NULL;
	}
	endpoint->source = g_unix_fd_add(endpoint->fd, G_IO_IN, on_connection, endpoint);
	return endpoint;
}

/* --- (sq) --- */

/* A variant with an IPv4 address as the specification has it: the type system that the library's
 * marshalling is made of has no 16 bits, so that others send (su). */
static void append_ipv4(DBusMessageIter *iter, const GValue *value)
{
	GValueArray *pair = g_value_get_boxed(value);
	const char *host = g_value_get_string(g_value_array_get_nth(pair, 0));
	dbus_uint16_t port = (dbus_uint16_t)g_value_get_uint(g_value_array_get_nth(pair, 1));
	DBusMessageIter variant, address;

	dbus_message_iter_open_container(iter, DBUS_TYPE_VARIANT, "(sq)", &variant);
	dbus_message_iter_open_container(&variant, DBUS_TYPE_STRUCT, NULL, &address);
	dbus_message_iter_append_basic(&address, DBUS_TYPE_STRING, &host);
	dbus_message_iter_append_basic(&address, DBUS_TYPE_UINT16, &port);
	dbus_message_iter_close_container(&variant, &address);
	dbus_message_iter_close_container(iter, &variant);
}

void endpoint_reply(const struct endpoint *endpoint, DBusGMethodInvocation *context)
{
	DBusMessage *reply;
	DBusMessageIter iter;

	if (endpoint->path) {
		dbus_g_method_return(context, endpoint->address);
		return;
	}
	reply = dbus_g_method_get_reply(context);
	dbus_message_iter_init_append(reply, &iter);
	append_ipv4(&iter, endpoint->address);
	dbus_g_method_send_reply(context, reply);
}

void connector_announce(TpBaseChannel *channel, TpHandle contact, const GValue *param, guint32 id)
{
	TpDBusDaemon *daemon =
		tp_base_connection_get_dbus_daemon(tp_base_channel_get_connection(channel));
	DBusConnection *bus =
		dbus_g_connection_get_connection(tp_proxy_get_dbus_connection(daemon));
	DBusMessage *signal;
	DBusMessageIter iter;

	if (!G_VALUE_HOLDS(param, TP_STRUCT_TYPE_SOCKET_ADDRESS_IPV4)) {
		tp_svc_channel_type_stream_tube_emit_new_remote_connection(channel, contact, param,
									   id);
		return;
	}
	signal = dbus_message_new_signal(tp_base_channel_get_object_path(channel),
					 TP_IFACE_CHANNEL_TYPE_STREAM_TUBE, "NewRemoteConnection");
	dbus_message_iter_init_append(signal, &iter);
	dbus_message_iter_append_basic(&iter, DBUS_TYPE_UINT32, &contact);
	append_ipv4(&iter, param);
	dbus_message_iter_append_basic(&iter, DBUS_TYPE_UINT32, &id);
	dbus_connection_send(bus, signal, NULL);
	dbus_message_unref(signal);
}

const char *endpoint_get_path(const struct endpoint *endpoint)
{
	return endpoint->path;
}

void endpoint_free(struct endpoint *endpoint)
{
	if (!endpoint)
		return;
	if (endpoint->source)
		g_source_remove(endpoint->source);
	g_ptr_array_unref(endpoint->greetings);
	if (endpoint->fd >= 0)
		close(endpoint->fd);
	if (endpoint->path)
		g_unlink(endpoint->path);
	if (endpoint->dir)
		g_rmdir(endpoint->dir);
	if (endpoint->address)
		tp_g_value_slice_free(endpoint->address);
	g_free(endpoint->dir);
	g_free(endpoint->path);
	g_free(endpoint);
}

/* --- connecting --- */

#define RETRY_MS 20
#define RETRIES  250

struct connector {
	int fd;
	guint access;
	guchar byte;
	struct sockaddr_storage address;
	socklen_t length;
	connector_fn on_done;
	void *data;
	guint source;
	int tries;
};

static bool read_unix(const GValue *value, struct sockaddr_un *address, socklen_t *length,
		      GError **error)
{
	const GArray *bytes =
		G_VALUE_HOLDS(value, DBUS_TYPE_G_UCHAR_ARRAY) ? g_value_get_boxed(value) : NULL;

	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	if (!bytes || bytes->len == 0 || bytes->len >= sizeof address->sun_path ||
	    memchr(bytes->data, '\0', bytes->len)) {
		g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
			    "this is no path of a Unix socket");
		return false;
	}
	memcpy(address->sun_path, bytes->data, bytes->len);
	*length = sizeof *address;
	return true;
}

static bool read_address(guint type, const GValue *value, struct sockaddr_storage *address,
			 socklen_t *length, GError **error)
{
	if (type == TP_SOCKET_ADDRESS_TYPE_UNIX)
		return read_unix(value, (struct sockaddr_un *)address, length, error);
	*length = sizeof(struct sockaddr_in);
	return read_ipv4(value, (struct sockaddr_in *)address, error);
}

bool connector_check(guint type, const GValue *address, GError **error)
{
	struct sockaddr_storage storage;
	socklen_t length;

	return read_address(type, address, &storage, &length, error);
}

static bool send_credentials(int fd, guchar byte)
{
	struct ucred cred = {getpid(), geteuid(), getegid()};
	char control[CMSG_SPACE(sizeof cred)] = {0};
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_CREDENTIALS;
	head->cmsg_len = CMSG_LEN(sizeof cred);
	memcpy(CMSG_DATA(head), &cred, sizeof cred);
	return sendmsg(fd, &message, MSG_NOSIGNAL) == 1;
}

/* What the listening program can tell the connection by. */
static GValue *make_param(struct connector *connector)
{
	struct sockaddr_in own;
	socklen_t length = sizeof own;

	switch (connector->access) {
	case TP_SOCKET_ACCESS_CONTROL_CREDENTIALS:
		return send_credentials(connector->fd, connector->byte)
			       ? tp_g_value_slice_new_byte(connector->byte)
			       : NULL;
	case TP_SOCKET_ACCESS_CONTROL_PORT:
		if (getsockname(connector->fd, (struct sockaddr *)&own, &length) < 0)
			return NULL;
		return ipv4_value(&own);
	default:
		return tp_g_value_slice_new_byte(0);
	}
}

static void finish(struct connector *connector, bool connected)
{
	GValue *param = connected ? make_param(connector) : NULL;
	int fd = param ? connector->fd : -1;

	if (param)
		connector->fd = -1;
	connector->on_done(connector, fd, param, connector->data);
	if (param)
		tp_g_value_slice_free(param);
}

static gboolean on_connected(int fd, GIOCondition condition, void *data)
{
	struct connector *connector = data;
	int error = 0;
	socklen_t length = sizeof error;

	connector->source = 0;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	finish(connector, error == 0);
	return G_SOURCE_REMOVE;
}

static gboolean try_to_connect(void *data)
{
	struct connector *connector = data;
	int result =
		connect(connector->fd, (struct sockaddr *)&connector->address, connector->length);

	/* A Unix socket whose backlog is full says so at once, and will have room soon. */
	if (result < 0 && errno == EAGAIN && connector->tries++ < RETRIES) {
		connector->source = g_timeout_add(RETRY_MS, try_to_connect, connector);
	} else if (result < 0 && errno == EINPROGRESS) {
		connector->source = g_unix_fd_add(connector->fd, G_IO_OUT, on_connected, connector);
	} else {
		connector->source = 0;
		finish(connector, result == 0);
	}
	return G_SOURCE_REMOVE;
}

struct connector *connector_new(guint type, const GValue *address, guint access, guchar byte,
				connector_fn on_done, void *data)
{
	struct connector *connector = g_new0(struct connector, 1);

	connector->access = access;
	connector->byte = byte;
	connector->on_done = on_done;
	connector->data = data;
	if (!read_address(type, address, &connector->address, &connector->length, NULL))
		connector->length = 0;
	connector->fd =
		socket(connector->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	connector->source = g_idle_add_full(G_PRIORITY_DEFAULT, try_to_connect, connector, NULL);
	return connector;
}

void connector_free(struct connector *connector)
{
	if (!connector)
		return;
	if (connector->source)
		g_source_remove(connector->source);
	if (connector->fd >= 0)
		close(connector->fd);
	g_free(connector);
}
