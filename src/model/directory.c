/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "directory.h"

#include <string.h>

#include "account.h"
#include "card.h"
#include "model.h"
#include "text.h"

#define DETAILS_MAX 300 /* bytes */

static void entry_free(void *data)
{
	struct directory_entry *entry = data;

	g_free(entry->id);
	g_free(entry->name);
	g_free(entry->shown_id);
	g_free(entry->details);
	g_free(entry->key);
	g_free(entry);
}

void directory_free(struct directory *directory)
{
	if (!directory)
		return;
	g_hash_table_unref(directory->ids);
	g_ptr_array_unref(directory->entries);
	g_strfreev(directory->keys);
	g_free(directory->server);
	g_free(directory->reason);
	g_free(directory);
}

void directory_tell(struct directory *directory)
{
	struct event event = {.type = EVENT_DIRECTORY_CHANGED, .account = directory->account};

	model_emit(directory->account->model, &event);
}

struct directory *account_start_directory(struct account *account, const char *server)
{
	struct directory *directory = g_new0(struct directory, 1);

	directory->account = account;
	directory->server = text_clean(server, -1, TEXT_LINE);
	directory->reason = g_strdup("");
	directory->keys = g_new0(char *, 1);
	directory->entries = g_ptr_array_new_with_free_func(entry_free);
	directory->ids = g_hash_table_new(g_str_hash, g_str_equal);
	directory_free(account->directory);
	account->directory = directory;
	directory_tell(directory);
	return directory;
}

void directory_set_facts(struct directory *directory, const char *const *keys, const char *server,
			 unsigned limit)
{
	GPtrArray *list = g_ptr_array_new();

	for (guint i = 0; i < DIRECTORY_KEYS_MAX && keys[i]; i++)
		g_ptr_array_add(list, g_strdup(keys[i]));
	g_ptr_array_add(list, NULL);
	g_strfreev(directory->keys);
	directory->keys = (char **)g_ptr_array_free(list, FALSE);
	if (*server) {
		g_free(directory->server);
		directory->server = text_clean(server, -1, TEXT_LINE);
	}
	directory->limit = limit;
}

/* --- who was found ------------------------------------------------------------------------ */

static bool is_name(const char *name)
{
	return !g_ascii_strcasecmp(name, "fn") || !g_ascii_strcasecmp(name, "nickname");
}

/* The full name, else the nickname. */
static const struct card_field *find_name(const GPtrArray *card)
{
	const struct card_field *nickname = NULL;

	for (guint i = 0; i < card->len; i++) {
		const struct card_field *field = card->pdata[i];

		if (!field->values[0] || !*field->values[0])
			continue;
		if (!g_ascii_strcasecmp(field->name, "fn"))
			return field;
		if (!g_ascii_strcasecmp(field->name, "nickname"))
			nickname = field;
	}
	return nickname;
}

static char *print_details(const GPtrArray *card, const char *id)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < card->len && text->len < DETAILS_MAX; i++) {
		const struct card_field *field = card->pdata[i];
		g_autofree char *value = is_name(field->name) ? NULL : card_print_value(field);

		if (value && *value && strcmp(value, id) != 0)
			g_string_append_printf(text, "%s%s", text->len ? ", " : "", value);
	}
	return text_clean(text->str, (gssize)MIN(text->len, DETAILS_MAX), TEXT_LINE);
}

bool directory_add(struct directory *directory, const char *id, const GPtrArray *card)
{
	const struct card_field *name = find_name(card);
	struct directory_entry *entry;

	if (!*id || strlen(id) > DIRECTORY_ID_MAX || g_hash_table_contains(directory->ids, id))
		return true;
	if (directory->entries->len >= DIRECTORY_MAX)
		return false;
	entry = g_new0(struct directory_entry, 1);
	entry->id = g_strdup(id);
	entry->shown_id = text_clean(id, -1, TEXT_LINE);
	entry->name = name ? card_print_value(name) : g_strdup("");
	entry->details = print_details(card, id);
	entry->key = text_sort_key(*entry->name ? entry->name : entry->shown_id);
	g_ptr_array_add(directory->entries, entry);
	g_hash_table_add(directory->ids, entry->id);
	return true;
}

void directory_set_state(struct directory *directory, enum directory_state state,
			 const char *reason)
{
	g_free(directory->reason);
	directory->reason = text_clean(reason, -1, TEXT_LINE);
	directory->state = state;
	directory_tell(directory);
}

bool directory_has_ended(const struct directory *directory)
{
	return directory->state >= DIRECTORY_DONE;
}

/* --- in words ----------------------------------------------------------------------------- */

char *directory_describe(const struct directory *directory)
{
	static const char *const states[] = {
		[DIRECTORY_OPENING] = ", asking what can be searched for...",
		[DIRECTORY_READY] = "",
		[DIRECTORY_RUNNING] = ", searching...",
		[DIRECTORY_MORE] = ", there are more",
		[DIRECTORY_DONE] = "",
		[DIRECTORY_STOPPED] = ", stopped",
		[DIRECTORY_FULL] = ": there are more, which are not kept",
		[DIRECTORY_FAILED] = ", then: ",
	};
	guint count = directory->entries->len;

	if (directory->state == DIRECTORY_FAILED && !count)
		return g_strdup(directory->reason);
	if (directory->state == DIRECTORY_DONE && !count)
		return g_strdup("nobody was found");
	return g_strdup_printf("%u %s%s%s", count, count == 1 ? "person" : "people",
			       states[directory->state],
			       directory->state == DIRECTORY_FAILED ? directory->reason : "");
}

char *directory_print_key(const char *key)
{
	g_auto(GStrv) parts = g_strsplit(key, ";", -1);

	return *key ? card_print_label(parts[0], (const char *const *)parts + 1)
		    : g_strdup("search for");
}

/* A name that is typed is most likely one of these. */
const char *directory_default_key(const struct directory *directory)
{
	static const char *const best[] = {"", "fn", "nickname", "x-telepathy-identifier",
					   "x-n-given"};

	for (guint i = 0; i < G_N_ELEMENTS(best); i++)
		if (g_strv_contains((const char *const *)directory->keys, best[i]))
			return best[i];
	return directory->keys[0];
}

int directory_entry_by_name(const struct directory_entry *a, const struct directory_entry *b)
{
	int order = strcmp(a->key, b->key);

	return order ? order : strcmp(a->id, b->id);
}

bool directory_entry_matches(const struct directory_entry *entry, const char *filter)
{
	return text_contains(entry->name, filter) || text_contains(entry->shown_id, filter) ||
	       text_contains(entry->details, filter);
}

char *directory_entry_print(const struct directory_entry *entry)
{
	bool named = *entry->name && strcmp(entry->name, entry->shown_id) != 0;

	return g_strdup_printf(named ? "%s <%s>%s%s" : "%s%s%s%s", named ? entry->name : "",
			       entry->shown_id, *entry->details ? "  " : "", entry->details);
}
