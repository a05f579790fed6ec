/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include "src/model/text.h"

static void draw_member(const struct chat *chat, const struct member *member, int y, int x,
			int width)
{
	int style = member->is_self ? STYLE_CHAT_ME : STYLE_ROSTER_NAME;

	for (guint i = 0; i < chat->typing->len; i++)
		if (chat->typing->pdata[i] == member)
			style = STYLE_CHAT_TYPING;
	term_put_padded(y, x, width, style, member->name);
}

/* Who is in the room, beside it: a heading with the number, then the sorted names. */
void members_draw(struct ui *ui, const struct area *area)
{
	const struct chat *chat = ui->current->chat;
	GSequenceIter *iter = g_sequence_get_begin_iter(chat->members_sorted);
	int count = g_sequence_get_length(chat->members_sorted);
	int width = area->width - 2;
	char text[32];

	for (int i = 0; i < area->height; i++) {
		int y = area->y + i;

		term_put(y, area->x, 2, STYLE_SEPARATOR, "| ");
		if (i == 0) {
			g_snprintf(text, sizeof(text), "Members %d", count);
			term_put_padded(y, area->x + 2, width, STYLE_ROSTER_HEADING, text);
		} else if (i + 1 == area->height && count > i) {
			g_snprintf(text, sizeof(text), "and %d more", count - i + 1);
			term_put_padded(y, area->x + 2, width, STYLE_VIEW_DIM, text);
		} else if (!g_sequence_iter_is_end(iter)) {
			draw_member(chat, g_sequence_get(iter), y, area->x + 2, width);
			iter = g_sequence_iter_next(iter);
		} else {
			term_fill(y, area->x + 2, width, STYLE_PLAIN, ' ');
		}
	}
}
