/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "private.h"

#include <string.h>

/* Online is ready when the roster is there too: names are looked up in it. */
static enum wait_result check_account(const struct account *account)
{
	switch (account->state) {
	case ACCOUNT_DISABLED:
	case ACCOUNT_WAITING:
		return WAIT_FAILED;
	case ACCOUNT_OFFLINE: /* without a reason it was not tried yet */
		return *account->reason ? WAIT_FAILED : WAIT_MORE;
	case ACCOUNT_CONNECTING:
		return WAIT_MORE;
	case ACCOUNT_ONLINE:
		if (account->features & ACCOUNT_HAS_ROSTER && !account->roster_ready)
			return WAIT_MORE;
		return WAIT_READY;
	}
	return WAIT_FAILED;
}

bool wait_has_told(const struct cli *cli, const struct account *account)
{
	g_autofree char *notice = g_strdup_printf("%s: %s", account->name, account->reason);

	/* It may have some advice, too. */
	return cli->told && *account->reason && g_str_has_prefix(cli->told, notice);
}

static void complain(const struct cli *cli, const struct account *account)
{
	if (!wait_has_told(cli, account))
		cli_complain("%s is %s%s%s", account->name, account_state_name(account->state),
			     *account->reason ? ": " : "", account->reason);
}

static enum wait_result check_all(const GPtrArray *accounts)
{
	enum wait_result all = WAIT_FAILED;

	for (guint i = 0; i < accounts->len; i++) {
		enum wait_result one = check_account(g_ptr_array_index(accounts, i));

		if (one == WAIT_MORE)
			return WAIT_MORE;
		if (one == WAIT_READY)
			all = WAIT_READY;
	}
	return all;
}

void wait_complain(const struct cli *cli, const char *name, enum wait_result result)
{
	const struct model *model = session_model(cli->front.session);

	for (guint i = 0; i < model->accounts->len; i++) {
		const struct account *account = g_ptr_array_index(model->accounts, i);

		if ((!name || g_str_equal(account->name, name)) && check_account(account) == result)
			complain(cli, account);
	}
}

enum wait_result wait_check(struct model *model, const char *name)
{
	const struct account *account = name ? model_find_account(model, name) : NULL;

	/* Without any account the command itself says so. */
	if (!model->accounts->len)
		return WAIT_READY;
	return account ? check_account(account) : check_all(model->accounts);
}

enum wait_result wait_find(struct session *session, const char *name, bool patient,
			   struct session_target *target, GError **error)
{
	bool found = session_find_target(session, NULL, name, target, error);
	bool may_come =
		patient && !strpbrk(name, "@#") && session_check_name(session, NULL, name, NULL);

	if (found && (target->known || !may_come))
		return WAIT_READY;
	if (!may_come)
		return WAIT_FAILED;
	if (found)
		session_find_contact(session, NULL, name, error);
	return WAIT_MORE;
}
