/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /directory: who there is in the directories of a network. */

#include <string.h>

#include "../model/directory.h"
#include "cmd.h"

struct search {
	char *account, *server;
	unsigned limit;
	char *name;        /* words without a field; or NULL */
	GHashTable *terms; /* field as typed → what for */
};

static void search_free(void *data)
{
	struct search *search = data;

	g_free(search->account);
	g_free(search->server);
	g_free(search->name);
	g_hash_table_unref(search->terms);
	g_free(search);
}

/* --- what was typed ----------------------------------------------------------------------- */

static bool take_word(struct command_run *run, struct search *search, char *word, GString *name)
{
	char *equals = strchr(word, '=');
	guint64 limit;

	if (!equals) {
		g_string_append_printf(name, "%s%s", name->len ? " " : "", word);
		return true;
	}
	*equals = '\0';
	if (!strcmp(word, "server")) {
		g_free(search->server);
		search->server = g_strdup(equals + 1);
	} else if (!strcmp(word, "limit")) {
		if (!g_ascii_string_to_unsigned(equals + 1, 10, 1, G_MAXUINT32, &limit, NULL)) {
			command_fail_usage(run, "limit wants a number");
			return false;
		}
		search->limit = (unsigned)limit;
	} else {
		g_hash_table_replace(search->terms, g_strdup(word), g_strdup(equals + 1));
	}
	return true;
}

static struct search *parse(struct command_run *run, const struct account *account)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = word_split(command_rest(run, 0), &error);
	g_autoptr(GString) name = g_string_new(NULL);
	struct search *search;

	if (!words) {
		command_fail_usage(run, error->message);
		return NULL;
	}
	search = g_new0(struct search, 1);
	search->account = g_strdup(account->name);
	search->terms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (char **word = words; *word; word++) {
		if (take_word(run, search, *word, name))
			continue;
		search_free(search);
		return NULL;
	}
	if (name->len)
		search->name = g_strdup(name->str);
	return search;
}

static bool has_terms(const struct search *search)
{
	return search->name || g_hash_table_size(search->terms);
}

/* --- printing it -------------------------------------------------------------------------- */

static void print_people(struct command_run *run, const struct directory *directory)
{
	g_autofree char *how = directory_describe(directory);

	for (guint i = 0; i < directory->entries->len; i++) {
		g_autofree char *row =
			directory_entry_print(g_ptr_array_index(directory->entries, i));

		command_print(run, "%s", row);
	}
	if (!directory->entries->len || directory->state != DIRECTORY_DONE)
		command_print(run, "%s", how);
}

static void print_keys(struct command_run *run, const struct directory *directory)
{
	for (char **key = directory->keys; *key; key++) {
		g_autofree char *label = directory_print_key(*key);
		g_autofree char *name = text_clean(**key ? *key : "NAME", -1, TEXT_LINE);

		command_print(run, "%-24s %s", name, label);
	}
}

/* --- searching ---------------------------------------------------------------------------- */

static void on_searched(const GError *error, void *data)
{
	struct command_run *run = data;
	const struct search *search = command_kept(run);
	struct account *account = command_account_again(run, search->account);
	const struct directory *directory = account ? account->directory : NULL;

	if (!error && directory && directory->state == DIRECTORY_MORE && !search->limit) {
		session_search_more(command_session(run), account, on_searched, run);
		return;
	}
	if (directory && (!error || directory->entries->len))
		print_people(run, directory);
	if (account)
		session_stop_search(command_session(run), account);
	command_done(error, run);
}

/* What is typed without a field is looked for in the most likely one. */
static bool complete_terms(struct command_run *run, struct search *search,
			   const struct directory *directory)
{
	g_autoptr(GList) fields = g_hash_table_get_keys(search->terms);
	const char *key = search->name ? directory_default_key(directory) : NULL;
	g_autofree char *all = g_strjoinv(", ", directory->keys);

	for (GList *field = fields; field; field = field->next) {
		if (g_strv_contains((const char *const *)directory->keys, field->data))
			continue;
		command_fail(run, SESSION_ERROR_USAGE,
			     "the directory cannot be searched for \"%s\", only for %s",
			     (const char *)field->data, all);
		return false;
	}
	if (key)
		g_hash_table_replace(search->terms, g_strdup(key), g_strdup(search->name));
	return true;
}

static void on_opened(const GError *error, void *data)
{
	struct command_run *run = data;
	struct search *search = command_kept(run);
	struct account *account = command_account_again(run, search->account);
	const struct directory *directory = account ? account->directory : NULL;
	struct front *front = command_front(run);

	if (error || !directory || directory->state != DIRECTORY_READY) {
		command_done(error, run);
		return;
	}
	if (has_terms(search) && complete_terms(run, search, directory)) {
		session_search_directory(command_session(run), account, search->terms,
					 front->unattended ? on_searched : command_done, run);
		if (!front->unattended)
			front->ops->show_view(front, VIEW_DIRECTORY, account->name);
		return;
	}
	if (!has_terms(search))
		print_keys(run, directory);
	session_stop_search(command_session(run), account);
	command_release(run);
}

void cmd_directory(struct command_run *run)
{
	struct account *account = command_need_account(run);
	struct front *front = command_front(run);
	struct search *search;

	if (!account || !command_check_online(run, account))
		return;
	search = parse(run, account);
	if (!search)
		return;
	command_keep(run, search, search_free);
	if (front->unattended || has_terms(search)) {
		command_hold(run);
		session_open_directory(command_session(run), account, search->server, search->limit,
				       on_opened, run);
	} else {
		session_open_directory(command_session(run), account, search->server, search->limit,
				       NULL, NULL);
		front->ops->show_view(front, VIEW_DIRECTORY, account->name);
	}
}
