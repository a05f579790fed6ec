/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage.h"

#include <locale.h>
#include <stdio.h>
#include "ui/ui.h"

static void add_protocol(struct session *session, struct protocol *protocol)
{
	protocol_sort_params(protocol);
	g_ptr_array_add(session->protocols, protocol);
}

static void add_protocols(struct session *session)
{
	struct protocol *jabber = protocol_new("haze", "jabber", "XMPP");
	struct protocol *irc = protocol_new("idle", "irc", "IRC");

	protocol_add_param(jabber, "account", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(jabber, "password", "s", PARAM_SECRET, NULL);
	protocol_add_param(jabber, "server", "s", 0, NULL);
	protocol_add_param(jabber, "port", "q", PARAM_HAS_DEFAULT, "5222");
	protocol_add_param(jabber, "require-encryption", "b", PARAM_HAS_DEFAULT, "true");
	protocol_add_param(jabber, "resource", "s", 0, NULL);
	protocol_add_param(jabber, "ft-proxies", "s", 0, NULL);
	add_protocol(session, jabber);
	protocol_add_param(irc, "account", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(irc, "server", "s", PARAM_REQUIRED, NULL);
	add_protocol(session, irc);
}

int main(int argc, char **argv)
{
	struct session session = {.log = g_string_new(NULL)};
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	int status;

	setlocale(LC_ALL, "");
	if (!ui_check(&error)) {
		fprintf(stderr, "pheme: %s\n", error->message);
		return SESSION_ERROR_USAGE;
	}
	session.model = model_new();
	session.card = card_new();
	session.config = config_load(NULL, problems);
	session.accounts = accounts_load(NULL, problems);
	session.protocols = g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
	session.backlogs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	add_protocols(&session);
	if (g_getenv("PHEME_STAGE") != NULL)
		stage_open_fifo(&session, g_getenv("PHEME_STAGE"));
	status = ui_run(&session, NULL);
	model_free(session.model);
	config_free(session.config);
	accounts_free(session.accounts);
	g_ptr_array_unref(session.protocols);
	g_ptr_array_unref(session.card);
	g_hash_table_unref(session.backlogs);
	g_string_free(session.log, TRUE);
	return status;
}
