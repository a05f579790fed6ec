/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer.h"

#include "account.h"
#include "contact.h"
#include "model.h"
#include "text.h"

#include <string.h>

#define ENDED_MAX   100                  /* in the list */
#define SAMPLE_US   (G_USEC_PER_SEC / 4) /* a rate over less jumps about */
#define STALLED_US  (5 * G_USEC_PER_SEC) /* what was before does not count any more */
#define RATE_WEIGHT 0.3                  /* of the newest sample */

static void tell(struct transfer *transfer, enum event_type type)
{
	struct event event = {.type = type, .account = transfer->account, .transfer = transfer};

	model_emit(transfer->model, &event);
}

bool transfer_has_ended(const struct transfer *transfer)
{
	return transfer->state == TRANSFER_COMPLETED || transfer->state == TRANSFER_FAILED;
}

/* --- coming and going --------------------------------------------------------------------- */

static void drop_old(struct model *model)
{
	struct transfer *oldest = NULL;
	unsigned ended = 0;

	for (unsigned i = model->transfers->len; i-- > 0;) {
		struct transfer *transfer = model->transfers->pdata[i];

		if (!transfer_has_ended(transfer))
			continue;
		oldest = transfer;
		ended++;
	}
	if (ended > ENDED_MAX)
		transfer_remove(oldest);
}

struct transfer *transfer_new(struct model *model, struct account *account, const char *contact,
			      const char *name, guint64 size, bool incoming)
{
	struct transfer *transfer = g_new0(struct transfer, 1);
	struct contact *known = account_find_contact(account, contact);

	drop_old(model);
	transfer->model = model;
	transfer->number = ++model->next_transfer;
	transfer->account = account;
	transfer->account_name = g_strdup(account->name);
	transfer->contact = g_strdup(contact);
	transfer->who = known ? g_strdup(known->alias) : text_clean(contact, -1, TEXT_LINE);
	transfer->name = text_clean(name, -1, TEXT_LINE);
	transfer->size = size;
	transfer->incoming = incoming;
	transfer->state = incoming ? TRANSFER_OFFERED : TRANSFER_PREPARING;
	transfer->reason = g_strdup("");
	transfer->changed = g_get_monotonic_time();
	g_ptr_array_add(model->transfers, transfer);
	tell(transfer, EVENT_TRANSFER_ADDED);
	return transfer;
}

static void drop_request(struct transfer *transfer)
{
	struct request *request = model_find_file_request(transfer);

	if (request)
		model_remove_request(request);
}

void transfer_remove(struct transfer *transfer)
{
	drop_request(transfer);
	g_ptr_array_remove(transfer->model->transfers, transfer);
	tell(transfer, EVENT_TRANSFER_REMOVED);
	g_free(transfer->account_name);
	g_free(transfer->contact);
	g_free(transfer->who);
	g_free(transfer->name);
	g_free(transfer->path);
	g_free(transfer->reason);
	g_free(transfer);
}

struct transfer *model_find_transfer(struct model *model, unsigned number)
{
	for (unsigned i = 0; i < model->transfers->len; i++) {
		struct transfer *transfer = model->transfers->pdata[i];

		if (transfer->number == number)
			return transfer;
	}
	return NULL;
}

void transfers_follow_alias(const struct contact *contact)
{
	const GPtrArray *transfers = contact->account->model->transfers;

	for (unsigned i = 0; i < transfers->len; i++) {
		struct transfer *transfer = transfers->pdata[i];

		if (transfer->account != contact->account ||
		    strcmp(transfer->contact, contact->id) != 0 ||
		    strcmp(transfer->who, contact->alias) == 0)
			continue;
		g_free(transfer->who);
		transfer->who = g_strdup(contact->alias);
		tell(transfer, EVENT_TRANSFER_CHANGED);
	}
}

void model_end_transfers(struct model *model, struct account *account)
{
	for (unsigned i = 0; i < model->transfers->len; i++) {
		struct transfer *transfer = model->transfers->pdata[i];

		if (transfer->account != account)
			continue;
		transfer_fail(transfer, TRANSFER_END_CONNECTION, "the account was removed");
		transfer->account = NULL;
	}
}

/* --- changes ------------------------------------------------------------------------------ */

static void enter(struct transfer *transfer, enum transfer_state state)
{
	transfer->state = state;
	transfer->changed = g_get_monotonic_time();
	transfer->rate = 0;
	if (state != TRANSFER_OFFERED)
		drop_request(transfer);
	tell(transfer, EVENT_TRANSFER_CHANGED);
}

void transfer_set_state(struct transfer *transfer, enum transfer_state state)
{
	if (transfer->state != state && !transfer_has_ended(transfer))
		enter(transfer, state);
}

void transfer_set_path(struct transfer *transfer, const char *path)
{
	g_free(transfer->path);
	transfer->path = g_strdup(path);
}

void transfer_complete(struct transfer *transfer, const char *path, enum transfer_hash hash)
{
	if (transfer_has_ended(transfer))
		return;
	if (path)
		transfer_set_path(transfer, path);
	if (transfer->size == TRANSFER_SIZE_UNKNOWN)
		transfer->size = transfer->done;
	transfer->done = transfer->size;
	transfer->hash = hash;
	enter(transfer, TRANSFER_COMPLETED);
}

void transfer_fail(struct transfer *transfer, enum transfer_end end, const char *reason)
{
	if (transfer_has_ended(transfer))
		return;
	g_free(transfer->reason);
	transfer->reason = text_clean(reason, -1, TEXT_LINE);
	transfer->end = end;
	enter(transfer, TRANSFER_FAILED);
}

void transfer_set_progress(struct transfer *transfer, guint64 done, gint64 now)
{
	gint64 passed = now - transfer->sample_time;
	double rate;

	if (transfer_has_ended(transfer))
		return;
	transfer->done = done;
	if (!transfer->sample_time || done < transfer->sample_done) {
		transfer->sample_time = now;
		transfer->sample_done = done;
	} else if (passed >= SAMPLE_US) {
		rate = (double)(done - transfer->sample_done) * G_USEC_PER_SEC / (double)passed;
		if (transfer->rate > 0 && passed < STALLED_US)
			rate = RATE_WEIGHT * rate + (1 - RATE_WEIGHT) * transfer->rate;
		transfer->rate = rate;
		transfer->sample_time = now;
		transfer->sample_done = done;
	}
	tell(transfer, EVENT_TRANSFER_CHANGED);
}

/* --- for people --------------------------------------------------------------------------- */

int transfer_percent(const struct transfer *transfer)
{
	if (transfer->state == TRANSFER_COMPLETED)
		return 100;
	if (transfer->size == TRANSFER_SIZE_UNKNOWN)
		return -1;
	if (!transfer->size)
		return 0;
	return (int)((double)MIN(transfer->done, transfer->size) / (double)transfer->size * 100.0);
}

gint64 transfer_seconds_left(const struct transfer *transfer)
{
	double seconds;

	if (transfer->rate < 1 || transfer->size == TRANSFER_SIZE_UNKNOWN ||
	    transfer->done > transfer->size)
		return -1;
	seconds = (double)(transfer->size - transfer->done) / transfer->rate;
	return seconds > 1e9 ? -1 : (gint64)(seconds + 0.5);
}

char *transfer_print_size(guint64 size)
{
	return size == TRANSFER_SIZE_UNKNOWN ? g_strdup("unknown size") : g_format_size(size);
}

static void print_left(GString *out, gint64 seconds)
{
	if (seconds >= 3600)
		g_string_append_printf(out, "  %d:%02d:%02d left", (int)(seconds / 3600),
				       (int)(seconds / 60 % 60), (int)(seconds % 60));
	else if (seconds >= 0)
		g_string_append_printf(out, "  %d:%02d left", (int)(seconds / 60),
				       (int)(seconds % 60));
}

static char *print_running(const struct transfer *transfer)
{
	GString *out = g_string_new(NULL);
	int percent = transfer_percent(transfer);
	g_autofree char *done = transfer_print_size(transfer->done);

	if (percent >= 0)
		g_string_append_printf(out, "%d%%", percent);
	else
		g_string_append(out, done);
	if (transfer->rate >= 1) {
		g_autofree char *rate = g_format_size((guint64)transfer->rate);

		g_string_append_printf(out, "  %s/s", rate);
	}
	print_left(out, transfer_seconds_left(transfer));
	return g_string_free(out, FALSE);
}

char *transfer_print_progress(const struct transfer *transfer)
{
	switch (transfer->state) {
	case TRANSFER_PREPARING:
		return g_strdup("making its checksum");
	case TRANSFER_OFFERED:
		return g_strdup(transfer->incoming ? "waits for your answer"
						   : "waits for an answer");
	case TRANSFER_STARTING:
		return g_strdup("begins");
	case TRANSFER_RUNNING:
		if (transfer->done == transfer->size && transfer->size)
			return g_strdup(transfer->incoming ? "all came; checking it"
							   : "all sent; waits for its end");
		return print_running(transfer);
	case TRANSFER_COMPLETED:
		if (transfer->hash == TRANSFER_HASH_DIFFERS)
			return g_strdup("complete, but DAMAGED: its checksum is another one");
		return g_strdup(transfer->hash == TRANSFER_HASH_SAME ? "complete, checksum right"
								     : "complete");
	case TRANSFER_FAILED:
		return g_strdup(*transfer->reason ? transfer->reason : "failed");
	}
	return g_strdup("");
}

char *transfer_print_row(const struct transfer *transfer)
{
	g_autofree char *size = transfer_print_size(transfer->size);
	g_autofree char *progress = transfer_print_progress(transfer);

	return g_strdup_printf("%u  %s %s  %s  %s  %s", transfer->number,
			       transfer->incoming ? "from" : "to", transfer->who, transfer->name,
			       size, progress);
}

char *model_print_transfers(const struct model *model)
{
	guint64 done = 0, size = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < model->transfers->len; i++) {
		const struct transfer *transfer = model->transfers->pdata[i];

		if (transfer->state != TRANSFER_RUNNING)
			continue;
		count++;
		done += transfer->done;
		size += transfer->size == TRANSFER_SIZE_UNKNOWN ? 0 : transfer->size;
	}
	if (!count)
		return NULL;
	if (done > size || !size)
		return count > 1 ? g_strdup_printf("%u files", count) : g_strdup("File");
	return count > 1 ? g_strdup_printf("%u files %d%%", count,
					   (int)((double)done / (double)size * 100))
			 : g_strdup_printf("File %d%%", (int)((double)done / (double)size * 100));
}
