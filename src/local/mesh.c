/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/mesh.h"
#include "src/local/link.h"
#include "src/local/place.h"
#include "src/local/who.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VERSION       1
#define LIST_MAX      4096
#define ACCEPT_TURN   16
#define RESCAN_MS     2000
#define RESCAN_MS_MAX 60000

struct mesh {
	struct place *place;
	int listener;
	uid_t uid;
	char *nick, *id;
	const struct mesh_ops *ops;
	void *data;
	GHashTable *peers; /* id -> struct peer */
	GPtrArray *greetings;
	guint accept_source, rescan_source, rescan_ms;
	bool settled; /* that was told */
};

struct peer {
	struct mesh *mesh;
	struct link *link;
	uid_t uid;
	char *nick, *suffix, *id;
	bool ours; /* we opened the link */
	guint reject_source;
	const char *reject_why;
	void *data;
};

/* A connection whose first frame has not come yet. */
struct greeting {
	struct mesh *mesh;
	struct link *link;
	uid_t uid;
	char *nick; /* whom we called; NULL for a caller */
	guint timeout;
};

/* --- peers --- */

const char *peer_get_id(const struct peer *peer)
{
	return peer->id;
}

bool peer_send(struct peer *peer, enum frame_kind kind, GVariant *payload)
{
	return link_send(peer->link, kind, payload);
}

bool peer_send_bytes(struct peer *peer, GBytes *frame)
{
	return link_send_bytes(peer->link, frame);
}

void *peer_get_data(const struct peer *peer)
{
	return peer->data;
}

void peer_set_data(struct peer *peer, void *data)
{
	peer->data = data;
}

static void peer_free(struct peer *peer)
{
	if (peer->reject_source)
		g_source_remove(peer->reject_source);
	link_free(peer->link);
	g_free(peer->nick);
	g_free(peer->suffix);
	g_free(peer->id);
	g_free(peer);
}

static void schedule_rescan(struct mesh *mesh);

static void peer_end(struct peer *peer, const char *why)
{
	struct mesh *mesh = peer->mesh;

	g_debug("%s is gone: %s", peer->id, why);
	mesh->ops->down(peer, mesh->data);
	g_hash_table_steal(mesh->peers, peer->id);
	peer_free(peer);
	schedule_rescan(mesh);
}

static gboolean on_reject(void *data)
{
	struct peer *peer = data;

	peer->reject_source = 0;
	peer_end(peer, peer->reject_why);
	return G_SOURCE_REMOVE;
}

void peer_reject(struct peer *peer, const char *why)
{
	if (peer->reject_source)
		return;
	peer->reject_why = why;
	peer->reject_source = g_idle_add_full(G_PRIORITY_HIGH, on_reject, peer, NULL);
}

static void on_peer_frame(struct link *link, enum frame_kind kind, GVariant *payload, void *data)
{
	struct peer *peer = data;

	if (peer->reject_source)
		return;
	if (kind == FRAME_HELLO || kind == FRAME_STREAM)
		peer_reject(peer, "it greets again");
	else
		peer->mesh->ops->frame(peer, kind, payload, peer->mesh->data);
}

static void on_peer_closed(struct link *link, const char *why, void *data)
{
	peer_end(data, why);
}

static guint count_user(struct mesh *mesh, uid_t uid)
{
	GHashTableIter iter;
	void *peer;
	guint count = 0;

	g_hash_table_iter_init(&iter, mesh->peers);
	while (g_hash_table_iter_next(&iter, NULL, &peer))
		count += ((struct peer *)peer)->uid == uid;
	return count;
}

static bool has_room(struct mesh *mesh, uid_t uid)
{
	return g_hash_table_size(mesh->peers) < MESH_PEERS_MAX &&
	       (uid == mesh->uid || count_user(mesh, uid) < MESH_USER_MAX);
}

/* --- greetings --- */

static void greeting_free(void *data)
{
	struct greeting *greeting = data;

	if (greeting->timeout)
		g_source_remove(greeting->timeout);
	link_free(greeting->link);
	g_free(greeting->nick);
	g_free(greeting);
}

static void greeting_end(struct greeting *greeting, const char *why)
{
	g_debug("a connection of uid %u ends: %s", (unsigned int)greeting->uid, why);
	g_ptr_array_remove_fast(greeting->mesh->greetings, greeting);
}

static void greet(struct mesh *mesh, struct link *link)
{
	link_send(link, FRAME_HELLO,
		  g_variant_new("(uss)", VERSION, mesh->nick, place_get_suffix(mesh->place)));
}

static struct greeting *find_call(struct mesh *mesh, uid_t uid, const char *nick)
{
	for (guint i = 0; i < mesh->greetings->len; i++) {
		struct greeting *greeting = g_ptr_array_index(mesh->greetings, i);

		if (greeting->nick && greeting->uid == uid && !strcmp(greeting->nick, nick))
			return greeting;
	}
	return NULL;
}

/* Decides for a caller whether its link is the one to stay, and drops ours when it is. */
static const char *admit_caller(struct mesh *mesh, uid_t uid, const char *nick, const char *id)
{
	bool lower = who_compare(mesh->uid, mesh->nick, uid, nick) < 0;
	struct greeting *call = find_call(mesh, uid, nick);
	struct peer *peer = g_hash_table_lookup(mesh->peers, id);

	if (lower && (call || (peer && peer->ours)))
		return "our own link stays";
	if (call)
		greeting_end(call, "theirs stays");
	if (peer)
		peer_end(peer, "it has called again");
	return has_room(mesh, uid) ? NULL : "too many peers";
}

static void become_peer(struct greeting *greeting, const char *nick, const char *suffix, char *id)
{
	struct mesh *mesh = greeting->mesh;
	struct peer *peer = g_new0(struct peer, 1);

	peer->mesh = mesh;
	peer->uid = greeting->uid;
	peer->nick = g_strdup(nick);
	peer->suffix = g_strdup(suffix);
	peer->id = id;
	peer->ours = greeting->nick != NULL;
	peer->link = g_steal_pointer(&greeting->link);
	link_set_owner(peer->link, on_peer_frame, on_peer_closed, peer);
	g_ptr_array_remove_fast(mesh->greetings, greeting);
	g_hash_table_insert(mesh->peers, peer->id, peer);
	if (!peer->ours)
		greet(mesh, peer->link);
	mesh->rescan_ms = RESCAN_MS;
	g_debug("%s is here", peer->id);
	mesh->ops->up(peer, mesh->data);
}

static void on_hello(struct greeting *greeting, GVariant *payload)
{
	struct mesh *mesh = greeting->mesh;
	g_autofree char *id = NULL;
	const char *nick, *suffix, *why = NULL;
	guint32 version;

	g_variant_get(payload, "(u&s&s)", &version, &nick, &suffix);
	if (version != VERSION || !who_nick_valid(nick) || !who_text_valid(suffix, 32)) {
		greeting_end(greeting, "a greeting that is none");
		return;
	}
	id = who_id(greeting->uid, nick);
	if (!strcmp(id, mesh->id))
		why = "it says that it is us";
	else if (!greeting->nick)
		why = admit_caller(mesh, greeting->uid, nick, id);
	else if (strcmp(nick, greeting->nick) != 0)
		why = "it is not whom we called";
	else if (g_hash_table_contains(mesh->peers, id) || !has_room(mesh, greeting->uid))
		why = "it has called before";
	if (why)
		greeting_end(greeting, why);
	else
		become_peer(greeting, nick, suffix, g_steal_pointer(&id));
}

/* A connection that carries bytes is only taken from who is here as a peer. */
static void on_stream(struct greeting *greeting, GVariant *payload)
{
	struct mesh *mesh = greeting->mesh;
	g_autofree char *id = NULL;
	struct peer *peer;
	const char *nick;
	guint64 stream;
	guint32 connection;
	int fd;

	g_variant_get(payload, "(&stu)", &nick, &stream, &connection);
	id = who_nick_valid(nick) ? who_id(greeting->uid, nick) : g_strdup("");
	peer = g_hash_table_lookup(mesh->peers, id);
	if (greeting->nick || !peer) {
		greeting_end(greeting, "a stream of nobody");
		return;
	}
	fd = link_steal_fd(greeting->link);
	g_ptr_array_remove_fast(mesh->greetings, greeting);
	mesh->ops->stream(peer, stream, connection, fd, mesh->data);
}

static void tell_settled(struct mesh *mesh)
{
	if (mesh->settled)
		return;
	for (guint i = 0; i < mesh->greetings->len; i++)
		if (((struct greeting *)g_ptr_array_index(mesh->greetings, i))->nick)
			return;
	mesh->settled = true;
	if (mesh->ops->settled)
		mesh->ops->settled(mesh->data);
}

static void on_greeting(struct link *link, enum frame_kind kind, GVariant *payload, void *data)
{
	struct mesh *mesh = ((struct greeting *)data)->mesh;

	if (kind == FRAME_HELLO)
		on_hello(data, payload);
	else if (kind == FRAME_STREAM)
		on_stream(data, payload);
	else
		greeting_end(data, "it does not greet");
	tell_settled(mesh);
}

static void on_greeting_closed(struct link *link, const char *why, void *data)
{
	struct mesh *mesh = ((struct greeting *)data)->mesh;

	greeting_end(data, why);
	tell_settled(mesh);
}

static gboolean on_greeting_timeout(void *data)
{
	struct greeting *greeting = data;
	struct mesh *mesh = greeting->mesh;

	greeting->timeout = 0;
	if (greeting->nick)
		schedule_rescan(mesh);
	greeting_end(greeting, "it does not greet in time");
	tell_settled(mesh);
	return G_SOURCE_REMOVE;
}

static struct greeting *greeting_new(struct mesh *mesh, int fd, uid_t uid, const char *nick)
{
	struct greeting *greeting = g_new0(struct greeting, 1);

	greeting->mesh = mesh;
	greeting->uid = uid;
	greeting->nick = g_strdup(nick);
	greeting->link = link_new(fd, on_greeting, on_greeting_closed, greeting);
	greeting->timeout = g_timeout_add_seconds(MESH_GREETING_S, on_greeting_timeout, greeting);
	g_ptr_array_add(mesh->greetings, greeting);
	return greeting;
}

/* --- callers --- */

static guint count_greetings(struct mesh *mesh, uid_t uid)
{
	guint count = 0;

	for (guint i = 0; i < mesh->greetings->len; i++) {
		struct greeting *greeting = g_ptr_array_index(mesh->greetings, i);

		count += !greeting->nick && greeting->uid == uid;
	}
	return count;
}

static gboolean on_caller(int listener, GIOCondition condition, void *data)
{
	struct mesh *mesh = data;

	for (int i = 0; i < ACCEPT_TURN; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		uid_t uid;

		if (fd < 0)
			break;
		uid = place_peer_uid(fd);
		if (uid == (uid_t)-1 || count_greetings(mesh, uid) >= MESH_GREETINGS_MAX) {
			g_debug("a caller of uid %u is not let in", (unsigned int)uid);
			close(fd);
			continue;
		}
		greeting_new(mesh, fd, uid, NULL);
	}
	return G_SOURCE_CONTINUE;
}

/* Greetings that have come are read before more callers are let in, so that a crowd of honest
 * ones does not look like a flood. */
static void watch_callers(struct mesh *mesh)
{
	mesh->accept_source = g_unix_fd_add_full(G_PRIORITY_DEFAULT + 10, mesh->listener, G_IO_IN,
						 on_caller, mesh, NULL);
}

/* --- calling --- */

static void call(struct mesh *mesh, const struct place_entry *entry)
{
	g_autofree char *id = who_id(entry->uid, entry->nick);
	g_autoptr(GError) error = NULL;
	int fd;

	if (!strcmp(id, mesh->id) || g_hash_table_contains(mesh->peers, id) ||
	    find_call(mesh, entry->uid, entry->nick))
		return;
	fd = place_connect(mesh->place, entry->uid, entry->nick, entry->suffix, &error);
	if (fd < 0) {
		g_debug("%s: %s", id, error->message);
		if (g_error_matches(error, WHO_ERROR, WHO_ERROR_BUSY))
			schedule_rescan(mesh);
		return;
	}
	greet(mesh, greeting_new(mesh, fd, entry->uid, entry->nick)->link);
}

void mesh_connect(struct mesh *mesh)
{
	g_autoptr(GPtrArray) list = place_list(mesh->place, LIST_MAX);

	for (guint i = 0; i < list->len; i++)
		call(mesh, g_ptr_array_index(list, i));
	tell_settled(mesh);
}

static gboolean on_rescan(void *data)
{
	struct mesh *mesh = data;

	mesh->rescan_source = 0;
	mesh_connect(mesh);
	return G_SOURCE_REMOVE;
}

/* A link that has ended while both managers live, after a flood or too slow a reader, is made
 * again, and one that did not come about: once for each, later and later. */
static void schedule_rescan(struct mesh *mesh)
{
	if (mesh->rescan_source)
		return;
	mesh->rescan_source = g_timeout_add(mesh->rescan_ms, on_rescan, mesh);
	mesh->rescan_ms = MIN(mesh->rescan_ms * 2, RESCAN_MS_MAX);
}

/* --- streams --- */

int peer_open_stream(struct peer *peer, guint64 stream, guint32 connection, GError **error)
{
	struct mesh *mesh = peer->mesh;
	g_autoptr(GBytes) frame = NULL;
	gsize size;
	const void *data;
	int fd = place_connect(mesh->place, peer->uid, peer->nick, peer->suffix, error);

	if (fd < 0)
		return -1;
	frame = frame_encode(FRAME_STREAM, g_variant_new("(stu)", mesh->nick, stream, connection));
	data = g_bytes_get_data(frame, &size);
	/* So few bytes always fit into the buffer of a new socket. */
	if (send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size)
		return fd;
	g_set_error(error, WHO_ERROR, WHO_ERROR_FAILED, "cannot open a stream: %s",
		    g_strerror(errno));
	close(fd);
	return -1;
}

/* --- all of them --- */

struct peer *mesh_find(struct mesh *mesh, const char *id)
{
	return g_hash_table_lookup(mesh->peers, id);
}

guint mesh_count(const struct mesh *mesh)
{
	return g_hash_table_size(mesh->peers);
}

void mesh_foreach(struct mesh *mesh, void (*func)(struct peer *peer, void *data), void *data)
{
	GHashTableIter iter;
	void *peer;

	g_hash_table_iter_init(&iter, mesh->peers);
	while (g_hash_table_iter_next(&iter, NULL, &peer))
		func(peer, data);
}

static void send_bytes(struct peer *peer, void *frame)
{
	peer_send_bytes(peer, frame);
}

void mesh_broadcast(struct mesh *mesh, enum frame_kind kind, GVariant *payload)
{
	g_autoptr(GVariant) own = g_variant_ref_sink(payload);
	g_autoptr(GBytes) frame = frame_encode(kind, own);

	if (frame)
		mesh_foreach(mesh, send_bytes, frame);
}

const char *mesh_get_id(const struct mesh *mesh)
{
	return mesh->id;
}

struct mesh *mesh_new(const char *directory, const char *nick, const struct mesh_ops *ops,
		      void *data, GError **error)
{
	struct mesh *mesh = g_new0(struct mesh, 1);

	mesh->ops = ops;
	mesh->data = data;
	mesh->uid = geteuid();
	mesh->nick = g_strdup(nick);
	mesh->id = who_id(mesh->uid, nick);
	mesh->rescan_ms = RESCAN_MS;
	mesh->peers =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)peer_free);
	mesh->greetings = g_ptr_array_new_with_free_func(greeting_free);
	mesh->place = place_new(directory, error);
	mesh->listener = mesh->place ? place_listen(mesh->place, nick, error) : -1;
	if (mesh->listener < 0) {
		mesh_free(mesh);
		return NULL;
	}
	watch_callers(mesh);
	return mesh;
}

void mesh_free(struct mesh *mesh)
{
	if (!mesh)
		return;
	if (mesh->accept_source)
		g_source_remove(mesh->accept_source);
	if (mesh->rescan_source)
		g_source_remove(mesh->rescan_source);
	g_ptr_array_unref(mesh->greetings);
	g_hash_table_destroy(mesh->peers);
	place_free(mesh->place);
	g_free(mesh->nick);
	g_free(mesh->id);
	g_free(mesh);
}
