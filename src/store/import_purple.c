/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * libpurple's accounts.xml: <account><account>… each with protocol, name, password, alias,
 * settings and proxy. It becomes an account of telepathy-haze, which is libpurple too, with the
 * parameters under the names that haze gives them.
 */

#include "import_private.h"

#include <string.h>

#include "secret.h"

#define DEPTH_MAX 16

struct reading {
	struct import *import;
	unsigned depth;
	char *path[DEPTH_MAX]; /* names of the elements that are open */
	struct account_conf *conf;
	char *setting; /* of the <setting> that is open */
	bool foreign;  /* …which is of a user interface, not of the protocol */
	bool auto_login, proxy;
	GString *text;
};

static const struct {
	const char *purple, *telepathy;
} protocols[] = {
	{"gg", "gadugadu"}, {"novell", "groupwise"},   {"meanwhile", "sametime"},
	{"simple", "sip"},  {"bonjour", "local-xmpp"}, {"jabber", "jabber"},
};

static const char *protocol_name(const char *plugin)
{
	const char *name = g_str_has_prefix(plugin, "prpl-") ? plugin + 5 : plugin;

	for (gsize i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (strcmp(protocols[i].purple, name) == 0)
			return protocols[i].telepathy;
	return name;
}

/* --- one account -------------------------------------------------------------------------- */

static void take_security(struct account_conf *conf, const char *value)
{
	if (strcmp(value, "old_ssl") == 0)
		import_param(conf, "old-ssl", g_strdup("true"));
	import_param(conf, "require-encryption",
		     g_strdup(strcmp(value, "opportunistic_tls") == 0 ? "false" : "true"));
}

static void take_setting(struct account_conf *conf, const char *name, const char *value)
{
	g_autofree char *key = g_strdelimit(g_strdup(name), "_", '-');

	if (strcmp(name, "connect_server") == 0)
		import_param(conf, "server", g_strdup(value));
	else if (strcmp(name, "connection_security") == 0)
		take_security(conf, value);
	else if (strcmp(name, "encoding") == 0)
		import_param(conf, "charset", g_strdup(value));
	else
		import_param(conf, key, g_strdup(value));
}

/* "alice@irc.example.org" is a nick and where it is used. */
static void split_nick(struct account_conf *conf)
{
	const char *id = g_hash_table_lookup(conf->params, "account");
	const char *at = id ? strrchr(id, '@') : NULL;

	if (!at)
		return;
	import_param(conf, "server", g_strdup(at + 1));
	import_param(conf, "account", g_strndup(id, (gsize)(at - id)));
}

static void finish(struct reading *r)
{
	struct account_conf *conf = g_steal_pointer(&r->conf);
	const char *id = g_hash_table_lookup(conf->params, "account");

	g_free(conf->name);
	conf->name = g_strdup(id ? id : "");
	conf->enabled = r->auto_login;
	if (g_strcmp0(conf->protocol, "irc") == 0)
		split_nick(conf);
	if (r->proxy)
		import_problem(r->import, conf->name,
			       "its proxy is left out: telepathy-haze takes none");
	import_add(r->import, conf);
}

static void begin(struct reading *r)
{
	account_conf_free(r->conf);
	r->conf = account_conf_new("", "haze", NULL);
	r->auto_login = r->proxy = false;
}

/* --- elements ----------------------------------------------------------------------------- */

static bool is_open(const struct reading *r, const char *path)
{
	g_autoptr(GString) open = g_string_new(NULL);

	for (unsigned i = 0; i < r->depth; i++)
		g_string_append_printf(open, "/%s", r->path[i]);
	return strcmp(open->str, path) == 0;
}

static const char *attribute(const char **names, const char **values, const char *wanted)
{
	for (; *names; names++, values++)
		if (strcmp(*names, wanted) == 0)
			return *values;
	return NULL;
}

static void refuse(GError **error)
{
	g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "");
}

static void on_start(GMarkupParseContext *context, const char *name, const char **names,
		     const char **values, void *data, GError **error)
{
	struct reading *r = data;

	if (r->depth == DEPTH_MAX ||
	    (r->depth == 0 && strcmp(name, "account") != 0 && strcmp(name, "accounts") != 0)) {
		refuse(error);
		return;
	}
	/* Old versions call the outermost one so. */
	r->path[r->depth] = g_strdup(r->depth ? name : "account");
	r->depth++;
	explicit_bzero(r->text->str, r->text->len);
	g_string_truncate(r->text, 0);
	if (is_open(r, "/account/account"))
		begin(r);
	else if (is_open(r, "/account/account/settings"))
		r->foreign = attribute(names, values, "ui") != NULL;
	else if (is_open(r, "/account/account/settings/setting"))
		r->setting = g_strdup(attribute(names, values, "name"));
}

static void take_element(struct reading *r)
{
	const char *name = r->path[r->depth - 1], *text = r->text->str;
	struct account_conf *conf = r->conf;

	if (is_open(r, "/account/account/settings/setting")) {
		if (!r->foreign && r->setting)
			take_setting(conf, r->setting, text);
		else if (g_strcmp0(r->setting, "auto-login") == 0)
			r->auto_login = r->auto_login || strcmp(text, "1") == 0;
	} else if (is_open(r, "/account/account/proxy/host")) {
		r->proxy = *text != '\0';
	} else if (r->depth != 3) {
		return;
	} else if (strcmp(name, "protocol") == 0) {
		g_free(conf->protocol);
		conf->protocol = g_strdup(protocol_name(text));
	} else if (strcmp(name, "name") == 0) {
		import_param(conf, "account", g_strdup(text));
	} else if (strcmp(name, "password") == 0) {
		import_param(conf, "password", g_strdup(text));
	} else if (strcmp(name, "alias") == 0) {
		g_free(conf->nickname);
		conf->nickname = *text ? g_strdup(text) : NULL;
	}
}

static void on_end(GMarkupParseContext *context, const char *name, void *data, GError **error)
{
	struct reading *r = data;

	if (r->conf)
		take_element(r);
	if (r->conf && is_open(r, "/account/account"))
		finish(r);
	g_clear_pointer(&r->setting, g_free);
	g_free(r->path[--r->depth]);
	explicit_bzero(r->text->str, r->text->len);
	g_string_truncate(r->text, 0);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, void *data,
		    GError **error)
{
	g_string_append_len(((struct reading *)data)->text, text, (gssize)length);
}

static void clear(struct reading *r)
{
	while (r->depth)
		g_free(r->path[--r->depth]);
	account_conf_free(r->conf);
	g_free(r->setting);
	secret_free(g_string_free(r->text, FALSE));
}

/* The parser's own message may quote what stands there: only the line is told. */
bool import_purple(struct import *import, const char *text, gsize length,
		   struct import_error *error)
{
	static const GMarkupParser parser = {
		.start_element = on_start, .end_element = on_end, .text = on_text};
	struct reading reading = {.import = import, .text = g_string_sized_new(256)};
	GMarkupParseContext *context =
		g_markup_parse_context_new(&parser, G_MARKUP_PREFIX_ERROR_POSITION, &reading, NULL);
	bool good = g_markup_parse_context_parse(context, text, (gssize)length, NULL) &&
		    g_markup_parse_context_end_parse(context, NULL);
	int line = 0;

	import->source = "libpurple";
	g_markup_parse_context_get_position(context, &line, NULL);
	g_markup_parse_context_free(context);
	clear(&reading);
	if (good)
		return true;
	error->reason = "it is broken, or no accounts.xml of libpurple";
	error->line = (unsigned)MAX(line, 0);
	return false;
}
