/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/file.h"
#include "src/local/contact.h"
#include "src/local/handler.h"
#include "src/local/endpoint.h"
#include "src/local/relay.h"

#include <string.h>
#include <telepathy-glib/telepathy-glib-dbus.h>
#include <unistd.h>

#define PROGRESS_US G_USEC_PER_SEC

struct _LocalFile {
	TpBaseChannel parent;
	guint64 stream;
	struct file_info info;
	guint state;
	guint64 offset, transferred;
	gint64 told_at; /* when clients were told of the progress */
	bool offset_known;
	struct endpoint *endpoint;
	int local, remote; /* -1 while not there, and once the relay has them */
	struct relay *relay;
};

typedef struct {
	TpBaseChannelClass parent;
} LocalFileClass;

static void file_iface_init(void *iface, void *data);

G_DEFINE_TYPE_WITH_CODE(LocalFile, local_file, TP_TYPE_BASE_CHANNEL,
			G_IMPLEMENT_INTERFACE(TP_TYPE_SVC_CHANNEL_TYPE_FILE_TRANSFER,
					      file_iface_init))

void file_info_clear(struct file_info *info)
{
	g_free(info->name);
	g_free(info->type);
	g_free(info->hash);
	g_free(info->description);
	memset(info, 0, sizeof *info);
}

guint64 file_get_stream(LocalFile *file)
{
	return file->stream;
}

bool file_is_ours(LocalFile *file)
{
	return tp_base_channel_is_requested((TpBaseChannel *)file);
}

TpHandle file_get_contact(LocalFile *file)
{
	return tp_base_channel_get_target_handle((TpBaseChannel *)file);
}

bool file_has_ended(LocalFile *file)
{
	return file->state == TP_FILE_TRANSFER_STATE_COMPLETED ||
	       file->state == TP_FILE_TRANSFER_STATE_CANCELLED;
}

static struct contact *contact_of(LocalFile *file)
{
	return contact_find(
		(LocalConnection *)tp_base_channel_get_connection((TpBaseChannel *)file),
		file_get_contact(file));
}

/* --- states --- */

static void set_state(LocalFile *file, guint state, guint reason)
{
	if (file->state == state || file_has_ended(file))
		return;
	file->state = state;
	tp_svc_channel_type_file_transfer_emit_file_transfer_state_changed(file, state, reason);
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void release(LocalFile *file)
{
	g_clear_pointer(&file->endpoint, endpoint_free);
	g_clear_pointer(&file->relay, relay_free);
	drop(&file->local);
	drop(&file->remote);
}

static void tell_progress(LocalFile *file)
{
	file->told_at = g_get_monotonic_time();
	tp_svc_channel_type_file_transfer_emit_transferred_bytes_changed(file, file->transferred);
}

/* tell: what to say to the other side; -1 for nothing. */
static void end(LocalFile *file, guint state, guint reason, int tell)
{
	struct contact *contact = contact_of(file);

	if (file_has_ended(file))
		return;
	if (tell >= 0 && contact)
		peer_send(contact->peer, FRAME_FILE_END,
			  g_variant_new("(tbu)", file->stream, file_is_ours(file), (guint)tell));
	if (file->relay)
		tell_progress(file);
	release(file);
	set_state(file, state, reason);
}

static guint64 left(LocalFile *file)
{
	return file->info.size == G_MAXUINT64 ? G_MAXUINT64 : file->info.size - file->offset;
}

static void on_progress(struct relay *relay, guint64 bytes, void *data)
{
	LocalFile *file = data;

	file->transferred = bytes;
	if (g_get_monotonic_time() - file->told_at >= PROGRESS_US)
		tell_progress(file);
}

static void on_relay_end(struct relay *relay, bool broken, void *data)
{
	LocalFile *file = data;
	bool whole = left(file) == G_MAXUINT64 ? !broken : relay_get_bytes(relay) == left(file);
	guint reason = file_is_ours(file) != broken
			       ? TP_FILE_TRANSFER_STATE_CHANGE_REASON_LOCAL_ERROR
			       : TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_ERROR;

	file->transferred = relay_get_bytes(relay);
	if (!whole)
		end(file, TP_FILE_TRANSFER_STATE_CANCELLED, reason,
		    TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_ERROR);
	else if (!file_is_ours(file))
		end(file, TP_FILE_TRANSFER_STATE_COMPLETED, 0, 0);
	/* Whoever sends waits for the receiver's word: until then nothing is certain. */
}

static void start(LocalFile *file)
{
	guint64 limit = left(file);
	int from = file_is_ours(file) ? file->local : file->remote;
	int to = file_is_ours(file) ? file->remote : file->local;

	if (file->local < 0 || file->remote < 0 || !file->offset_known || file->relay)
		return;
	/* Of an empty file there is still the sender's end to wait for. */
	if (!file_is_ours(file) && limit == 0)
		limit = 1;
	file->local = file->remote = -1;
	file->relay = relay_new_oneway(from, to, limit, on_progress, on_relay_end, file);
}

static void define_offset(LocalFile *file, guint64 offset)
{
	file->offset = offset;
	file->offset_known = true;
	tp_svc_channel_type_file_transfer_emit_initial_offset_defined(file, offset);
}

/* --- the other side --- */

GVariant *file_offer(LocalFile *file)
{
	const struct file_info *info = &file->info;

	return g_variant_new("(tsstxuss)", file->stream, info->name, info->type, info->size,
			     info->date, info->hash_type, info->hash, info->description);
}

void file_accepted(LocalFile *file, guint64 offset)
{
	if (file->state != TP_FILE_TRANSFER_STATE_PENDING || file->offset_known)
		return;
	if (offset > file->info.size) {
		end(file, TP_FILE_TRANSFER_STATE_CANCELLED,
		    TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_ERROR,
		    TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_ERROR);
		return;
	}
	set_state(file, TP_FILE_TRANSFER_STATE_ACCEPTED, 0);
	define_offset(file, offset);
	if (file->endpoint)
		set_state(file, TP_FILE_TRANSFER_STATE_OPEN, 0);
	start(file);
}

void file_connected(LocalFile *file, int fd)
{
	if (file->remote >= 0 || file->relay || file_has_ended(file)) {
		close(fd);
		return;
	}
	file->remote = fd;
	start(file);
}

void file_remote_end(LocalFile *file, guint reason)
{
	bool unanswered = file->state == TP_FILE_TRANSFER_STATE_PENDING && !file_is_ours(file);
	bool whole = file->relay &&
		     (left(file) == G_MAXUINT64 || relay_get_bytes(file->relay) == left(file));

	if (file_is_ours(file) && reason == 0 && whole)
		end(file, TP_FILE_TRANSFER_STATE_COMPLETED, 0, -1);
	else
		end(file, TP_FILE_TRANSFER_STATE_CANCELLED,
		    TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_STOPPED, -1);
	/* Nobody holds what nobody has answered. */
	if (unanswered)
		tp_base_channel_destroyed((TpBaseChannel *)file);
}

/* --- methods --- */

static void on_program(struct endpoint *endpoint, int fd, void *data)
{
	LocalFile *file = data;

	if (file->local >= 0 || file->relay) {
		close(fd);
		return;
	}
	file->local = fd;
	start(file);
}

static bool provide(LocalFile *file, guint type, guint access, const GValue *param, GError **error)
{
	if (!file_is_ours(file) || file->endpoint || file_has_ended(file)) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE,
			    "this is no file of yours that waits to be provided");
		return false;
	}
	file->endpoint = endpoint_new(type, access, param, on_program, file, error);
	return file->endpoint;
}

static void provide_file(TpSvcChannelTypeFileTransfer *iface, guint type, guint access,
			 const GValue *param, DBusGMethodInvocation *context)
{
	LocalFile *file = (LocalFile *)iface;
	g_autoptr(GError) error = NULL;

	if (!provide(file, type, access, param, &error)) {
		dbus_g_method_return_error(context, error);
		return;
	}
	handler_watch((TpBaseChannel *)file, context, tp_base_channel_close);
	endpoint_reply(file->endpoint, context);
	if (file->state == TP_FILE_TRANSFER_STATE_ACCEPTED)
		set_state(file, TP_FILE_TRANSFER_STATE_OPEN, 0);
}

static bool accept_it(LocalFile *file, guint type, guint access, const GValue *param,
		      guint64 offset, GError **error)
{
	struct contact *contact = contact_of(file);

	if (file_is_ours(file) || file->state != TP_FILE_TRANSFER_STATE_PENDING || !contact) {
		g_set_error(error, TP_ERROR, TP_ERROR_NOT_AVAILABLE,
			    "no file waits to be accepted");
		return false;
	}
	if (offset > file->info.size) {
		g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
			    "the offset is beyond the end");
		return false;
	}
	file->endpoint = endpoint_new(type, access, param, on_program, file, error);
	if (!file->endpoint)
		return false;
	peer_send(contact->peer, FRAME_FILE_ACCEPT, g_variant_new("(tt)", file->stream, offset));
	file->remote = peer_open_stream(contact->peer, file->stream, 0, error);
	return file->remote >= 0;
}

static void accept_file(TpSvcChannelTypeFileTransfer *iface, guint type, guint access,
			const GValue *param, guint64 offset, DBusGMethodInvocation *context)
{
	LocalFile *file = (LocalFile *)iface;
	g_autoptr(GError) error = NULL;

	if (!accept_it(file, type, access, param, offset, &error)) {
		/* An error of another domain is no Telepathy error. */
		GError plain = {TP_ERROR, TP_ERROR_NETWORK_ERROR, error->message};

		dbus_g_method_return_error(context, error->domain == TP_ERROR ? error : &plain);
		return;
	}
	handler_watch((TpBaseChannel *)file, context, tp_base_channel_close);
	endpoint_reply(file->endpoint, context);
	set_state(file, TP_FILE_TRANSFER_STATE_ACCEPTED, 0);
	define_offset(file, offset);
	set_state(file, TP_FILE_TRANSFER_STATE_OPEN, 0);
	start(file);
}

static void file_iface_init(void *iface, void *data)
{
	tp_svc_channel_type_file_transfer_implement_provide_file(iface, provide_file);
	tp_svc_channel_type_file_transfer_implement_accept_file(iface, accept_file);
}

static void close_channel(TpBaseChannel *channel)
{
	LocalFile *file = (LocalFile *)channel;

	end(file, TP_FILE_TRANSFER_STATE_CANCELLED,
	    TP_FILE_TRANSFER_STATE_CHANGE_REASON_LOCAL_STOPPED,
	    TP_FILE_TRANSFER_STATE_CHANGE_REASON_REMOTE_STOPPED);
	release(file);
	tp_base_channel_destroyed(channel);
}

/* --- properties --- */

static void get_string(LocalFile *file, const char *name, GValue *value)
{
	const struct file_info *info = &file->info;

	if (!strcmp(name, "ContentType"))
		g_value_set_string(value, info->type);
	else if (!strcmp(name, "Filename"))
		g_value_set_string(value, info->name);
	else if (!strcmp(name, "ContentHash"))
		g_value_set_string(value, info->hash);
	else if (!strcmp(name, "Description"))
		g_value_set_string(value, info->description);
	else
		g_value_set_string(value, "");
}

static void get_property(GObject *object, GQuark iface, GQuark quark, GValue *value, void *data)
{
	LocalFile *file = (LocalFile *)object;
	const char *name = g_quark_to_string(quark);

	if (G_VALUE_HOLDS_STRING(value))
		get_string(file, name, value);
	else if (!strcmp(name, "Size"))
		g_value_set_uint64(value, file->info.size);
	else if (!strcmp(name, "InitialOffset"))
		g_value_set_uint64(value, file->offset);
	else if (!strcmp(name, "TransferredBytes"))
		g_value_set_uint64(value, file->transferred);
	else if (!strcmp(name, "Date"))
		g_value_set_int64(value, file->info.date);
	else if (!strcmp(name, "State"))
		g_value_set_uint(value, file->state);
	else if (!strcmp(name, "ContentHashType"))
		g_value_set_uint(value, file->info.hash_type);
	else
		g_value_take_boxed(value, endpoint_supported());
}

static void fill_properties(TpBaseChannel *channel, GHashTable *properties)
{
	const char *iface = TP_IFACE_CHANNEL_TYPE_FILE_TRANSFER;

	TP_BASE_CHANNEL_CLASS(local_file_parent_class)
		->fill_immutable_properties(channel, properties);
	tp_dbus_properties_mixin_fill_properties_hash(
		(GObject *)channel, properties, iface, "ContentType", iface, "Filename", iface,
		"Size", iface, "ContentHashType", iface, "ContentHash", iface, "Description", iface,
		"Date", iface, "AvailableSocketTypes", NULL);
}

/* --- the object --- */

static void dispose(GObject *object)
{
	release((LocalFile *)object);
	G_OBJECT_CLASS(local_file_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
	file_info_clear(&((LocalFile *)object)->info);
	G_OBJECT_CLASS(local_file_parent_class)->finalize(object);
}

static void local_file_init(LocalFile *file)
{
	file->local = file->remote = -1;
	file->state = TP_FILE_TRANSFER_STATE_PENDING;
}

static void local_file_class_init(LocalFileClass *klass)
{
	static TpDBusPropertiesMixinPropImpl properties[] = {
		{"State", NULL, NULL},
		{"ContentType", NULL, NULL},
		{"Filename", NULL, NULL},
		{"Size", NULL, NULL},
		{"ContentHashType", NULL, NULL},
		{"ContentHash", NULL, NULL},
		{"Description", NULL, NULL},
		{"Date", NULL, NULL},
		{"AvailableSocketTypes", NULL, NULL},
		{"TransferredBytes", NULL, NULL},
		{"InitialOffset", NULL, NULL},
		{"URI", NULL, NULL},
		{"FileCollection", NULL, NULL},
		{NULL, NULL, NULL},
	};
	TpBaseChannelClass *channel = TP_BASE_CHANNEL_CLASS(klass);

	G_OBJECT_CLASS(klass)->dispose = dispose;
	G_OBJECT_CLASS(klass)->finalize = finalize;
	channel->channel_type = TP_IFACE_CHANNEL_TYPE_FILE_TRANSFER;
	channel->target_handle_type = TP_HANDLE_TYPE_CONTACT;
	channel->close = close_channel;
	channel->fill_immutable_properties = fill_properties;
	tp_dbus_properties_mixin_implement_interface(G_OBJECT_CLASS(klass),
						     TP_IFACE_QUARK_CHANNEL_TYPE_FILE_TRANSFER,
						     get_property, NULL, properties);
}

LocalFile *file_new(LocalConnection *connection, TpHandle contact, bool requested, guint64 stream,
		    struct file_info *info)
{
	TpHandle initiator = requested ? local_connection_self(connection) : contact;
	LocalFile *file =
		g_object_new(local_file_get_type(), "connection", connection, "handle", contact,
			     "initiator-handle", initiator, "requested", requested, NULL);

	file->stream = stream;
	file->info = *info;
	memset(info, 0, sizeof *info);
	return file;
}
