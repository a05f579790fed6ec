/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Our own picture (spec: Connection.Interface.Avatars), within what the network takes. */

#include <string.h>

#include "../model/image.h"
#include "../model/text.h"
#include "private.h"

#define WHAT "set the avatar"

struct rules { /* 0: no limit */
	char **types;
	unsigned min_width, min_height, max_width, max_height, max_bytes;
};

struct setting {
	struct conn *conn;
	GBytes *image; /* NULL: none */
	tp_done_fn done;
	void *data;
};

static void setting_free(void *data)
{
	struct setting *setting = data;

	if (setting->image)
		g_bytes_unref(setting->image);
	g_free(setting);
}

static struct setting *setting_copy(const struct setting *setting)
{
	struct setting *copy = g_memdup2(setting, sizeof(*setting));

	if (copy->image)
		g_bytes_ref(copy->image);
	return copy;
}

/* --- what the network takes --------------------------------------------------------------- */

static void read_rule(struct rules *rules, const char *key, struct bus_reader *value)
{
	const struct {
		const char *key;
		unsigned *to;
	} numbers[] = {
		{"MinimumAvatarWidth", &rules->min_width},
		{"MinimumAvatarHeight", &rules->min_height},
		{"MaximumAvatarWidth", &rules->max_width},
		{"MaximumAvatarHeight", &rules->max_height},
		{"MaximumAvatarBytes", &rules->max_bytes},
	};

	if (!strcmp(key, "SupportedAvatarMIMETypes")) {
		g_strfreev(rules->types);
		rules->types = bus_read_strings(value);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (!strcmp(key, numbers[i].key))
			*numbers[i].to = bus_read_uint32(value);
}

static char *describe_types(const struct rules *rules)
{
	g_autofree char *list = g_strjoinv(", ", rules->types);

	return text_clean(list, -1, TEXT_LINE);
}

/* NULL: it fits. */
static char *check(const struct rules *rules, const struct image_facts *facts, gsize size)
{
	g_autofree char *types = NULL;

	if (rules->types && *rules->types &&
	    !g_strv_contains((const char *const *)rules->types, facts->type)) {
		types = describe_types(rules);
		return g_strdup_printf("it is of type %s, this network takes %s", facts->type,
				       types);
	}
	if (rules->max_bytes && size > rules->max_bytes)
		return g_strdup_printf("it has %" G_GSIZE_FORMAT
				       " bytes, this network takes %u at most",
				       size, rules->max_bytes);
	if ((rules->max_width && facts->width > rules->max_width) ||
	    (rules->max_height && facts->height > rules->max_height))
		return g_strdup_printf("it is %ux%u, this network takes %ux%u at most",
				       facts->width, facts->height, rules->max_width,
				       rules->max_height);
	if (facts->width < rules->min_width || facts->height < rules->min_height)
		return g_strdup_printf("it is %ux%u, this network takes no less than %ux%u",
				       facts->width, facts->height, rules->min_width,
				       rules->min_height);
	return NULL;
}

/* --- setting it --------------------------------------------------------------------------- */

static void fail(const struct setting *setting, const char *why)
{
	g_autoptr(GError) error = g_error_new(TP_ERROR, TP_ERROR_USAGE, "cannot " WHAT ": %s", why);

	if (setting->done)
		setting->done(error, setting->data);
}

static void send_image(const struct setting *setting, const char *type)
{
	struct bus_call *call = conn_call(setting->conn, TP_CONN_AVATARS, "SetAvatar");
	gsize size;
	const void *bytes = g_bytes_get_data(setting->image, &size);

	bus_write_bytes(bus_call_args(call), bytes, size);
	bus_write_string(bus_call_args(call), type);
	tp_send_done(call, -1, setting->done, setting->data, WHAT);
}

static void on_rules(struct bus_reader *reply, const GError *error, void *data)
{
	struct setting *setting = data;
	struct rules rules = {NULL};
	struct image_facts facts;
	struct bus_reader value;
	g_autofree char *why = NULL;
	gsize size;
	const guint8 *bytes = g_bytes_get_data(setting->image, &size);
	const char *key;

	/* Without an answer the manager judges. */
	while (!error && bus_read_property(reply, &key, &value))
		read_rule(&rules, key, &value);
	if (!image_probe(bytes, size, &facts))
		why = g_strdup("it is no PNG, JPEG, GIF, WebP or BMP picture");
	else
		why = check(&rules, &facts, size);
	if (why)
		fail(setting, why);
	else
		send_image(setting, facts.type);
	g_strfreev(rules.types);
}

static void ask_rules(const struct setting *setting)
{
	struct bus_call *call = conn_call(setting->conn, BUS_PROPERTIES, "GetAll");
	struct setting *copy = setting_copy(setting);

	bus_write_string(bus_call_args(call), TP_CONN_AVATARS);
	bus_call_own_data(call, setting_free);
	bus_call_send(call, -1, on_rules, copy);
}

/* a{us}: where the network keeps avatars ours is among them. */
static void on_tokens(struct bus_reader *reply, const GError *error, void *data)
{
	struct setting *setting = data;
	struct bus_reader dict, entry;

	if (error) {
		ask_rules(setting);
		return;
	}
	bus_read_array(reply, &dict);
	while (bus_read_entry(&dict, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		if (handle == setting->conn->self_handle && *bus_read_string(&entry))
			return;
	}
	ask_rules(setting);
}

static void ask_token(const struct setting *setting)
{
	struct bus_call *call = conn_call(setting->conn, TP_CONN_AVATARS, "GetKnownAvatarTokens");
	struct setting *copy = setting_copy(setting);

	bus_write_uint32s(bus_call_args(call), &setting->conn->self_handle, 1);
	bus_call_own_data(call, setting_free);
	bus_call_send(call, -1, on_tokens, copy);
}

void conn_set_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data)
{
	const struct setting setting = {.conn = conn, .image = image, .done = done, .data = data};

	if (!conn_check_online(conn, done, data, WHAT))
		return;
	if (!conn_has_interface(conn, TP_CONN_AVATARS))
		conn_fail_later(conn, done, data, NULL, TP_ERROR_NOT_SUPPORTED,
				"cannot " WHAT ": %s (%s) has none", conn->account->name,
				conn->account->protocol);
	else if (image)
		ask_rules(&setting);
	else
		tp_send_done(conn_call(conn, TP_CONN_AVATARS, "ClearAvatar"), -1, done, data,
			     "remove the avatar");
}

void conn_restore_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data)
{
	const struct setting setting = {.conn = conn, .image = image, .done = done, .data = data};

	if (conn_is_online(conn) && conn_has_interface(conn, TP_CONN_AVATARS))
		ask_token(&setting);
}
