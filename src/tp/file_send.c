/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Offering a file (spec: Channel.Type.FileTransfer): its checksum is made first, as it is part of
 * the offer; then the channel is asked for, and the bytes wait for a yes. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../model/text.h"
#include "../relay/filehash.h"
#include "file.h"

#define CREATE_TIMEOUT_MS 60000

/* --- the file ----------------------------------------------------------------------------- */

static bool fail_to_open(GError **error, int fd, const char *path, const char *why)
{
	g_autofree char *shown = text_clean(path, -1, TEXT_LINE);

	g_set_error(error, TP_ERROR, TP_ERROR_FAILED, "cannot send %s: %s", shown, why);
	if (fd >= 0)
		close(fd);
	return false;
}

static bool open_file(struct file *file, const char *path, GError **error)
{
	/* A pipe of that name must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) < 0)
		return fail_to_open(error, fd, path, g_strerror(errno));
	if (S_ISDIR(info.st_mode))
		return fail_to_open(error, fd, path, "it is a directory");
	if (!S_ISREG(info.st_mode))
		return fail_to_open(error, fd, path, "it is no ordinary file");
	file->fd = fd;
	file->size = (guint64)info.st_size;
	file->date = info.st_mtime;
	file->path = g_strdup(path);
	return true;
}

/* --- the offer ---------------------------------------------------------------------------- */

static enum transfer_end end_of(const GError *bus_error)
{
	static const char *const names[] = {TP_ERROR_PREFIX "NotCapable", TP_ERROR_PREFIX "Offline",
					    TP_ERROR_PREFIX "NotAvailable",
					    TP_ERROR_PREFIX "DoesNotExist", NULL};

	return g_strv_contains(names, bus_error_name(bus_error)) ? TRANSFER_END_UNABLE
								 : TRANSFER_END_ERROR;
}

static void on_created(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct file *file = data;
	struct channel *channel;

	file->creating = false;
	if (bus_error) {
		g_autofree char *what = g_strdup_printf("offer %s to %s", file->transfer->name,
							file->transfer->who);
		g_autoptr(GError) error = tp_error_from_bus(what, bus_error);

		tp_file_fail(file, end_of(bus_error), "%s", error->message);
		return;
	}
	channel = conn_read_channel(file->conn, reply);
	if (!channel || channel->file || strcmp(channel->facts.type, TP_CHAN_FILE)) {
		tp_file_fail(file, TRANSFER_END_ERROR,
			     "the connection manager's answer makes no sense");
		return;
	}
	tp_file_bind(file, channel);
	if (file->unwanted)
		tp_file_fail(file, TRANSFER_END_CANCELLED, "cancelled");
	else
		transfer_set_state(file->transfer, TRANSFER_OFFERED);
}

static void write_number(struct bus_writer *dict, const char *key, const char *type, gint64 number)
{
	struct bus_writer entry, value;

	bus_write_open_property(dict, key, type, &entry, &value);
	if (*type == 't')
		bus_write_uint64(&value, (guint64)number);
	else
		bus_write_int64(&value, number);
	bus_write_close_property(dict, &entry, &value);
}

static void create(struct file *file)
{
	struct bus_call *call = conn_call(file->conn, TP_CONN_REQUESTS, "CreateChannel");
	struct bus_writer dict;

	bus_write_open_array(bus_call_args(call), "{sv}", &dict);
	bus_write_property_string(&dict, TP_CHAN ".ChannelType", TP_CHAN_FILE);
	bus_write_property_uint32(&dict, TP_CHAN ".TargetHandleType", TP_HANDLE_CONTACT);
	bus_write_property_string(&dict, TP_CHAN ".TargetID", file->transfer->contact);
	bus_write_property_string(&dict, TP_CHAN_FILE ".Filename", file->raw_name);
	bus_write_property_string(&dict, TP_CHAN_FILE ".ContentType", "application/octet-stream");
	write_number(&dict, TP_CHAN_FILE ".Size", "t", (gint64)file->size);
	write_number(&dict, TP_CHAN_FILE ".Date", "x", file->date);
	bus_write_property_uint32(&dict, TP_CHAN_FILE ".ContentHashType", file->hash_type);
	bus_write_property_string(&dict, TP_CHAN_FILE ".ContentHash", file->hash);
	bus_write_close(bus_call_args(call), &dict);
	file->creating = true;
	bus_call_send(call, CREATE_TIMEOUT_MS, on_created, file);
}

static void on_hash(const char *hex, const GError *error, void *data)
{
	struct file *file = data;

	if (error) {
		tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
		return;
	}
	file->hash_type = FILE_HASH_SHA256;
	file->hash = g_strdup(hex);
	g_clear_pointer(&file->hashing, filehash_free);
	create(file);
}

struct transfer *conn_send_file(struct conn *conn, const char *contact, const char *path,
				GError **error)
{
	g_autofree char *name = g_filename_display_basename(path);
	struct file *file;

	if (conn->stage != CONN_ONLINE) {
		g_set_error(error, TP_ERROR, TP_ERROR_OFFLINE,
			    "cannot send a file: %s is not connected", conn->account->name);
		return NULL;
	}
	file = tp_file_new(conn);
	file->raw_name = g_steal_pointer(&name);
	if (open_file(file, path, error))
		file->hashing = filehash_start(path, G_CHECKSUM_SHA256, on_hash, file, error);
	if (!file->hashing) {
		tp_file_free(file);
		return NULL;
	}
	file->transfer = transfer_new(conn->tp->model, conn->account, contact, file->raw_name,
				      file->size, false);
	transfer_set_path(file->transfer, path);
	return file->transfer;
}

/* --- the bytes ---------------------------------------------------------------------------- */

static void on_progress(guint64 bytes, void *data)
{
	struct file *file = data;

	transfer_set_progress(file->transfer, bytes, g_get_monotonic_time());
}

/* All is in the socket; that it arrived is the manager's to say. */
static void on_sent(const GError *error, void *data)
{
	if (error)
		tp_file_fail_soon(data, g_error_copy(error));
}

void tp_file_send(struct file *file, int fd)
{
	static const struct filesend_operations operations = {on_progress, on_sent};
	g_autoptr(GError) error = NULL;
	int source = file->fd;

	transfer_set_state(file->transfer, TRANSFER_RUNNING);
	transfer_set_progress(file->transfer, file->offset, g_get_monotonic_time());
	file->fd = -1;
	file->send = filesend_new(source, file->offset, file->size, fd, &operations, file, &error);
	if (!file->send)
		tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
}
