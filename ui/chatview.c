/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chatview_private.h"

#include <string.h>

struct position { /* a row: of which message, and which of its rows */
	gint64 id;
	int row;
};

struct chatview *chatview_new(struct session *session, struct chat *chat)
{
	struct chatview *view = g_new0(struct chatview, 1);

	view->session = session;
	view->chat = chat_ref(chat);
	view->follow = true;
	view->time_format = view->date_format = "";
	view->wraps = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, wrapped_free);
	view->rows = g_array_new(FALSE, FALSE, sizeof(struct chatrow));
	return view;
}

void chatview_free(struct chatview *view)
{
	g_hash_table_unref(view->wraps);
	g_array_unref(view->rows);
	g_free(view->draft.text);
	query_unref(view->query);
	chat_unref(view->chat);
	g_free(view);
}

void chatview_reload(struct chatview *view)
{
	g_hash_table_remove_all(view->wraps);
}

static gint64 first_id(const struct chatview *view)
{
	return view->chat->base;
}

static gint64 end_id(const struct chatview *view)
{
	return view->chat->base + view->chat->count;
}

/* Wrapped lines of messages that have left the window; in a flood all of them leave. */
static gboolean has_left(void *key, void *value, void *data)
{
	return chatview_message(data, *(gint64 *)key) == NULL;
}

static void forget_gone(struct chatview *view)
{
	if (g_hash_table_size(view->wraps) > view->chat->count)
		g_hash_table_foreach_remove(view->wraps, has_left, view);
}

/* --- walking ------------------------------------------------------------------------------ */

/* Goes @rows up; returns how many there were too few. */
static int walk_up(struct chatview *view, struct position *at, int rows)
{
	while (rows > 0) {
		if (at->row > 0) {
			int step = MIN(at->row, rows);

			at->row -= step;
			rows -= step;
			continue;
		}
		if (at->id <= first_id(view))
			return rows;
		at->id--;
		at->row = chatview_item_rows(view, at->id, NULL);
	}
	return 0;
}

static int walk_down(struct chatview *view, struct position *at, int rows)
{
	while (at->id < end_id(view)) {
		int left = chatview_item_rows(view, at->id, NULL) - at->row;

		if (left > rows) {
			at->row += rows;
			return 0;
		}
		rows -= left;
		at->id++;
		at->row = 0;
	}
	return rows;
}

static int typing_rows(const struct chatview *view)
{
	g_autofree char *who = chatview_typing(view);

	return who != NULL;
}

static void load_older(struct chatview *view)
{
	const struct chat *chat = view->chat;

	if (!chat->at_start && !chat->loading && chat->kind != CHAT_STATUS && chat->account != NULL)
		session_load_older(view->session, view->chat);
}

static void load_newer(struct chatview *view)
{
	if (!view->chat->at_end && !view->chat->loading && view->chat->account != NULL)
		session_load_newer(view->session, view->chat);
}

static struct position top_when_following(struct chatview *view)
{
	struct position at = {end_id(view), 0};

	walk_up(view, &at, MAX(view->height - typing_rows(view), 1));
	return at;
}

static struct position anchor_of(struct chatview *view)
{
	struct position at = {CLAMP(view->anchor, first_id(view), end_id(view)), view->anchor_line};

	if (at.id != view->anchor || at.id == end_id(view))
		at.row = 0;
	else
		at.row = MIN(at.row, chatview_item_rows(view, at.id, NULL) - 1);
	return at;
}

static void set_anchor(struct chatview *view, const struct position *at)
{
	view->anchor = at->id;
	view->anchor_line = at->row;
	view->follow = false;
}

/* --- rows of a frame ---------------------------------------------------------------------- */

static void add_special(struct chatview *view, enum chatrow_kind kind)
{
	struct chatrow row = {.kind = kind, .id = -1};

	g_array_append_val(view->rows, row);
}

/* As many as fit from @at on; true when the end of the window came into sight. */
static bool fill_from(struct chatview *view, const struct position *at)
{
	gint64 id = at->id;

	g_array_set_size(view->rows, 0);
	if (at->row > 0) {
		chatview_item_rows(view, id++, view->rows);
		g_array_remove_range(view->rows, 0, (guint)at->row);
	}
	while (id < end_id(view) && (int)view->rows->len < view->height)
		chatview_item_rows(view, id++, view->rows);
	if ((int)view->rows->len > view->height) {
		g_array_set_size(view->rows, (guint)view->height);
		return false;
	}
	return id == end_id(view);
}

static void fill_end(struct chatview *view)
{
	struct position top = top_when_following(view);

	fill_from(view, &top);
	if (typing_rows(view) && (int)view->rows->len < view->height)
		add_special(view, ROW_TYPING);
	view->want_up = 0;
	/* A page more than what is seen, so that scrolling finds something. */
	if (top.id <= first_id(view) + 1 && !view->chat->cleared)
		load_older(view);
}

static void fill_anchored(struct chatview *view)
{
	struct position top = anchor_of(view);

	if (view->want_up > 0 && !view->chat->loading) {
		view->want_up = walk_up(view, &top, view->want_up);
		if (view->chat->at_start)
			view->want_up = 0;
		set_anchor(view, &top);
	}
	if (fill_from(view, &top)) {
		if (view->chat->at_end && view->want_up == 0) {
			view->follow = true;
			fill_end(view);
			return;
		}
		load_newer(view);
	}
	if (view->want_up > 0 || top.id - first_id(view) < view->height)
		load_older(view);
}

static bool has_row(const struct chat *chat, gint64 row, unsigned *index)
{
	for (*index = 0; *index < chat->count; (*index)++)
		if (chat_message(chat, *index)->row == row)
			return true;
	return false;
}

/* With some of what was said before it in sight. */
static void settle_goal(struct chatview *view)
{
	struct position at = {0, 0};
	unsigned index;

	if (view->goal == 0 || view->chat->loading)
		return;
	if (has_row(view->chat, view->goal, &index)) {
		at.id = first_id(view) + index;
		walk_up(view, &at, view->height / 3);
		view->want_up = 0;
		set_anchor(view, &at);
	}
	view->goal = 0;
}

void chatview_draw(struct chatview *view, const struct area *area, const char *time_format,
		   const char *date_format)
{
	view->date_format = date_format;
	if (view->width != area->width || strcmp(view->time_format, time_format) != 0) {
		view->time_format = g_intern_string(time_format);
		chatview_measure(view, area->width);
	}
	view->height = area->height;
	forget_gone(view);
	settle_goal(view);
	if (view->follow)
		fill_end(view);
	else
		fill_anchored(view);
	chatview_draw_rows(view, area);
}

/* --- scrolling ---------------------------------------------------------------------------- */

void chatview_scroll(struct chatview *view, int rows)
{
	struct position at = view->follow ? top_when_following(view) : anchor_of(view);
	struct position was = at;

	if (rows < 0) {
		int missing = walk_up(view, &at, -rows);

		/* What was cleared comes back with its end in sight. */
		if (missing > 0 && view->chat->cleared && view->follow) {
			load_older(view);
			return;
		}
		if (missing > 0 && !view->chat->at_start) {
			view->want_up = missing;
			load_older(view);
		} else if (at.id == was.id && at.row == was.row) {
			return;
		}
		set_anchor(view, &at);
	} else if (!view->follow) {
		view->want_up = 0;
		walk_down(view, &at, rows);
		set_anchor(view, &at);
	}
}

void chatview_scroll_start(struct chatview *view)
{
	struct position top = {first_id(view), 0};
	struct position now = view->follow ? top_when_following(view) : anchor_of(view);

	if (now.id == top.id && now.row == 0) {
		chatview_scroll(view, -view->height);
		return;
	}
	set_anchor(view, &top);
}

void chatview_scroll_end(struct chatview *view)
{
	view->follow = true;
	view->want_up = 0;
	if (!view->chat->at_end && view->chat->account != NULL)
		session_load_end(view->session, view->chat);
}

bool chatview_find_mention(struct chatview *view, int direction)
{
	struct position at = view->follow ? top_when_following(view) : anchor_of(view);
	gint64 id = view->follow && direction < 0 ? end_id(view) : at.id;

	for (id += direction; id >= first_id(view) && id < end_id(view); id += direction) {
		if (!chatview_message(view, id)->mention)
			continue;
		at = (struct position){id, 0};
		set_anchor(view, &at);
		return true;
	}
	return false;
}

void chatview_set_query(struct chatview *view, struct query *query)
{
	query_unref(view->query);
	view->query = query != NULL ? query_ref(query) : NULL;
	view->found_row = 0;
}

void chatview_go_to(struct chatview *view, gint64 row)
{
	unsigned index;

	view->found_row = view->goal = row;
	if (!has_row(view->chat, row, &index) || view->chat->loading)
		session_load_around(view->session, view->chat, row);
}

bool chatview_is_at_end(const struct chatview *view)
{
	return view->follow && view->chat->at_end;
}
