/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane_rows.h"

#include "src/model/account.h"
#include "src/model/chat.h"
#include "src/model/contact.h"
#include "src/model/text.h"

static unsigned account_rows(const struct account *account)
{
	return 1 + (unsigned)g_sequence_get_length(account->rows);
}

static unsigned count_rooms(const struct model *model)
{
	unsigned count = 0;

	for (guint i = 0; i < model->chats->len; i++)
		count += ((struct chat *)model->chats->pdata[i])->kind == CHAT_ROOM;
	return count;
}

static struct pane_row account_row(struct account *account, unsigned index)
{
	struct pane_row row = {.kind = PANE_ACCOUNT, .account = account};
	const struct roster_row *found;

	if (index == 0)
		return row;
	found = g_sequence_get(g_sequence_get_iter_at_pos(account->rows, (int)index - 1));
	row.kind = found->contact != NULL ? PANE_CONTACT : PANE_GROUP;
	row.contact = found->contact;
	row.group = found->group;
	row.online = found->online;
	row.total = found->total;
	return row;
}

static struct pane_row room_row(const struct model *model, unsigned index)
{
	struct pane_row row = {.kind = PANE_ROOMS};

	if (index == 0)
		return row;
	for (guint i = 0; i < model->chats->len; i++) {
		struct chat *chat = model->chats->pdata[i];

		if (chat->kind != CHAT_ROOM || --index > 0)
			continue;
		row.kind = PANE_ROOM;
		row.chat = chat;
		row.account = chat->account;
		break;
	}
	return row;
}

unsigned pane_rows_count(const struct model *model, const GArray *filtered)
{
	unsigned count = 0, rooms;

	if (filtered != NULL)
		return filtered->len;
	for (guint i = 0; i < model->accounts->len; i++)
		count += account_rows(model->accounts->pdata[i]);
	rooms = count_rooms(model);
	count += rooms > 0 ? rooms + 1 : 0;
	count += model->requests->len > 0 ? model->requests->len + 1 : 0;
	return count;
}

struct pane_row pane_rows_at(const struct model *model, const GArray *filtered, unsigned index)
{
	struct pane_row row = {.kind = PANE_NOTHING};
	unsigned rooms;

	if (filtered != NULL)
		return index < filtered->len ? g_array_index(filtered, struct pane_row, index)
					     : row;
	for (guint i = 0; i < model->accounts->len; i++) {
		struct account *account = model->accounts->pdata[i];
		unsigned rows = account_rows(account);

		if (index < rows)
			return account_row(account, index);
		index -= rows;
	}
	rooms = count_rooms(model);
	if (rooms > 0 && index <= rooms)
		return room_row(model, index);
	index -= rooms > 0 ? rooms + 1 : 0;
	if (model->requests->len == 0 || index > model->requests->len)
		return row;
	row.kind = index == 0 ? PANE_REQUESTS : PANE_REQUEST;
	if (index > 0)
		row.request = model->requests->pdata[index - 1];
	return row;
}

static bool has_text(const struct pane_row *row, const char *filter)
{
	switch (row->kind) {
	case PANE_CONTACT:
		return text_contains(row->contact->alias, filter) ||
		       text_contains(row->contact->shown_id, filter) ||
		       (row->group != NULL && text_contains(row->group, filter));
	case PANE_ROOM:
		return text_contains(row->chat->name, filter);
	case PANE_REQUEST:
		return text_contains(row->request->name, filter);
	case PANE_NOTHING:
	case PANE_ACCOUNT:
	case PANE_GROUP:
	case PANE_ROOMS:
	case PANE_REQUESTS:
		break;
	}
	return false;
}

static bool is_there(const struct pane_row *row)
{
	return row->kind != PANE_CONTACT || row->contact->presence != PRESENCE_OFFLINE ||
	       row->contact->chat != NULL;
}

GArray *pane_rows_filter(const struct model *model, const char *filter)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct pane_row));
	unsigned count = pane_rows_count(model, NULL);

	for (unsigned i = 0; i < count; i++) {
		struct pane_row row = pane_rows_at(model, NULL, i);

		if (filter != NULL ? has_text(&row, filter) : is_there(&row))
			g_array_append_val(rows, row);
	}
	return rows;
}

bool pane_rows_is_same(const struct pane_row *a, const struct pane_row *b)
{
	return a->kind == b->kind && a->account == b->account && a->contact == b->contact &&
	       a->group == b->group && a->chat == b->chat && a->request == b->request;
}

bool pane_rows_is_target(const struct pane_row *row)
{
	return row->kind == PANE_ACCOUNT || row->kind == PANE_CONTACT || row->kind == PANE_ROOM ||
	       row->kind == PANE_REQUEST;
}
