/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms: /join /part /topic /names, and the name one has there: /nick. */

#include <string.h>

#include "cmd.h"

#define NAMES_WIDTH 45   /* cells that a row of names takes: what 80x24 has beside the pane */
#define NAMES_MAX   1000 /* members that are printed */

/* --- /join -------------------------------------------------------------------------------- */

struct joining {
	char *account; /* by name: it may be removed meanwhile */
	char *room;
	bool is_new; /* there was no chat of it */
};

static void joining_free(void *data)
{
	struct joining *joining = data;

	g_free(joining->account);
	g_free(joining->room);
	g_free(joining);
}

/* The manager may have made another spelling of the id. */
static struct chat *find_room(struct model *model, struct account *account, const char *room)
{
	struct chat *chat = chat_find(account, CHAT_ROOM, room);
	g_autofree char *folded = g_utf8_casefold(room, -1);

	for (guint i = 0; !chat && i < model->chats->len; i++) {
		struct chat *other = g_ptr_array_index(model->chats, i);
		g_autofree char *other_folded = NULL;

		if (other->kind != CHAT_ROOM || other->account != account)
			continue;
		other_folded = g_utf8_casefold(other->id, -1);
		if (!strcmp(folded, other_folded))
			chat = other;
	}
	return chat;
}

static void show_room(struct command_run *run, const struct joining *joining)
{
	struct model *model = session_model(command_session(run));
	struct account *account = command_account_again(run, joining->account);
	struct chat *chat = account ? find_room(model, account, joining->room) : NULL;

	if (chat)
		command_front(run)->ops->show_chat(command_front(run), chat);
}

/* A room that one never was in, and where nothing was said, is not left lying about. */
static void drop_room(struct command_run *run, const struct joining *joining)
{
	struct model *model = session_model(command_session(run));
	struct account *account = command_account_again(run, joining->account);
	struct chat *chat = account ? find_room(model, account, joining->room) : NULL;

	if (joining->is_new && chat && chat->open && !chat->count && chat != command_chat(run) &&
	    chat->room_state == ROOM_LEFT)
		session_close_chat(command_session(run), chat);
}

static void on_joined(const GError *error, void *data)
{
	struct command_run *run = data;

	if (!error)
		show_room(run, command_kept(run));
	else
		drop_room(run, command_kept(run));
	command_done(error, run);
}

static void keep_joining(struct command_run *run, struct account *account, const char *room)
{
	struct joining *joining = g_new0(struct joining, 1);
	struct chat *chat = find_room(session_model(command_session(run)), account, room);

	joining->account = g_strdup(account->name);
	joining->room = g_strdup(room);
	joining->is_new = !chat || !chat->open;
	command_keep(run, joining, joining_free);
}

static bool is_irc(const struct account *account)
{
	return !strcmp(account->protocol, "irc");
}

/* On IRC people leave the '#' out. */
static char *room_id(const struct account *account, const char *name)
{
	if (is_irc(account) && !strchr("#&+!", *name))
		return g_strconcat("#", name, NULL);
	return g_strdup(name);
}

/* The only account online that is on IRC, or that is not. */
static struct account *only_online(struct command_run *run, bool irc)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);

		if (account->state != ACCOUNT_ONLINE || is_irc(account) != irc)
			continue;
		if (only)
			return NULL;
		only = account;
	}
	return only;
}

/* Whose room that is on the screen already; NULL: nobody's, or it is not clear. */
static struct account *account_of_chat(struct command_run *run, const char *name)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct account *only = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		g_autofree char *id = room_id(account, name);
		const struct chat *chat = chat_find(account, CHAT_ROOM, id);

		if (!chat || !chat->open)
			continue;
		if (only)
			return NULL;
		only = account;
	}
	return only;
}

/* "#dev" is a room on IRC and "dev@conference.example.org" is none there, whatever account the
 * chat is of in which it was typed. */
static struct account *account_for_room(struct command_run *run, const char *name)
{
	struct account *account = command_account(run), *other = NULL;
	const struct chat *chat = command_chat(run);
	bool irc = strchr("#&+!", *name) != NULL;

	if (!command_named_account(run) && (!chat || !chat->account))
		other = account_of_chat(run, name);
	if (other)
		return other;
	if (command_named_account(run) || (!irc && !strchr(name, '@')))
		return command_need_account(run);
	if (!account || is_irc(account) != irc)
		other = only_online(run, irc);
	return other ? other : command_need_account(run);
}

void cmd_join(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	struct chat *chat = command_chat(run);
	struct account *account;
	g_autofree char *room = NULL;

	if (!name && (!chat || chat->kind != CHAT_ROOM)) {
		command_fail_usage(run, "which room? Outside of one its name is needed");
		return;
	}
	account = name ? command_split_account(run, &name) : chat->account;
	if (!account)
		account = name ? account_for_room(run, name) : command_need_account(run);
	if (!command_check_online(run, account))
		return;
	room = name ? room_id(account, name) : g_strdup(chat->id);
	keep_joining(run, account, room);
	command_hold(run);
	session_join(command_session(run), account, room, command_arg(run, 1), on_joined, run);
}

/* --- /accept of an invitation ------------------------------------------------------------- */

/* That the invitation is accepted does not say that we are in: the same room is joined, which
 * ends when we are. */
static void on_accepted(const GError *error, void *data)
{
	struct command_run *run = data;
	const struct joining *joining = command_kept(run);
	struct account *account = command_account_again(run, joining->account);

	if (error || !account)
		command_done(error, run);
	else
		session_join(command_session(run), account, joining->room, NULL, on_joined, run);
}

void command_accept_invitation(struct command_run *run, struct request *request)
{
	keep_joining(run, request->account, request->room);
	command_hold(run);
	session_answer_request(command_session(run), request, true, on_accepted, run);
}

/* --- /part -------------------------------------------------------------------------------- */

void cmd_part(struct command_run *run)
{
	const char *reason = command_rest(run, 1);
	struct chat *chat = NULL, *current = command_chat(run);

	if (command_arg(run, 0))
		chat = command_find_chat(run, command_arg(run, 0));
	if (!chat || chat->kind != CHAT_ROOM) {
		chat = current;
		reason = command_rest(run, 0);
	}
	if (!chat || chat->kind != CHAT_ROOM) {
		command_fail(run, SESSION_ERROR_USAGE, "this is no room: /part ROOM leaves one");
		return;
	}
	command_hold(run);
	session_part(command_session(run), chat, *reason ? reason : NULL, command_done, run);
}

/* --- /topic /nick ------------------------------------------------------------------------- */

void cmd_topic(struct command_run *run)
{
	const char *topic = command_rest(run, 0);
	struct chat *chat = command_chat(run);

	if (!*topic) {
		g_autofree char *whole = chat_describe_topic(chat);

		command_print(run, "%s", whole);
		return;
	}
	command_hold(run);
	session_set_topic(command_session(run), chat, strcmp(topic, "-delete") ? topic : "",
			  command_done, run);
}

/* Where the nick is what one logs in with, it is changed with a new login. */
static void on_nick(const GError *error, void *data)
{
	struct command_run *run = data;
	const char *name = command_kept(run);
	const struct account_conf *conf =
		accounts_find(session_accounts(command_session(run)), name);
	g_autoptr(GError) longer = NULL;

	if (error && conf && g_hash_table_contains(conf->params, "nickname"))
		longer = g_error_new(error->domain, error->code,
				     "%s; /account set %s nickname NICK changes it, and reconnects",
				     error->message, name);
	command_done(longer ? longer : error, run);
}

void cmd_nick(struct command_run *run)
{
	const char *nick = command_rest(run, 0);
	struct account *account = command_need_account(run);

	if (!account)
		return;
	if (!*nick) {
		command_print(run, "on %s you are %s", account->name,
			      *account->self_alias ? account->self_alias : "not connected");
		return;
	}
	if (!command_check_online(run, account))
		return;
	command_keep(run, g_strdup(account->name), g_free);
	command_hold(run);
	session_set_nick(command_session(run), account, nick, on_nick, run);
}

/* --- /names ------------------------------------------------------------------------------- */

static char member_glyph(const struct chat *chat, const struct member *member)
{
	static const char glyphs[] = {
		[PRESENCE_UNSET] = ' ', [PRESENCE_OFFLINE] = ' ', [PRESENCE_AVAILABLE] = 'o',
		[PRESENCE_AWAY] = 'a',  [PRESENCE_XA] = 'x',      [PRESENCE_HIDDEN] = 'h',
		[PRESENCE_BUSY] = 'd',  [PRESENCE_UNKNOWN] = ' ', [PRESENCE_ERROR] = ' ',
	};
	const char *id = member->owner ? member->owner : member->id;
	struct contact *contact;

	if (member->is_self)
		return '*';
	contact = chat->account ? account_find_contact(chat->account, id) : NULL;
	return contact ? glyphs[contact->presence] : ' ';
}

static int widest_member(const struct chat *chat)
{
	GSequenceIter *iter = g_sequence_get_begin_iter(chat->members_sorted);
	int widest = 1;

	for (; !g_sequence_iter_is_end(iter); iter = g_sequence_iter_next(iter)) {
		const struct member *member = g_sequence_get(iter);

		widest = MAX(widest, text_width(member->name));
	}
	return MIN(widest, NAMES_WIDTH - 2);
}

/* Glyph and name, cut and filled up to @width cells. */
static void append_member(GString *row, const struct chat *chat, const struct member *member,
			  int width)
{
	int used;
	gsize bytes = text_fit(member->name, width, &used);

	g_string_append_printf(row, "%c ", member_glyph(chat, member));
	g_string_append_len(row, member->name, (gssize)bytes);
	g_string_append_printf(row, "%*s", width - used + 1, "");
}

static void print_names(struct command_run *run)
{
	const struct chat *chat = command_chat(run);
	GSequenceIter *iter = g_sequence_get_begin_iter(chat->members_sorted);
	int total = g_sequence_get_length(chat->members_sorted);
	int width = widest_member(chat), columns = MAX(1, NAMES_WIDTH / (width + 3));
	g_autoptr(GString) row = g_string_new(NULL);

	command_print(run, "%s: %d member%s", chat->name, total, total == 1 ? "" : "s");
	for (int i = 0; i < MIN(total, NAMES_MAX); i++, iter = g_sequence_iter_next(iter)) {
		append_member(row, chat, g_sequence_get(iter), width);
		if ((i + 1) % columns && i + 1 < MIN(total, NAMES_MAX))
			continue;
		command_print(run, "%s", g_strchomp(row->str));
		g_string_truncate(row, 0);
	}
	if (total > NAMES_MAX)
		command_print(run, "and %d more", total - NAMES_MAX);
}

static void print_member(struct command_run *run, const struct member *member)
{
	const char *id = member->owner ? member->owner : member->id;
	g_autofree char *shown = text_clean(id, -1, TEXT_LINE);
	struct contact *contact = account_find_contact(command_chat(run)->account, id);

	if (contact && strcmp(contact->alias, contact->shown_id) != 0)
		command_print(run, "%s is %s <%s>, %s", member->name, contact->alias, shown,
			      presence_name(contact->presence));
	else
		command_print(run, "%s is %s%s", member->name, shown,
			      member->owner || !strchr(id, '/')
				      ? ""
				      : ": the room does not tell who that is");
}

void cmd_names(struct command_run *run)
{
	const char *name = command_arg(run, 0);

	if (!name) {
		print_names(run);
		return;
	}
	if (command_find_member(run, name))
		print_member(run, command_find_member(run, name));
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND, "nobody in %s is called \"%s\"",
			     command_chat(run)->name, name);
}
