/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "account.h"
#include "id.h"
#include "contact.h"
#include "model.h"
#include "text.h"
#include "tube.h"

#include <string.h>

static void tell(struct request *request, enum event_type type)
{
	struct event event = {.type = type, .account = request->account, .request = request};

	model_emit(request->model, &event);
}

struct request *model_find_request(struct model *model, unsigned number)
{
	for (unsigned i = 0; i < model->requests->len; i++) {
		struct request *request = model->requests->pdata[i];

		if (request->number == number)
			return request;
	}
	return NULL;
}

struct request *model_find_request_of(struct model *model, enum request_kind kind,
				      struct account *account, const char *id, const char *room)
{
	for (unsigned i = 0; i < model->requests->len; i++) {
		struct request *request = model->requests->pdata[i];

		if (request->kind == kind && request->account == account &&
		    strcmp(request->id, id) == 0 && g_strcmp0(request->room, room) == 0)
			return request;
	}
	return NULL;
}

static struct request *update(struct request *request, const char *raw)
{
	char *text = text_clean(raw, -1, TEXT_BODY);

	if (strcmp(text, request->text) == 0) {
		g_free(text);
		return request;
	}
	g_free(request->text);
	request->text = text;
	tell(request, EVENT_REQUEST_CHANGED);
	return request;
}

/* Whoever sends them by the thousand does not get at our memory. */
static bool has_room(struct model *model, struct account *account, const char *id)
{
	g_autofree char *shown = NULL;

	if (model->requests->len < REQUESTS_MAX)
		return true;
	shown = text_clean(id, -1, TEXT_LINE);
	g_debug("%s: a request of %s is dropped", account->name, shown);
	if (!model->requests_full)
		model_notice(model, NULL, NULL, NOTICE_WARNING,
			     "%d requests wait for an answer: further ones are dropped",
			     REQUESTS_MAX);
	model->requests_full = true;
	return false;
}

/* NULL when there are too many. */
static struct request *request_new(struct model *model, enum request_kind kind,
				   struct account *account, const char *id, const char *alias,
				   const char *room, const char *text, unsigned tube,
				   struct transfer *transfer)
{
	struct request *request;

	if (!has_room(model, account, id))
		return NULL;
	request = g_new0(struct request, 1);
	request->model = model;
	request->number = ++model->next_request;
	request->kind = kind;
	request->account = account;
	request->id = g_strdup(id);
	request->shown_id = text_clean(id, -1, TEXT_LINE);
	request->name = alias && *alias ? text_clean(alias, -1, TEXT_LINE) : id_readable(id);
	request->room = g_strdup(room);
	request->shown_room = room ? text_clean(room, -1, TEXT_LINE) : NULL;
	request->text = text_clean(text, -1, TEXT_BODY);
	request->time = g_get_real_time() / G_USEC_PER_SEC;
	request->tube = tube;
	request->transfer = transfer;
	g_ptr_array_add(model->requests, request);
	tell(request, EVENT_REQUEST_ADDED);
	return request;
}

struct request *model_add_request(struct model *model, enum request_kind kind,
				  struct account *account, const char *id, const char *alias,
				  const char *room, const char *text)
{
	struct request *request = model_find_request_of(model, kind, account, id, room);

	if (request)
		return update(request, text);
	return request_new(model, kind, account, id, alias, room, text, 0, NULL);
}

struct request *model_find_tube_request(const struct tube *tube)
{
	const GPtrArray *requests = tube->model->requests;

	for (unsigned i = 0; i < requests->len; i++) {
		struct request *request = requests->pdata[i];

		if (request->tube == tube->number)
			return request;
	}
	return NULL;
}

struct request *model_add_tube_request(struct tube *tube)
{
	struct request *request = model_find_tube_request(tube);

	if (request)
		return request;
	if (!has_room(tube->model, tube->account, tube->peer))
		return NULL;
	return request_new(tube->model, REQUEST_TUBE, tube->account, tube->peer, tube->shown_peer,
			   tube->room, tube->shown_service, tube->number, NULL);
}

struct request *model_find_file_request(const struct transfer *transfer)
{
	const GPtrArray *requests = transfer->model->requests;

	for (unsigned i = 0; i < requests->len; i++) {
		struct request *request = requests->pdata[i];

		if (request->transfer == transfer)
			return request;
	}
	return NULL;
}

struct request *model_add_file_request(struct transfer *transfer)
{
	g_autofree char *size = transfer_print_size(transfer->size);
	g_autofree char *text = g_strdup_printf("%s (%s)", transfer->name, size);

	return request_new(transfer->model, REQUEST_FILE, transfer->account, transfer->contact,
			   transfer->who, NULL, text, 0, transfer);
}

void requests_follow_alias(const struct contact *contact)
{
	const GPtrArray *requests = contact->account->model->requests;

	for (unsigned i = 0; i < requests->len; i++) {
		struct request *request = requests->pdata[i];

		if (request->account != contact->account || strcmp(request->id, contact->id) != 0 ||
		    strcmp(request->name, contact->alias) == 0)
			continue;
		g_free(request->name);
		request->name = g_strdup(contact->alias);
		tell(request, EVENT_REQUEST_CHANGED);
	}
}

void model_remove_request(struct request *request)
{
	struct model *model = request->model;

	g_ptr_array_remove(model->requests, request);
	/* Not each time that one goes and another comes. */
	model->requests_full = model->requests_full && model->requests->len > 0;
	tell(request, EVENT_REQUEST_REMOVED);
	g_free(request->id);
	g_free(request->name);
	g_free(request->room);
	g_free(request->shown_id);
	g_free(request->shown_room);
	g_free(request->text);
	g_free(request);
}
