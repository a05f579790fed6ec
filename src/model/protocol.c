/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol.h"

#include <errno.h>
#include <string.h>

#include "text.h"

static const struct {
	const char *name, *english;
} known_names[] = {
	{"jabber", "XMPP"},
	{"irc", "IRC"},
	{"local", "People on this machine"},
	{"local-xmpp", "Link-local XMPP"},
	{"sip", "SIP"},
	{"tel", "Telephony"},
	{"sametime", "Sametime"},
	{"gadugadu", "Gadu-Gadu"},
	{"groupwise", "GroupWise"},
	{"silc", "SILC"},
	{"zephyr", "Zephyr"},
};

static void param_free(void *data)
{
	struct param *param = data;

	g_free(param->name);
	g_free(param->signature);
	g_free(param->fallback);
	g_free(param);
}

static char *english_name(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known_names); i++)
		if (!strcmp(known_names[i].name, name))
			return g_strdup(known_names[i].english);
	return text_clean(name, -1, TEXT_LINE);
}

struct protocol *protocol_new(const char *manager, const char *name, const char *english)
{
	struct protocol *protocol = g_new0(struct protocol, 1);

	protocol->manager = g_strdup(manager);
	protocol->name = g_strdup(name);
	if (english && *english)
		protocol->english = text_clean(english, -1, TEXT_LINE);
	else
		protocol->english = english_name(name);
	protocol->params = g_ptr_array_new_with_free_func(param_free);
	return protocol;
}

void protocol_free(struct protocol *protocol)
{
	if (!protocol)
		return;
	g_free(protocol->manager);
	g_free(protocol->name);
	g_free(protocol->english);
	g_ptr_array_unref(protocol->params);
	g_free(protocol);
}

void protocol_add_param(struct protocol *protocol, const char *name, const char *signature,
			unsigned flags, const char *fallback)
{
	struct param *param = g_new0(struct param, 1);

	param->name = g_strdup(name);
	param->signature = g_strdup(signature);
	param->flags = flags;
	param->fallback = g_strdup(fallback);
	g_ptr_array_add(protocol->params, param);
}

static int compare_params(const void *a, const void *b)
{
	const struct param *x = *(struct param *const *)a, *y = *(struct param *const *)b;
	bool x_required = x->flags & PARAM_REQUIRED, y_required = y->flags & PARAM_REQUIRED;

	if (x_required != y_required)
		return y_required - x_required;
	return strcmp(x->name, y->name);
}

void protocol_sort_params(struct protocol *protocol)
{
	g_ptr_array_sort(protocol->params, compare_params);
}

const struct param *protocol_find_param(const struct protocol *protocol, const char *name)
{
	for (guint i = 0; i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if (!strcmp(param->name, name))
			return param;
	}
	return NULL;
}

const struct protocol *protocol_find(GPtrArray *protocols, const char *manager, const char *name)
{
	for (guint i = 0; protocols && i < protocols->len; i++) {
		const struct protocol *protocol = g_ptr_array_index(protocols, i);

		if (!strcmp(protocol->name, name) &&
		    (!manager || !strcmp(protocol->manager, manager)))
			return protocol;
	}
	return NULL;
}

const struct protocol *protocol_find_called(GPtrArray *protocols, const char *name)
{
	const char *slash = strchr(name, '/');

	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = g_ptr_array_index(protocols, i);
		gsize length = strlen(protocol->manager);

		if (!g_ascii_strcasecmp(protocol->name, name) ||
		    !g_ascii_strcasecmp(protocol->english, name))
			return protocol;
		if (slash && length == (gsize)(slash - name) &&
		    !strncmp(protocol->manager, name, length) && !strcmp(protocol->name, slash + 1))
			return protocol;
	}
	return NULL;
}

/* --- values ------------------------------------------------------------------------------- */

static const struct {
	char type;
	gint64 min, max;
} integer_ranges[] = {
	{'y', 0, G_MAXUINT8},          {'n', G_MININT16, G_MAXINT16}, {'q', 0, G_MAXUINT16},
	{'i', G_MININT32, G_MAXINT32}, {'u', 0, G_MAXUINT32},         {'x', G_MININT64, G_MAXINT64},
	{'t', 0, G_MAXINT64},
};

bool param_is_secret_name(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	return strstr(lower, "password") || strstr(lower, "passwd") || strstr(lower, "secret") ||
	       strstr(lower, "token");
}

bool param_read_bool(const char *text, bool *value)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (gsize i = 0; i < G_N_ELEMENTS(yes); i++) {
		*value = !g_ascii_strcasecmp(text, yes[i]);
		if (*value || !g_ascii_strcasecmp(text, no[i]))
			return true;
	}
	return false;
}

static char *check_integer(const char *text, gint64 min, gint64 max)
{
	gint64 value;
	char *end;

	errno = 0;
	value = g_ascii_strtoll(text, &end, 10);
	if (*text && !*end && errno == 0 && value >= min && value <= max)
		return NULL;
	return g_strdup_printf(
		"must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
}

static bool is_real(const char *text)
{
	char *end;

	g_ascii_strtod(text, &end);
	return *text && !*end;
}

char *param_check(const struct param *param, const char *text)
{
	const char *signature = param->signature;
	bool flag;

	if (!g_utf8_validate(text, -1, NULL))
		return g_strdup("is not valid UTF-8");
	for (gsize i = 0; i < G_N_ELEMENTS(integer_ranges); i++)
		if (*signature == integer_ranges[i].type && !signature[1])
			return check_integer(text, integer_ranges[i].min, integer_ranges[i].max);
	if (!strcmp(signature, "s") || !strcmp(signature, "as"))
		return NULL;
	if (!strcmp(signature, "b"))
		return param_read_bool(text, &flag) ? NULL : g_strdup("must be true or false");
	if (!strcmp(signature, "d"))
		return is_real(text) ? NULL : g_strdup("must be a number");
	if (!strcmp(signature, "o"))
		return g_variant_is_object_path(text) ? NULL
						      : g_strdup("must be a D-Bus object path");
	return g_strdup("has a type that cannot be set from a file");
}
