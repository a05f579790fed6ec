/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "whom.h"

#include <string.h>

#include "../model/text.h"

struct whom {
	struct session *session;
	const char *name; /* NULL: all */
	char *account;    /* of the contact that it is bound to; NULL: none yet */
	char *id;
};

struct whom *whom_new(struct session *session, const char *name)
{
	struct whom *whom = g_new0(struct whom, 1);

	whom->session = session;
	whom->name = name;
	return whom;
}

void whom_free(struct whom *whom)
{
	if (!whom)
		return;
	g_free(whom->account);
	g_free(whom->id);
	g_free(whom);
}

bool whom_bind(struct whom *whom, GError **error)
{
	struct contact *contact;

	if (!whom->name)
		return true;
	if (!session_check_name(whom->session, NULL, whom->name, error))
		return false;
	if (whom->id)
		return true;
	contact = session_find_contact(whom->session, NULL, whom->name, NULL);
	if (contact) {
		whom->account = g_strdup(contact->account->name);
		whom->id = g_strdup(contact->id);
	}
	return true;
}

void whom_meet(struct whom *whom, const struct contact *contact)
{
	gsize have = whom->name ? strlen(whom->name) : 0, length = strlen(contact->alias);

	/* After "account:", perhaps. */
	if (have && !whom->id && have >= length &&
	    text_is_same(whom->name + have - length, contact->alias))
		whom_bind(whom, NULL);
}

bool whom_is_bound(const struct whom *whom)
{
	return !whom->name || whom->id;
}

static bool is_named(const char *name, const char *id, const char *room)
{
	/* On IRC people leave the '#' out. */
	return text_is_same(name, id) || (room && text_is_same(name, room)) ||
	       (*id == '#' && text_is_same(name, id + 1));
}

bool whom_is(const struct whom *whom, const struct account *account, const char *id,
	     const char *room)
{
	const char *name = whom->name;
	gsize length = account ? strlen(account->name) : 0;

	if (!name)
		return true;
	if (whom->id)
		return account && !strcmp(account->name, whom->account) && !strcmp(id, whom->id);
	if (is_named(name, id, room))
		return true;
	return length && strncmp(name, account->name, length) == 0 && name[length] == ':' &&
	       is_named(name + length + 1, id, room);
}
