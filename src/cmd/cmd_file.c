/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files to and from contacts: /file. What is offered to us is answered by /accept and /reject. */

#include <string.h>

#include "cmd.h"

/* NULL when it is none, or of another computer: what is there has nothing to do with the file of
 * that name here. */
static char *path_of_url(const char *typed)
{
	g_autofree char *host = NULL;
	g_autofree char *path = g_filename_from_uri(typed, &host, NULL);

	if (host && g_ascii_strcasecmp(host, "localhost") != 0 && strcmp(host, g_get_host_name()))
		return NULL;
	return g_steal_pointer(&path);
}

char *command_expand_path(const char *typed)
{
	char *path = NULL;

	if (!strcmp(typed, "~") || g_str_has_prefix(typed, "~/"))
		return g_build_filename(g_get_home_dir(), typed + 1, NULL);
	if (g_str_has_prefix(typed, COMMAND_FILE_URL))
		path = path_of_url(typed);
	return path ? path : g_strdup(typed);
}

/* --- waiting for the end: where nobody sits ----------------------------------------------- */

struct watch {
	struct command_run *run;
	struct model *model;
	unsigned number; /* of the transfer */
	guint idle;
};

static void on_event(const struct event *event, void *data);

static void watch_free(void *data)
{
	struct watch *watch = data;

	g_clear_handle_id(&watch->idle, g_source_remove);
	model_unlisten(watch->model, on_event, watch);
	g_free(watch);
}

static int exit_status(const struct transfer *transfer)
{
	switch (transfer->end) {
	case TRANSFER_END_NONE:
		return 0;
	case TRANSFER_END_DECLINED:
		return SESSION_ERROR_REFUSED;
	case TRANSFER_END_STOPPED:
	case TRANSFER_END_UNABLE:
		return SESSION_ERROR_NOT_DELIVERED;
	case TRANSFER_END_CONNECTION:
		return SESSION_ERROR_NOT_CONNECTED;
	case TRANSFER_END_CANCELLED:
	case TRANSFER_END_ERROR:
		return SESSION_ERROR_FAILED;
	}
	return SESSION_ERROR_FAILED;
}

static gboolean on_ended(void *data)
{
	struct watch *watch = data;
	struct command_run *run = watch->run;
	const struct transfer *transfer = model_find_transfer(watch->model, watch->number);

	watch->idle = 0;
	/* A notice has said why. */
	if (transfer && transfer->state == TRANSFER_FAILED)
		command_fail_told(run, exit_status(transfer));
	command_release(run);
	return G_SOURCE_REMOVE;
}

static void on_event(const struct event *event, void *data)
{
	struct watch *watch = data;
	struct front *front = command_front(watch->run);

	if (event->type != EVENT_TRANSFER_CHANGED || event->transfer->number != watch->number)
		return;
	if (event->transfer->state == TRANSFER_RUNNING && front->ops->under_way)
		front->ops->under_way(front);
	if (transfer_has_ended(event->transfer) && !watch->idle)
		watch->idle = g_idle_add(on_ended, watch);
}

/* --- sending ------------------------------------------------------------------------------ */

/* The account and the id that are meant; false when that failed. */
static bool find_receiver(struct command_run *run, const char *name, struct account **account,
			  const char **id)
{
	struct chat *chat = command_chat(run);
	struct contact *contact;

	if (name) {
		contact = command_contact(run, name);
		*account = contact ? contact->account : NULL;
		*id = contact ? contact->id : NULL;
		return *account;
	}
	if (!chat || chat->kind != CHAT_CONTACT || !chat->account) {
		command_fail_usage(run, "files go to a person: name one, or type this in a chat");
		return false;
	}
	*account = chat->account;
	*id = chat->id;
	return true;
}

static void watch_start(struct command_run *run, const struct transfer *transfer)
{
	struct watch *watch = g_new0(struct watch, 1);

	watch->run = run;
	watch->model = transfer->model;
	watch->number = transfer->number;
	model_listen(watch->model, on_event, watch);
	command_keep(run, watch, watch_free);
	command_hold(run);
}

void cmd_file_send(struct command_run *run)
{
	const char *second = command_arg(run, 1), *first = command_arg(run, 0), *id;
	g_autofree char *path = command_expand_path(second ? second : first);
	g_autoptr(GError) error = NULL;
	struct account *account;
	struct transfer *transfer;

	if (!find_receiver(run, second ? first : NULL, &account, &id))
		return;
	transfer = session_send_file(command_session(run), account, id, path, &error);
	if (!transfer) {
		command_fail_error(run, error);
		return;
	}
	command_print(run, "offering %s to %s: /file cancel %u stops it", transfer->name,
		      transfer->who, transfer->number);
	if (command_front(run)->unattended)
		watch_start(run, transfer);
}

/* --- the list ----------------------------------------------------------------------------- */

void cmd_file_list(struct command_run *run)
{
	const GPtrArray *transfers = session_model(command_session(run))->transfers;

	for (guint i = 0; i < transfers->len; i++) {
		g_autofree char *row = transfer_print_row(g_ptr_array_index(transfers, i));

		command_print(run, "%s", row);
	}
	if (!transfers->len)
		command_print(run, "no file was sent or offered yet");
}

static struct transfer *find_numbered(struct command_run *run, const char *name)
{
	struct model *model = session_model(command_session(run));
	struct transfer *transfer = NULL;
	guint64 number;

	if (g_ascii_string_to_unsigned(name, 10, 1, G_MAXUINT, &number, NULL))
		transfer = model_find_transfer(model, (unsigned)number);
	if (!transfer)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no file %s: /file list shows their numbers", name);
	else if (transfer_has_ended(transfer))
		command_fail(run, SESSION_ERROR_FAILED, "%s is at its end already", transfer->name);
	else
		return transfer;
	return NULL;
}

/* The only one that has not ended. */
static struct transfer *find_only(struct command_run *run)
{
	const GPtrArray *transfers = session_model(command_session(run))->transfers;
	struct transfer *only = NULL;
	unsigned count = 0;

	for (guint i = 0; i < transfers->len; i++) {
		struct transfer *transfer = g_ptr_array_index(transfers, i);

		if (transfer_has_ended(transfer))
			continue;
		only = transfer;
		count++;
	}
	if (count == 1)
		return only;
	if (count)
		command_fail(run, SESSION_ERROR_USAGE, "which one? /file list shows their numbers");
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND, "no file is on its way");
	return NULL;
}

void cmd_file_cancel(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct transfer *transfer = name ? find_numbered(run, name) : find_only(run);

	if (transfer)
		session_cancel_file(command_session(run), transfer);
}

void cmd_file(struct command_run *run)
{
	cmd_file_list(run);
}
