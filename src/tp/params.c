/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Parameters of accounts.conf made what a manager takes: the types come from the protocol, and
 * what does not fit is named (spec: ConnectionManager.RequestConnection). */

#include <stdlib.h>
#include <string.h>

#include "../model/text.h"
#include "private.h"

static void write_integer(struct bus_writer *value, char type, gint64 number)
{
	switch (type) {
	case 'y':
		bus_write_byte(value, (guint8)number);
		break;
	case 'n':
		bus_write_int16(value, (gint16)number);
		break;
	case 'q':
		bus_write_uint16(value, (guint16)number);
		break;
	case 'i':
		bus_write_int32(value, (gint32)number);
		break;
	case 'u':
		bus_write_uint32(value, (guint32)number);
		break;
	case 'x':
		bus_write_int64(value, number);
		break;
	case 't':
		bus_write_uint64(value, (guint64)number);
		break;
	}
}

static void write_text_value(struct bus_writer *value, const char *signature, const char *text)
{
	if (!strcmp(signature, "as")) {
		g_auto(GStrv) words = g_strsplit(text, ";", -1);

		bus_write_strings(value, (const char *const *)words);
	} else if (*signature == 'o') {
		bus_write_path(value, text);
	} else {
		bus_write_string(value, text);
	}
}

/* @text has been checked. */
static void write_value(struct bus_writer *value, const struct param *param, const char *text)
{
	const char *signature = param->signature;
	bool flag = false;

	if (*signature == 'b' && param_read_bool(text, &flag))
		bus_write_bool(value, flag);
	else if (*signature == 'd')
		bus_write_double(value, g_ascii_strtod(text, NULL));
	else if (strchr("soa", *signature))
		write_text_value(value, signature, text);
	else
		write_integer(value, *signature, g_ascii_strtoll(text, NULL, 10));
}

/* Writes one parameter as an entry of a{sv}; NULL when all is well, else what is wrong. */
static char *write_param(struct bus_writer *dict, const struct param *param, const char *text)
{
	struct bus_writer entry, value;
	char *why = param_check(param, text);

	if (why)
		return why;
	bus_write_open_property(dict, param->name, param->signature, &entry, &value);
	write_value(&value, param, text);
	bus_write_close_property(dict, &entry, &value);
	return NULL;
}

void tp_write_param_value(struct bus_writer *args, const struct param *param, const char *text)
{
	struct bus_writer value;

	bus_write_open_variant(args, param->signature, &value);
	write_value(&value, param, text);
	bus_write_close(args, &value);
}

static bool check_required(const struct protocol *protocol, GHashTable *params, GError **error)
{
	for (guint i = 0; i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if ((param->flags & (PARAM_REQUIRED | PARAM_HAS_DEFAULT | PARAM_SECRET)) ==
			    PARAM_REQUIRED &&
		    !g_hash_table_contains(params, param->name)) {
			g_set_error(error, TP_ERROR, TP_ERROR_FAILED,
				    "param-%s is missing: %s needs it", param->name,
				    protocol->english);
			return false;
		}
	}
	return true;
}

bool tp_write_params(struct bus_writer *args, const struct protocol *protocol, GHashTable *params,
		     const char *secret, GError **error)
{
	const struct param *password = protocol_find_param(protocol, "password");
	struct bus_writer dict;
	GHashTableIter iter;
	void *name, *text;
	bool ok = check_required(protocol, params, error);

	bus_write_open_array(args, "{sv}", &dict);
	g_hash_table_iter_init(&iter, params);
	while (ok && g_hash_table_iter_next(&iter, &name, &text)) {
		const struct param *param = protocol_find_param(protocol, name);
		g_autofree char *why = NULL;

		if (param)
			why = write_param(&dict, param, text);
		else
			why = g_strdup_printf("is not known to the connection manager “%s”",
					      protocol->manager);
		if (why) {
			g_autofree char *shown = text_clean(name, -1, TEXT_LINE);

			g_set_error(error, TP_ERROR, TP_ERROR_FAILED, "param-%s %s", shown, why);
			ok = false;
		}
	}
	if (ok && secret && password && !g_hash_table_contains(params, "password"))
		bus_write_property_string(&dict, "password", secret);
	bus_write_close(args, &dict);
	return ok;
}
