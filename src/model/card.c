/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "card.h"
#include "id.h"
#include "text.h"

#include <string.h>

#define PARAMS_MAX 10 /* that a label names */

struct card_field *card_field_new(const char *name, const char *const *params,
				  const char *const *values)
{
	struct card_field *field = g_new0(struct card_field, 1);

	field->name = g_strdup(name);
	field->params = params ? g_strdupv((char **)params) : g_new0(char *, 1);
	field->values = values ? g_strdupv((char **)values) : g_new0(char *, 1);
	return field;
}

void card_field_free(void *data)
{
	struct card_field *field = data;

	g_free(field->name);
	g_strfreev(field->params);
	g_strfreev(field->values);
	g_free(field);
}

GPtrArray *card_new(void)
{
	return g_ptr_array_new_with_free_func(card_field_free);
}

GPtrArray *card_copy(const GPtrArray *card)
{
	GPtrArray *copy = card_new();

	for (guint i = 0; i < card->len; i++) {
		const struct card_field *field = card->pdata[i];

		g_ptr_array_add(copy,
				card_field_new(field->name, (const char *const *)field->params,
					       (const char *const *)field->values));
	}
	return copy;
}

void card_spec_free(void *data)
{
	struct card_spec *spec = data;

	g_free(spec->name);
	g_strfreev(spec->params);
	g_free(spec);
}

/* --- words -------------------------------------------------------------------------------- */

static const struct {
	const char *name, *label;
	unsigned values;
} words[] = {
	{"adr", "address", 7},
	{"bday", "birthday", 1},
	{"fn", "name", 1},
	{"geo", "coordinates", 2},
	{"n", "name in parts", 5},
	{"nickname", "nickname", 1},
	{"org", "organisation", 0},
	{"tel", "phone", 1},
	{"tz", "time zone", 1},
	{"url", "web page", 1},
	{"x-adr-locality", "city", 1},
	{"x-gender", "gender", 1},
	{"x-host", "host", 1},
	{"x-idle-time", "idle", 1},
	{"x-irc-channel", "channel", 1},
	{"x-irc-operator", "operator", 1},
	{"x-irc-registered-nick", "registered", 1},
	{"x-irc-secure-connection", "secure", 1},
	{"x-irc-server", "server", 0},
	{"x-jabber", "XMPP", 1},
	{"x-n-family", "family name", 1},
	{"x-n-given", "given name", 1},
	{"x-online", "online", 1},
	{"x-presence-status-identifier", "status", 1},
	{"x-presence-status-message", "message", 1},
	{"x-presence-type", "presence", 1},
	{"x-telepathy-identifier", "id", 1},
};

/* How many values a field of this name has: 1, but of "n" 5, of "adr" 7, of "geo" 2, of "org" any
 * number (0). */
static unsigned value_count(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (!g_ascii_strcasecmp(words[i].name, name))
			return words[i].values;
	return 1;
}

char *card_print_label(const char *name, const char *const *params)
{
	const char *label = name;
	g_autoptr(GString) text = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (!g_ascii_strcasecmp(words[i].name, name))
			label = words[i].label;
	text = g_string_new(label);
	for (guint i = 0; params && i < PARAMS_MAX && params[i]; i++) {
		const char *param = params[i];

		if (!g_ascii_strncasecmp(param, "type=", 5) ||
		    !g_ascii_strncasecmp(param, "role=", 5))
			param += 5;
		g_string_append_printf(text, i ? ", %s" : " (%s", param);
	}
	if (params && params[0])
		g_string_append_c(text, ')');
	return text_clean(text->str, (gssize)text->len, TEXT_LINE);
}

static char *print_duration(const char *text)
{
	guint64 seconds;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &seconds, NULL))
		return NULL;
	if (seconds < 60)
		return g_strdup_printf("%u s", (unsigned)seconds);
	if (seconds < 3600)
		return g_strdup_printf("%u min", (unsigned)(seconds / 60));
	if (seconds < 86400)
		return g_strdup_printf("%u h %u min", (unsigned)(seconds / 3600),
				       (unsigned)(seconds % 3600 / 60));
	return g_strdup_printf("%u d %u h", (unsigned)(seconds / 86400),
			       (unsigned)(seconds % 86400 / 3600));
}

static char *print_yes_no(const char *text)
{
	if (!strcmp(text, "true"))
		return g_strdup("yes");
	return !strcmp(text, "false") ? g_strdup("no") : NULL;
}

/* Of fields whose values are not words for people. NULL: it is such a word. */
static char *print_special(const struct card_field *field)
{
	const char *value = field->values[0];

	if (!value)
		return NULL;
	if (!strcmp(field->name, "x-idle-time"))
		return print_duration(value);
	/* A number of the specification, of which the status tells. */
	if (!strcmp(field->name, "x-presence-type"))
		return g_strdup("");
	if (g_str_has_prefix(field->name, "x-irc-"))
		return print_yes_no(value);
	return NULL;
}

char *card_print_value(const struct card_field *field)
{
	g_autoptr(GString) all = g_string_new(NULL);
	char *special = print_special(field);

	if (special)
		return special;
	for (char **value = field->values; *value && all->len < 2 * TEXT_LINE_MAX; value++)
		if (**value)
			g_string_append_printf(all, "%s%.*s", all->len ? ", " : "",
					       2 * TEXT_LINE_MAX, *value);
	return text_clean(all->str, (gssize)all->len, TEXT_LINE);
}

/* --- editing ------------------------------------------------------------------------------ */

char *card_edit_value(const struct card_field *field)
{
	bool several = value_count(field->name) != 1;
	GString *text = g_string_new(NULL);

	for (char **value = field->values; *value; value++) {
		if (value > field->values)
			g_string_append_c(text, ';');
		for (const char *s = *value; *s; s++) {
			if (several && (*s == ';' || *s == '\\'))
				g_string_append_c(text, '\\');
			g_string_append_c(text, *s);
		}
	}
	return g_string_free(text, FALSE);
}

static char **split_values(const char *text)
{
	GPtrArray *values = g_ptr_array_new();
	g_autoptr(GString) value = g_string_new(NULL);

	for (const char *s = text;; s++) {
		if (*s == '\\' && s[1]) {
			g_string_append_c(value, *++s);
			continue;
		}
		if (*s && *s != ';') {
			g_string_append_c(value, *s);
			continue;
		}
		g_ptr_array_add(values, g_strdup(value->str));
		g_string_truncate(value, 0);
		if (!*s)
			break;
	}
	g_ptr_array_add(values, NULL);
	return (char **)g_ptr_array_free(values, FALSE);
}

/* A manager may insist on all of the parts. */
static char **pad_values(char **values, unsigned count)
{
	unsigned length = g_strv_length(values);

	if (length >= count)
		return values;
	values = g_renew(char *, values, count + 1);
	for (; length < count; length++)
		values[length] = g_strdup("");
	values[count] = NULL;
	return values;
}

char **card_parse_value(const char *name, const char *text)
{
	unsigned count = value_count(name);

	if (count != 1)
		return pad_values(split_values(text), count);
	return g_strdupv((char *[]){(char *)text, NULL});
}

static bool has_param(char *const *params, const char *param)
{
	for (; *params; params++)
		if (!g_ascii_strcasecmp(*params, param))
			return true;
	return false;
}

bool card_field_is(const struct card_field *field, const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, ";", -1);

	if (!parts[0] || g_ascii_strcasecmp(field->name, parts[0]) ||
	    g_strv_length(parts) - 1 != g_strv_length(field->params))
		return false;
	for (char **part = parts + 1; *part; part++)
		if (!has_param(field->params, *part))
			return false;
	return true;
}

static bool allows(const struct card_spec *spec, char *const *params)
{
	if (spec->exact && g_strv_length((char **)params) != g_strv_length(spec->params))
		return false;
	for (; *params; params++)
		if (!has_param(spec->params, *params))
			return false;
	return true;
}

const struct card_spec *card_find_spec(const GPtrArray *specs, const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, ";", -1);

	for (guint i = 0; specs && parts[0] && i < specs->len; i++) {
		const struct card_spec *spec = specs->pdata[i];

		if (!g_ascii_strcasecmp(spec->name, parts[0]) && allows(spec, parts + 1))
			return spec;
	}
	return NULL;
}

/* --- who somebody is ---------------------------------------------------------------------- */

struct whois *whois_new(const char *id)
{
	struct whois *whois = g_new0(struct whois, 1);

	whois->id = g_strdup(id);
	whois->shown_id = text_clean(id, -1, TEXT_LINE);
	whois->alias = id_readable(id);
	whois->status = g_strdup("");
	whois->message = g_strdup("");
	return whois;
}

void whois_free(struct whois *whois)
{
	if (!whois)
		return;
	g_free(whois->id);
	g_free(whois->shown_id);
	g_free(whois->alias);
	g_free(whois->status);
	g_free(whois->message);
	g_strfreev(whois->clients);
	g_clear_pointer(&whois->location, g_ptr_array_unref);
	g_clear_pointer(&whois->card, g_ptr_array_unref);
	g_free(whois->no_card);
	g_free(whois);
}
