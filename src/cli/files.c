/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --file-send and --file-receive: one file to a contact, as soon as it is there and takes files;
 * or all files that come, into a directory. What is done follows from the model: each event that
 * may matter leads to one look at it.
 */

#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../model/text.h"
#include "private.h"

#define AGAIN_MS 1000 /* a contact's abilities come a moment after its presence */

struct mover {
	struct cli *cli;
	const struct cli_files *files;
	char *directory;
	unsigned number; /* of the transfer that is sent; 0: none */
	unsigned received;
	GHashTable *told; /* numbers of received ones whose end was told */
	char *obstacle;   /* why it has not begun; said at the end */
	bool failed, waiting_told, shows_progress;
	guint look, again, deadline;
};

static void look_soon(struct mover *mover);

/* --- progress ----------------------------------------------------------------------------- */

static void show_progress(struct mover *mover, const struct transfer *transfer)
{
	g_autofree char *progress = NULL;

	if (mover->files->quiet || !isatty(STDERR_FILENO))
		return;
	progress = transfer_print_progress(transfer);
	fprintf(stderr, "\r%s  %s\033[K", transfer->name, progress);
	mover->shows_progress = true;
}

static void end_progress(struct mover *mover)
{
	if (mover->shows_progress)
		fputc('\n', stderr);
	mover->shows_progress = false;
}

/* --- limits ------------------------------------------------------------------------------- */

static gboolean on_deadline(void *data)
{
	struct mover *mover = data;
	struct model *model = session_model(mover->cli->front.session);
	const struct transfer *transfer = model_find_transfer(model, mover->number);
	g_autofree char *unanswered = NULL;
	const char *why = mover->obstacle;

	mover->deadline = 0;
	if (transfer) {
		unanswered = g_strdup_printf("%s has not answered", transfer->who);
		why = unanswered;
	}
	cli_complain("nothing is under way after %u s%s%s", mover->files->timeout, why ? ": " : "",
		     why ? why : "");
	cli_end(mover->cli, SESSION_ERROR_TIMEOUT);
	return G_SOURCE_REMOVE;
}

static void note_obstacle(struct mover *mover, const char *text)
{
	g_free(mover->obstacle);
	mover->obstacle = g_strdup(text);
	if (!mover->waiting_told && !mover->files->quiet)
		cli_complain("waiting: %s", text);
	mover->waiting_told = true;
}

static gboolean on_again(void *data)
{
	struct mover *mover = data;

	mover->again = 0;
	look_soon(mover);
	return G_SOURCE_REMOVE;
}

static void end_with(struct mover *mover, const GError *error)
{
	cli_complain("%s", error->message);
	cli_end(mover->cli, error->code);
}

/* --- sending ------------------------------------------------------------------------------ */

static void send_ended(struct mover *mover, const struct transfer *transfer)
{
	int status = SESSION_ERROR_FAILED;

	end_progress(mover);
	if (transfer->state == TRANSFER_COMPLETED) {
		cli_end(mover->cli, 0);
		return;
	}
	switch (transfer->end) {
	case TRANSFER_END_UNABLE:
		mover->number = 0;
		note_obstacle(mover, transfer->reason);
		mover->again = g_timeout_add(AGAIN_MS, on_again, mover);
		return;
	case TRANSFER_END_DECLINED:
		status = SESSION_ERROR_REFUSED;
		break;
	case TRANSFER_END_STOPPED:
		status = SESSION_ERROR_NOT_DELIVERED;
		break;
	case TRANSFER_END_CONNECTION:
		status = SESSION_ERROR_NOT_CONNECTED;
		break;
	case TRANSFER_END_NONE:
	case TRANSFER_END_CANCELLED:
	case TRANSFER_END_ERROR:
		break;
	}
	/* It may name the file itself. */
	if (strstr(transfer->reason, transfer->name))
		cli_complain("%s", transfer->reason);
	else
		cli_complain("%s: %s", transfer->name, transfer->reason);
	cli_end(mover->cli, status);
}

static void begin_send(struct mover *mover)
{
	struct session *session = mover->cli->front.session;
	g_autoptr(GError) error = NULL;
	struct session_target target;
	struct transfer *transfer;

	switch (wait_find(session, mover->files->contact, mover->files->timeout, &target, &error)) {
	case WAIT_MORE:
		note_obstacle(mover, error->message);
		return;
	case WAIT_FAILED:
		end_with(mover, error);
		return;
	case WAIT_READY:
		break;
	}
	if (target.kind == CHAT_ROOM) {
		cli_complain("cannot send a file to %s: files go to a person, not to a room",
			     mover->files->contact);
		cli_end(mover->cli, SESSION_ERROR_USAGE);
		return;
	}
	transfer =
		session_send_file(session, target.account, target.id, mover->files->path, &error);
	if (transfer)
		mover->number = transfer->number;
	else
		end_with(mover, error);
}

static void look_at_sending(struct mover *mover)
{
	struct model *model = session_model(mover->cli->front.session);
	const struct transfer *transfer = model_find_transfer(model, mover->number);

	if (transfer && transfer_has_ended(transfer)) {
		send_ended(mover, transfer);
		return;
	}
	if (transfer || mover->again)
		return;
	switch (wait_check(model, NULL)) {
	case WAIT_MORE:
		break;
	case WAIT_READY:
		begin_send(mover);
		break;
	case WAIT_FAILED:
		wait_complain(mover->cli, NULL, WAIT_FAILED);
		cli_end(mover->cli, SESSION_ERROR_NOT_CONNECTED);
		break;
	}
}

/* --- receiving ---------------------------------------------------------------------------- */

static void accept_one(struct mover *mover, struct transfer *transfer)
{
	struct session *session = mover->cli->front.session;
	g_autoptr(GError) error = NULL;

	if (session_accept_file(session, transfer, mover->directory, &error))
		return;
	cli_complain("%s", error->message);
	session_cancel_file(session, transfer);
	mover->failed = true;
	if (mover->files->count)
		cli_end(mover->cli, SESSION_ERROR_FAILED);
}

static void tell_received(struct mover *mover, const struct transfer *transfer)
{
	struct cli *cli = mover->cli;
	g_autofree char *path = NULL;

	end_progress(mover);
	if (transfer->state == TRANSFER_FAILED) {
		cli_complain("%s from %s: %s", transfer->name, transfer->who, transfer->reason);
		return;
	}
	path = text_clean(transfer->path, -1, TEXT_LINE);
	front_print(&cli->front, NULL, "%s", path);
	if (transfer->hash == TRANSFER_HASH_DIFFERS) {
		cli_complain("%s is DAMAGED: its checksum is another one", path);
		mover->failed = true;
	}
	cli_flush(cli);
	if (++mover->received == mover->files->count)
		cli_end(cli, mover->failed ? SESSION_ERROR_FAILED : 0);
}

static void look_at_received(struct mover *mover)
{
	struct model *model = session_model(mover->cli->front.session);

	for (guint i = 0; i < model->transfers->len && !mover->cli->ending; i++) {
		struct transfer *transfer = model->transfers->pdata[i];

		if (!transfer->incoming ||
		    g_hash_table_contains(mover->told, GUINT_TO_POINTER(transfer->number)))
			continue;
		if (transfer->state == TRANSFER_OFFERED)
			accept_one(mover, transfer);
		if (transfer_has_ended(transfer)) {
			g_hash_table_add(mover->told, GUINT_TO_POINTER(transfer->number));
			tell_received(mover, transfer);
		}
	}
	if (wait_check(model, NULL) == WAIT_FAILED && !mover->cli->ending) {
		wait_complain(mover->cli, NULL, WAIT_FAILED);
		cli_end(mover->cli, SESSION_ERROR_NOT_CONNECTED);
	}
}

/* --- the whole ---------------------------------------------------------------------------- */

static gboolean on_look(void *data)
{
	struct mover *mover = data;

	mover->look = 0;
	if (mover->cli->ending)
		return G_SOURCE_REMOVE;
	if (mover->directory)
		look_at_received(mover);
	else
		look_at_sending(mover);
	return G_SOURCE_REMOVE;
}

static void look_soon(struct mover *mover)
{
	if (!mover->look && !mover->cli->ending)
		mover->look = g_idle_add(on_look, mover);
}

static void on_transfer(struct mover *mover, const struct transfer *transfer)
{
	if (transfer->state == TRANSFER_RUNNING) {
		g_clear_handle_id(&mover->deadline, g_source_remove);
		show_progress(mover, transfer);
	} else {
		look_soon(mover);
	}
}

static void on_event(const struct event *event, void *data)
{
	struct mover *mover = data;

	if (event->type == EVENT_TRANSFER_ADDED || event->type == EVENT_TRANSFER_CHANGED)
		on_transfer(mover, event->transfer);
	else if (event->type == EVENT_ACCOUNT_CHANGED || event->type == EVENT_ROSTER_READY ||
		 event->type == EVENT_CONTACT_ADDED || event->type == EVENT_CONTACT_CHANGED)
		look_soon(mover);
}

static void on_bus(const GError *error, void *data)
{
	struct cli *cli = data;

	/* Why is told as a notice. */
	if (error && !cli->ending)
		cli_end(cli, error->code);
}

static void begin(struct cli *cli)
{
	struct mover *mover = cli->mover;

	model_listen(session_model(cli->front.session), on_event, mover);
	if (mover->files->timeout)
		mover->deadline = g_timeout_add_seconds(mover->files->timeout, on_deadline, mover);
	session_start(cli->front.session);
	session_wait_bus(cli->front.session, on_bus, cli);
	look_soon(mover);
}

/* What would fail in any case must not wait for a connection. */
static bool check_file(const char *path)
{
	if (access(path, R_OK) == 0)
		return true;
	cli_complain("cannot send %s: %s", path, g_strerror(errno));
	return false;
}

static bool check_directory(const char *path)
{
	if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_DIR))
		cli_complain("cannot receive into %s: it is no directory", path);
	else if (access(path, W_OK | X_OK) < 0)
		cli_complain("cannot receive into %s: %s", path, g_strerror(errno));
	else
		return true;
	return false;
}

int cli_move_files(struct session *session, const struct cli_files *files)
{
	struct mover mover = {.files = files};
	struct cli cli = {.mover = &mover, .quiet = files->quiet};
	struct model *model = session_model(session);

	if (files->path ? !check_file(files->path) : !check_directory(files->directory))
		return SESSION_ERROR_FAILED;
	if (!model->accounts->len) {
		cli_complain("there is no account yet: --account-add PROTOCOL ID makes one");
		return SESSION_ERROR_NOT_FOUND;
	}
	mover.cli = &cli;
	mover.directory = files->path ? NULL : g_canonicalize_filename(files->directory, NULL);
	mover.told = g_hash_table_new(NULL, NULL);
	cli_main(&cli, session, begin);
	model_unlisten(model, on_event, &mover);
	end_progress(&mover);
	g_clear_handle_id(&mover.look, g_source_remove);
	g_clear_handle_id(&mover.again, g_source_remove);
	g_clear_handle_id(&mover.deadline, g_source_remove);
	g_hash_table_unref(mover.told);
	g_free(mover.directory);
	g_free(mover.obstacle);
	return cli.status;
}
