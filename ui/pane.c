/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane.h"

#include <string.h>
#include "pane_rows.h"
#include "src/model/account.h"
#include "src/model/chat.h"
#include "src/model/contact.h"
#include "src/model/text.h"

#define NAME_COLUMN 5 /* number, blank, glyph, blank */

struct pane {
	struct model *model;
	unsigned top;
	int height;
	struct pane_row selected; /* pointers in it are compared, never followed */
	unsigned selected_index;  /* where it was */
	bool cursor, keep_in_sight;
	char *filter;
	GArray *filtered;
	bool stale; /* what is filtered out may have changed */
	bool hide_offline;
};

struct pane *pane_new(struct model *model)
{
	struct pane *pane = g_new0(struct pane, 1);

	pane->model = model;
	return pane;
}

void pane_free(struct pane *pane)
{
	g_free(pane->filter);
	if (pane->filtered != NULL)
		g_array_unref(pane->filtered);
	g_free(pane);
}

bool pane_event(struct pane *pane, const struct event *event)
{
	switch (event->type) {
	case EVENT_ACCOUNT_ADDED:
	case EVENT_ACCOUNT_REMOVED:
	case EVENT_ACCOUNT_CHANGED:
	case EVENT_ROSTER_READY:
	case EVENT_CONTACT_ADDED:
	case EVENT_CONTACT_REMOVED:
	case EVENT_CONTACT_CHANGED:
	case EVENT_CHAT_ADDED:
	case EVENT_CHAT_REMOVED:
	case EVENT_REQUEST_ADDED:
	case EVENT_REQUEST_CHANGED:
	case EVENT_REQUEST_REMOVED:
		pane->stale = true;
		return true;
	case EVENT_CHAT_CHANGED:
		return (event->change & (CHAT_CHANGED_UNREAD | CHAT_CHANGED_NAME |
					 CHAT_CHANGED_NUMBER | CHAT_CHANGED_STATE)) != 0;
	case EVENT_MESSAGE_ADDED:
	case EVENT_MESSAGE_CHANGED:
	case EVENT_MESSAGES_LOADED:
	case EVENT_MEMBER_ADDED:
	case EVENT_MEMBER_REMOVED:
	case EVENT_MEMBER_CHANGED:
	case EVENT_MEMBERS_RESET:
	case EVENT_TRANSFER_ADDED:
	case EVENT_TRANSFER_CHANGED:
	case EVENT_TRANSFER_REMOVED:
	case EVENT_TUBE_ADDED:
	case EVENT_TUBE_CHANGED:
	case EVENT_TUBE_REMOVED:
	case EVENT_ROOM_LIST_CHANGED:
	case EVENT_DIRECTORY_CHANGED:
		break;
	}
	return false;
}

/* --- rows and the cursor ------------------------------------------------------------------ */

static void refilter(struct pane *pane)
{
	if (!pane->stale || (pane->filter == NULL && !pane->hide_offline))
		return;
	if (pane->filtered != NULL)
		g_array_unref(pane->filtered);
	pane->filtered = pane_rows_filter(pane->model, pane->filter);
	pane->stale = false;
}

static struct pane_row row_at(struct pane *pane, unsigned index)
{
	return pane_rows_at(pane->model, pane->filtered, index);
}

static unsigned count_rows(struct pane *pane)
{
	refilter(pane);
	return pane_rows_count(pane->model, pane->filtered);
}

static bool is_selected_at(struct pane *pane, unsigned index)
{
	struct pane_row row = row_at(pane, index);

	return pane_rows_is_same(&row, &pane->selected);
}

/* Where the row under the cursor is by now; when it is gone, what took its place. */
static void find_cursor(struct pane *pane)
{
	unsigned count = count_rows(pane);

	if (!pane->cursor ||
	    (pane->selected_index < count && is_selected_at(pane, pane->selected_index)))
		return;
	for (unsigned i = 0; i < count; i++) {
		if (!is_selected_at(pane, i))
			continue;
		pane->selected_index = i;
		return;
	}
	pane->selected_index = count > 0 ? MIN(pane->selected_index, count - 1) : 0;
	pane->selected = row_at(pane, pane->selected_index);
}

void pane_move(struct pane *pane, int rows)
{
	int count = (int)count_rows(pane), index, step = rows < 0 ? -1 : 1;

	find_cursor(pane);
	index = pane->cursor ? (int)pane->selected_index : step > 0 ? -1 : count;
	while (rows != 0) {
		struct pane_row row;
		int next = index + step;

		for (; next >= 0 && next < count; next += step) {
			row = row_at(pane, (unsigned)next);
			if (pane_rows_is_target(&row))
				break;
		}
		if (next < 0 || next >= count)
			break;
		index = next;
		pane->selected = row;
		pane->selected_index = (unsigned)index;
		pane->cursor = true;
		rows -= step;
	}
	pane->keep_in_sight = true;
}

void pane_scroll(struct pane *pane, int pages)
{
	pane_scroll_rows(pane, pages * MAX(pane->height - 1, 1));
}

void pane_scroll_rows(struct pane *pane, int rows)
{
	int top = (int)pane->top + rows;

	pane->keep_in_sight = false;
	pane->top = (unsigned)MAX(top, 0);
}

void pane_leave(struct pane *pane)
{
	pane->cursor = false;
	pane_set_filter(pane, NULL);
}

void pane_set_filter(struct pane *pane, const char *filter)
{
	g_free(pane->filter);
	pane->filter = g_strdup(filter);
	g_clear_pointer(&pane->filtered, g_array_unref);
	pane->stale = true;
	if (filter == NULL)
		return;
	refilter(pane);
	pane->cursor = false;
	pane_move(pane, 1);
}

void pane_show_offline(struct pane *pane, bool show)
{
	pane->hide_offline = !show;
	g_clear_pointer(&pane->filtered, g_array_unref);
	pane->stale = true;
}

const char *pane_filter(const struct pane *pane)
{
	return pane->filter;
}

bool pane_has_cursor(const struct pane *pane)
{
	return pane->cursor;
}

struct pane_row pane_selected(struct pane *pane)
{
	struct pane_row none = {.kind = PANE_NOTHING};

	find_cursor(pane);
	if (!pane->cursor || count_rows(pane) == 0)
		return none;
	return row_at(pane, pane->selected_index);
}

struct pane_row pane_at(struct pane *pane, int y)
{
	struct pane_row row = {.kind = PANE_NOTHING};
	unsigned index = pane->top + (unsigned)y;

	if (index < count_rows(pane))
		row = row_at(pane, index);
	return pane_rows_is_target(&row) ? row : (struct pane_row){.kind = PANE_NOTHING};
}

/* --- drawing ------------------------------------------------------------------------------ */

struct look { /* of a row */
	const char *number, *glyph, *name, *count;
	int glyph_style, name_style, count_style;
	bool selected;
	int indent; /* where the name begins */
};

/* "Dave Miller~": cut names show that they are. */
static int put_cut(int y, int x, int width, int style, const char *text)
{
	int cells;
	gsize fit = text_fit(text, width, &cells);

	if (text[fit] == '\0')
		return term_put(y, x, width, style, text);
	text_fit(text, width - 1, &cells);
	term_put(y, x, cells, style, text);
	return cells + term_put(y, x + cells, 1, style, "~");
}

static void draw_look(const struct area *area, int y, const struct look *look)
{
	int plain = look->selected ? STYLE_ROSTER_SELECTED : STYLE_ROSTER_NAME;
	int count = text_width(look->count);
	/* One digit leaves a blank before the line, two or more take it. */
	int pad = count == 1 && look->indent > 0 ? 1 : 0;
	int room = area->width - look->indent - (count > 0 ? count + pad + 1 : 1);
	int x = look->indent;

	if (count == 0 && look->indent == 0)
		room++;
	term_fill(y, area->x, area->width, plain, ' ');
	if (x >= NAME_COLUMN) {
		term_put(y, area->x, 2, plain, look->number);
		term_put(y, area->x + 3, 1, look->selected ? plain : look->glyph_style,
			 look->glyph);
	}
	if (room > 0)
		put_cut(y, area->x + x, room, look->selected ? plain : look->name_style,
			look->name);
	if (count > 0 && room >= 0)
		term_put(y, area->x + area->width - pad - count, count,
			 look->selected ? plain : look->count_style, look->count);
}

static void unread_text(const struct chat *chat, char *text, gsize size)
{
	if (chat == NULL || chat->unread == 0)
		*text = '\0';
	else if (chat->unread > 999)
		g_snprintf(text, size, "999+%s", chat->mentions > 0 ? "!" : "");
	else
		g_snprintf(text, size, "%u%s", chat->unread, chat->mentions > 0 ? "!" : "");
}

static void number_text(const struct chat *chat, char *text, gsize size)
{
	if (chat == NULL || chat->number == 0 || chat->number > 99)
		*text = '\0';
	else
		g_snprintf(text, size, "%2u", chat->number);
}

static void draw_account(const struct area *area, int y, const struct pane_row *row, bool selected)
{
	const struct account *account = row->account;
	char count[32];
	struct look look = {.name = account->name,
			    .count = count,
			    .name_style = STYLE_ROSTER_HEADING,
			    .count_style = STYLE_ROSTER_HEADING,
			    .selected = selected};

	if (account->state == ACCOUNT_ONLINE && account->total > 0)
		g_snprintf(count, sizeof(count), "%u/%u", account->online, account->total);
	else
		g_strlcpy(count, account_state_name(account->state), sizeof(count));
	draw_look(area, y, &look);
}

static void draw_group(const struct area *area, int y, const struct pane_row *row)
{
	char count[32];
	struct look look = {.name = row->group,
			    .count = count,
			    .name_style = STYLE_ROSTER_GROUP,
			    .count_style = STYLE_ROSTER_NAME,
			    .indent = 1};

	g_snprintf(count, sizeof(count), "%u/%u", row->online, row->total);
	draw_look(area, y, &look);
}

static void draw_contact(const struct area *area, int y, const struct pane_row *row,
			 const struct theme *theme, const struct chat *current, bool selected)
{
	const struct contact *contact = row->contact;
	char number[8], count[16];
	int style = theme_contact_style(contact);
	struct look look = {.number = number,
			    .glyph = theme_contact_glyph(theme, contact),
			    .name = contact->alias,
			    .count = count,
			    .glyph_style = style,
			    .name_style = STYLE_ROSTER_NAME,
			    .count_style = STYLE_ROSTER_UNREAD,
			    .selected = selected,
			    .indent = NAME_COLUMN};

	number_text(contact->chat, number, sizeof(number));
	unread_text(contact->chat, count, sizeof(count));
	if (contact->presence == PRESENCE_OFFLINE)
		look.name_style = style;
	if (contact->chat != NULL && contact->chat == current)
		look.name_style = STYLE_ROSTER_CURRENT;
	draw_look(area, y, &look);
}

static void draw_room(const struct area *area, int y, const struct pane_row *row,
		      const struct chat *current, bool selected)
{
	const struct chat *chat = row->chat;
	char number[8], count[16];
	g_autofree char *full = chat_has_namesake(chat)
					? g_strdup_printf("%s:%s", chat->account->name, chat->name)
					: NULL;
	struct look look = {.number = number,
			    .glyph = "#",
			    .name = full != NULL           ? full
				    : chat->name[0] == '#' ? chat->name + 1
							   : chat->name,
			    .count = count,
			    .glyph_style = STYLE_ROSTER_ROOM,
			    .name_style = STYLE_ROSTER_NAME,
			    .count_style = STYLE_ROSTER_UNREAD,
			    .selected = selected,
			    .indent = NAME_COLUMN};

	number_text(chat, number, sizeof(number));
	unread_text(chat, count, sizeof(count));
	if (chat->room_state == ROOM_LEFT) {
		look.glyph = "_"; /* as of a contact that is offline: colour alone would not tell */
		look.name_style = look.glyph_style = STYLE_ROSTER_OFFLINE;
	}
	if (chat == current)
		look.name_style = STYLE_ROSTER_CURRENT;
	draw_look(area, y, &look);
}

/* "1*2": rooms with a mention of us, and all. */
static void draw_rooms(struct pane *pane, const struct area *area, int y)
{
	unsigned rooms = 0, mentioned = 0;
	char count[32];
	struct look look = {.name = "Rooms",
			    .count = count,
			    .name_style = STYLE_ROSTER_HEADING,
			    .count_style = STYLE_ROSTER_HEADING};

	for (guint i = 0; i < pane->model->chats->len; i++) {
		const struct chat *chat = pane->model->chats->pdata[i];

		rooms += chat->kind == CHAT_ROOM;
		mentioned += chat->kind == CHAT_ROOM && chat->mentions > 0;
	}
	if (mentioned > 0)
		g_snprintf(count, sizeof(count), "%u*%u", mentioned, rooms);
	else
		g_snprintf(count, sizeof(count), "%u", rooms);
	draw_look(area, y, &look);
}

static void draw_requests(struct pane *pane, const struct area *area, int y)
{
	char count[32];
	struct look look = {.name = "Requests",
			    .count = count,
			    .name_style = STYLE_ROSTER_HEADING,
			    .count_style = STYLE_ROSTER_UNREAD};

	g_snprintf(count, sizeof(count), "%u", pane->model->requests->len);
	draw_look(area, y, &look);
}

/* "/1": what /accept and /reject take, where it cannot be mistaken for the number of a chat. */
static void draw_request(const struct area *area, int y, const struct pane_row *row, bool selected)
{
	char number[16];
	struct look look = {.number = "",
			    .glyph = row->request->kind == REQUEST_INVITATION ? "#"
				     : row->request->kind == REQUEST_FILE     ? "f"
									      : "?",
			    .name = row->request->name,
			    .count = number,
			    .glyph_style = STYLE_ROSTER_UNREAD,
			    .name_style = STYLE_ROSTER_NAME,
			    .count_style = STYLE_ROSTER_NAME,
			    .selected = selected,
			    .indent = NAME_COLUMN};

	g_snprintf(number, sizeof(number), "/%u", row->request->number);
	draw_look(area, y, &look);
}

static void draw_row(struct pane *pane, const struct area *area, int y, unsigned index,
		     const struct theme *theme, const struct chat *current)
{
	struct pane_row row = row_at(pane, index);
	bool selected = pane->cursor && index == pane->selected_index;

	switch (row.kind) {
	case PANE_NOTHING:
		term_fill(y, area->x, area->width, STYLE_PLAIN, ' ');
		break;
	case PANE_ACCOUNT:
		draw_account(area, y, &row, selected);
		break;
	case PANE_GROUP:
		draw_group(area, y, &row);
		break;
	case PANE_CONTACT:
		draw_contact(area, y, &row, theme, current, selected);
		break;
	case PANE_ROOMS:
		draw_rooms(pane, area, y);
		break;
	case PANE_ROOM:
		draw_room(area, y, &row, current, selected);
		break;
	case PANE_REQUESTS:
		draw_requests(pane, area, y);
		break;
	case PANE_REQUEST:
		draw_request(area, y, &row, selected);
		break;
	}
}

static void scroll_into_place(struct pane *pane, unsigned count)
{
	unsigned height = (unsigned)pane->height;

	if (pane->cursor && pane->keep_in_sight) {
		if (pane->selected_index < pane->top)
			pane->top = pane->selected_index;
		else if (pane->selected_index >= pane->top + height)
			pane->top = pane->selected_index - height + 1;
		/* The heading above the first row that can be reached. */
		if (pane->top == 1)
			pane->top = 0;
	}
	if (pane->top + height > count)
		pane->top = count > height ? count - height : 0;
}

void pane_draw(struct pane *pane, const struct area *area, const struct theme *theme,
	       const struct chat *current)
{
	struct area rows = *area;
	unsigned count = count_rows(pane);

	if (area->width < 2)
		return;
	rows.width--;
	pane->height = MAX(area->height, 1);
	find_cursor(pane);
	scroll_into_place(pane, count);
	for (int i = 0; i < area->height; i++) {
		draw_row(pane, &rows, area->y + i, pane->top + (unsigned)i, theme, current);
		term_put(area->y + i, area->x + rows.width, 1, STYLE_SEPARATOR, "|");
	}
	if (count == 0 && area->height > 0)
		term_put_padded(area->y, area->x, rows.width, STYLE_VIEW_DIM,
				pane->filter != NULL ? "nothing found" : "no accounts");
}
