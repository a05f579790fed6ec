/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is meant: the account, contact, chat or request that a command speaks of. */

#include <string.h>

#include "cmd.h"

/* "work, home"; new. */
static char *account_names(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < accounts->len; i++) {
		const struct account *account = g_ptr_array_index(accounts, i);

		g_string_append_printf(names, "%s%s", i ? ", " : "", account->name);
	}
	return g_string_free(names, FALSE);
}

static void fail_no_account(struct command_run *run)
{
	command_fail(run, SESSION_ERROR_NOT_FOUND,
		     "there is no account yet: /account add PROTOCOL ID makes one");
}

struct account *command_find_account(struct command_run *run, const char *name)
{
	struct model *model = session_model(command_session(run));
	struct account *account = model_find_account(model, name);
	g_autofree char *names = NULL;

	if (account)
		return account;
	if (!model->accounts->len) {
		fail_no_account(run);
		return NULL;
	}
	names = account_names(run);
	command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no account \"%s\", only %s", name,
		     names);
	return NULL;
}

struct account *command_account(struct command_run *run)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	struct chat *chat = command_chat(run);
	struct account *account = command_named_account(run);

	if (!account && chat)
		account = chat->account;
	if (!account)
		account = session_default_account(command_session(run), chat, NULL);
	if (!account && accounts->len == 1)
		account = g_ptr_array_index(accounts, 0);
	return account;
}

struct account *command_need_account(struct command_run *run)
{
	struct account *account = command_account(run);
	g_autofree char *names = NULL;

	if (account)
		return account;
	if (!session_model(command_session(run))->accounts->len) {
		fail_no_account(run);
		return NULL;
	}
	names = account_names(run);
	if (command_front(run)->unattended)
		command_fail(run, SESSION_ERROR_USAGE, "which account? -a NAME tells it: %s",
			     names);
	else
		command_fail(run, SESSION_ERROR_USAGE, "which account? /%s -a NAME tells it: %s",
			     command_row(run)->name, names);
	return NULL;
}

/* The only contact whose id begins so: "bob" of bob@example.org. */
static struct contact *find_by_user(struct command_run *run, const char *name)
{
	const GPtrArray *accounts = session_model(command_session(run))->accounts;
	g_autofree char *start = g_strconcat(name, "@", NULL);
	struct contact *found = NULL;

	for (guint i = 0; i < accounts->len; i++) {
		struct account *account = g_ptr_array_index(accounts, i);
		GHashTableIter iter;
		void *value;

		/* A room that is called so is meant. */
		if (chat_find(account, CHAT_ROOM, name))
			return NULL;
		g_hash_table_iter_init(&iter, account->contacts);
		while (g_hash_table_iter_next(&iter, NULL, &value)) {
			struct contact *contact = value;

			if (g_ascii_strncasecmp(contact->id, start, strlen(start)))
				continue;
			if (found)
				return NULL;
			found = contact;
		}
	}
	return found;
}

struct account *command_account_of_id(struct command_run *run, const char *id)
{
	struct account *account = command_account(run);
	g_autoptr(GError) unknown = NULL;

	if (!command_named_account(run))
		account = session_account_of_id(command_session(run), account, id);
	if (account || !find_by_user(run, id) ||
	    session_find_contact(command_session(run), NULL, id, &unknown))
		return account ? account : command_need_account(run);
	command_fail_error(run, unknown);
	return NULL;
}

struct account *command_account_at(struct command_run *run, unsigned index)
{
	const char *name = command_arg(run, index);

	return name ? command_find_account(run, name) : command_need_account(run);
}

struct account *command_account_again(struct command_run *run, const char *name)
{
	return model_find_account(session_model(command_session(run)), name);
}

bool command_check_online(struct command_run *run, struct account *account)
{
	if (!account || account->state == ACCOUNT_ONLINE)
		return account != NULL;
	command_fail(run, SESSION_ERROR_NOT_CONNECTED, "%s is %s%s%s%s", account->name,
		     account_state_name(account->state), *account->reason ? " (" : "",
		     account->reason, *account->reason ? ")" : "");
	return false;
}

struct account *command_split_account(struct command_run *run, const char **name)
{
	return model_split_account(session_model(command_session(run)), name);
}

/* --- contacts ----------------------------------------------------------------------------- */

struct contact *command_contact(struct command_run *run, const char *name)
{
	g_autoptr(GError) error = NULL;
	struct contact *contact;

	contact = session_find_contact(command_session(run), command_named_account(run), name,
				       &error);
	if (!contact)
		command_fail_error(run, error);
	return contact;
}

char *command_rest_name(struct command_run *run, unsigned index)
{
	const char *rest = command_rest(run, index), *end = rest;
	g_autofree char *word = NULL;
	char open = 0;

	if (*rest == '"' || *rest == '\'')
		word = word_next(&end, &open);
	return word && !open && !*end ? g_steal_pointer(&word) : g_strdup(rest);
}

/* By nick, or by id where two nicks look alike. */
struct member *command_find_member(struct command_run *run, const char *name)
{
	struct chat *chat = command_chat(run);
	g_autofree char *key = text_sort_key(name);
	struct member *member;
	GHashTableIter iter;
	void *value;

	if (!chat || chat->kind != CHAT_ROOM || !chat->account)
		return NULL;
	member = chat_find_member(chat, name);
	if (member)
		return member;
	g_hash_table_iter_init(&iter, chat->members);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		member = value;
		if (!strcmp(member->key, key))
			return member;
	}
	return NULL;
}

struct account *command_id(struct command_run *run, const char **name)
{
	g_autoptr(GError) unknown = NULL;
	struct contact *contact = session_find_contact(command_session(run),
						       command_named_account(run), *name, &unknown);
	struct account *account = contact ? contact->account : NULL;
	const struct member *member = contact ? NULL : command_find_member(run, *name);

	if (account || member) {
		*name = account ? contact->id : member->owner ? member->owner : member->id;
		account = account ? account : command_chat(run)->account;
		return command_check_online(run, account) ? account : NULL;
	}
	account = command_split_account(run, name);
	if (!account)
		account = command_account_of_id(run, *name);
	if (!account || !command_check_online(run, account))
		return NULL;
	if (session_check_id(command_session(run), account, *name, NULL) &&
	    !session_is_alias(command_session(run), command_named_account(run), *name))
		return account;
	command_fail_error(run, unknown);
	return NULL;
}

struct opening {
	command_chat_fn fn;
};

static void on_opened(struct chat *chat, const GError *error, void *data)
{
	struct command_run *run = data;
	const struct opening *opening = command_kept(run);

	if (chat)
		opening->fn(run, chat);
	command_done(error, run);
}

/* Nobody we know: an id, then, for the network to judge. */
static void open_by_id(struct command_run *run, const char *id, command_chat_fn fn)
{
	struct account *account = command_split_account(run, &id);
	g_autoptr(GError) unknown = NULL;
	struct opening *opening;

	if (!account)
		account = command_account_of_id(run, id);
	if (!account)
		return;
	if (!session_check_id(command_session(run), account, id, &unknown)) {
		command_fail_error(run, unknown);
		return;
	}
	opening = g_new0(struct opening, 1);
	opening->fn = fn;
	command_keep(run, opening, g_free);
	command_hold(run);
	session_open_contact(command_session(run), account, id, on_opened, run);
}

/* Somebody in this room; NULL: nobody. */
static struct chat *open_member(struct command_run *run, const char *name)
{
	const struct member *member = command_find_member(run, name);

	if (!member)
		return NULL;
	return session_open_chat(command_session(run), command_chat(run)->account,
				 member->owner ? member->owner : member->id);
}

static struct chat *open_target(struct command_run *run, const struct session_target *target)
{
	if (target->kind == CHAT_ROOM)
		return chat_find(target->account, CHAT_ROOM, target->id);
	return session_open_chat(command_session(run), target->account, target->id);
}

struct chat *command_guess_chat(struct command_run *run, const char *name)
{
	struct session *session = command_session(run);
	struct contact *contact;

	/* Who tells an account, or has but one, means an id there. */
	if (command_account(run) || strpbrk(name, "@:") || session_is_alias(session, NULL, name))
		return NULL;
	contact = find_by_user(run, name);
	if (!contact || session_find_contact(session, NULL, name, NULL))
		return NULL;
	return session_open_chat(session, contact->account, contact->id);
}

void command_target(struct command_run *run, const char *name, command_chat_fn fn)
{
	struct chat *chat = command_chat(run);
	g_autoptr(GError) error = NULL;
	struct session_target target;
	bool found;

	/* Where we are, though another account may have such a room too. */
	if (!command_named_account(run) && chat && chat->kind == CHAT_ROOM &&
	    !strcmp(chat->id, name)) {
		fn(run, chat);
		return;
	}
	found = session_find_known(command_session(run), command_named_account(run), name, &target,
				   &error);
	chat = found && target.known ? open_target(run, &target) : open_member(run, name);
	if (chat)
		fn(run, chat);
	else if (!found)
		command_fail_error(run, error);
	else
		open_by_id(run, name, fn);
}

/* --- chats and requests ------------------------------------------------------------------- */

/* The name of a room is what its owner says, so a chat is found by its id first. */
static bool is_called(const struct chat *chat, const char *name, const char *key)
{
	g_autofree char *chat_key = NULL;
	const char *at = strchr(chat->id, '@');

	if (chat->kind == CHAT_ROOM && at && strlen(name) == (gsize)(at - chat->id) &&
	    !strncmp(chat->id, name, strlen(name)))
		return true;
	chat_key = text_sort_key(chat->name);
	return !strcmp(chat_key, key);
}

static struct chat *find_chat_by_number(struct model *model, const char *name)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(name, 10, 0, G_MAXUINT, &number, NULL))
		return NULL;
	for (guint i = 0; i < model->chats->len; i++) {
		struct chat *chat = g_ptr_array_index(model->chats, i);

		if (chat->number == number)
			return chat;
	}
	return NULL;
}

struct chat *command_find_chat(struct command_run *run, const char *name)
{
	struct model *model = session_model(command_session(run));
	struct chat *called = find_chat_by_number(model, name);
	struct account *only;
	g_autofree char *key = NULL;
	unsigned count = 0;

	if (called)
		return called;
	only = command_split_account(run, &name);
	if (!only)
		only = command_named_account(run);
	key = text_sort_key(name);
	for (guint i = 0; i < model->chats->len; i++) {
		struct chat *chat = g_ptr_array_index(model->chats, i);

		if (chat->kind == CHAT_STATUS || (only && chat->account != only))
			continue;
		if (!strcmp(chat->id, name))
			return chat;
		if (is_called(chat, name, key)) {
			called = chat;
			count++;
		}
	}
	return count == 1 ? called : NULL;
}

char *request_describe(const struct request *request)
{
	if (!strcmp(request->name, request->shown_id))
		return g_strdup(request->shown_id);
	return g_strdup_printf("%s <%s>", request->name, request->shown_id);
}

static bool is_request_id(const struct request *request, const char *name, guint64 number)
{
	return (number && request->number == number) || !strcmp(request->id, name) ||
	       !strcmp(request->shown_id, name) || !g_strcmp0(request->room, name);
}

/* The alias of who asks is what that person says: an id goes before it, and two of a name are
 * none. */
struct request *command_find_request(struct command_run *run, const char *name, int kind)
{
	const GPtrArray *requests = session_model(command_session(run))->requests;
	struct account *only = command_named_account(run);
	struct request *named = NULL;
	unsigned count = 0;
	guint64 number = 0;

	if (name && !g_ascii_string_to_unsigned(name, 10, 1, G_MAXUINT, &number, NULL))
		number = 0;
	for (guint i = 0; i < requests->len; i++) {
		struct request *request = g_ptr_array_index(requests, i);

		if ((only && request->account != only) || (kind >= 0 && (int)request->kind != kind))
			continue;
		if (!name || is_request_id(request, name, number))
			return request;
		if (!strcmp(request->name, name)) {
			named = request;
			count++;
		}
	}
	return count == 1 ? named : NULL;
}
