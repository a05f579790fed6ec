/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "id.h"

#include <glib.h>
#include <string.h>

#include "text.h"

/* XEP-0106. */
static char unescape(const char *s)
{
	static const struct {
		const char *code;
		char c;
	} codes[] = {
		{"20", ' '}, {"22", '"'}, {"26", '&'}, {"27", '\''}, {"2f", '/'},
		{"3a", ':'}, {"3c", '<'}, {"3e", '>'}, {"40", '@'},  {"5c", '\\'},
	};

	for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
		if (!g_ascii_strncasecmp(s, codes[i].code, 2))
			return codes[i].c;
	return '\0';
}

static GString *read_local(const char *local, gsize length)
{
	GString *text = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++) {
		char c = local[i] == '\\' && length - i > 2 ? unescape(local + i + 1) : '\0';

		g_string_append_c(text, c ? c : local[i]);
		i += c ? 2 : 0;
	}
	return text;
}

/* The last '%' stands for the '@' of an id elsewhere, where a domain follows. */
static void read_gateway(GString *local)
{
	char *percent = strrchr(local->str, '%');

	if (percent && percent > local->str && !strchr(local->str, '@') && strchr(percent, '.'))
		*percent = '@';
}

static char *read_domain(const char *domain)
{
	gsize length = strcspn(domain, "/");
	g_autofree char *name = g_strndup(domain, length);
	g_autofree char *unicode = NULL;

	if (!g_hostname_is_ascii_encoded(name))
		return g_strdup(domain);
	unicode = g_hostname_to_unicode(name);
	return unicode ? g_strconcat(unicode, domain + length, NULL) : g_strdup(domain);
}

char *id_readable(const char *id)
{
	const char *at = strchr(id, '@');
	g_autofree char *domain = NULL, *all = NULL;
	g_autoptr(GString) local = NULL;

	if (!at || at == id || !g_utf8_validate(id, -1, NULL))
		return text_clean(id, -1, TEXT_LINE);
	local = read_local(id, (gsize)(at - id));
	read_gateway(local);
	domain = read_domain(at + 1);
	all = g_strdup_printf(strchr(local->str, '@') ? "%s (%s)" : "%s@%s", local->str, domain);
	return text_clean(all, -1, TEXT_LINE);
}
