/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * /account import and export. What a file of another program holds is fitted to the managers that
 * are here; no value of it is ever printed, and what is secret is taken only with a yes.
 */

#include <string.h>

#include "cmd.h"

static bool is_secret(const struct protocol *protocol, const char *name)
{
	const struct param *param = protocol ? protocol_find_param(protocol, name) : NULL;

	return param_is_secret_name(name) || (param && param->flags & PARAM_SECRET);
}

/* --- import: fitting an account to its manager -------------------------------------------- */

struct importing {
	struct import *import;
	GPtrArray *ready; /* struct account_conf *: of the import, to be added */
	bool with_secrets;
};

static void importing_free(void *data)
{
	struct importing *importing = data;

	import_free(importing->import);
	g_ptr_array_unref(importing->ready);
	g_free(importing);
}

static void rename_param(struct account_conf *conf, const char *from, const char *to)
{
	void *name, *value;

	if (!g_hash_table_steal_extended(conf->params, from, &name, &value))
		return;
	g_free(name);
	g_hash_table_replace(conf->params, g_strdup(to), value);
}

/* libpurple's IRC is better done by a manager that knows rooms. */
static const struct protocol *use_idle(struct account_conf *conf, GPtrArray *protocols)
{
	const struct protocol *idle = protocol_find(protocols, "idle", "irc");

	if (!idle || strcmp(conf->protocol, "irc") || strcmp(conf->manager, "haze"))
		return NULL;
	rename_param(conf, "ssl", "use-ssl");
	rename_param(conf, "realname", "fullname");
	return idle;
}

static const struct protocol *choose_protocol(struct account_conf *conf, GPtrArray *protocols)
{
	const struct protocol *found = use_idle(conf, protocols);

	if (!found)
		found = protocol_find(protocols, conf->manager, conf->protocol);
	if (!found)
		found = protocol_find(protocols, NULL, conf->protocol);
	if (!found)
		return NULL;
	g_free(conf->manager);
	conf->manager = g_strdup(found->manager);
	return found;
}

/* Takes out what the manager would refuse, and says so. */
static void drop_foreign_params(struct command_run *run, struct account_conf *conf,
				const struct protocol *protocol)
{
	g_autoptr(GString) dropped = g_string_new(NULL);
	GHashTableIter iter;
	void *name, *value;

	g_hash_table_iter_init(&iter, conf->params);
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		const struct param *param = protocol_find_param(protocol, name);
		g_autofree char *why = param ? param_check(param, value) : NULL;

		if (param && !why)
			continue;
		g_string_append_printf(dropped, "%s%s", dropped->len ? ", " : "",
				       (const char *)name);
		g_hash_table_iter_remove(&iter);
	}
	if (dropped->len)
		command_print(run, "%s: left out, as %s/%s does not take it: %s", conf->name,
			      protocol->manager, protocol->name, dropped->str);
}

static const char *missing_param(const struct account_conf *conf, const struct protocol *protocol)
{
	for (guint i = 0; i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if (param->flags & PARAM_REQUIRED && !is_secret(protocol, param->name) &&
		    !g_hash_table_contains(conf->params, param->name))
			return param->name;
	}
	return NULL;
}

static const struct account_conf *find_same(const GPtrArray *list, const struct account_conf *conf)
{
	const char *id = g_hash_table_lookup(conf->params, "account");

	for (guint i = 0; id && i < list->len; i++) {
		const struct account_conf *other = g_ptr_array_index(list, i);

		if (other != conf && !g_strcmp0(other->protocol, conf->protocol) &&
		    !g_strcmp0(g_hash_table_lookup(other->params, "account"), id) &&
		    !g_strcmp0(g_hash_table_lookup(other->params, "server"),
			       g_hash_table_lookup(conf->params, "server")))
			return other;
	}
	return NULL;
}

/* False: it is left out, which is said. */
static bool fit(struct command_run *run, struct account_conf *conf, GPtrArray *protocols)
{
	const struct importing *importing = command_kept(run);
	const GPtrArray *here = accounts_list(session_accounts(command_session(run)));
	const struct protocol *protocol = choose_protocol(conf, protocols);
	const struct account_conf *same;
	const char *missing;

	if (!protocol) {
		command_print(run, "%s: left out: no connection manager here speaks %s (%s)",
			      conf->name, conf->protocol, conf->manager);
		return false;
	}
	drop_foreign_params(run, conf, protocol);
	missing = missing_param(conf, protocol);
	same = find_same(here, conf);
	if (!same)
		same = find_same(importing->ready, conf);
	if (missing)
		command_print(run, "%s: left out: it tells no %s", conf->name, missing);
	else if (same)
		command_print(run, "%s: left out: it is here already, as %s", conf->name,
			      same->name);
	return !missing && !same;
}

/* As people called it, else by its id. */
static void name_it(struct account_conf *conf)
{
	const char *id = g_hash_table_lookup(conf->params, "account");

	if (*conf->name)
		return;
	g_free(conf->name);
	conf->name = g_strdup(id ? id : conf->protocol);
}

static void fit_all(struct command_run *run, GPtrArray *protocols)
{
	struct importing *importing = command_kept(run);
	struct import *import = importing->import;

	for (guint i = 0; i < import->problems->len; i++)
		command_print(run, "%s", (const char *)g_ptr_array_index(import->problems, i));
	for (guint i = 0; i < import->accounts->len; i++) {
		struct account_conf *conf = g_ptr_array_index(import->accounts, i);

		name_it(conf);
		if (fit(run, conf, protocols))
			g_ptr_array_add(importing->ready, conf);
	}
}

/* --- import: secrets and the end ---------------------------------------------------------- */

static const struct protocol *protocol_of(struct command_run *run, const struct account_conf *conf)
{
	return protocol_find(session_known_protocols(command_session(run)), conf->manager,
			     conf->protocol);
}

static unsigned count_secrets(struct command_run *run, const struct account_conf *conf, bool drop)
{
	const struct protocol *protocol = protocol_of(run, conf);
	GHashTableIter iter;
	unsigned count = 0;
	void *name;

	g_hash_table_iter_init(&iter, conf->params);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		if (!is_secret(protocol, name))
			continue;
		count++;
		if (drop)
			g_hash_table_iter_remove(&iter);
	}
	return count;
}

static void add_one(struct command_run *run, struct account_conf *conf)
{
	const struct importing *importing = command_kept(run);
	g_autofree char *name = command_free_name(run, conf->name);
	unsigned secrets = count_secrets(run, conf, !importing->with_secrets);
	g_autoptr(GError) error = NULL;

	g_free(conf->name);
	conf->name = g_steal_pointer(&name);
	if (!session_account_add(command_session(run), conf, &error)) {
		command_fail_error(run, error);
		return;
	}
	command_print(run, "account %s (%s/%s) is imported%s%s", conf->name, conf->manager,
		      conf->protocol, conf->enabled ? " and connects" : ", not enabled",
		      !secrets                  ? ""
		      : importing->with_secrets ? ", its password is in accounts.conf now"
						: "; its password is asked for when it connects");
}

static void finish_import(struct command_run *run)
{
	const struct importing *importing = command_kept(run);

	for (guint i = 0; i < importing->ready->len; i++)
		add_one(run, g_ptr_array_index(importing->ready, i));
	if (!importing->ready->len)
		command_fail(run, SESSION_ERROR_FAILED, "nothing is imported");
}

static void on_consent(const char *answer, void *data)
{
	struct command_run *run = data;
	struct importing *importing = command_kept(run);

	importing->with_secrets =
		answer && (!g_ascii_strcasecmp(answer, "y") || !g_ascii_strcasecmp(answer, "yes"));
	finish_import(run);
	command_release(run);
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	struct command_run *run = data;
	struct importing *importing = command_kept(run);
	struct front *front = command_front(run);
	unsigned secrets = 0;

	if (error || !protocols) {
		command_done(error, run);
		return;
	}
	fit_all(run, protocols);
	for (guint i = 0; i < importing->ready->len; i++)
		secrets += count_secrets(run, g_ptr_array_index(importing->ready, i), false) > 0;
	if (secrets && !importing->with_secrets && !front->unattended) {
		front->ops->ask(front,
				"Keep the passwords too, as they are, in accounts.conf? (y/n)",
				false, on_consent, run);
		return;
	}
	finish_import(run);
	command_release(run);
}

void cmd_account_import(struct command_run *run)
{
	g_autofree char *path = command_expand_path(command_arg(run, 0));
	const char *word = command_arg(run, 1);
	g_autoptr(GError) error = NULL;
	struct importing *importing;
	struct import *import;

	import = import_read(path, &error);
	if (!import) {
		command_fail_error(run, error);
		return;
	}
	importing = g_new0(struct importing, 1);
	importing->import = import;
	importing->ready = g_ptr_array_new();
	importing->with_secrets = word != NULL;
	command_print(run, "accounts of %s:", import->source);
	command_keep(run, importing, importing_free);
	command_hold(run);
	session_list_protocols(command_session(run), on_protocols, run);
}

/* --- export ------------------------------------------------------------------------------- */

/* Of a protocol that no manager here knows only what is surely no secret is told. */
static bool is_harmless(const char *name)
{
	static const char *const names[] = {"account", "server",   "port",    "fullname",
					    "charset", "username", "use-ssl", "require-encryption",
					    NULL};

	return g_strv_contains(names, name);
}

static bool stays_here(const struct account_conf *conf, const char *name, void *data)
{
	struct command_run *run = data;
	const struct protocol *protocol = protocol_of(run, conf);

	return is_secret(protocol, name) ||
	       (!(protocol && protocol_find_param(protocol, name)) && !is_harmless(name));
}

struct exporting {
	char *path, *only;
};

static void exporting_free(void *data)
{
	struct exporting *exporting = data;

	g_free(exporting->path);
	g_free(exporting->only);
	g_free(exporting);
}

static void on_overwrite(const char *answer, void *data);

static void export_now(struct command_run *run, bool overwrite)
{
	const struct exporting *exporting = command_kept(run);
	struct front *front = command_front(run);
	const struct accounts *accounts = session_accounts(command_session(run));
	g_autoptr(GError) error = NULL;
	bool done = accounts_export(accounts, exporting->only, exporting->path, overwrite,
				    stays_here, run, &error);

	if (!done && !overwrite && !front->unattended &&
	    g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_EXIST)) {
		g_autofree char *shown = g_filename_display_name(exporting->path);
		g_autofree char *question = g_strdup_printf("Overwrite %s? (y/n)", shown);

		command_hold(run);
		front->ops->ask(front, question, false, on_overwrite, run);
	} else if (!done) {
		command_fail_error(run, error);
	} else {
		command_print(run, "%s without passwords: %s",
			      exporting->only ? exporting->only : "all accounts", exporting->path);
	}
}

static void on_overwrite(const char *answer, void *data)
{
	struct command_run *run = data;

	if (answer && (!g_ascii_strcasecmp(answer, "y") || !g_ascii_strcasecmp(answer, "yes")))
		export_now(run, true);
	else
		command_fail(run, SESSION_ERROR_FAILED, "nothing is written");
	command_release(run);
}

/* What is secret is known by them; without a bus names have to do. */
static void on_known(GPtrArray *protocols, const GError *error, void *data)
{
	struct command_run *run = data;

	export_now(run, false);
	command_release(run);
}

void cmd_account_export(struct command_run *run)
{
	const struct account *only = command_named_account(run);
	struct exporting *exporting;

	if (!accounts_list(session_accounts(command_session(run)))->len) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no account yet");
		return;
	}
	exporting = g_new0(struct exporting, 1);
	exporting->path = command_expand_path(command_arg(run, 0));
	exporting->only = only ? g_strdup(only->name) : NULL;
	command_keep(run, exporting, exporting_free);
	command_hold(run);
	session_list_protocols(command_session(run), on_known, run);
}
