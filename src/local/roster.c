/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/roster.h"
#include "src/local/who.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (256 << 10)
#define SAVE_S   1

struct _LocalRoster {
	TpBaseContactList parent;
	LocalConnection *connection; /* owns this */
	TpHandleSet *handles;
	GPtrArray *order; /* ids, the latest last */
	char *path;
	guint save_source;
};

typedef struct {
	TpBaseContactListClass parent;
} LocalRosterClass;

G_DEFINE_TYPE(LocalRoster, local_roster, TP_TYPE_BASE_CONTACT_LIST)

/* --- the file --- */

static char *make_path(LocalConnection *connection)
{
	const char *nick = connection->nick;
	g_autofree char *name = g_strconcat("seen", *nick ? "," : "", nick, NULL);
	g_autofree char *own = NULL;

	if (!connection->directory)
		return g_build_filename(g_get_user_state_dir(), "telepathy-local", name, NULL);
	own = g_strdup_printf(".%s,%u", name, (unsigned int)geteuid());
	return g_build_filename(connection->directory, own, NULL);
}

/* In a directory that others write to, a file under our name need not be ours, nor a file. */
static char *read_own_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	g_autofree char *text = NULL;
	struct stat st;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    st.st_size < FILE_MAX) {
		text = g_malloc((gsize)st.st_size + 1);
		n = read(fd, text, (gsize)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	return g_steal_pointer(&text);
}

static gboolean save(void *data)
{
	LocalRoster *self = data;
	guint skip = self->order->len > ROSTER_KEPT ? self->order->len - ROSTER_KEPT : 0;
	g_autofree char *dir = g_path_get_dirname(self->path);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	self->save_source = 0;
	for (guint i = skip; i < self->order->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)self->order->pdata[i]);
	g_mkdir_with_parents(dir, 0700);
	if (!g_file_set_contents_full(self->path, text->str, (gssize)text->len,
				      G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		g_debug("%s", error->message);
	return G_SOURCE_REMOVE;
}

static void note(LocalRoster *self, const char *id, TpHandle handle)
{
	tp_handle_set_add(self->handles, handle);
	g_ptr_array_add(self->order, g_strdup(id));
}

void roster_load(LocalRoster *self)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	self->path = make_path(self->connection);
	text = read_own_file(self->path);
	lines = g_strsplit(text ? text : "", "\n", ROSTER_KEPT + 1);
	for (guint i = 0; i < ROSTER_KEPT && lines[i]; i++) {
		TpHandle handle = local_connection_handle(self->connection, lines[i]);

		if (handle && handle != local_connection_self(self->connection) &&
		    !tp_handle_set_is_member(self->handles, handle))
			note(self, lines[i], handle);
	}
}

/* --- who is on it --- */

bool roster_may_add(LocalRoster *self, const char *id)
{
	TpHandleRepoIface *repo = tp_base_connection_get_handles(
		(TpBaseConnection *)self->connection, TP_HANDLE_TYPE_CONTACT);
	TpHandle handle = tp_handle_lookup(repo, id, NULL, NULL);

	return (handle && tp_handle_set_is_member(self->handles, handle)) ||
	       self->order->len < ROSTER_MAX;
}

void roster_add(LocalRoster *self, TpHandle handle)
{
	if (tp_handle_set_is_member(self->handles, handle))
		return;
	note(self, local_connection_id(self->connection, handle), handle);
	tp_base_contact_list_one_contact_changed((TpBaseContactList *)self, handle);
	if (!self->save_source)
		self->save_source = g_timeout_add_seconds(SAVE_S, save, self);
}

static TpHandleSet *dup_contacts(TpBaseContactList *list)
{
	return tp_handle_set_copy(((LocalRoster *)list)->handles);
}

static void dup_states(TpBaseContactList *list, TpHandle handle, TpSubscriptionState *subscribe,
		       TpSubscriptionState *publish, char **request)
{
	bool known = tp_handle_set_is_member(((LocalRoster *)list)->handles, handle);
	TpSubscriptionState state = known ? TP_SUBSCRIPTION_STATE_YES : TP_SUBSCRIPTION_STATE_NO;

	if (subscribe)
		*subscribe = state;
	if (publish)
		*publish = state;
	if (request)
		*request = g_strdup("");
}

/* --- the object --- */

static void finalize(GObject *object)
{
	LocalRoster *self = (LocalRoster *)object;

	if (self->save_source) {
		g_source_remove(self->save_source);
		save(self);
	}
	tp_handle_set_destroy(self->handles);
	g_ptr_array_unref(self->order);
	g_free(self->path);
	G_OBJECT_CLASS(local_roster_parent_class)->finalize(object);
}

static void local_roster_init(LocalRoster *self)
{
	self->order = g_ptr_array_new_with_free_func(g_free);
}

static void local_roster_class_init(LocalRosterClass *klass)
{
	TpBaseContactListClass *list = TP_BASE_CONTACT_LIST_CLASS(klass);

	G_OBJECT_CLASS(klass)->finalize = finalize;
	list->dup_contacts = dup_contacts;
	list->dup_states = dup_states;
	list->get_contact_list_persists = tp_base_contact_list_true_func;
}

LocalRoster *roster_new(LocalConnection *connection)
{
	LocalRoster *self = g_object_new(local_roster_get_type(), "connection", connection, NULL);

	self->connection = connection;
	self->handles = tp_handle_set_new(tp_base_connection_get_handles(
		(TpBaseConnection *)connection, TP_HANDLE_TYPE_CONTACT));
	return self;
}
