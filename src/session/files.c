/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files: where they are put, and what the user is told of them. */

#include "tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* --- where to ----------------------------------------------------------------------------- */

/* Where files are put: file.directory, else the desktop's downloads, ~/Downloads, HOME; new. */
static char *download_directory(struct session *session)
{
	const char *set = config_string(session->config, "file.directory");
	const char *known = g_get_user_special_dir(G_USER_DIRECTORY_DOWNLOAD);
	g_autofree char *usual = g_build_filename(g_get_home_dir(), "Downloads", NULL);

	if (g_str_has_prefix(set, "~/"))
		return g_build_filename(g_get_home_dir(), set + 2, NULL);
	if (*set)
		return g_canonicalize_filename(set, g_get_home_dir());
	if (known && strcmp(known, g_get_home_dir()))
		return g_strdup(known);
	return g_strdup(g_file_test(usual, G_FILE_TEST_IS_DIR) ? usual : g_get_home_dir());
}

/* --- what is told ------------------------------------------------------------------------- */

static void tell_offer(struct session *session, struct transfer *transfer, struct chat *chat)
{
	const struct request *request = model_find_file_request(transfer);
	g_autofree char *size = transfer_print_size(transfer->size);
	g_autofree char *directory = download_directory(session);

	if (request)
		model_notice(session->model, NULL, chat, NOTICE_INFO,
			     "%s offers the file %s (%s): /accept %u takes it into %s, "
			     "/reject %u declines",
			     transfer->who, transfer->name, size, request->number, directory,
			     request->number);
}

static void tell_complete(struct session *session, const struct transfer *transfer,
			  struct chat *chat)
{
	if (!transfer->incoming)
		model_notice(session->model, NULL, chat, NOTICE_INFO, "%s has the file %s",
			     transfer->who, transfer->name);
	else if (transfer->hash == TRANSFER_HASH_DIFFERS)
		model_notice(session->model, NULL, chat, NOTICE_ERROR,
			     "%s came DAMAGED: its checksum is not what %s said; it is in %s",
			     transfer->name, transfer->who, transfer->path);
	else
		model_notice(session->model, NULL, chat, NOTICE_INFO, "%s is there: %s%s",
			     transfer->name, transfer->path,
			     transfer->hash == TRANSFER_HASH_SAME ? " (checksum right)" : "");
}

static void tell_failed(struct session *session, const struct transfer *transfer, struct chat *chat)
{
	bool ours = transfer->end == TRANSFER_END_CANCELLED ||
		    (transfer->incoming && transfer->end == TRANSFER_END_DECLINED);
	/* "cannot offer a.txt to Bob: …" */
	g_autofree char *named = g_strdup_printf(" %s ", transfer->name);
	bool is_named = strstr(transfer->reason, named) != NULL;
	const char *then = "";

	if (transfer->done && !ours && transfer->incoming)
		then = "; what has come is kept: sent again, it goes on from there";
	else if (transfer->done && !ours)
		then = "; sent again, it goes on from what they kept of it";
	model_notice(session->model, NULL, chat, ours ? NOTICE_INFO : NOTICE_WARNING, "%s%s%s%s",
		     is_named ? "" : transfer->name, is_named ? "" : ": ", transfer->reason, then);
}

void files_told(struct conn *conn, struct transfer *transfer, void *data)
{
	struct session *session = data;
	struct account *account = conn_account(conn);
	struct chat *chat;

	if (session->stopping || !login_find(session, account))
		return;
	chat = session_open_chat(session, account, transfer->contact);
	switch (transfer->state) {
	case TRANSFER_PREPARING:
	case TRANSFER_STARTING:
	case TRANSFER_RUNNING:
		break;
	case TRANSFER_OFFERED:
		tell_offer(session, transfer, chat);
		break;
	case TRANSFER_COMPLETED:
		tell_complete(session, transfer, chat);
		break;
	case TRANSFER_FAILED:
		tell_failed(session, transfer, chat);
		break;
	}
}

/* --- for commands ------------------------------------------------------------------------- */

static bool fail(GError **error, GError *from)
{
	g_autoptr(GError) tp_error = from;

	g_propagate_error(error, promise_error(tp_error));
	return false;
}

static struct conn *need_conn(struct session *session, struct account *account, GError **error)
{
	struct conn *conn = account ? login_conn(session, account) : NULL;

	if (!conn)
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_NOT_CONNECTED,
			    "%s is not connected: /connect %s", account ? account->name : "it",
			    account ? account->name : "");
	return conn;
}

struct transfer *session_send_file(struct session *session, struct account *account, const char *id,
				   const char *path, GError **error)
{
	struct conn *conn = need_conn(session, account, error);
	struct transfer *transfer;
	GError *failure = NULL;

	if (!conn)
		return NULL;
	transfer = conn_send_file(conn, id, path, &failure);
	if (!transfer)
		fail(error, failure);
	return transfer;
}

bool session_accept_file(struct session *session, struct transfer *transfer, const char *directory,
			 GError **error)
{
	struct conn *conn = need_conn(session, transfer->account, error);
	g_autofree char *usual = directory ? NULL : download_directory(session);
	const char *into = directory ? directory : usual;
	GError *failure = NULL;

	if (!conn)
		return false;
	if (g_mkdir_with_parents(into, 0700) < 0) {
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_FAILED, "cannot make %s: %s", into,
			    g_strerror(errno));
		return false;
	}
	return conn_accept_file(conn, transfer, into, &failure) || fail(error, failure);
}

void session_cancel_file(struct session *session, struct transfer *transfer)
{
	struct conn *conn = transfer->account ? login_conn(session, transfer->account) : NULL;

	if (conn)
		conn_cancel_file(conn, transfer);
}
