/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/files.h"
#include "src/local/contact.h"
#include "src/local/file.h"
#include "src/local/manager.h"
#include "src/local/who.h"

#include <string.h>

#define NAME_MAX_BYTES  255
#define SHORT_MAX       256
#define DESCRIPTION_MAX 4096

struct _LocalFiles {
	LocalManager parent;
};

typedef struct {
	LocalManagerClass parent;
} LocalFilesClass;

G_DEFINE_TYPE(LocalFiles, local_files, local_manager_get_type())

static bool is_valid(const struct file_info *info)
{
	return *info->name && who_text_valid(info->name, NAME_MAX_BYTES) &&
	       who_text_valid(info->type, SHORT_MAX) && who_text_valid(info->hash, SHORT_MAX) &&
	       who_text_valid(info->description, DESCRIPTION_MAX) &&
	       info->hash_type < TP_NUM_FILE_HASH_TYPES;
}

/* --- sending --- */

static char *dup_string(GHashTable *properties, const char *key)
{
	const char *string = tp_asv_get_string(properties, key);

	return g_strdup(string ? string : "");
}

static bool read_info(struct file_info *info, GHashTable *properties)
{
	gboolean has_size;

	memset(info, 0, sizeof *info);
	info->name = dup_string(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_FILENAME);
	info->type = dup_string(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_TYPE);
	info->hash = dup_string(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_HASH);
	info->description = dup_string(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_DESCRIPTION);
	info->size =
		tp_asv_get_uint64(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_SIZE, &has_size);
	info->date = tp_asv_get_int64(properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_DATE, NULL);
	info->hash_type = tp_asv_get_uint32(
		properties, TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_HASH_TYPE, NULL);
	return has_size && *info->type && is_valid(info);
}

static void create(LocalManager *manager, void *request, GHashTable *properties)
{
	LocalConnection *connection = manager_get_connection(manager);
	TpHandle target = tp_asv_get_uint32(properties, TP_PROP_CHANNEL_TARGET_HANDLE, NULL);
	struct contact *contact = contact_find(connection, target);
	struct file_info info;
	LocalFile *file;

	if (!read_info(&info, properties)) {
		manager_fail(manager, request, TP_ERROR_INVALID_ARGUMENT,
			     "a file needs Filename, ContentType and Size");
	} else if (!contact) {
		manager_fail(manager, request, TP_ERROR_OFFLINE, "the contact is not here");
	} else if (!contact->files) {
		manager_fail(manager, request, TP_ERROR_NOT_CAPABLE,
			     "the contact's clients do not take files");
	} else {
		file = file_new(connection, target, true,
				(guint64)g_random_int() << 32 | g_random_int(), &info);
		manager_add(manager, (TpBaseChannel *)file, request);
		peer_send(contact->peer, FRAME_FILE_OFFER, file_offer(file));
	}
	file_info_clear(&info);
}

/* --- frames --- */

static LocalFile *find_file(LocalFiles *self, struct contact *contact, guint64 stream, bool ours)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	for (guint i = 0; i < channels->len; i++) {
		LocalFile *file = channels->pdata[i];

		if (file_get_stream(file) == stream && file_is_ours(file) == ours &&
		    file_get_contact(file) == contact->handle)
			return file;
	}
	return NULL;
}

static guint count_offers(LocalFiles *self, struct contact *contact)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;
	guint count = 0;

	for (guint i = 0; i < channels->len; i++)
		count += !file_is_ours(channels->pdata[i]) && !file_has_ended(channels->pdata[i]) &&
			 file_get_contact(channels->pdata[i]) == contact->handle;
	return count;
}

/* No client is told of a name that leads elsewhere. */
static char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;

	return g_strdup(*base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0 ? base : "file");
}

static void on_offer(LocalFiles *self, struct contact *contact, GVariant *payload)
{
	LocalConnection *connection = contact->connection;
	struct file_info info;
	g_autofree char *name = NULL;
	guint64 stream;

	g_variant_get(payload, "(tsstxuss)", &stream, &name, &info.type, &info.size, &info.date,
		      &info.hash_type, &info.hash, &info.description);
	info.name = base_name(name);
	if (!is_valid(&info) || !who_text_valid(name, NAME_MAX_BYTES))
		peer_reject(contact->peer, "a file that is none");
	else if (count_offers(self, contact) >= FILES_OFFERS_MAX || !contact_may_ask(contact))
		peer_send(contact->peer, FRAME_FILE_END,
			  g_variant_new("(tbu)", stream, FALSE,
					TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_STOPPED));
	else if (!find_file(self, contact, stream, false))
		manager_add((LocalManager *)self,
			    (TpBaseChannel *)file_new(connection, contact->handle, false, stream,
						      &info),
			    NULL);
	file_info_clear(&info);
}

void files_frame(LocalFiles *self, struct contact *contact, enum frame_kind kind, GVariant *payload)
{
	LocalFile *file;
	guint64 stream, offset;
	gboolean theirs;
	guint32 reason;

	if (kind == FRAME_FILE_OFFER) {
		on_offer(self, contact, payload);
	} else if (kind == FRAME_FILE_ACCEPT) {
		g_variant_get(payload, "(tt)", &stream, &offset);
		file = find_file(self, contact, stream, true);
		if (file)
			file_accepted(file, offset);
	} else {
		g_variant_get(payload, "(tbu)", &stream, &theirs, &reason);
		file = find_file(self, contact, stream, !theirs);
		if (file)
			file_remote_end(file, reason);
	}
}

bool files_stream(LocalFiles *self, struct contact *contact, guint64 stream, int fd)
{
	LocalFile *file = find_file(self, contact, stream, true);

	if (file)
		file_connected(file, fd);
	return file;
}

void files_contact_gone(LocalFiles *self, struct contact *contact)
{
	GPtrArray *channels = ((LocalManager *)self)->channels;

	/* From the end: those that nobody has answered go away. */
	for (guint i = channels->len; i > 0; i--)
		if (file_get_contact(channels->pdata[i - 1]) == contact->handle)
			file_remote_end(channels->pdata[i - 1],
					TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_STOPPED);
}

/* --- the object --- */

const char *const files_allowed[] = {
	TP_PROP_CHANNEL_TARGET_HANDLE,
	TP_PROP_CHANNEL_TARGET_ID,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_TYPE,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_FILENAME,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_SIZE,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_HASH_TYPE,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_CONTENT_HASH,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_DESCRIPTION,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_DATE,
	TP_PROP_CHANNEL_TYPE_FILE_TRANSFER_URI,
	NULL,
};

static void local_files_init(LocalFiles *self)
{
}

static void local_files_class_init(LocalFilesClass *klass)
{
	static const struct manager_class classes[] = {
		{TP_IFACE_CHANNEL_TYPE_FILE_TRANSFER, TP_HANDLE_TYPE_CONTACT, files_allowed, create,
		 NULL},
		{NULL, 0, NULL, NULL, NULL},
	};

	((LocalManagerClass *)klass)->classes = classes;
}

LocalFiles *files_new(LocalConnection *connection)
{
	return manager_new(local_files_get_type(), connection);
}
