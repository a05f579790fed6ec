/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "late.h"

#define LATE_MAX 1000 /* those beyond wait for the next pheme */

struct late {
	const struct whom *whom;
	void (*meant)(void *item, void *data);
	GDestroyNotify free_item;
	void *data;
	GQueue entries; /* struct entry * */
};

struct entry {
	struct late *late;
	struct chat *chat; /* a reference */
	void *item;        /* NULL: given away */
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	if (entry->item)
		entry->late->free_item(entry->item);
	chat_unref(entry->chat);
	g_free(entry);
}

struct late *late_new(const struct whom *whom, void (*meant)(void *item, void *data),
		      GDestroyNotify free_item, void *data)
{
	struct late *late = g_new0(struct late, 1);

	late->whom = whom;
	late->meant = meant;
	late->free_item = free_item;
	late->data = data;
	return late;
}

void late_free(struct late *late)
{
	if (!late)
		return;
	g_queue_clear_full(&late->entries, entry_free);
	g_free(late);
}

bool late_is_open(const struct late *late, const struct chat *chat)
{
	return chat->kind == CHAT_CONTACT && chat->account && !chat->account->roster_ready &&
	       !whom_is_bound(late->whom) && late->entries.length < LATE_MAX;
}

void late_add(struct late *late, struct chat *chat, void *item)
{
	struct entry *entry = g_new0(struct entry, 1);

	entry->late = late;
	entry->chat = chat_ref(chat);
	entry->item = item;
	g_queue_push_tail(&late->entries, entry);
}

void late_look(struct late *late)
{
	for (guint left = late->entries.length; left; left--) {
		struct entry *entry = g_queue_pop_head(&late->entries);

		if (whom_is(late->whom, entry->chat->account, entry->chat->id, NULL))
			late->meant(g_steal_pointer(&entry->item), late->data);
		else if (late_is_open(late, entry->chat))
			g_queue_push_tail(&late->entries, g_steal_pointer(&entry));
		if (entry)
			entry_free(entry);
	}
}
