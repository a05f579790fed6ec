/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Accounts: /account with its subcommands but add, /connect /disconnect /reconnect. */

#include <string.h>

#include "cmd.h"

/* --- /connect /disconnect /reconnect ------------------------------------------------------ */

/* The bus went away, or was never found: opening it again connects what is enabled. */
static bool reopen_bus(struct command_run *run)
{
	if (session_has_bus(command_session(run)))
		return false;
	command_print(run, "looking for the bus again");
	session_start(command_session(run));
	return true;
}

static void connect_one(struct command_run *run, struct account *account)
{
	command_hold(run);
	session_connect(command_session(run), account, command_done, run);
}

static void connect_enabled(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	unsigned count = 0;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if (account->state == ACCOUNT_DISABLED || account->state == ACCOUNT_ONLINE)
			continue;
		connect_one(run, account);
		count++;
	}
	if (!accounts->len)
		command_need_account(run);
	else if (!count)
		command_print(run, "every enabled account is online");
}

/* Without a name: the current chat's account, else all that are enabled. */
void cmd_connect(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct chat *chat = command_chat(run);
	struct account *account = command_named_account(run);

	if (name) {
		account = command_find_account(run, name);
		if (!account)
			return;
	}
	if (!account && chat)
		account = chat->account;
	/* For one account that is done, and told, with connecting it. */
	if (!account && reopen_bus(run))
		return;
	if (!account)
		connect_enabled(run);
	else if (account->state == ACCOUNT_ONLINE)
		command_print(run, "%s is online", account->name);
	else
		connect_one(run, account);
}

void cmd_disconnect(struct command_run *run)
{
	struct account *account = command_account_at(run, 0);

	if (!account)
		return;
	if (account->state == ACCOUNT_OFFLINE || account->state == ACCOUNT_DISABLED) {
		command_print(run, "%s is %s", account->name, account_state_name(account->state));
		return;
	}
	command_hold(run);
	session_disconnect(command_session(run), account, command_done, run);
}

static void on_disconnected(const GError *error, void *data)
{
	struct command_run *run = data;
	struct account *account = command_account_again(run, command_kept(run));

	if (account)
		session_connect(command_session(run), account, command_done, run);
	else
		command_done(error, run);
}

void cmd_reconnect(struct command_run *run)
{
	struct account *account = command_account_at(run, 0);

	if (!account)
		return;
	if (account->state == ACCOUNT_OFFLINE || account->state == ACCOUNT_DISABLED) {
		connect_one(run, account);
		return;
	}
	command_keep(run, g_strdup(account->name), g_free);
	command_hold(run);
	session_disconnect(command_session(run), account, on_disconnected, run);
}

/* --- /account list ------------------------------------------------------------------------ */

void cmd_account(struct command_run *run)
{
	command_front(run)->ops->show_view(command_front(run), VIEW_ACCOUNTS, NULL);
}

static void print_account(struct command_run *run, const struct account *account)
{
	g_autofree char *self = text_clean(account->self_id, -1, TEXT_LINE);
	g_autofree char *where = g_strdup_printf("%s/%s", account->manager, account->protocol);

	command_print(run, "%-16s %-16s %-10s %s%s%s", account->name, where,
		      account_state_name(account->state), self,
		      *self && *account->reason ? "  " : "", account->reason);
}

void cmd_account_list(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;

	for (guint i = 0; i < accounts->len; i++)
		print_account(run, g_ptr_array_index(accounts, i));
	if (!accounts->len)
		command_print(run, "there is no account yet: /account add PROTOCOL ID makes one");
}

/* --- /account remove ---------------------------------------------------------------------- */

static void remove_account(struct command_run *run, struct account *account)
{
	g_autofree char *name = g_strdup(account->name);
	g_autoptr(GError) error = NULL;

	if (session_account_remove(command_session(run), account, &error))
		command_print(run, "account %s is removed; its history stays", name);
	else
		command_fail_error(run, error);
}

static void on_removal_answer(const char *answer, void *data)
{
	struct command_run *run = data;
	const char *name = command_kept(run);
	struct account *account = command_account_again(run, name);

	if (!answer || (g_ascii_strcasecmp(answer, "y") && g_ascii_strcasecmp(answer, "yes")))
		command_fail(run, SESSION_ERROR_FAILED, "account %s stays", name);
	else if (account)
		remove_account(run, account);
	command_release(run);
}

void cmd_account_remove(struct command_run *run)
{
	struct account *account = command_find_account(run, command_arg(run, 0));
	struct front *front = command_front(run);
	g_autofree char *question = NULL;

	if (!account)
		return;
	if (front->unattended) {
		remove_account(run, account);
		return;
	}
	question = g_strdup_printf("Remove the account %s? (y/n)", account->name);
	command_keep(run, g_strdup(account->name), g_free);
	command_hold(run);
	front->ops->ask(front, question, false, on_removal_answer, run);
}

/* --- /account enable, disable, edit ------------------------------------------------------- */

static void enable(struct command_run *run, bool enabled)
{
	struct account *account = command_find_account(run, command_arg(run, 0));
	g_autoptr(GError) error = NULL;
	g_autofree char *name = account ? g_strdup(account->name) : NULL;

	if (!account)
		return;
	if (session_account_enable(command_session(run), account, enabled, &error))
		command_print(run, "account %s is %s", name,
			      enabled ? "enabled and connects at each start" : "disabled");
	else
		command_fail_error(run, error);
}

void cmd_account_enable(struct command_run *run)
{
	enable(run, true);
}

void cmd_account_disable(struct command_run *run)
{
	enable(run, false);
}

void cmd_account_edit(struct command_run *run)
{
	struct account *account = command_account_at(run, 0);
	struct front *front = command_front(run);

	if (account)
		front->ops->show_account_form(front, NULL, NULL, account);
}

/* --- /account set ------------------------------------------------------------------------- */

/* The nickname is of every account, but some have it as a parameter, which is who one is. */
static bool is_nickname_param(struct command_run *run, const struct account *account,
			      const char *name)
{
	const struct account_conf *conf =
		accounts_find(session_accounts(command_session(run)), account->name);
	const struct protocol *protocol = protocol_find(
		session_known_protocols(command_session(run)), account->manager, account->protocol);

	return !strcmp(name, "nickname") && ((conf && g_hash_table_contains(conf->params, name)) ||
					     (protocol && protocol_find_param(protocol, name)));
}

/* The key as it stands in the file: what is no key of every account is a parameter. */
static char *file_key(struct command_run *run, const struct account *account, const char *name)
{
	if (g_str_has_prefix(name, "param-") ||
	    (account_conf_has_key(name) && !is_nickname_param(run, account, name)))
		return g_strdup(name);
	return g_strconcat("param-", name, NULL);
}

static void print_params(struct command_run *run, const struct account_conf *conf)
{
	g_autoptr(GList) names = g_hash_table_get_keys(conf->params);

	names = g_list_sort(names, (GCompareFunc)strcmp);
	for (GList *l = names; l; l = l->next) {
		const char *name = l->data;
		const char *value = g_hash_table_lookup(conf->params, name);

		command_print(run, "%s%s=%s", account_conf_has_key(name) ? "param-" : "", name,
			      param_is_secret_name(name) ? "(secret, not shown)" : value);
	}
}

static void print_conf(struct command_run *run, const struct account *account)
{
	const struct accounts *accounts = session_accounts(command_session(run));
	const struct account_conf *conf = accounts_find(accounts, account->name);
	g_autofree char *rooms = NULL;

	if (!conf) {
		command_print(run, "%s has no group in accounts.conf", account->name);
		return;
	}
	command_print(run, "[%s]", account->name);
	command_print(run, "manager=%s", conf->manager);
	command_print(run, "protocol=%s", conf->protocol);
	command_print(run, "enabled=%s", conf->enabled ? "true" : "false");
	if (conf->nickname)
		command_print(run, "nickname=%s", conf->nickname);
	rooms = g_strjoinv(";", conf->autojoin);
	if (*rooms)
		command_print(run, "autojoin=%s", rooms);
	if (conf->password_command)
		command_print(run, "password-command=%s", conf->password_command);
	if (conf->secret_service)
		command_print(run, "secret-service=true");
	if (conf->avatar)
		command_print(run, "avatar=%s", conf->avatar);
	print_params(run, conf);
}

static void set_key(struct command_run *run, struct account *account, const char *name,
		    const char *value)
{
	g_autofree char *key = file_key(run, account, name), *label = g_strdup(account->name);
	g_autoptr(GError) error = NULL;

	if (!session_account_set(command_session(run), account, key, value, &error))
		command_fail_error(run, error);
	else if (value)
		command_print(run, "%s: %s=%s", label, key,
			      param_is_secret_name(name) ? "(secret, not shown)" : value);
	else
		command_print(run, "%s: %s is unset", label, key);
}

/* As far as is known what the manager takes; it judges itself at the next connection. */
static bool check_value(struct command_run *run, const struct account *account, const char *name,
			const char *value)
{
	g_autofree char *key = file_key(run, account, name);
	const struct protocol *protocol = protocol_find(
		session_known_protocols(command_session(run)), account->manager, account->protocol);

	if (!protocol || !g_str_has_prefix(key, "param-"))
		return true;
	return command_check_param(run, protocol, key + strlen("param-"), value);
}

/* A password in the file would be taken before what the command says. */
static void drop_password(struct command_run *run, struct account *account)
{
	const struct account_conf *conf =
		accounts_find(session_accounts(command_session(run)), account->name);

	if (conf && conf->password_command && g_hash_table_contains(conf->params, "password"))
		set_key(run, account, "password", NULL);
}

/* That came another way than in the line. */
static void set_secret(struct command_run *run, struct account *account, const char *name,
		       const char *secret)
{
	if (param_is_secret_name(name) && strcmp(name, "password-command"))
		set_key(run, account, name, secret);
	else
		command_fail(run, SESSION_ERROR_USAGE, "%s is no secret: write its value after it",
			     name);
}

static void set_account(struct command_run *run, struct account *account)
{
	const char *name = command_arg(run, 1), *value = command_rest(run, 2);

	if (command_front(run)->secret) {
		set_secret(run, account, name ? name : "password", command_front(run)->secret);
	} else if (!name) {
		print_conf(run, account);
	} else if (!strcmp(name, "-default") && *value) {
		set_key(run, account, value, NULL);
	} else if (!*value) {
		command_fail_usage(run, "VALUE is missing (-default KEY takes a key out)");
	} else if (param_is_secret_name(name) && strcmp(name, "password-command")) {
		command_fail(run, SESSION_ERROR_USAGE,
			     "a secret is not taken from a command line, where it stays in the "
			     "line history and others may see it: %s",
			     command_front(run)->unattended
				     ? "--password-stdin and --password-command take it"
				     : "it is asked for when the account connects");
	} else if (check_value(run, account, name, value)) {
		set_key(run, account, name, value);
		if (!strcmp(name, "password-command"))
			drop_password(run, account);
	}
}

/* Without them the nickname is taken for what it is in most accounts. */
static void on_protocols_known(GPtrArray *protocols, const GError *error, void *data)
{
	struct command_run *run = data;
	struct account *account = command_account_again(run, command_kept(run));

	if (account)
		set_account(run, account);
	command_release(run);
}

void cmd_account_set(struct command_run *run)
{
	struct account *account = command_find_account(run, command_arg(run, 0));
	const char *name = command_arg(run, 1);
	bool is_nickname =
		name && (!strcmp(name, "nickname") || !strcmp(command_rest(run, 2), "nickname"));

	if (!account)
		return;
	if (!is_nickname || session_known_protocols(command_session(run))) {
		set_account(run, account);
		return;
	}
	command_keep(run, g_strdup(account->name), g_free);
	command_hold(run);
	session_list_protocols(command_session(run), on_protocols_known, run);
}
