/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --list: accounts, contacts, … one a line, its name first. What is kept here or is there already
 * is listed without connecting anything. */

#include <stdio.h>
#include <string.h>

#include "gather.h"
#include "json.h"
#include "print.h"

struct lister {
	struct cli *cli;
	const struct list_kind *kind;
	struct gather *gather;
	int failure;
	unsigned listing; /* lists of rooms that are under way */
};

enum list_source {
	LIST_LIVING,    /* connections that are there */
	LIST_HISTORY,   /* what is kept here */
	LIST_CONNECTED, /* connections, made if need be */
	LIST_PRESENCES, /* …and who is there */
	LIST_MANAGERS,  /* connection managers */
	LIST_ROOMS,     /* connections, then what their servers tell */
};

struct list_kind {
	const char *name;
	enum list_source source;
	void (*print)(struct lister *lister);
};

static struct session *session_of(const struct lister *lister)
{
	return lister->cli->front.session;
}

static struct model *model_of(const struct lister *lister)
{
	return session_model(session_of(lister));
}

static void end(struct lister *lister, int status)
{
	cli_flush(lister->cli);
	cli_end(lister->cli, status);
}

/* "work:bob@example.org", or the id alone where there is but one account. */
static char *full_name(const struct lister *lister, const struct account *account, const char *id)
{
	if (model_of(lister)->accounts->len < 2 || !account)
		return g_strdup(id);
	return g_strdup_printf("%s:%s", account->name, id);
}

/* --- what the model has ------------------------------------------------------------------- */

static void print_accounts(struct lister *lister)
{
	struct cli *cli = lister->cli;
	const GPtrArray *accounts = model_of(lister)->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = accounts->pdata[i];
		bool enabled = gather_is_enabled(cli, account);
		bool online = account->state == ACCOUNT_ONLINE;
		g_autofree char *protocol =
			g_strdup_printf("%s/%s", account->manager, account->protocol);

		print_row(cli, print_wants_json(cli) ? json_account_row(account, enabled) : NULL,
			  account->name, online ? PRINT_GOOD : PRINT_DIM,
			  COLUMNS(protocol,
				  enabled ? account_state_name(account->state) : "disabled"));
	}
}

static void print_contact(struct lister *lister, const struct contact *contact)
{
	struct cli *cli = lister->cli;
	g_autofree char *name = full_name(lister, contact->account, contact->id);

	print_row(cli, print_wants_json(cli) ? json_contact_row(contact) : NULL, name,
		  print_color_of(contact->presence),
		  COLUMNS(presence_name(contact->presence), contact->alias, contact->message));
}

static int compare_contacts(const void *a, const void *b)
{
	return strcmp((*(const struct contact *const *)a)->id,
		      (*(const struct contact *const *)b)->id);
}

static void print_contacts(struct lister *lister)
{
	const GPtrArray *accounts = model_of(lister)->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = accounts->pdata[i];
		g_autoptr(GPtrArray) contacts = g_ptr_array_new();
		GHashTableIter iter;
		void *contact;

		g_hash_table_iter_init(&iter, account->contacts);
		while (account->state == ACCOUNT_ONLINE &&
		       g_hash_table_iter_next(&iter, NULL, &contact))
			if (((struct contact *)contact)->on_roster)
				g_ptr_array_add(contacts, contact);
		g_ptr_array_sort(contacts, compare_contacts);
		for (guint j = 0; j < contacts->len; j++)
			print_contact(lister, contacts->pdata[j]);
	}
}

static void print_chat(struct lister *lister, const struct chat *chat)
{
	struct cli *cli = lister->cli;
	g_autofree char *name = full_name(lister, chat->account, chat->id);
	g_autofree char *unread =
		chat->unread ? g_strdup_printf("%u unread", chat->unread) : g_strdup("");

	print_row(cli, print_wants_json(cli) ? json_chat_row(chat) : NULL, name, PRINT_PLAIN,
		  COLUMNS(chat->kind == CHAT_ROOM ? "room" : "contact", chat->name, unread));
}

static void print_chats(struct lister *lister)
{
	const GPtrArray *chats = model_of(lister)->chats;

	for (guint i = 0; i < chats->len; i++)
		if (((struct chat *)chats->pdata[i])->kind != CHAT_STATUS)
			print_chat(lister, chats->pdata[i]);
}

static void print_tubes(struct lister *lister)
{
	struct cli *cli = lister->cli;
	const GPtrArray *tubes = model_of(lister)->tubes;

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *tube = tubes->pdata[i];
		g_autofree char *number = g_strdup_printf("%u", tube->number);
		g_autofree char *what = tube_describe(tube);

		print_row(cli, print_wants_json(cli) ? json_tube_row(tube) : NULL, number,
			  PRINT_PLAIN, COLUMNS(tube_state_name(tube->state), what, tube->local));
	}
}

/* --- rooms -------------------------------------------------------------------------------- */

static void print_joined(struct lister *lister)
{
	const GPtrArray *chats = model_of(lister)->chats;

	for (guint i = 0; i < chats->len; i++) {
		const struct chat *chat = chats->pdata[i];

		if (chat->kind == CHAT_ROOM && chat->room_state == ROOM_JOINED)
			print_chat(lister, chat);
	}
}

static void print_entry(struct lister *lister, struct account *account,
			const struct room_entry *entry)
{
	const struct chat *chat = chat_find(account, CHAT_ROOM, entry->id);
	g_autofree char *name = full_name(lister, account, entry->id);
	g_autofree char *members =
		entry->members < 0 ? g_strdup("?") : g_strdup_printf("%d", entry->members);

	/* Those are there already. */
	if (chat && chat->room_state == ROOM_JOINED)
		return;
	print_row(lister->cli, print_wants_json(lister->cli) ? json_room_row(account, entry) : NULL,
		  name, PRINT_PLAIN, COLUMNS(members, entry->title, entry->subject));
}

static void print_rooms(struct lister *lister)
{
	const GPtrArray *accounts = model_of(lister)->accounts;

	print_joined(lister);
	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = accounts->pdata[i];

		for (guint j = 0; account->room_list && j < account->room_list->entries->len; j++)
			print_entry(lister, account, account->room_list->entries->pdata[j]);
	}
}

static void on_rooms(const GError *error, void *data)
{
	struct lister *lister = data;

	/* Not every network has a list; the rooms that we are in are there all the same. */
	if (error && error->code != SESSION_ERROR_FAILED) {
		cli_complain("%s", error->message);
		lister->failure = error->code;
	}
	if (--lister->listing)
		return;
	print_rooms(lister);
	end(lister, lister->failure);
}

static void list_rooms(struct lister *lister)
{
	const GPtrArray *accounts = model_of(lister)->accounts;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = accounts->pdata[i];

		if (account->state != ACCOUNT_ONLINE)
			continue;
		lister->listing++;
		session_list_rooms(session_of(lister), account, NULL, on_rooms, lister);
	}
	if (lister->listing)
		return;
	print_rooms(lister);
	end(lister, lister->failure);
}

/* --- connection managers ------------------------------------------------------------------ */

static void print_managers(struct lister *lister)
{
	struct cli *cli = lister->cli;
	GPtrArray *protocols = session_known_protocols(session_of(lister));
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < protocols->len; i++) {
		char *manager = ((struct protocol *)protocols->pdata[i])->manager;

		if (g_hash_table_add(seen, manager))
			print_row(cli,
				  print_wants_json(cli) ? json_manager_row(manager, protocols)
							: NULL,
				  manager, PRINT_PLAIN, COLUMNS(""));
	}
}

static void print_protocols(struct lister *lister)
{
	struct cli *cli = lister->cli;
	GPtrArray *protocols = session_known_protocols(session_of(lister));

	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = protocols->pdata[i];
		g_autofree char *name = g_strdup_printf("%s/%s", protocol->manager, protocol->name);

		print_row(cli, print_wants_json(cli) ? json_protocol_row(protocol) : NULL, name,
			  PRINT_PLAIN, COLUMNS(protocol->english));
	}
}

static const char *type_words(const char *signature)
{
	static const struct {
		const char *signatures, *words;
	} types[] = {{"s", "text"}, {"b", "true or false"}, {"ynqiuxt", "number"}, {"d", "number"}};

	for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
		if (strlen(signature) == 1 && strchr(types[i].signatures, *signature))
			return types[i].words;
	return !strcmp(signature, "as") ? "list" : signature;
}

static void print_param(struct lister *lister, const struct protocol *protocol,
			const struct param *param)
{
	struct cli *cli = lister->cli;
	g_autofree char *fallback = NULL;
	const char *note = param->flags & PARAM_SECRET     ? "secret"
			   : param->flags & PARAM_REQUIRED ? "required"
							   : "";

	if (param->fallback && *param->fallback)
		fallback = g_strdup_printf("default %s", param->fallback);
	print_row(cli, print_wants_json(cli) ? json_parameter_row(protocol, param) : NULL,
		  param->name, PRINT_PLAIN,
		  COLUMNS(type_words(param->signature), note, fallback ? fallback : ""));
}

static void print_parameters(struct lister *lister)
{
	const char *name = lister->cli->task->args[1];
	const struct protocol *protocol =
		protocol_find_called(session_known_protocols(session_of(lister)), name);

	if (!protocol) {
		cli_complain("no connection manager here speaks \"%s\": --list protocols tells "
			     "what there is",
			     name);
		lister->failure = SESSION_ERROR_NOT_FOUND;
	}
	for (guint i = 0; protocol && i < protocol->params->len; i++)
		print_param(lister, protocol, protocol->params->pdata[i]);
}

/* --- the whole ---------------------------------------------------------------------------- */

static const struct list_kind kinds[] = {
	{"accounts", LIST_LIVING, print_accounts},
	{"chats", LIST_HISTORY, print_chats},
	{"contacts", LIST_PRESENCES, print_contacts},
	{"managers", LIST_MANAGERS, print_managers},
	{"parameters", LIST_MANAGERS, print_parameters},
	{"protocols", LIST_MANAGERS, print_protocols},
	{"rooms", LIST_ROOMS, print_rooms},
	{"tubes", LIST_LIVING, print_tubes},
};

static const struct list_kind *find_kind(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static void on_gathered(unsigned online, int failure, void *data)
{
	struct lister *lister = data;

	lister->failure = failure;
	if (lister->kind->source == LIST_ROOMS) {
		list_rooms(lister);
	} else {
		lister->kind->print(lister);
		end(lister, failure);
	}
}

static void on_cache(const GError *error, void *data)
{
	struct lister *lister = data;

	if (lister->cli->ending)
		return;
	lister->kind->print(lister);
	end(lister, 0);
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	struct lister *lister = data;

	if (lister->cli->ending)
		return;
	if (error) {
		cli_complain("%s", error->message);
		end(lister, error->code);
	} else {
		lister->kind->print(lister);
		end(lister, lister->failure);
	}
}

static void gather(struct lister *lister, unsigned flags)
{
	const GPtrArray *accounts = model_of(lister)->accounts;

	lister->gather = gather_new(lister->cli, flags, on_gathered, lister);
	/* A connection that is there is one, whatever the file says. */
	for (guint i = 0; flags & GATHER_LIVING && i < accounts->len; i++)
		gather_add(lister->gather, accounts->pdata[i]);
	if (!(flags & GATHER_LIVING))
		gather_add_enabled(lister->gather);
	gather_start(lister->gather);
}

static void begin(struct cli *cli)
{
	struct lister *lister = cli->job;

	cli_start_deadline(cli);
	switch (lister->kind->source) {
	case LIST_LIVING:
		gather(lister, GATHER_LIVING | GATHER_NO_ROSTERS);
		break;
	case LIST_HISTORY:
		session_wait_cache(cli->front.session, on_cache, lister);
		break;
	case LIST_CONNECTED:
		gather(lister, 0);
		break;
	case LIST_PRESENCES:
		gather(lister, GATHER_PRESENCES);
		break;
	case LIST_ROOMS:
		gather(lister, GATHER_NO_ROSTERS);
		break;
	case LIST_MANAGERS:
		session_list_protocols(cli->front.session, on_protocols, lister);
		break;
	}
}

int cli_status(struct session *session, const struct cli_task *task)
{
	static const struct list_kind kind = {"status", LIST_CONNECTED, print_accounts};
	struct lister lister = {.kind = &kind};
	struct cli cli = {.task = task, .job = &lister};

	if (!task->options.json)
		return cli_command(session, task);
	lister.cli = &cli;
	if (task->args[0]) {
		cli_complain("--json goes with --status alone");
		return SESSION_ERROR_USAGE;
	}
	cli_main(&cli, session, begin);
	gather_free(lister.gather);
	return cli.status;
}

int cli_list(struct session *session, const struct cli_task *task)
{
	struct lister lister = {.kind = find_kind(task->args[0])};
	struct cli cli = {.task = task, .job = &lister};

	lister.cli = &cli;
	if (!strcmp(task->args[0], "parameters") != !!task->args[1]) {
		g_autofree char *usage = command_flag_usage(task->verb);

		cli_complain("--list parameters wants a protocol, and nothing else does");
		fprintf(stderr, "usage: pheme %s\n", usage);
		return SESSION_ERROR_USAGE;
	}
	cli_main(&cli, session, begin);
	gather_free(lister.gather);
	return cli.status;
}
