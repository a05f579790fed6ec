/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms: who is in, what it is about. */

#include "account.h"
#include "chat.h"
#include "chat_private.h"
#include "model.h"
#include "room_config.h"
#include "text.h"

#include <string.h>

#define NAMED_MAX 4 /* in the line about joining */

static void member_free(void *data)
{
	struct member *member = data;

	g_free(member->id);
	g_free(member->name);
	g_free(member->owner);
	g_free(member->key);
	g_free(member);
}

static int compare_members(const void *left, const void *right, void *data)
{
	const struct member *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	return order ? order : strcmp(a->id, b->id);
}

void room_init(struct chat *chat)
{
	chat->typing = g_ptr_array_new();
	chat->topic = g_strdup("");
	chat->topic_by = g_strdup("");
	chat->members = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, member_free);
	chat->members_sorted = g_sequence_new(NULL);
}

void room_free(struct chat *chat)
{
	g_ptr_array_unref(chat->typing);
	g_free(chat->topic);
	g_free(chat->topic_by);
	traffic_free(chat->traffic);
	room_config_free(chat->config);
	g_free(chat->self_member);
	g_free(chat->password_hint);
	g_sequence_free(chat->members_sorted);
	g_hash_table_unref(chat->members);
}

bool room_stop_typing(struct chat *chat, const char *member_id)
{
	for (unsigned i = 0; i < chat->typing->len; i++) {
		struct member *member = chat->typing->pdata[i];

		if (strcmp(member->id, member_id) == 0) {
			g_ptr_array_remove_index(chat->typing, i);
			return true;
		}
	}
	return false;
}

const char *room_nick(const struct chat *chat)
{
	struct member *self;

	self = chat->self_member ? g_hash_table_lookup(chat->members, chat->self_member) : NULL;
	if (self)
		return self->name;
	return chat->account ? chat->account->self_alias : "";
}

static void tell_member(struct chat *chat, enum event_type type, struct member *member)
{
	struct event event = {
		.type = type, .account = chat->account, .chat = chat, .member = member};

	model_emit(chat->model, &event);
}

void chat_set_room_state(struct chat *chat, enum room_state state)
{
	if (chat->room_state == state)
		return;
	chat->room_state = state;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_STATE);
}

void chat_set_topic(struct chat *chat, const char *topic, const char *by, gint64 time)
{
	g_autofree char *text = text_clean(topic, -1, TEXT_LINE);
	g_autofree char *who = text_clean(by, -1, TEXT_LINE);

	if (strcmp(chat->topic, text) == 0 && strcmp(chat->topic_by, who) == 0 &&
	    chat->topic_time == time)
		return;
	g_free(chat->topic);
	g_free(chat->topic_by);
	chat->topic = g_steal_pointer(&text);
	chat->topic_by = g_steal_pointer(&who);
	chat->topic_time = time;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_TOPIC);
}

/* "topic of dev, by Bob on 2026-11-22 14:01: release"; @of: the first words. */
static void append_topic(GString *text, const struct chat *chat, const char *of)
{
	g_autoptr(GDateTime) time =
		chat->topic_time > 0 ? g_date_time_new_from_unix_local(chat->topic_time) : NULL;
	g_autofree char *when = time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : NULL;

	g_string_append_printf(text, "topic%s%s%s%s%s: %s", of, *chat->topic_by ? ", by " : "",
			       chat->topic_by, when ? *chat->topic_by ? " on " : ", of " : "",
			       when ? when : "", chat->topic);
}

char *chat_describe_topic(const struct chat *chat)
{
	g_autofree char *of = g_strconcat(" of ", chat->name, NULL);
	GString *text;

	if (!*chat->topic)
		return g_strdup_printf("%s has no topic", chat->name);
	text = g_string_new(NULL);
	append_topic(text, chat, of);
	return g_string_free(text, FALSE);
}

static void append_others(GString *text, const struct chat *chat)
{
	GSequenceIter *iter = g_sequence_get_begin_iter(chat->members_sorted);
	unsigned others = 0, named = 0, count = g_hash_table_size(chat->members);

	if (chat->self_member && count)
		others = count - 1;
	for (; !g_sequence_iter_is_end(iter) && named < NAMED_MAX;
	     iter = g_sequence_iter_next(iter)) {
		const struct member *member = g_sequence_get(iter);

		if (!member->is_self)
			g_string_append_printf(text, "%s%s", named++ ? ", " : " with ",
					       member->name);
	}
	if (others > named)
		g_string_append_printf(text, " and %u more", others - named);
	if (!named && chat->self_member)
		g_string_append(text, "; nobody else is here");
}

char *chat_describe_joined(const struct chat *chat)
{
	GString *text = g_string_new("you joined ");

	g_string_append(text, chat->name);
	append_others(text, chat);
	if (*chat->topic) {
		g_string_append(text, "; ");
		append_topic(text, chat, "");
	}
	return g_string_free(text, FALSE);
}

/* --- members ------------------------------------------------------------------------------ */

struct member *chat_find_member(struct chat *chat, const char *id)
{
	return g_hash_table_lookup(chat->members, id);
}

static char *clean_name(const char *id, const char *name)
{
	const char *slash = strchr(id, '/');

	if (!name || !*name)
		name = slash && slash[1] ? slash + 1 : id;
	return text_clean(name, -1, TEXT_LINE);
}

static void set_self(struct chat *chat, struct member *member)
{
	struct member *before = NULL;

	if (chat->self_member)
		before = chat_find_member(chat, chat->self_member);
	if (before)
		before->is_self = false;
	member->is_self = true;
	g_free(chat->self_member);
	chat->self_member = g_strdup(member->id);
}

static bool rename_member(struct member *member, char *name)
{
	if (strcmp(member->name, name) == 0) {
		g_free(name);
		return false;
	}
	g_free(member->name);
	g_free(member->key);
	member->name = name;
	member->key = text_sort_key(name);
	g_sequence_sort_changed(member->place, compare_members, NULL);
	return true;
}

static void change_member(struct chat *chat, struct member *member, const char *name,
			  const char *owner, bool is_self)
{
	bool changed = name && *name && rename_member(member, clean_name(member->id, name));

	if (owner && g_strcmp0(member->owner, owner) != 0) {
		g_free(member->owner);
		member->owner = g_strdup(owner);
		changed = true;
	}
	if (is_self && !member->is_self) {
		set_self(chat, member);
		changed = true;
	}
	if (changed)
		tell_member(chat, EVENT_MEMBER_CHANGED, member);
}

struct member *chat_add_member(struct chat *chat, const char *id, const char *name,
			       const char *owner, bool is_self)
{
	struct member *member = chat_find_member(chat, id);

	if (member) {
		change_member(chat, member, name, owner, is_self);
		return member;
	}
	member = g_new0(struct member, 1);
	member->id = g_strdup(id);
	member->name = clean_name(id, name);
	member->owner = g_strdup(owner);
	member->key = text_sort_key(member->name);
	member->place =
		g_sequence_insert_sorted(chat->members_sorted, member, compare_members, NULL);
	g_hash_table_insert(chat->members, member->id, member);
	if (is_self)
		set_self(chat, member);
	tell_member(chat, EVENT_MEMBER_ADDED, member);
	return member;
}

void chat_remove_member(struct chat *chat, const char *id)
{
	struct member *member = chat_find_member(chat, id);
	bool typing;

	if (!member)
		return;
	typing = room_stop_typing(chat, member->id);
	g_hash_table_steal(chat->members, member->id);
	g_sequence_remove(member->place);
	if (member->is_self)
		g_clear_pointer(&chat->self_member, g_free);
	tell_member(chat, EVENT_MEMBER_REMOVED, member);
	member_free(member);
	if (typing)
		chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_TYPING);
}

void chat_clear_members(struct chat *chat)
{
	if (!g_hash_table_size(chat->members))
		return;
	g_ptr_array_set_size(chat->typing, 0);
	g_clear_pointer(&chat->self_member, g_free);
	g_sequence_remove_range(g_sequence_get_begin_iter(chat->members_sorted),
				g_sequence_get_end_iter(chat->members_sorted));
	g_hash_table_remove_all(chat->members);
	chat_tell(chat, EVENT_MEMBERS_RESET, 0);
}
