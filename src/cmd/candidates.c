/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What could stand in an argument of each kind. */

#include <string.h>

#include "../model/room_config.h"
#include "cmd.h"
#include "complete.h"

#define PART_MIN 2 /* characters: fewer stand nearly everywhere */

static const GPtrArray *accounts_of(const struct completion *completion)
{
	return completion->model->accounts;
}

/* --- chats and rooms ---------------------------------------------------------------------- */

static void offer_open_rooms(struct completion *completion)
{
	const GPtrArray *chats = completion->model->chats;

	for (guint i = 0; i < chats->len; i++) {
		const struct chat *chat = g_ptr_array_index(chats, i);

		if (chat->kind == CHAT_ROOM && completion_has_account(completion, chat->account))
			completion_offer(completion, chat->id);
	}
}

static void offer_rooms(struct completion *completion)
{
	const GPtrArray *accounts = accounts_of(completion);
	const GPtrArray *requests = completion->model->requests;

	offer_open_rooms(completion);
	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);

		if (request->room && completion_has_account(completion, request->account))
			completion_offer(completion, request->room);
	}
	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = g_ptr_array_index(accounts, i);
		const struct account_conf *conf =
			accounts_find(session_accounts(completion->front->session), account->name);

		for (guint j = 0;
		     conf && completion_has_account(completion, account) && conf->autojoin[j]; j++)
			completion_offer(completion, conf->autojoin[j]);
	}
}

static void offer_members(struct completion *completion)
{
	GHashTableIter iter;
	void *value;

	if (!completion->chat || completion->chat->kind != CHAT_ROOM)
		return;
	g_hash_table_iter_init(&iter, completion->chat->members);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct member *member = value;

		if (!member->is_self)
			completion_offer(completion, member->name);
	}
}

static void offer_chats(struct completion *completion)
{
	completion_offer(completion, "next");
	completion_offer(completion, "prev");
	completion_offer(completion, "unread");
	offer_open_rooms(completion);
	completion_offer_chatting(completion);
}

/* Who can be written to. */
static void offer_targets(struct completion *completion)
{
	completion_offer_contacts(completion);
	offer_open_rooms(completion);
	offer_members(completion);
}

static void offer_requests(struct completion *completion)
{
	const GPtrArray *requests = completion->model->requests;

	if (requests->len > 1)
		completion_offer(completion, "all");
	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);
		g_autofree char *number = g_strdup_printf("%u", request->number);

		completion_offer(completion, number);
		if (*completion->prefix)
			completion_offer(completion, request->id);
	}
}

/* --- tubes -------------------------------------------------------------------------------- */

static void offer_tubes(struct completion *completion)
{
	const GPtrArray *tubes = completion->model->tubes;

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *tube = g_ptr_array_index(tubes, i);
		g_autofree char *number = g_strdup_printf("%u", tube->number);

		completion_offer(completion, number);
	}
}

/* The one who is named before, or whom the chat is with. */
static const struct contact *tube_contact(const struct completion *completion)
{
	struct session *session = completion->front->session;

	if (completion->count)
		return session_find_contact(session, NULL, completion->args[0], NULL);
	return completion->chat ? completion->chat->contact : NULL;
}

static void offer_services(struct completion *completion)
{
	static const char *const usual[] = {"ssh", "vnc", "web"};
	const struct contact *contact = tube_contact(completion);
	const GPtrArray *tubes = config_tubes(session_config(completion->front->session));

	for (char **name = contact ? contact->services : NULL; name && *name; name++)
		completion_offer(completion, *name);
	for (guint i = 0; i < tubes->len; i++)
		completion_offer(completion, ((struct config_tube *)tubes->pdata[i])->name);
	for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
		completion_offer(completion, usual[i]);
}

/* In a chat whom to offer it need not be said. */
static void offer_tube_targets(struct completion *completion)
{
	offer_targets(completion);
	if (completion->chat && completion->chat->kind != CHAT_STATUS)
		offer_services(completion);
}

/* --- accounts ----------------------------------------------------------------------------- */

static void offer_accounts(struct completion *completion)
{
	const GPtrArray *accounts = accounts_of(completion);

	for (guint i = 0; i < accounts->len; i++)
		completion_offer(completion,
				 ((struct account *)g_ptr_array_index(accounts, i))->name);
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
}

/* Asks for them the first time: they are there when Tab is pressed again. Without a bus those that
 * files tell will do. */
static GPtrArray *known_protocols(struct completion *completion)
{
	struct session *session = completion->front->session;
	GPtrArray *protocols = session_known_protocols(session);

	if (!protocols && !session_has_bus(session))
		return session_installed_protocols(session);
	if (!protocols)
		session_list_protocols(session, on_protocols, NULL);
	return protocols;
}

static void offer_protocols(struct completion *completion)
{
	GPtrArray *protocols = known_protocols(completion);

	for (guint i = 0; protocols && i < protocols->len; i++) {
		const struct protocol *protocol = g_ptr_array_index(protocols, i);
		g_autofree char *full = g_strdup_printf("%s/%s", protocol->manager, protocol->name);

		completion_offer(completion, protocol->name);
		if (strchr(completion->prefix, '/'))
			completion_offer(completion, full);
	}
}

static void offer_protocol_params(struct completion *completion, const struct protocol *protocol)
{
	for (guint i = 0; protocol && i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if (!(param->flags & PARAM_SECRET) && !param_is_secret_name(param->name))
			completion_offer(completion, param->name);
	}
}

/* NAME= of the protocol in the first argument. */
static void offer_params(struct completion *completion)
{
	static const char *const keys[] = {"autojoin", "enabled", "name", "nickname",
					   "password-command"};
	GPtrArray *protocols = known_protocols(completion);
	const char *name = completion->count ? completion->args[0] : "";
	const char *slash = strchr(name, '/');
	g_autofree char *manager = slash ? g_strndup(name, (gsize)(slash - name)) : NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		completion_offer(completion, keys[i]);
	if (protocols)
		offer_protocol_params(completion,
				      protocol_find(protocols, manager, slash ? slash + 1 : name));
}

/* Keys of the account in the first argument. */
static void offer_keys(struct completion *completion)
{
	GPtrArray *protocols = known_protocols(completion);
	const char *name = completion->count ? completion->args[0] : "";
	const struct account *account = model_find_account(completion->model, name);

	for (unsigned i = 0; account_conf_key(i); i++)
		completion_offer(completion, account_conf_key(i));
	if (protocols && account)
		offer_protocol_params(
			completion, protocol_find(protocols, account->manager, account->protocol));
}

/* --- the client itself -------------------------------------------------------------------- */

static void offer_settings(struct completion *completion)
{
	for (const struct setting *setting = config_settings; setting->name; setting++)
		completion_offer(completion, setting->name);
}

static void offer_themes(struct completion *completion)
{
	g_autoptr(GPtrArray) names = command_list_themes();

	for (guint i = 0; i < names->len; i++)
		completion_offer(completion, names->pdata[i]);
}

static void offer_choices(struct completion *completion, const char *choices)
{
	g_auto(GStrv) list = g_strsplit(choices, "|", -1);

	for (char **choice = list; *choice; choice++)
		completion_offer(completion, *choice);
}

/* Of the setting in the first argument. */
static void offer_values(struct completion *completion)
{
	const char *name = completion->count ? completion->args[0] : "";
	const struct setting *setting = config_find_setting(name);

	if (!strcmp(name, "-default")) {
		offer_settings(completion);
		return;
	}
	if (!setting)
		return;
	switch (setting->type) {
	case SETTING_BOOL:
		offer_choices(completion, "true|false");
		break;
	case SETTING_CHOICE:
		offer_choices(completion, setting->choices);
		break;
	case SETTING_INT:
	case SETTING_STRING:
		completion_offer(completion,
				 config_string(session_config(completion->front->session), name));
		break;
	}
}

static void offer_aliases(struct completion *completion)
{
	g_auto(GStrv) names = config_aliases(session_config(completion->front->session));

	for (char **name = names; name && *name; name++)
		completion_offer(completion, *name);
}

static void offer_replies(struct completion *completion)
{
	const GPtrArray *replies = config_replies(session_config(completion->front->session));

	for (guint i = 0; i < replies->len; i++)
		completion_offer(completion, ((struct config_reply *)replies->pdata[i])->name);
}

static void offer_room_options(struct completion *completion)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		completion_offer(completion, room_options[i].name);
}

static void offer_commands(struct completion *completion)
{
	for (const struct command *command = command_table; command->name; command++)
		completion_offer(completion, command->name);
	offer_aliases(completion);
}

/* Of the command in the first argument. */
static void offer_actions(struct completion *completion)
{
	const char *name = completion->count ? completion->args[0] : "";
	const struct command *command = command_find(name);

	for (const struct command *sub = command ? command->subcommands : NULL; sub && sub->name;
	     sub++)
		completion_offer(completion, sub->name + strlen(command->name) + 1);
}

static void offer_statuses(struct completion *completion)
{
	offer_choices(completion, "available|away|busy|hidden|offline|xa");
}

/* What was typed of a path as it is typed, for a name in the same place: in a URL all that is not
 * plain is escaped. */
static char *typed_path(const char *place, const char *name)
{
	g_autofree char *escaped = NULL;

	if (!g_str_has_prefix(place, COMMAND_FILE_URL))
		return g_strconcat(place, name, NULL);
	escaped = g_uri_escape_string(name, NULL, FALSE);
	return g_strconcat(place, escaped, NULL);
}

/* Paths; names that begin with a point only when one was typed. */
static void offer_files(struct completion *completion)
{
	const char *slash = strrchr(completion->prefix, '/');
	gsize length = slash ? (gsize)(slash - completion->prefix) + 1 : 0;
	g_autofree char *place = g_strndup(completion->prefix, length);
	g_autofree char *directory = length ? command_expand_path(place) : g_strdup(".");
	GDir *dir = g_dir_open(directory, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = typed_path(place, name), *marked = NULL;
		g_autofree char *real = g_build_filename(directory, name, NULL);

		if (name[0] == '.' && completion->prefix[length] != '.')
			continue;
		if (!g_utf8_validate(path, -1, NULL) || !g_str_has_prefix(path, completion->prefix))
			continue;
		marked = g_strconcat(path, g_file_test(real, G_FILE_TEST_IS_DIR) ? "/" : "", NULL);
		completion_add(completion, marked);
	}
	if (dir)
		g_dir_close(dir);
}

/* Who can be asked about. */
static void offer_someone(struct completion *completion)
{
	completion_offer(completion, "self");
	completion_offer_contacts(completion);
	offer_members(completion);
}

static void offer_report(struct completion *completion)
{
	completion_offer(completion, "report");
}

static void offer_contacts_and_files(struct completion *completion)
{
	completion_offer_contacts(completion);
	offer_files(completion);
}

static void offer_transfers(struct completion *completion)
{
	for (guint i = 0; i < completion->model->transfers->len; i++) {
		const struct transfer *transfer = completion->model->transfers->pdata[i];
		g_autofree char *number = g_strdup_printf("%u", transfer->number);

		if (!transfer_has_ended(transfer))
			completion_offer(completion, number);
	}
}

static const struct {
	const char *kind;
	void (*offer)(struct completion *completion);
} kinds[] = {
	{"account", offer_accounts},
	{"action", offer_actions},
	{"blocked", completion_offer_blocked},
	{"card", completion_offer_card},
	{"someone", offer_someone},
	{"person", completion_offer_fields},
	{"group", completion_offer_groups},
	{"ingroup", completion_offer_own_groups},
	{"report", offer_report},
	{"alias", offer_aliases},
	{"chat", offer_chats},
	{"command", offer_commands},
	{"contact", completion_offer_contacts},
	{"file", offer_files},
	{"fileto", offer_contacts_and_files},
	{"transfer", offer_transfers},
	{"joined", offer_open_rooms},
	{"key", offer_keys},
	{"member", offer_members},
	{"option", offer_room_options},
	{"param", offer_params},
	{"program", offer_replies},
	{"protocol", offer_protocols},
	{"request", offer_requests},
	{"room", offer_rooms},
	{"service", offer_services},
	{"setting", offer_settings},
	{"status", offer_statuses},
	{"target", offer_targets},
	{"theme", offer_themes},
	{"tube", offer_tubes},
	{"tubeto", offer_tube_targets},
	{"value", offer_values},
};

/* Of people and rooms any part will do, where nothing begins with it. */
static bool takes_parts(const char *kind)
{
	static const char *const kinds_of_names[] = {
		"blocked", "chat",   "contact", "fileto",  "group",  "ingroup", "joined",
		"member",  "person", "room",    "someone", "target", "tubeto",  NULL,
	};

	return g_strv_contains(kinds_of_names, kind);
}

static void offer_kind(struct completion *completion, const char *kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kinds[i].kind, kind))
			kinds[i].offer(completion);
}

void completion_offer_kind(struct completion *completion, const char *kind)
{
	offer_kind(completion, kind);
	if (completion->found->len || g_utf8_strlen(completion->prefix, -1) < PART_MIN ||
	    !takes_parts(kind))
		return;
	completion->anywhere = true;
	offer_kind(completion, kind);
	completion->anywhere = false;
}
