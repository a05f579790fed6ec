/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The window on the history: a ring that grows and shrinks at both ends. */

#include "chat.h"
#include "chat_private.h"
#include "model.h"
#include "text.h"

#include <string.h>

static unsigned limit(const struct chat *chat)
{
	return chat->no_history ? CHAT_WINDOW_MAX : CHAT_WINDOW;
}

/* The size is a power of two: a division would be most of what looking for a message costs. */
static struct message **slot(const struct chat *chat, unsigned index)
{
	g_assert(chat->ring_size > 0);
	return &chat->ring[(chat->first + index) & (chat->ring_size - 1)];
}

static void reserve(struct chat *chat)
{
	unsigned size = chat->ring_size ? 2 * chat->ring_size : 32;
	struct message **ring;

	if (chat->count < chat->ring_size)
		return;
	ring = g_new(struct message *, size);
	for (unsigned i = 0; i < chat->count; i++)
		ring[i] = *slot(chat, i);
	g_free(chat->ring);
	chat->ring = ring;
	chat->ring_size = size;
	chat->first = 0;
}

static void push_newest(struct chat *chat, struct message *message)
{
	reserve(chat);
	*slot(chat, chat->count++) = message;
}

static void push_oldest(struct chat *chat, struct message *message)
{
	reserve(chat);
	chat->first = (chat->first + chat->ring_size - 1) & (chat->ring_size - 1);
	chat->ring[chat->first] = message;
	chat->count++;
	chat->base--;
}

static void drop_oldest(struct chat *chat)
{
	struct message *message = *slot(chat, 0);

	/* our own lines are not in the history, so it holds nothing older for their sake */
	if (message->direction != MESSAGE_LOCAL)
		chat->at_start = false;
	chat->first = (chat->first + 1) & (chat->ring_size - 1);
	chat->count--;
	chat->base++;
	message_free(message);
}

static void drop_newest(struct chat *chat)
{
	struct message *message = *slot(chat, --chat->count);

	chat->at_end = false;
	if (message->row)
		message_free(message);
	else
		g_ptr_array_insert(chat->aside, 0, message);
}

/* What is stored will come back with its page, so it goes first; the newest stays, its
 * adder holds it. */
static void trim_aside(struct chat *chat)
{
	while (chat->aside->len > limit(chat)) {
		unsigned victim = 0;

		for (unsigned i = 0; i + 1 < chat->aside->len; i++) {
			struct message *message = chat->aside->pdata[i];

			if (message->row) {
				victim = i;
				break;
			}
		}
		message_free(g_ptr_array_remove_index(chat->aside, victim));
	}
}

void window_init(struct chat *chat)
{
	chat->at_end = true;
	chat->aside = g_ptr_array_new();
}

static void empty(struct chat *chat)
{
	chat->base += chat->count;
	chat->renumbered = chat->base;
	chat->first = chat->count = 0;
	g_ptr_array_set_size(chat->aside, 0);
}

static void free_messages(struct chat *chat)
{
	for (unsigned i = 0; i < chat->count; i++)
		message_free(*slot(chat, i));
	for (unsigned i = 0; i < chat->aside->len; i++)
		message_free(chat->aside->pdata[i]);
	empty(chat);
}

void window_free(struct chat *chat)
{
	free_messages(chat);
	g_free(chat->ring);
	g_ptr_array_unref(chat->aside);
}

void window_add(struct chat *chat, struct message *message)
{
	if (!chat->at_end) {
		g_ptr_array_add(chat->aside, message);
		trim_aside(chat);
		return;
	}
	push_newest(chat, message);
	while (chat->count > limit(chat))
		drop_oldest(chat);
}

struct message *chat_message(const struct chat *chat, unsigned index)
{
	g_assert(index < chat->count);
	return *slot(chat, index);
}

/* Those of a time begin alike: most are told apart by the hash. */
static bool has_uid(const struct message *message, const char *uid, guint hash)
{
	return message->uid_hash == hash && strcmp(message->uid, uid) == 0;
}

struct message *chat_find_uid(struct chat *chat, const char *uid)
{
	guint hash = g_str_hash(uid);

	for (unsigned i = chat->aside->len; i-- > 0;) {
		struct message *message = chat->aside->pdata[i];

		if (has_uid(message, uid, hash))
			return message;
	}
	for (unsigned i = chat->count; i-- > 0;)
		if (has_uid(*slot(chat, i), uid, hash))
			return *slot(chat, i);
	return NULL;
}

struct message *chat_find_uid_at(struct chat *chat, gint64 place, const char *uid)
{
	if (place >= chat->renumbered) {
		gint64 index = place - chat->base;

		/* It was among the oldest, and had to go. */
		if (index < 0)
			return NULL;
		if (index < chat->count && strcmp((*slot(chat, (unsigned)index))->uid, uid) == 0)
			return *slot(chat, (unsigned)index);
	}
	return chat_find_uid(chat, uid);
}

gint64 chat_next_place(const struct chat *chat)
{
	return chat->at_end ? chat->base + chat->count : CHAT_NO_PLACE;
}

struct message *chat_find_token(struct chat *chat, const char *token)
{
	if (!*token)
		return NULL;
	for (unsigned i = chat->aside->len; i-- > 0;) {
		struct message *message = chat->aside->pdata[i];

		if (strcmp(message->token, token) == 0)
			return message;
	}
	for (unsigned i = chat->count; i-- > 0;)
		if (strcmp((*slot(chat, i))->token, token) == 0)
			return *slot(chat, i);
	return NULL;
}

/* --- pages -------------------------------------------------------------------------------- */

/* The unread counter came from the history, the line above the first of them from here. */
static void place_read_mark(struct chat *chat)
{
	unsigned left = chat->unread;

	if (!left || chat->read_mark || !chat->at_end)
		return;
	for (unsigned i = chat->count; i-- > 0;) {
		struct message *message = *slot(chat, i);

		if (message->direction == MESSAGE_IN && !message->scrollback && --left == 0) {
			chat->read_mark = g_strdup(message->uid);
			chat->new_count = chat->unread;
			return;
		}
	}
}

static void page_done(struct chat *chat)
{
	chat->loading = chat->cleared = false;
	correct_all(chat);
	place_read_mark(chat);
	chat_tell(chat, EVENT_MESSAGES_LOADED, 0);
}

static GPtrArray *window_messages(struct chat *chat)
{
	GPtrArray *list = g_ptr_array_sized_new(chat->count + chat->aside->len);

	for (unsigned i = 0; i < chat->count; i++)
		g_ptr_array_add(list, *slot(chat, i));
	g_ptr_array_extend(list, chat->aside, NULL, NULL);
	return list;
}

/* The page, each message once, without those of @known, which is a list of messages. */
static GPtrArray *take_page(struct chat *chat, GPtrArray *messages, GPtrArray *known)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *page = g_ptr_array_new();
	gsize n = 0;
	g_autofree void **list = g_ptr_array_steal(messages, &n);

	for (unsigned i = 0; known && i < known->len; i++)
		g_hash_table_add(seen, ((struct message *)known->pdata[i])->uid);
	for (gsize i = 0; i < n; i++) {
		struct message *message = list[i];

		if (g_hash_table_contains(seen, message->uid)) {
			message_free(message);
			continue;
		}
		g_hash_table_add(seen, message->uid);
		chat_note_mention(chat, message);
		g_ptr_array_add(page, message);
	}
	return page;
}

/* Puts messages of @have in the place of their copies in the page, and leaves the others in
 * @have. A message in memory knows its delivery at least as well as the history does, and
 * others may have it at hand. */
static void adopt(struct chat *chat, GPtrArray *page, GPtrArray *have)
{
	g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
	unsigned kept = 0;

	for (unsigned i = 0; i < page->len; i++)
		g_hash_table_insert(index, ((struct message *)page->pdata[i])->uid,
				    &page->pdata[i]);
	for (unsigned i = 0; i < have->len; i++) {
		struct message *mine = have->pdata[i], *copy;
		void **place = g_hash_table_lookup(index, mine->uid);

		if (!place) {
			have->pdata[kept++] = mine;
			continue;
		}
		copy = *place;
		chat_set_stored(chat, mine, copy->row);
		*place = mine;
		g_hash_table_remove(index, copy->uid);
		message_free(copy);
	}
	g_ptr_array_set_size(have, kept);
}

/* Ours that were said between those of the page go where they were; what is not stored yet
 * comes after it. */
static void push_merged(struct chat *chat, GPtrArray *page, GPtrArray *kept)
{
	unsigned i = 0, j = 0;

	while (i < page->len || j < kept->len) {
		struct message *old = i < page->len ? page->pdata[i] : NULL;
		struct message *mine = j < kept->len ? kept->pdata[j] : NULL;

		if (!old || (mine && mine->direction == MESSAGE_LOCAL && mine->time < old->time)) {
			push_newest(chat, mine);
			j++;
		} else {
			push_newest(chat, old);
			i++;
		}
	}
	while (chat->count > limit(chat))
		drop_oldest(chat);
}

/* Frees what belongs elsewhere in the history: older than the page, and not merely not yet
 * stored. */
static void keep_newer(GPtrArray *kept, GPtrArray *page, bool complete)
{
	struct message *oldest = page->len ? page->pdata[0] : NULL;
	struct message *newest = page->len ? page->pdata[page->len - 1] : NULL;
	unsigned n = 0;

	for (unsigned i = 0; newest && i < kept->len; i++) {
		struct message *mine = kept->pdata[i];
		bool gone = mine->row ? mine->row <= newest->row
				      : mine->direction == MESSAGE_LOCAL && !complete &&
						mine->time < oldest->time;

		if (gone)
			message_free(mine);
		else
			kept->pdata[n++] = mine;
	}
	if (newest)
		g_ptr_array_set_size(kept, n);
}

void chat_reset_window(struct chat *chat, GPtrArray *messages, bool complete)
{
	g_autoptr(GPtrArray) kept = window_messages(chat);
	g_autoptr(GPtrArray) page = take_page(chat, messages, NULL);

	empty(chat);
	adopt(chat, page, kept);
	keep_newer(kept, page, complete);
	chat->at_end = true;
	chat->at_start = complete;
	push_merged(chat, page, kept);
	page_done(chat);
}

/* What is stored comes back with its page. */
static void put_aside(struct chat *chat, GPtrArray *kept)
{
	for (unsigned i = 0; i < kept->len; i++) {
		struct message *mine = kept->pdata[i];

		if (mine->row)
			message_free(mine);
		else
			g_ptr_array_add(chat->aside, mine);
	}
	trim_aside(chat);
}

void chat_move_window(struct chat *chat, GPtrArray *messages, bool at_start, bool at_end)
{
	g_autoptr(GPtrArray) kept = NULL, page = NULL;

	if (at_end) {
		chat_reset_window(chat, messages, at_start);
		return;
	}
	kept = window_messages(chat);
	page = take_page(chat, messages, NULL);
	empty(chat);
	adopt(chat, page, kept);
	for (unsigned i = 0; i < page->len; i++)
		push_newest(chat, page->pdata[i]);
	chat->at_end = false;
	chat->at_start = at_start;
	put_aside(chat, kept);
	page_done(chat);
}

void chat_keep_window(struct chat *chat)
{
	page_done(chat);
}

void chat_prepend_page(struct chat *chat, GPtrArray *messages, bool complete)
{
	g_autoptr(GPtrArray) known = window_messages(chat);
	g_autoptr(GPtrArray) page = take_page(chat, messages, known);

	for (unsigned i = page->len; i-- > 0;)
		push_oldest(chat, page->pdata[i]);
	chat->at_start = complete;
	while (chat->count > limit(chat))
		drop_newest(chat);
	trim_aside(chat);
	page_done(chat);
}

void chat_append_page(struct chat *chat, GPtrArray *messages, bool complete)
{
	g_autoptr(GPtrArray) known = window_messages(chat);
	g_autoptr(GPtrArray) kept = g_ptr_array_new(), page = NULL;

	/* those aside get their place in the page; the others are where they belong */
	g_ptr_array_set_size(known, (int)chat->count);
	page = take_page(chat, messages, known);
	g_ptr_array_extend(kept, chat->aside, NULL, NULL);
	adopt(chat, page, kept);
	g_ptr_array_set_size(chat->aside, 0);
	if (complete || chat->at_end) {
		keep_newer(kept, page, true);
		chat->at_end = true;
	} else {
		g_ptr_array_extend(chat->aside, kept, NULL, NULL);
		g_ptr_array_set_size(kept, 0);
	}
	push_merged(chat, page, kept);
	page_done(chat);
}

/* --- what happens to a message ------------------------------------------------------------ */

void chat_set_delivery(struct chat *chat, struct message *message, enum delivery delivery,
		       const char *reason)
{
	g_autofree char *cleaned = reason ? text_clean(reason, -1, TEXT_LINE) : NULL;
	struct event event = {
		.type = EVENT_MESSAGE_CHANGED,
		.account = chat->account,
		.contact = chat->contact,
		.chat = chat,
		.message = message,
	};

	if (message->delivery == delivery && g_strcmp0(message->reason, cleaned) == 0)
		return;
	message->delivery = delivery;
	g_free(message->reason);
	message->reason = g_steal_pointer(&cleaned);
	model_emit(chat->model, &event);
}

void chat_set_text(struct chat *chat, struct message *message, const char *text)
{
	struct event event = {
		.type = EVENT_MESSAGE_CHANGED,
		.account = chat->account,
		.contact = chat->contact,
		.chat = chat,
		.message = message,
	};

	if (strcmp(message->text, text) == 0)
		return;
	g_free(message->text);
	message->text = g_strdup(text);
	model_emit(chat->model, &event);
}

struct message *window_newest(const struct chat *chat)
{
	if (chat->aside->len)
		return chat->aside->pdata[chat->aside->len - 1];
	return chat->count ? *slot(chat, chat->count - 1) : NULL;
}

void chat_set_token(struct chat *chat, struct message *message, const char *token)
{
	g_free(message->token);
	message->token = g_strdup(token);
}

void chat_set_stored(struct chat *chat, struct message *message, gint64 row)
{
	message->row = row;
	g_clear_pointer(&message->raw, g_free);
}

void chat_clear(struct chat *chat)
{
	free_messages(chat);
	chat->at_end = true;
	chat->at_start = chat->kind == CHAT_STATUS;
	chat->cleared = true;
	g_clear_pointer(&chat->read_mark, g_free);
	chat->new_count = 0;
	chat_tell(chat, EVENT_MESSAGES_LOADED, 0);
}
