/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Taking a file (spec: Channel.Type.FileTransfer, AcceptFile). What is there of it from before is
 * not asked for again; it is complete when it is on the disk under its name. */

#include <string.h>
#include <unistd.h>

#include "file.h"

static bool hash_type(guint32 type, GChecksumType *out)
{
	switch (type) {
	case FILE_HASH_MD5:
		*out = G_CHECKSUM_MD5;
		return true;
	case FILE_HASH_SHA1:
		*out = G_CHECKSUM_SHA1;
		return true;
	case FILE_HASH_SHA256:
		*out = G_CHECKSUM_SHA256;
		return true;
	default:
		return false;
	}
}

static struct filereceive *open_part(struct file *file, const char *directory, GError **error)
{
	struct filereceive_setup setup = {
		.directory = directory,
		.name = file->raw_name,
		.sender = file->transfer->contact,
		.size = file->size,
		.date = file->date,
		.hash = file->hash,
	};

	setup.has_hash = hash_type(file->hash_type, &setup.hash_type) && file->hash && *file->hash;
	return filereceive_new(&setup, error);
}

bool conn_accept_file(struct conn *conn, struct transfer *transfer, const char *directory,
		      GError **error)
{
	struct file *file = conn_find_file(conn, transfer);
	g_autoptr(GError) failure = NULL;

	if (!file || !transfer->incoming || transfer->state != TRANSFER_OFFERED) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_FOUND,
			    "cannot take %s: it is not offered any more", transfer->name);
		return false;
	}
	file->receive = open_part(file, directory, &failure);
	if (!file->receive) {
		/* Still offered: room can be made, another directory chosen. */
		g_set_error_literal(error, TP_ERROR, TP_ERROR_FAILED, failure->message);
		return false;
	}
	file->accepted = true;
	file->offset = filereceive_offset(file->receive);
	transfer_set_state(transfer, TRANSFER_STARTING);
	tp_file_ask_socket(file);
	return true;
}

/* --- the bytes ---------------------------------------------------------------------------- */

static void on_progress(guint64 bytes, void *data)
{
	struct file *file = data;

	transfer_set_progress(file->transfer, bytes, g_get_monotonic_time());
}

static enum transfer_hash verdict_of(enum filereceive_hash hash)
{
	switch (hash) {
	case FILERECEIVE_HASH_NONE:
		return TRANSFER_HASH_NONE;
	case FILERECEIVE_HASH_SAME:
		return TRANSFER_HASH_SAME;
	case FILERECEIVE_HASH_DIFFERS:
		return TRANSFER_HASH_DIFFERS;
	}
	return TRANSFER_HASH_NONE;
}

static void on_received(const char *path, enum filereceive_hash hash, const GError *error,
			void *data)
{
	struct file *file = data;

	if (error) {
		tp_file_fail_soon(file, g_error_copy(error));
		return;
	}
	file->received = g_strdup(path);
	file->verdict = verdict_of(hash);
	/* Closed before the manager has seen the end, the channel would look cancelled to the
	 * sender. */
	if (file->state == FILE_COMPLETED || file->state == FILE_CANCELLED)
		tp_file_complete(file, file->received, file->verdict);
	else
		tp_file_fail_soon(file, NULL);
}

void tp_file_receive(struct file *file, int fd)
{
	static const struct filereceive_operations operations = {on_progress, on_received};
	g_autoptr(GError) error = NULL;

	transfer_set_state(file->transfer, TRANSFER_RUNNING);
	transfer_set_progress(file->transfer, file->offset, g_get_monotonic_time());
	if (!filereceive_run(file->receive, fd, file->offset, &operations, file, &error))
		tp_file_fail(file, TRANSFER_END_ERROR, "%s", error->message);
}
