/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room_list.h"

#include <string.h>

#include "account.h"
#include "model.h"
#include "text.h"

static void entry_free(void *data)
{
	struct room_entry *entry = data;

	g_free(entry->id);
	g_free(entry->name);
	g_free(entry->title);
	g_free(entry->subject);
	g_free(entry->key);
	g_free(entry);
}

void room_list_free(struct room_list *list)
{
	if (!list)
		return;
	g_hash_table_unref(list->ids);
	g_ptr_array_unref(list->entries);
	g_free(list->server);
	g_free(list->reason);
	g_free(list);
}

void room_list_tell(struct room_list *list)
{
	struct event event = {.type = EVENT_ROOM_LIST_CHANGED, .account = list->account};

	model_emit(list->account->model, &event);
}

struct room_list *account_start_room_list(struct account *account, const char *server)
{
	struct room_list *list = g_new0(struct room_list, 1);

	list->account = account;
	list->server = text_clean(server, -1, TEXT_LINE);
	list->reason = g_strdup("");
	list->entries = g_ptr_array_new_with_free_func(entry_free);
	list->ids = g_hash_table_new(g_str_hash, g_str_equal);
	room_list_free(account->room_list);
	account->room_list = list;
	room_list_tell(list);
	return list;
}

/* What a room calls itself is worth a place only where it says more than its address. */
static char *clean_title(const char *id, const char *title)
{
	const char *at = strchr(id, '@');
	gsize user = at ? (gsize)(at - id) : strlen(id);

	if (!title || !strcmp(title, id) ||
	    (strlen(title) == user && !g_ascii_strncasecmp(title, id, user)))
		return g_strdup("");
	return text_clean(title, -1, TEXT_LINE);
}

static char *clean_subject(const char *subject)
{
	gsize length = subject ? strlen(subject) : 0;

	return text_clean(subject, (gssize)MIN(length, ROOM_LIST_SUBJECT), TEXT_LINE);
}

bool room_list_add(struct room_list *list, const struct room_entry_init *init)
{
	struct room_entry *entry;

	if (!init->id || !*init->id || strlen(init->id) > ROOM_LIST_ID_MAX ||
	    g_hash_table_contains(list->ids, init->id))
		return true;
	if (list->entries->len >= ROOM_LIST_MAX)
		return false;
	entry = g_new0(struct room_entry, 1);
	entry->id = g_strdup(init->id);
	entry->name = text_clean(init->id, -1, TEXT_LINE);
	entry->title = clean_title(init->id, init->title);
	entry->subject = clean_subject(init->subject);
	entry->key = text_sort_key(entry->name);
	entry->members = init->members < 0 ? -1 : (int)MIN(init->members, G_MAXINT);
	entry->flags = init->flags;
	g_ptr_array_add(list->entries, entry);
	g_hash_table_add(list->ids, entry->id);
	return true;
}

void room_list_set_state(struct room_list *list, enum room_list_state state, const char *reason)
{
	g_free(list->reason);
	list->reason = text_clean(reason, -1, TEXT_LINE);
	list->state = state;
	room_list_tell(list);
}

char *room_list_describe(const struct room_list *list)
{
	static const char *const ends[] = {
		[ROOM_LIST_RUNNING] = ", listing...",
		[ROOM_LIST_DONE] = "",
		[ROOM_LIST_STOPPED] = ", stopped",
		[ROOM_LIST_FULL] = ": there are more, which are not listed",
		[ROOM_LIST_FAILED] = "",
	};

	if (list->state == ROOM_LIST_FAILED)
		return g_strdup(list->reason);
	return g_strdup_printf("%u room%s%s", list->entries->len,
			       list->entries->len == 1 ? "" : "s", ends[list->state]);
}

int room_entry_by_name(const struct room_entry *a, const struct room_entry *b)
{
	int order = strcmp(a->key, b->key);

	return order ? order : strcmp(a->id, b->id);
}

int room_entry_by_size(const struct room_entry *a, const struct room_entry *b)
{
	if (a->members != b->members)
		return a->members > b->members ? -1 : 1;
	return room_entry_by_name(a, b);
}

bool room_entry_matches(const struct room_entry *entry, const char *filter)
{
	return text_contains(entry->name, filter) || text_contains(entry->title, filter) ||
	       text_contains(entry->subject, filter);
}

char *room_entry_print(const struct room_entry *entry, int width)
{
	g_autofree char *members =
		entry->members >= 0 ? g_strdup_printf("%d", entry->members) : g_strdup("?");
	int used;
	gsize fit = text_fit(entry->name, width, &used);

	return g_strdup_printf("%5s %c%c%c %.*s%*s  %s%s%s", members,
			       entry->flags & ROOM_NEEDS_PASSWORD ? 'k' : ' ',
			       entry->flags & ROOM_INVITE_ONLY ? 'i' : ' ',
			       entry->flags & ROOM_MODERATED ? 'm' : ' ', (int)fit, entry->name,
			       width - used, "", entry->title,
			       *entry->title && *entry->subject ? ": " : "", entry->subject);
}
