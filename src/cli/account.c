/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --account-add and --account-set: the password, which never stands on the command line. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

#define SECRET_MAX 4096

/* The first line of standard input; more is not taken from it. NULL: it was said why not. */
static char *read_secret(void)
{
	char *secret = g_malloc0(SECRET_MAX + 1);
	gsize length = 0;
	gssize n;

	do {
		n = read(STDIN_FILENO, secret + length, 1);
		if (n > 0 && secret[length] != '\n')
			length++;
		else if (n > 0)
			break;
	} while (length < SECRET_MAX && (n > 0 || (n < 0 && errno == EINTR)));
	secret[length] = '\0';
	if (length && secret[length - 1] == '\r')
		secret[length - 1] = '\0';
	if (n < 0)
		cli_complain("cannot read the password: %s", g_strerror(errno));
	else if (length == SECRET_MAX)
		cli_complain("the password on standard input is too long");
	else if (!*secret)
		cli_complain("there is no password on standard input");
	else if (!g_utf8_validate(secret, -1, NULL))
		cli_complain("the password on standard input is not valid UTF-8");
	else
		return secret;
	explicit_bzero(secret, SECRET_MAX);
	g_free(secret);
	return NULL;
}

/* A password-command is a key of accounts.conf like others: "KEY=VALUE" for --account-add, two words
 * for --account-set. */
static char **add_command(const struct cli_task *task)
{
	const char *command = task->options.password_command;
	bool sets = !strcmp(task->verb->flag, "account-set");
	GPtrArray *all = g_ptr_array_new();

	for (char **arg = task->args; *arg; arg++)
		g_ptr_array_add(all, g_strdup(*arg));
	if (command && sets)
		g_ptr_array_add(all, g_strdup("password-command"));
	if (command)
		g_ptr_array_add(all, sets ? g_strdup(command)
					  : g_strconcat("password-command=", command, NULL));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

int cli_account(struct session *session, const struct cli_task *task)
{
	g_auto(GStrv) args = NULL;
	struct cli_task whole = *task;
	int status;

	if (!strcmp(task->verb->flag, "account-set") && task->args[1] &&
	    (task->options.password_command || (task->options.password_stdin && task->args[2]))) {
		cli_complain("the password is one thing, \"%s\" another: set them one by one",
			     task->args[1]);
		return SESSION_ERROR_USAGE;
	}
	args = add_command(task);
	whole.args = args;
	if (!task->options.password_stdin)
		return cli_command(session, &whole);
	whole.secret = read_secret();
	if (!whole.secret)
		return SESSION_ERROR_FAILED;
	status = cli_command(session, &whole);
	explicit_bzero(whole.secret, strlen(whole.secret));
	g_free(whole.secret);
	return status;
}
