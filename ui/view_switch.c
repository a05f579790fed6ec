/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The quick switcher: chats, rooms and contacts that have all that was typed somewhere in their
 * name, id or account. What begins with it comes first, then what is open, the latest first.
 */

#include "ui_private.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/contact.h"
#include "src/model/text.h"

#define TYPED_MAX 128

struct target {
	struct chat *chat;       /* open; or NULL */
	struct contact *contact; /* a reference; NULL: a room or the status window */
	int rank;                /* less is better */
	gint64 activity;
	const char *name;
};

struct switch_view {
	struct view view;
	struct list list;
	GString *typed;
	GArray *targets; /* struct target; NULL: to be made */
};

/* --- who it can be ------------------------------------------------------------------------ */

static void target_clear(void *data)
{
	struct target *target = data;

	g_clear_pointer(&target->chat, chat_unref);
	g_clear_pointer(&target->contact, contact_unref);
}

static bool has_all(char *const *words, const char *name, const char *id, const char *account)
{
	for (; *words != NULL; words++)
		if (!text_contains(name, *words) && !text_contains(id, *words) &&
		    !text_contains(account, *words))
			return false;
	return true;
}

static bool begins_with(const char *name, const char *typed)
{
	g_autofree char *folded = g_utf8_casefold(name, -1);
	g_autofree char *beginning = g_utf8_casefold(typed, -1);

	return g_str_has_prefix(folded, beginning);
}

/* @is_open before others, the chat one is in last of all of them. */
static int rank_of(const struct switch_view *view, const struct target *target, const char *id)
{
	const char *typed = view->typed->str;
	int rank = 0;

	if (*typed != '\0' && !begins_with(target->name, typed) && !begins_with(id, typed))
		rank += 4;
	if (target->chat == NULL)
		rank += target->contact->presence == PRESENCE_OFFLINE ? 2 : 1;
	else if (target->chat == view->view.ui->current->chat)
		rank += 3;
	return rank;
}

static void add_target(struct switch_view *view, char *const *words, struct target target,
		       const char *id, const struct account *account)
{
	if (!has_all(words, target.name, id, account != NULL ? account->name : ""))
		return;
	target.rank = rank_of(view, &target, id);
	if (target.chat != NULL)
		chat_ref(target.chat);
	if (target.contact != NULL)
		contact_ref(target.contact);
	g_array_append_val(view->targets, target);
}

static void add_chats(struct switch_view *view, char *const *words)
{
	GPtrArray *chats = view->view.ui->model->chats;

	for (guint i = 0; i < chats->len; i++) {
		struct chat *chat = chats->pdata[i];
		struct target target = {
			.chat = chat,
			.contact = chat->contact,
			.activity = chat->last_activity,
			.name = chat->kind == CHAT_STATUS ? "status" : chat->name,
		};

		add_target(view, words, target, chat->id != NULL ? chat->id : "", chat->account);
	}
}

static void add_contacts(struct switch_view *view, char *const *words, struct account *account)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, account->contacts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct contact *contact = value;
		struct chat *chat = chat_find(account, CHAT_CONTACT, contact->id);
		struct target target = {.contact = contact, .name = contact->alias};

		if (contact->on_roster && (chat == NULL || !chat->open))
			add_target(view, words, target, contact->shown_id, account);
	}
}

static int compare(const void *a, const void *b)
{
	const struct target *one = a, *other = b;

	if (one->rank != other->rank)
		return one->rank - other->rank;
	if (one->activity != other->activity)
		return one->activity > other->activity ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void make_targets(struct switch_view *view)
{
	g_auto(GStrv) words = NULL;
	GPtrArray *accounts = view->view.ui->model->accounts;

	if (view->targets != NULL)
		return;
	words = g_strsplit(view->typed->str, " ", -1);
	view->targets = g_array_new(FALSE, FALSE, sizeof(struct target));
	g_array_set_clear_func(view->targets, target_clear);
	add_chats(view, words);
	for (guint i = 0; i < accounts->len; i++)
		add_contacts(view, words, accounts->pdata[i]);
	g_array_sort(view->targets, compare);
}

static void forget(struct switch_view *view)
{
	g_clear_pointer(&view->targets, g_array_unref);
}

/* --- drawing ------------------------------------------------------------------------------ */

static const struct account *account_of(const struct target *target)
{
	if (target->chat != NULL)
		return target->chat->account;
	return target->contact != NULL ? target->contact->account : NULL;
}

static const char *glyph_of(const struct switch_view *view, const struct target *target)
{
	if (target->contact != NULL)
		return theme_glyph(view->view.ui->theme, target->contact->presence);
	return target->chat != NULL && target->chat->kind == CHAT_ROOM ? "#" : " ";
}

static char *describe(const struct switch_view *view, const struct target *target)
{
	const struct chat *chat = target->chat;
	const struct contact *contact = target->contact;
	const struct account *account = account_of(target);
	GString *text = g_string_new(NULL);

	if (chat != NULL)
		g_string_append_printf(text, "%3u ", chat->number);
	else
		g_string_append(text, "    ");
	g_string_append_printf(text, "%s %s", glyph_of(view, target), target->name);
	if (contact != NULL && strcmp(contact->shown_id, target->name) != 0)
		g_string_append_printf(text, " <%s>", contact->shown_id);
	if (account != NULL && view->view.ui->model->accounts->len > 1)
		g_string_append_printf(text, " (%s)", account->name);
	if (chat != NULL && chat->unread > 0)
		g_string_append_printf(text, "  %u unread", chat->unread);
	return g_string_free(text, FALSE);
}

static void switch_draw(struct view *base, const struct area *area)
{
	struct switch_view *view = (struct switch_view *)base;

	make_targets(view);
	view_fit(base, &view->list, (int)view->targets->len, area->y, area->height, 1);
	for (int i = 0; i < area->height; i++) {
		int at = view->list.top + i, y = area->y + i;
		bool there = at < view->list.count;
		g_autofree char *text = NULL;

		if (there)
			text = describe(view, &g_array_index(view->targets, struct target, at));
		else if (i == 0)
			text = g_strdup("There is nobody and no chat like that.");
		term_put_padded(y, area->x, area->width,
				there && at == view->list.selected ? STYLE_VIEW_SELECTED
								   : STYLE_VIEW_TEXT,
				text);
	}
}

/* --- keys --------------------------------------------------------------------------------- */

static void set_typed(struct switch_view *view)
{
	forget(view);
	view->list = (struct list){0};
	view->view.typed = view->typed->str;
}

static void go(struct switch_view *view)
{
	struct ui *ui = view->view.ui;
	const struct target *target;
	struct chat *chat;

	make_targets(view);
	if (view->list.selected >= (int)view->targets->len)
		return;
	target = &g_array_index(view->targets, struct target, view->list.selected);
	chat = target->chat;
	if (chat == NULL && target->contact->account != NULL)
		chat = session_open_chat(ui->session, target->contact->account,
					 target->contact->id);
	if (chat != NULL && (chat->open || chat->kind == CHAT_STATUS))
		ui_show_chat(ui, chat);
}

static bool switch_key(struct view *base, enum list_key key, gunichar c)
{
	struct switch_view *view = (struct switch_view *)base;
	GString *typed = view->typed;

	make_targets(view);
	view->list.count = (int)view->targets->len;
	if (list_key(&view->list, key))
		return true;
	if (key == LIST_CHAR && typed->len < TYPED_MAX)
		g_string_append_unichar(typed, c);
	else if (key == LIST_BACKSPACE && typed->len > 0)
		g_string_truncate(typed,
				  (gsize)(g_utf8_prev_char(typed->str + typed->len) - typed->str));
	else if (key == LIST_KILL)
		g_string_truncate(typed, 0);
	else if (key == LIST_ENTER)
		go(view);
	else
		return key == LIST_CHAR || key == LIST_BACKSPACE;
	if (key != LIST_ENTER)
		set_typed(view);
	return true;
}

static bool switch_event(struct view *base, const struct event *event)
{
	switch ((int)event->type) { /* of many */
	case EVENT_CHAT_ADDED:
	case EVENT_CHAT_REMOVED:
	case EVENT_CHAT_CHANGED:
	case EVENT_CONTACT_ADDED:
	case EVENT_CONTACT_REMOVED:
	case EVENT_CONTACT_CHANGED:
	case EVENT_ACCOUNT_REMOVED:
		forget((struct switch_view *)base);
		return true;
	default:
		return false;
	}
}

static void switch_free(struct view *base)
{
	struct switch_view *view = (struct switch_view *)base;

	forget(view);
	g_string_free(view->typed, TRUE);
}

struct view *view_switch_new(struct ui *ui)
{
	static const struct view_ops ops = {
		.title = "Go to",
		.draw = switch_draw,
		.key = switch_key,
		.event = switch_event,
		.free = switch_free,
	};
	struct switch_view *view = g_new0(struct switch_view, 1);

	view->view.ops = &ops;
	view->view.ui = ui;
	view->view.prompt = "Go to";
	view->typed = g_string_new(NULL);
	view->view.typed = view->typed->str;
	return &view->view;
}
