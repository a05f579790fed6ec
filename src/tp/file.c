/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Files to and from contacts (spec: Channel.Type.FileTransfer): that we take them, what is
 * offered to us, the states of a transfer and its end. A channel of ours is closed when its
 * transfer has ended; closing it before is how a transfer is declined and cancelled.
 */

#include <string.h>
#include <unistd.h>

#include "../model/text.h"
#include "../relay/address.h"
#include "../relay/dial.h"
#include "../relay/failure.h"
#include "../relay/filehash.h"
#include "../relay/filename.h"
#include "file.h"

#define PATIENCE_MS 3000
#define FILES_MAX   200 /* at a time, on a connection */

enum { /* File_Transfer_State_Change_Reason */
       REASON_LOCAL_STOPPED = 2,
       REASON_REMOTE_STOPPED = 3,
       REASON_LOCAL_ERROR = 4,
       REASON_REMOTE_ERROR = 5,
};

/* --- coming and going --------------------------------------------------------------------- */

struct file *tp_file_new(struct conn *conn)
{
	struct file *file = g_new0(struct file, 1);

	file->conn = conn;
	file->fd = file->reserved = -1;
	file->state = FILE_PENDING;
	file->size = TRANSFER_SIZE_UNKNOWN;
	if (!conn->files)
		conn->files = g_ptr_array_new();
	g_ptr_array_add(conn->files, file);
	return file;
}

/* @discard: what was received is not wanted any more. */
static void release(struct file *file, bool discard)
{
	g_clear_handle_id(&file->patience, g_source_remove);
	g_clear_pointer(&file->hashing, filehash_free);
	g_clear_pointer(&file->dial, dial_cancel);
	g_clear_pointer(&file->send, filesend_free);
	filereceive_free(g_steal_pointer(&file->receive), discard);
	if (file->fd >= 0)
		close(file->fd);
	if (file->reserved >= 0)
		close(file->reserved);
	file->fd = file->reserved = -1;
}

void tp_file_free(struct file *file)
{
	release(file, false);
	if (file->channel)
		file->channel->file = NULL;
	g_ptr_array_remove(file->conn->files, file);
	g_clear_error(&file->failure);
	g_clear_pointer(&file->sockets, g_array_unref);
	address_free(file->address);
	g_free(file->raw_name);
	g_free(file->hash);
	g_free(file->path);
	g_free(file->received);
	g_free(file);
}

struct file *conn_find_file(struct conn *conn, const struct transfer *transfer)
{
	for (guint i = 0; conn->files && i < conn->files->len; i++) {
		struct file *file = conn->files->pdata[i];

		if (file->transfer == transfer)
			return file;
	}
	return NULL;
}

static void tell(struct file *file, struct transfer *transfer)
{
	struct tp *tp = file->conn->tp;

	if (tp->ops->transfer)
		tp->ops->transfer(file->conn, transfer, tp->data);
}

/* Of what nobody took another pheme may be the handler. */
static bool is_ours_to_close(const struct file *file)
{
	const struct transfer *transfer = file->transfer;

	return !transfer->incoming || file->accepted || transfer->end == TRANSFER_END_DECLINED ||
	       file->conn->tp->is_handler;
}

static void finish(struct file *file)
{
	struct transfer *transfer = file->transfer;

	if (file->channel && file->conn->stage != CONN_ENDED && is_ours_to_close(file))
		channel_close(file->channel);
	tell(file, transfer);
	tp_file_free(file);
}

void tp_file_fail(struct file *file, enum transfer_end end, const char *format, ...)
{
	g_autofree char *reason = NULL;
	va_list args;

	va_start(args, format);
	reason = g_strdup_vprintf(format, args);
	va_end(args);
	release(file, end == TRANSFER_END_CANCELLED);
	transfer_fail(file->transfer, end, reason);
	finish(file);
}

void tp_file_complete(struct file *file, const char *path, enum transfer_hash hash)
{
	release(file, false);
	transfer_complete(file->transfer, path, hash);
	finish(file);
}

static gboolean on_patience(void *data)
{
	struct file *file = data;

	file->patience = 0;
	if (file->received)
		tp_file_complete(file, file->received, file->verdict);
	else
		tp_file_fail(file, TRANSFER_END_ERROR, "%s", file->failure->message);
	return G_SOURCE_REMOVE;
}

/* Only a socket that broke has a cause that the manager may name better. */
void tp_file_fail_soon(struct file *file, GError *error)
{
	g_clear_error(&file->failure);
	file->failure = error;
	if (error && !g_error_matches(error, RELAY_ERROR, RELAY_ERROR_BROKEN) &&
	    file->transfer->incoming)
		tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
	else if (!file->patience)
		file->patience = g_timeout_add(PATIENCE_MS, on_patience, file);
}

/* Cancels or declines it; from any state but the end. */
void conn_cancel_file(struct conn *conn, struct transfer *transfer)
{
	struct file *file = conn_find_file(conn, transfer);

	if (!file)
		return;
	if (file->creating) {
		file->unwanted = true;
		return;
	}
	if (transfer->incoming && !file->accepted)
		tp_file_fail(file, TRANSFER_END_DECLINED, "declined");
	else
		tp_file_fail(file, TRANSFER_END_CANCELLED, "cancelled");
}

/* --- states ------------------------------------------------------------------------------- */

/* The other side, or a manager that speaks for it, gave up. */
static void stopped(struct file *file, guint32 reason)
{
	const struct transfer *transfer = file->transfer;
	struct contact *contact = account_find_contact(file->conn->account, transfer->contact);
	bool gone = contact && contact->presence == PRESENCE_OFFLINE;

	if (reason == REASON_LOCAL_STOPPED)
		tp_file_fail(file, TRANSFER_END_CANCELLED, "another program here cancelled it");
	else if (gone)
		tp_file_fail(file, TRANSFER_END_STOPPED, "%s went offline", transfer->who);
	else if (transfer->state == TRANSFER_OFFERED && transfer->incoming)
		tp_file_fail(file, TRANSFER_END_STOPPED, "%s withdrew it", transfer->who);
	else if (transfer->state == TRANSFER_OFFERED)
		tp_file_fail(file, TRANSFER_END_DECLINED, "%s declined it", transfer->who);
	else if (reason == REASON_LOCAL_ERROR || reason == REASON_REMOTE_ERROR)
		tp_file_fail(file, TRANSFER_END_STOPPED, "the connection to %s broke",
			     transfer->who);
	else
		tp_file_fail(file, TRANSFER_END_STOPPED, "%s stopped it, or went away",
			     transfer->who);
}

/* Another pheme of this user answered it. */
static bool is_taken_elsewhere(const struct file *file, guint32 state)
{
	return file->transfer->incoming && !file->accepted && state != FILE_PENDING &&
	       state != FILE_CANCELLED;
}

static void leave_to_other(struct file *file)
{
	struct transfer *transfer = file->transfer;

	tp_file_free(file);
	transfer_remove(transfer);
}

static void ended(struct file *file, guint32 state, guint32 reason)
{
	struct transfer *transfer = file->transfer;

	if (file->received)
		tp_file_complete(file, file->received, file->verdict);
	else if (state == FILE_COMPLETED && !transfer->incoming)
		tp_file_complete(file, NULL, TRANSFER_HASH_NONE);
	else if (state == FILE_CANCELLED && transfer->incoming && file->running &&
		 transfer->done >= file->size)
		/* All is here and being checked. */
		return;
	else if (state == FILE_CANCELLED)
		stopped(file, reason);
}

static void enter(struct file *file, guint32 state, guint32 reason)
{
	file->state = state;
	if (is_taken_elsewhere(file, state)) {
		leave_to_other(file);
		return;
	}
	if (state == FILE_ACCEPTED)
		transfer_set_state(file->transfer, TRANSFER_STARTING);
	else if (state == FILE_OPEN)
		tp_file_connect(file);
	else
		ended(file, state, reason);
}

static void on_state(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	guint32 state = bus_read_uint32(args), reason = bus_read_uint32(args);

	if (bus_reader_ok(args) && channel->file)
		enter(channel->file, state, reason);
}

static void set_offset(struct file *file, gint64 offset)
{
	if (!file->running && offset >= 0)
		file->offset = MIN((guint64)offset, file->size);
}

static void on_offset(struct bus_reader *args, void *data)
{
	struct channel *channel = data;
	gint64 offset = bus_read_integer(args);

	if (bus_reader_ok(args) && channel->file)
		set_offset(channel->file, offset);
}

/* --- what is known of it ------------------------------------------------------------------ */

static void read_hash(struct file *file, const char *key, struct bus_reader *value)
{
	if (!strcmp(key, "ContentHashType")) {
		file->hash_type = bus_read_uint32(value);
	} else if (!strcmp(key, "ContentHash")) {
		g_free(file->hash);
		file->hash = g_strdup(bus_read_string(value));
	}
}

static void read_size(struct file *file, const char *key, struct bus_reader *value)
{
	gint64 number = bus_read_integer(value);

	if (!strcmp(key, "Date"))
		file->date = number;
	else if (!strcmp(key, "Size"))
		/* Clamped by the reader, where it is not known. */
		file->size = number < 0 || number == G_MAXINT64 ? TRANSFER_SIZE_UNKNOWN
								: (guint64)number;
}

static void read_properties(struct file *file, struct bus_reader *properties, bool incoming)
{
	struct bus_reader value;
	const char *key;

	while (bus_read_property(properties, &key, &value)) {
		if (!strcmp(key, "State"))
			file->state = bus_read_uint32(&value);
		else if (!strcmp(key, "AvailableSocketTypes"))
			tp_file_read_sockets(file, &value);
		else if (!incoming && !strcmp(key, "InitialOffset"))
			set_offset(file, bus_read_integer(&value));
		else if (incoming && !strcmp(key, "Filename") && !file->raw_name)
			file->raw_name = g_strdup(bus_read_string(&value));
		else if (incoming && (!strcmp(key, "Size") || !strcmp(key, "Date")))
			read_size(file, key, &value);
		else if (incoming && g_str_has_prefix(key, "ContentHash"))
			read_hash(file, key, &value);
	}
}

static void on_own_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	struct file *file = channel->file;
	struct bus_reader properties;

	if (!file)
		return;
	if (reply) {
		bus_read_array(reply, &properties);
		read_properties(file, &properties, false);
	}
	/* Without them the manager is taken for one that can do the least. */
	if (error)
		g_debug("%s", error->message);
	if (file->state == FILE_CANCELLED)
		stopped(file, 0);
	else
		tp_file_ask_socket(file);
}

void tp_file_bind(struct file *file, struct channel *channel)
{
	file->channel = channel;
	channel->file = file;
	channel_subscribe(channel, TP_CHAN_FILE, "FileTransferStateChanged", on_state);
	channel_subscribe(channel, TP_CHAN_FILE, "InitialOffsetDefined", on_offset);
	if (!file->unwanted && file->transfer)
		bus_property_get_all(channel->scope, channel->conn->unique, channel->path,
				     TP_CHAN_FILE, on_own_properties, channel);
}

/* --- offered to us ------------------------------------------------------------------------ */

static void on_offered_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct channel *channel = data;
	struct file *file = channel->file;
	struct conn *conn = channel->conn;
	g_autofree char *name = NULL;
	struct bus_reader properties;

	if (!file || file->transfer)
		return;
	if (reply) {
		bus_read_array(reply, &properties);
		read_properties(file, &properties, true);
	}
	if (error || !bus_reader_ok(reply) || file->state != FILE_PENDING) {
		g_debug("%s: %s", channel->path, error ? error->message : "no offer");
		tp_file_free(file);
		return;
	}
	if (!file->raw_name)
		file->raw_name = g_strdup("");
	name = filename_clean(file->raw_name);
	file->transfer = transfer_new(conn->tp->model, conn->account, channel->facts.target_id,
				      name, file->size, true);
	model_add_file_request(file->transfer);
	tell(file, file->transfer);
}

/* A signal before the properties are there only says that it is over. */
static void on_early_state(struct bus_reader *args, void *data)
{
	struct channel *channel = data;

	if (channel->file && channel->file->transfer)
		on_state(args, data);
	else if (channel->file && bus_read_uint32(args) != FILE_PENDING)
		tp_file_free(channel->file);
}

void tp_file_start(struct channel *channel)
{
	struct conn *conn = channel->conn;
	const struct channel_facts *facts = &channel->facts;
	struct file *file;

	if (conn->files && conn->files->len >= FILES_MAX) {
		channel_refuse(channel);
		return;
	}
	/* Ours are bound by who asked for them. Others of this user's programs have theirs. */
	if (facts->initiator ? facts->initiator == conn->self_handle
			     : !strcmp(facts->initiator_id, conn->account->self_id))
		return;
	file = tp_file_new(conn);
	file->channel = channel;
	channel->file = file;
	conn_learn_handle(conn, facts->handle, facts->target_id);
	channel_subscribe(channel, TP_CHAN_FILE, "FileTransferStateChanged", on_early_state);
	channel_subscribe(channel, TP_CHAN_FILE, "InitialOffsetDefined", on_offset);
	bus_property_get_all(channel->scope, conn->unique, channel->path, TP_CHAN_FILE,
			     on_offered_properties, channel);
}

/* --- the end of channels and connections -------------------------------------------------- */

void tp_file_channel_gone(struct channel *channel)
{
	struct file *file = g_steal_pointer(&channel->file);

	if (!file)
		return;
	file->channel = NULL;
	if (!file->transfer)
		tp_file_free(file);
	else if (file->received)
		tp_file_complete(file, file->received, file->verdict);
	else if (file->conn->stage == CONN_ENDED)
		tp_file_fail(file, TRANSFER_END_CONNECTION, "the connection was lost");
	else
		stopped(file, 0);
}

void conn_files_free(struct conn *conn)
{
	while (conn->files && conn->files->len) {
		struct file *file = conn->files->pdata[conn->files->len - 1];

		if (file->transfer)
			tp_file_fail(file, TRANSFER_END_CONNECTION, "the connection was lost");
		else
			tp_file_free(file);
	}
	g_clear_pointer(&conn->files, g_ptr_array_unref);
}

/* --- that we take files ------------------------------------------------------------------- */

/* Spec: Connection.Interface.ContactCapabilities. Under a name of its own, so that it stands
 * beside what is announced for tubes. */
static void announce(struct conn *conn, bool take)
{
	struct bus_writer list, client, filters, filter;
	struct bus_call *call;
	static const char *const none[] = {NULL};

	if (!conn_has_interface(conn, TP_CONN_CAPS))
		return;
	call = conn_call(conn, TP_CONN_CAPS, "UpdateCapabilities");
	bus_write_open_array(bus_call_args(call), "(saa{sv}as)", &list);
	bus_write_open_struct(&list, &client);
	bus_write_string(&client, TP_CLIENT_NAME ".Files");
	bus_write_open_array(&client, "a{sv}", &filters);
	if (take) {
		bus_write_open_array(&filters, "{sv}", &filter);
		bus_write_property_string(&filter, TP_CHAN ".ChannelType", TP_CHAN_FILE);
		bus_write_property_uint32(&filter, TP_CHAN ".TargetHandleType", TP_HANDLE_CONTACT);
		bus_write_close(&filters, &filter);
	}
	bus_write_close(&client, &filters);
	bus_write_strings(&client, none);
	bus_write_close(&list, &client);
	bus_write_close(bus_call_args(call), &list);
	tp_send_done(call, -1, NULL, NULL, "announce that we take files");
}

void conn_files_start(struct conn *conn)
{
	announce(conn, true);
}

void conn_files_let_go(struct conn *conn)
{
	for (guint i = 0; conn->files && i < conn->files->len; i++) {
		struct file *file = conn->files->pdata[i];

		if (file->channel &&
		    (file->accepted || (file->transfer && !file->transfer->incoming)))
			channel_close(file->channel);
	}
	/* Not every manager sees by itself that we go. Another pheme announces it again when it
	 * becomes the handler. */
	if (conn->tp->is_handler)
		announce(conn, false);
}
