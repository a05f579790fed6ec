/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/protocol.h"
#include "src/local/avatars.h"
#include "src/local/caps.h"
#include "src/local/files.h"
#include "src/local/presence.h"
#include "src/local/room_list.h"
#include "src/local/rooms.h"
#include "src/local/talks.h"
#include "src/local/tubes.h"
#include "src/local/who.h"

#include <string.h>
#include <unistd.h>

/* --- the protocol --- */

typedef struct {
	TpBaseProtocol parent;
} LocalProtocol;

typedef struct {
	TpBaseProtocolClass parent;
} LocalProtocolClass;

GType local_protocol_get_type(void);
G_DEFINE_TYPE(LocalProtocol, local_protocol, TP_TYPE_BASE_PROTOCOL)

static const TpCMParamSpec parameters[] = {
	{"nickname", "s", G_TYPE_STRING, 0, NULL, 0, NULL, NULL, NULL, NULL},
	{"directory", "s", G_TYPE_STRING, 0, NULL, 0, NULL, NULL, NULL, NULL},
	{NULL, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL},
};

static const TpCMParamSpec *get_parameters(TpBaseProtocol *protocol)
{
	return parameters;
}

static bool get_nick(GHashTable *asv, const char **nick, GError **error)
{
	*nick = tp_asv_get_string(asv, "nickname");
	if (!*nick)
		*nick = "";
	if (who_nick_valid(*nick))
		return true;
	g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
		    "cannot use '%s': a nickname is a word of %d bytes at most without '/', ',' "
		    "and '@'",
		    *nick, WHO_NICK_MAX);
	return false;
}

static TpBaseConnection *new_connection(TpBaseProtocol *protocol, GHashTable *asv, GError **error)
{
	const char *directory = tp_asv_get_string(asv, "directory");
	const char *nick;

	if (!get_nick(asv, &nick, error))
		return NULL;
	if (directory && !*directory)
		directory = NULL;
	if (directory && !g_path_is_absolute(directory)) {
		g_set_error(error, TP_ERROR, TP_ERROR_INVALID_ARGUMENT,
			    "cannot use '%s': a directory begins with '/'", directory);
		return NULL;
	}
	return (TpBaseConnection *)local_connection_new(nick, directory);
}

static char *normalize_contact(TpBaseProtocol *protocol, const char *contact, GError **error)
{
	g_autoptr(GError) inner = NULL;
	char *normal = who_normalize(contact, &inner);

	if (!normal)
		g_set_error_literal(error, TP_ERROR, TP_ERROR_INVALID_HANDLE, inner->message);
	return normal;
}

static char *identify_account(TpBaseProtocol *protocol, GHashTable *asv, GError **error)
{
	const char *nick;

	return get_nick(asv, &nick, error) ? who_id(geteuid(), nick) : NULL;
}

static void get_connection_details(TpBaseProtocol *protocol, GStrv *interfaces, GType **managers,
				   char **icon, char **english_name, char **vcard)
{
	static const char *const list[] = {
		TP_IFACE_CONNECTION_INTERFACE_CONTACTS,
		TP_IFACE_CONNECTION_INTERFACE_REQUESTS,
		TP_IFACE_CONNECTION_INTERFACE_SIMPLE_PRESENCE,
		TP_IFACE_CONNECTION_INTERFACE_CONTACT_LIST,
		TP_IFACE_CONNECTION_INTERFACE_ALIASING,
		TP_IFACE_CONNECTION_INTERFACE_AVATARS,
		TP_IFACE_CONNECTION_INTERFACE_CONTACT_CAPABILITIES,
		TP_IFACE_CONNECTION_INTERFACE_CLIENT_TYPES,
		NULL,
	};
	const GType types[] = {
		local_talks_get_type(), local_rooms_get_type(), local_room_lists_get_type(),
		local_tubes_get_type(), local_files_get_type(), G_TYPE_INVALID,
	};

	if (interfaces)
		*interfaces = g_strdupv((char **)list);
	if (managers)
		*managers = g_memdup2(types, sizeof types);
	if (icon)
		*icon = g_strdup("im-local-xmpp");
	if (english_name)
		*english_name = g_strdup("People on this machine");
	if (vcard)
		*vcard = g_strdup("");
}

static const TpPresenceStatusSpec *get_statuses(TpBaseProtocol *protocol)
{
	return presence_statuses;
}

static GPtrArray *get_interfaces(TpBaseProtocol *protocol)
{
	GPtrArray *list =
		TP_BASE_PROTOCOL_CLASS(local_protocol_parent_class)->get_interfaces_array(protocol);

	g_ptr_array_add(list, (void *)TP_IFACE_PROTOCOL_INTERFACE_AVATARS);
	g_ptr_array_add(list, (void *)TP_IFACE_PROTOCOL_INTERFACE_PRESENCE);
	return list;
}

static void get_avatar_details(TpBaseProtocol *protocol, GStrv *types, guint *min_height,
			       guint *min_width, guint *rec_height, guint *rec_width,
			       guint *max_height, guint *max_width, guint *max_bytes)
{
	static const char *const mime[] = {"image/png", "image/jpeg", "image/gif", NULL};

	if (types)
		*types = g_strdupv((char **)mime);
	*min_height = *min_width = *max_height = *max_width = 0;
	*rec_height = *rec_width = 96;
	*max_bytes = AVATAR_MAX;
}

static void local_protocol_init(LocalProtocol *self)
{
}

static void local_protocol_class_init(LocalProtocolClass *klass)
{
	TpBaseProtocolClass *protocol = TP_BASE_PROTOCOL_CLASS(klass);

	protocol->get_parameters = get_parameters;
	protocol->new_connection = new_connection;
	protocol->normalize_contact = normalize_contact;
	protocol->identify_account = identify_account;
	protocol->get_connection_details = get_connection_details;
	protocol->get_statuses = get_statuses;
	protocol->get_interfaces_array = get_interfaces;
	protocol->get_avatar_details = get_avatar_details;
}

/* --- the manager --- */

typedef struct {
	TpBaseConnectionManager parent;
} LocalProcess;

typedef struct {
	TpBaseConnectionManagerClass parent;
} LocalProcessClass;

GType local_process_get_type(void);
G_DEFINE_TYPE(LocalProcess, local_process, TP_TYPE_BASE_CONNECTION_MANAGER)

static TpBaseProtocol *make_protocol(void)
{
	return g_object_new(local_protocol_get_type(), "name", "local", NULL);
}

static void constructed(GObject *object)
{
	TpBaseProtocol *protocol = make_protocol();

	G_OBJECT_CLASS(local_process_parent_class)->constructed(object);
	tp_base_connection_manager_add_protocol(TP_BASE_CONNECTION_MANAGER(object), protocol);
	g_object_unref(protocol);
}

static void local_process_init(LocalProcess *self)
{
}

static void local_process_class_init(LocalProcessClass *klass)
{
	G_OBJECT_CLASS(klass)->constructed = constructed;
	TP_BASE_CONNECTION_MANAGER_CLASS(klass)->cm_dbus_name = "local";
}

TpBaseConnectionManager *local_manager_process_new(void)
{
	return g_object_new(local_process_get_type(), NULL);
}

/* --- the .manager file --- */

static void add_value(GString *text, const char *name, const GValue *value)
{
	if (G_VALUE_HOLDS_STRING(value)) {
		g_string_append_printf(text, "%s=%s\n", name, g_value_get_string(value));
	} else if (G_VALUE_HOLDS_UINT(value)) {
		g_string_append_printf(text, "%s=%u\n", name, g_value_get_uint(value));
	} else if (G_VALUE_HOLDS(value, G_TYPE_STRV)) {
		g_autofree char *list = g_strjoinv(";", g_value_get_boxed(value));

		g_string_append_printf(text, "%s=%s%s\n", name, list, *list ? ";" : "");
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_classes(GString *text, GPtrArray *classes)
{
	g_autoptr(GString) names = g_string_new("RequestableChannelClasses=");
	g_autoptr(GString) groups = g_string_new(NULL);

	for (guint i = 0; i < classes->len; i++) {
		GHashTable *fixed;
		char **allowed;
		g_autofree char *list = NULL;

		tp_value_array_unpack(g_ptr_array_index(classes, i), 2, &fixed, &allowed);
		list = g_strjoinv(";", allowed);
		g_string_append_printf(names, "class%u;", i);
		g_string_append_printf(
			groups, "\n[class%u]\n%s s=%s\n%s u=%u\nallowed=%s%s\n", i,
			TP_PROP_CHANNEL_CHANNEL_TYPE,
			tp_asv_get_string(fixed, TP_PROP_CHANNEL_CHANNEL_TYPE),
			TP_PROP_CHANNEL_TARGET_HANDLE_TYPE,
			tp_asv_get_uint32(fixed, TP_PROP_CHANNEL_TARGET_HANDLE_TYPE, NULL), list,
			*list ? ";" : "");
	}
	g_string_append_printf(text, "%s\n%s", names->str, groups->str);
}

/* The file's keys are the ends of the properties' names. */
static void add_properties(GString *text, GHashTable *properties)
{
	g_autofree const char **keys =
		(const char **)g_hash_table_get_keys_as_array(properties, NULL);

	qsort(keys, g_hash_table_size(properties), sizeof *keys, by_name);
	for (const char **key = keys; *key; key++)
		if (!g_str_has_suffix(*key, ".Statuses"))
			add_value(text, strrchr(*key, '.') + 1,
				  g_hash_table_lookup(properties, *key));
	for (const TpPresenceStatusSpec *s = presence_statuses; s->name; s++)
		g_string_append_printf(text, "status-%s=%u%s%s\n", s->name,
				       (unsigned int)s->presence_type, s->self ? " settable" : "",
				       s->optional_arguments ? " message" : "");
	add_classes(text, tp_asv_get_boxed(properties, TP_PROP_PROTOCOL_REQUESTABLE_CHANNEL_CLASSES,
					   TP_ARRAY_TYPE_REQUESTABLE_CHANNEL_CLASS_LIST));
}

char *local_manager_file(void)
{
	TpBaseProtocol *protocol = make_protocol();
	GHashTable *properties = tp_base_protocol_get_immutable_properties(protocol);
	GString *text = g_string_new("[ConnectionManager]\nInterfaces=\n\n[Protocol local]\n");

	for (const TpCMParamSpec *p = parameters; p->name; p++)
		g_string_append_printf(text, "param-%s=%s\n", p->name, p->dtype);
	add_properties(text, properties);
	g_hash_table_unref(properties);
	g_object_unref(protocol);
	return g_string_free(text, FALSE);
}
