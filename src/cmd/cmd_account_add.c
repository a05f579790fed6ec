/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /account add: a protocol by any of its names, an id and parameters made into an account that
 * its manager will take. */

#include <string.h>

#include "cmd.h"

struct addition {
	char *protocol, *id;
	char **params; /* NAME=VALUE */
};

static void addition_free(void *data)
{
	struct addition *addition = data;

	g_free(addition->protocol);
	g_free(addition->id);
	g_strfreev(addition->params);
	g_free(addition);
}

static void fail_protocol(struct command_run *run, GPtrArray *protocols, const char *name)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = g_ptr_array_index(protocols, i);

		g_string_append_printf(names, "%s%s/%s", i ? ", " : "", protocol->manager,
				       protocol->name);
	}
	if (names->len)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "no connection manager here speaks \"%s\"; there are: %s", name,
			     names->str);
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "no connection manager is installed: for XMPP install "
			     "telepathy-haze or telepathy-gabble, for IRC telepathy-idle");
	g_string_free(names, TRUE);
}

static bool fail_secret(struct command_run *run, const char *name)
{
	command_fail(run, SESSION_ERROR_USAGE,
		     "%s: a secret is not taken from a command line, where it stays in the line "
		     "history and others may see it; %s",
		     name,
		     command_front(run)->unattended
			     ? "--password-stdin or --password-command takes it"
			     : "it is asked for when the account connects");
	return false;
}

bool command_check_param(struct command_run *run, const struct protocol *protocol, const char *name,
			 const char *value)
{
	const struct param *param = protocol_find_param(protocol, name);
	struct nearest nearest = {.wanted = name};
	g_autofree char *why = param ? param_check(param, value) : NULL;

	if (why)
		command_fail(run, SESSION_ERROR_USAGE, "%s %s, not \"%s\"", name, why, value);
	if (param)
		return !why;
	for (guint i = 0; i < protocol->params->len; i++)
		nearest_consider(&nearest,
				 ((struct param *)g_ptr_array_index(protocol->params, i))->name);
	command_fail(run, SESSION_ERROR_USAGE, "%s/%s has no parameter \"%s\"%s%s%s",
		     protocol->manager, protocol->name, name,
		     nearest.best ? "; did you mean \"" : "", nearest.best ? nearest.best : "",
		     nearest.best ? "\"?" : "");
	return false;
}

static bool set_param(struct command_run *run, struct account_conf *conf,
		      const struct protocol *protocol, const char *name, const char *value)
{
	const struct param *param;

	if (g_str_has_prefix(name, "param-"))
		name += strlen("param-");
	param = protocol_find_param(protocol, name);
	if (param_is_secret_name(name) || (param && param->flags & PARAM_SECRET))
		return fail_secret(run, name);
	if (!command_check_param(run, protocol, name, value))
		return false;
	g_hash_table_replace(conf->params, g_strdup(name), g_strdup(value));
	return true;
}

/* accounts.conf is readable by its owner only. */
static bool set_secret(struct command_run *run, struct account_conf *conf,
		       const struct protocol *protocol, const char *secret)
{
	if (!protocol_find_param(protocol, "password")) {
		command_fail(run, SESSION_ERROR_USAGE, "%s/%s takes no password", protocol->manager,
			     protocol->name);
		return false;
	}
	g_hash_table_replace(conf->params, g_strdup("password"), g_strdup(secret));
	return true;
}

/* Keys of accounts.conf go by their names, all others are parameters. */
static bool set_pair(struct command_run *run, struct account_conf *conf,
		     const struct protocol *protocol, const char *pair)
{
	const char *equals = strchr(pair, '=');
	g_autofree char *name = equals ? g_strndup(pair, (gsize)(equals - pair)) : NULL;
	const char *value = equals ? equals + 1 : NULL;

	if (!name || !*name) {
		command_fail_usage(run, "parameters are written NAME=VALUE");
		return false;
	}
	if (!strcmp(name, "name")) {
		g_free(conf->name);
		conf->name = g_strdup(value);
	} else if (!strcmp(name, "nickname")) {
		g_free(conf->nickname);
		conf->nickname = g_strdup(value);
	} else if (!strcmp(name, "password-command")) {
		g_free(conf->password_command);
		conf->password_command = g_strdup(value);
	} else if (!strcmp(name, "autojoin")) {
		g_strfreev(conf->autojoin);
		conf->autojoin = g_strsplit(value, ";", -1);
	} else if (!strcmp(name, "enabled")) {
		conf->enabled = strcmp(value, "false") != 0;
	} else {
		return set_param(run, conf, protocol, name, value);
	}
	return true;
}

static bool check_required(struct command_run *run, const struct account_conf *conf,
			   const struct protocol *protocol)
{
	for (guint i = 0; i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if (!(param->flags & PARAM_REQUIRED) || param->flags & PARAM_SECRET ||
		    param_is_secret_name(param->name) ||
		    g_hash_table_contains(conf->params, param->name))
			continue;
		command_fail(run, SESSION_ERROR_USAGE, "%s/%s needs %s=VALUE", protocol->manager,
			     protocol->name, param->name);
		return false;
	}
	return true;
}

#define BASE_MAX 56 /* bytes: with a number behind it still a name */

char *command_free_name(struct command_run *run, const char *text)
{
	struct model *model = session_model(command_session(run));
	g_autofree char *base = text_clean(text, -1, TEXT_LINE);
	char *name, *slash = strchr(base, '/');

	/* Where one logs in from is no part of who one is. */
	if (slash && memchr(base, '@', (gsize)(slash - base)))
		*slash = '\0';
	if (strlen(base) > BASE_MAX)
		*g_utf8_find_prev_char(base, base + BASE_MAX + 1) = '\0';
	g_strdelimit(g_strstrip(base), ":/[] ", '-');
	name = g_strdup(base);
	for (unsigned i = 2; model_find_account(model, name); i++) {
		g_free(name);
		name = g_strdup_printf("%s-%u", base, i);
	}
	return name;
}

/* Who logs in goes by "account" everywhere but with managers that know it by themselves. */
static bool set_id(struct command_run *run, struct account_conf *conf,
		   const struct protocol *protocol, const char *id)
{
	if (protocol_find_param(protocol, "account"))
		return set_param(run, conf, protocol, "account", id);
	if (protocol_find_param(protocol, "nickname"))
		return set_param(run, conf, protocol, "nickname", id);
	command_fail(run, SESSION_ERROR_USAGE,
		     "%s/%s takes no ID: \"/account add %s\" opens a form of what it takes",
		     protocol->manager, protocol->name, protocol->name);
	return false;
}

/* What accounts.conf will hold; NULL when something is wrong with it. */
static struct account_conf *make_conf(struct command_run *run, const struct protocol *protocol)
{
	const struct addition *addition = command_kept(run);
	g_autofree char *name = command_free_name(run, addition->id);
	struct account_conf *conf = account_conf_new(name, protocol->manager, protocol->name);
	g_autoptr(GError) error = NULL;
	bool good = set_id(run, conf, protocol, addition->id);

	conf->enabled = true;
	for (char **pair = addition->params; good && *pair; pair++)
		good = set_pair(run, conf, protocol, *pair);
	if (good && command_front(run)->secret)
		good = set_secret(run, conf, protocol, command_front(run)->secret);
	if (good && check_required(run, conf, protocol) && account_name_check(conf->name, &error))
		return conf;
	command_fail_error(run, error);
	account_conf_free(conf);
	return NULL;
}

static void add_account(struct command_run *run, const struct protocol *protocol)
{
	struct account_conf *conf = make_conf(run, protocol);
	g_autoptr(GError) error = NULL;

	if (!conf)
		return;
	if (session_account_add(command_session(run), conf, &error))
		command_print(run, "account %s (%s/%s) is added%s", conf->name, conf->manager,
			      conf->protocol,
			      !conf->enabled                   ? ", not enabled"
			      : command_front(run)->unattended ? ""
							       : " and connects");
	else
		command_fail_error(run, error);
	account_conf_free(conf);
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	struct command_run *run = data;
	const struct addition *addition = command_kept(run);
	const struct protocol *protocol = NULL;

	if (protocols && !error)
		protocol = protocol_find_called(protocols, addition->protocol);
	if (protocol)
		add_account(run, protocol);
	else if (protocols && !error)
		fail_protocol(run, protocols, addition->protocol);
	command_done(error, run);
}

static bool has_secret(struct command_run *run, char **params)
{
	for (; *params; params++) {
		g_autofree char *name = g_strndup(*params, strcspn(*params, "="));

		if (!strcmp(name, "password-command") || !param_is_secret_name(name))
			continue;
		fail_secret(run, name);
		return true;
	}
	return false;
}

void cmd_account_add(struct command_run *run)
{
	struct front *front = command_front(run);
	g_autoptr(GError) error = NULL;
	struct addition *addition;
	char **params;

	if (!command_arg(run, 1)) {
		front->ops->show_account_form(front, NULL, command_arg(run, 0), NULL);
		return;
	}
	params = word_split(command_rest(run, 2), &error);
	if (!params || has_secret(run, params)) {
		command_fail_error(run, error);
		g_strfreev(params);
		return;
	}
	addition = g_new0(struct addition, 1);
	addition->protocol = g_strdup(command_arg(run, 0));
	addition->id = g_strdup(command_arg(run, 1));
	addition->params = params;
	command_keep(run, addition, addition_free);
	command_hold(run);
	session_list_protocols(command_session(run), on_protocols, run);
}
