/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The own avatar: a file that the account remembers, because a network may forget the picture when
 * the connection ends.
 */

#include "tree.h"

#include "../store/readfile.h"

#define FILE_MAX_MIB 8

static GBytes *read_image(const char *path, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autofree char *shown = g_filename_display_name(path);
	gsize length;
	char *bytes = readfile(path, FILE_MAX_MIB, &length, NULL, &failure);

	if (bytes)
		return g_bytes_new_take(bytes, length);
	g_set_error(error, SESSION_ERROR, SESSION_ERROR_FAILED, "cannot read the avatar %s: %s",
		    shown, failure->message);
	return NULL;
}

/* --- at login ----------------------------------------------------------------------------- */

static void on_restored(const GError *error, void *data)
{
	struct login *login = data;

	if (error)
		model_notice(login->session->model, login->account, NULL, NOTICE_WARNING, "%s",
			     error->message);
}

void avatar_online(struct login *login)
{
	const struct account_conf *conf = login_conf(login);
	g_autoptr(GError) error = NULL;
	GBytes *image;

	if (!conf || !conf->avatar)
		return;
	image = read_image(conf->avatar, &error);
	if (image) {
		conn_restore_avatar(login->conn, image, on_restored, login);
		g_bytes_unref(image);
	} else {
		on_restored(error, login);
	}
}

/* --- by command --------------------------------------------------------------------------- */

struct change {
	struct session *session;
	char *account, *path;
	session_done_fn done;
	void *data;
};

static void change_free(void *data)
{
	struct change *change = data;

	g_free(change->account);
	g_free(change->path);
	g_free(change);
}

/* Remembered only when the network took it. */
static void on_changed(const GError *error, void *data)
{
	struct change *change = data;
	g_autoptr(GError) failure = NULL;

	if (!error)
		accounts_set(change->session->accounts, change->account, "avatar", change->path,
			     &failure);
	if (change->done)
		change->done(error ? error : failure, change->data);
}

void session_set_avatar(struct session *session, struct account *account, const char *path,
			session_done_fn done, void *data)
{
	struct change *change = g_new0(struct change, 1);
	struct promise *promise = promise_new(session, account, on_changed, change);
	g_autoptr(GError) error = NULL;
	GBytes *image;
	struct conn *conn;

	promise_own_data(promise, change_free);
	*change = (struct change){.session = session,
				  .account = g_strdup(account->name),
				  .path = path ? g_canonicalize_filename(path, NULL) : NULL,
				  .done = done,
				  .data = data};
	image = path ? read_image(path, &error) : NULL;
	if (error) {
		promise_end_later(promise, g_steal_pointer(&error));
		return;
	}
	conn = promise_conn(promise, account, path ? "set the avatar" : "remove the avatar");
	if (conn)
		conn_set_avatar(conn, image, promise_reply, promise);
	g_clear_pointer(&image, g_bytes_unref);
}
