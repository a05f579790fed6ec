/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "chat.h"
#include "account.h"
#include "chat_private.h"
#include "contact.h"
#include "model.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* --- the table of known chats: each is its own key ---------------------------------------- */

static guint chat_hash(const void *data)
{
	const struct chat *chat = data;

	return g_str_hash(chat->id) ^ g_direct_hash(chat->account) ^ (guint)chat->kind;
}

static gboolean chat_equal(const void *left, const void *right)
{
	const struct chat *a = left, *b = right;

	return a->account == b->account && a->kind == b->kind && strcmp(a->id, b->id) == 0;
}

GHashTable *chat_table_new(void)
{
	return g_hash_table_new(chat_hash, chat_equal);
}

/* --- coming and going --------------------------------------------------------------------- */

void chat_tell(struct chat *chat, enum event_type type, unsigned change)
{
	struct event event = {
		.type = type,
		.change = change,
		.account = chat->account,
		.contact = chat->contact,
		.chat = chat,
	};

	model_emit(chat->model, &event);
}

static struct chat *chat_new(struct model *model, struct account *account, enum chat_kind kind,
			     const char *id)
{
	struct chat *chat = g_new0(struct chat, 1);

	chat->model = model;
	chat->account = account;
	chat->kind = kind;
	chat->id = g_strdup(id);
	chat->name = text_clean(id, -1, TEXT_LINE);
	window_init(chat);
	room_init(chat);
	return chat;
}

static void chat_free(struct chat *chat)
{
	if (chat->account && chat->model)
		g_hash_table_remove(chat->model->known_chats, chat);
	window_free(chat);
	room_free(chat);
	contact_unref(chat->contact);
	g_free(chat->id);
	g_free(chat->name);
	g_free(chat->read_mark);
	g_free(chat);
}

struct chat *chat_ref(struct chat *chat)
{
	chat->refs++;
	return chat;
}

void chat_unref(struct chat *chat)
{
	if (chat && --chat->refs == 0)
		chat_free(chat);
}

struct chat *chat_new_status(struct model *model)
{
	struct chat *chat = chat_new(model, NULL, CHAT_STATUS, "status");

	chat->at_start = true;
	chat->open = true;
	g_ptr_array_add(model->chats, chat_ref(chat));
	return chat;
}

void chat_free_status(struct chat *chat)
{
	chat->open = false;
	chat->model = NULL;
	chat_unref(chat);
}

struct chat *chat_find(struct account *account, enum chat_kind kind, const char *id)
{
	struct chat key = {.account = account, .kind = kind, .id = (char *)id};

	return g_hash_table_lookup(account->model->known_chats, &key);
}

/* Chats are few and sorted: the first gap is the lowest free number and its place. */
static void take_number(struct chat *chat)
{
	GPtrArray *chats = chat->model->chats;
	unsigned number = 1;

	while (number < chats->len && ((struct chat *)chats->pdata[number])->number == number)
		number++;
	chat->number = number;
	g_ptr_array_insert(chats, (int)number, chat_ref(chat));
}

/* A contact that left the roster while nobody chatted with it is another one now. */
static void attach_contact(struct chat *chat)
{
	struct contact *contact = account_ensure_contact(chat->account, chat->id);

	if (chat->contact != contact) {
		contact_unref(chat->contact);
		chat->contact = contact_ref(contact);
	}
	g_free(chat->name);
	chat->name = g_strdup(contact->alias);
}

struct chat *chat_open(struct account *account, enum chat_kind kind, const char *id)
{
	struct chat *chat = chat_find(account, kind, id);

	if (chat && chat->open)
		return chat;
	if (!chat) {
		chat = chat_new(account->model, account, kind, id);
		g_hash_table_add(account->model->known_chats, chat);
	}
	if (kind == CHAT_CONTACT)
		attach_contact(chat);
	take_number(chat);
	chat->open = true;
	if (chat->contact)
		contact_set_chat(chat->contact, chat);
	chat_tell(chat, EVENT_CHAT_ADDED, 0);
	return chat;
}

void chat_close(struct chat *chat)
{
	if (!chat->open || chat->kind == CHAT_STATUS)
		return;
	g_ptr_array_remove(chat->model->chats, chat);
	chat->open = false;
	chat->watched = false;
	chat->peer_typing = TYPING_GONE;
	g_ptr_array_set_size(chat->typing, 0);
	chat_tell(chat, EVENT_CHAT_REMOVED, 0);
	chat->number = 0;
	if (chat->contact)
		contact_set_chat(chat->contact, NULL);
	chat_unref(chat);
}

void chat_close_all(struct account *account)
{
	struct model *model = account->model;
	GHashTableIter iter;
	void *key;

	for (unsigned i = model->chats->len; i-- > 0;) {
		struct chat *chat = model->chats->pdata[i];

		if (chat->account == account)
			chat_close(chat);
	}
	g_hash_table_iter_init(&iter, model->known_chats);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		struct chat *chat = key;

		if (chat->account != account)
			continue;
		g_hash_table_iter_steal(&iter);
		chat->account = NULL;
		chat->model = NULL;
	}
}

static int by_number(const void *a, const void *b)
{
	const struct chat *left = *(struct chat *const *)a, *right = *(struct chat *const *)b;

	return left->number < right->number ? -1 : left->number > right->number;
}

void chat_set_number(struct chat *chat, unsigned number)
{
	struct chat *other = NULL;

	if (!chat->open || chat->kind == CHAT_STATUS || !number || chat->number == number)
		return;
	for (unsigned i = 1; i < chat->model->chats->len; i++) {
		struct chat *at = chat->model->chats->pdata[i];

		if (at->number == number)
			other = at;
	}
	if (other)
		other->number = chat->number;
	chat->number = number;
	g_ptr_array_sort(chat->model->chats, by_number);
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_NUMBER);
	if (other)
		chat_tell(other, EVENT_CHAT_CHANGED, CHAT_CHANGED_NUMBER);
}

/* --- messages and what is unread ---------------------------------------------------------- */

static void tell_unread(struct chat *chat, unsigned change)
{
	struct event event = {
		.type = EVENT_CONTACT_CHANGED,
		.change = CONTACT_CHANGED_CHAT,
		.account = chat->account,
		.contact = chat->contact,
	};

	chat_tell(chat, EVENT_CHAT_CHANGED, change);
	if ((change & CHAT_CHANGED_UNREAD) && chat->contact && chat->contact->chat == chat)
		model_emit(chat->model, &event);
}

void chat_note_mention(struct chat *chat, struct message *message)
{
	if (chat->kind == CHAT_ROOM && message->direction == MESSAGE_IN)
		message->mention = text_mentions(message->text, room_nick(chat));
}

static bool count_unread(struct chat *chat, const struct message *message)
{
	if (message->direction != MESSAGE_IN || message->scrollback || chat->watched)
		return false;
	if (!chat->unread) {
		g_free(chat->read_mark);
		chat->read_mark = g_strdup(message->uid);
	}
	chat->unread++;
	chat->new_count = chat->unread;
	chat->mentions += message->mention;
	return true;
}

static bool stop_typing(struct chat *chat, const struct message *message)
{
	if (message->direction != MESSAGE_IN || message->scrollback)
		return false;
	if (chat->kind == CHAT_ROOM)
		return message->sender && room_stop_typing(chat, message->sender);
	if (chat->peer_typing < TYPING_PAUSED)
		return false;
	chat->peer_typing = TYPING_ACTIVE;
	return true;
}

struct message *chat_append(struct chat *chat, struct message *message)
{
	unsigned change = 0;
	struct event event = {
		.type = EVENT_MESSAGE_ADDED,
		.account = chat->account,
		.contact = chat->contact,
		.chat = chat,
		.message = message,
	};

	chat_note_mention(chat, message);
	correct_by(chat, message);
	window_add(chat, message);
	if (message->direction != MESSAGE_LOCAL)
		chat->last_activity = MAX(chat->last_activity, message->time);
	if (count_unread(chat, message))
		change |= CHAT_CHANGED_UNREAD;
	if (stop_typing(chat, message))
		change |= CHAT_CHANGED_TYPING;
	model_emit(chat->model, &event);
	if (change)
		tell_unread(chat, change);
	return message;
}

void chat_set_unread(struct chat *chat, unsigned unread, unsigned mentions)
{
	if (chat->unread == unread && chat->mentions == mentions)
		return;
	chat->unread = unread;
	chat->mentions = mentions;
	tell_unread(chat, CHAT_CHANGED_UNREAD);
}

void chat_mark_read(struct chat *chat)
{
	chat_set_unread(chat, 0, 0);
}

void chat_set_watched(struct chat *chat, bool watched)
{
	chat->watched = watched;
	if (watched)
		chat_mark_read(chat);
}

void chat_clear_read_mark(struct chat *chat)
{
	if (!chat->read_mark)
		return;
	g_clear_pointer(&chat->read_mark, g_free);
	chat->new_count = 0;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_UNREAD);
}

/* --- the rest ----------------------------------------------------------------------------- */

void chat_set_typing(struct chat *chat, const char *member_id, enum chat_typing state)
{
	struct member *member;

	if (chat->kind == CHAT_CONTACT && chat->peer_typing != state) {
		chat->peer_typing = state;
		chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_TYPING);
	}
	member = chat->kind == CHAT_ROOM && member_id ? chat_find_member(chat, member_id) : NULL;
	if (!member)
		return;
	if (state != TYPING_COMPOSING) {
		if (!room_stop_typing(chat, member_id))
			return;
	} else {
		if (g_ptr_array_find(chat->typing, member, NULL))
			return;
		g_ptr_array_add(chat->typing, member);
	}
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_TYPING);
}

/* No more is heard about it now; true if there was something. */
static bool forget_typing(struct chat *chat)
{
	bool any = chat->peer_typing != TYPING_GONE || chat->typing->len;

	chat->peer_typing = TYPING_GONE;
	g_ptr_array_set_size(chat->typing, 0);
	return any;
}

void chat_stop_all_typing(struct account *account)
{
	GPtrArray *chats = account->model->chats;

	for (unsigned i = 0; i < chats->len; i++) {
		struct chat *chat = chats->pdata[i];

		if (chat->account == account && forget_typing(chat))
			chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_TYPING);
	}
}

void chat_set_live(struct chat *chat, bool live)
{
	unsigned change = CHAT_CHANGED_STATE;

	if (chat->live == live)
		return;
	chat->live = live;
	chat->caught_up = false;
	chat->can_correct &= live;
	chat->way = live ? chat->way : CHAT_BY_NETWORK_ONLY;
	chat->can_auto_reply &= live;
	chat->no_reports &= live;
	if (!live && forget_typing(chat))
		change |= CHAT_CHANGED_TYPING;
	chat_tell(chat, EVENT_CHAT_CHANGED, change);
}

void chat_set_name(struct chat *chat, const char *name)
{
	g_autofree char *cleaned = text_clean(name, -1, TEXT_LINE);

	if (strcmp(chat->name, cleaned) == 0)
		return;
	g_free(chat->name);
	chat->name = g_steal_pointer(&cleaned);
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_NAME);
}

bool chat_has_namesake(const struct chat *chat)
{
	const GPtrArray *chats = chat->model ? chat->model->chats : NULL;

	for (guint i = 0; chats && chat->account && i < chats->len; i++) {
		const struct chat *other = chats->pdata[i];

		if (other != chat && other->account && !strcmp(other->name, chat->name))
			return true;
	}
	return false;
}

void chat_set_caught_up(struct chat *chat)
{
	if (chat->caught_up)
		return;
	chat->caught_up = true;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_STATE);
}

void chat_set_can_correct(struct chat *chat, bool can_correct)
{
	chat->can_correct = can_correct;
}

void chat_set_sms(struct chat *chat, enum chat_way way, bool flash)
{
	if (chat->way == way && chat->sms_flash == flash)
		return;
	chat->way = way;
	chat->sms_flash = flash;
	chat->sms_chunks = 0;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_NAME);
}

void chat_set_sms_length(struct chat *chat, guint32 chunks, gint32 left)
{
	chat->sms_chunks = chunks;
	chat->sms_left = left;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_NAME);
}

void chat_set_no_reports(struct chat *chat, bool no_reports)
{
	chat->no_reports = no_reports;
}

void chat_set_can_auto_reply(struct chat *chat, bool can_auto_reply)
{
	chat->can_auto_reply = can_auto_reply;
}
