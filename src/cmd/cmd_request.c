/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What waits for a yes or no: /accept /reject. */

#include "cmd.h"

static void print_answer(struct command_run *run, const struct request *request, bool accept)
{
	const char *verb = accept ? "accepting" : "rejecting";
	g_autofree char *who = request_describe(request);

	switch (request->kind) {
	case REQUEST_SUBSCRIPTION:
		command_print(run, "%s request %u: %s asks to see your presence (%s)", verb,
			      request->number, who, request->account->name);
		break;
	case REQUEST_INVITATION:
		command_print(run, "%s request %u: %s invites you to %s (%s)", verb,
			      request->number, who, request->shown_room, request->account->name);
		break;
	case REQUEST_FILE:
		command_print(run, "%s request %u: %s <%s> offers the file %s (%s)", verb,
			      request->number, request->name, request->shown_id, request->text,
			      request->account->name);
		break;
	case REQUEST_TUBE:
		command_print(run, "%s request %u: %s offers a tube for %s (%s)", verb,
			      request->number, who, request->text, request->account->name);
		break;
	}
}

static void answer_one(struct command_run *run, struct request *request, bool accept)
{
	struct tube *tube = model_find_tube(session_model(command_session(run)), request->tube);

	print_answer(run, request, accept);
	if (accept && request->kind == REQUEST_INVITATION) {
		command_accept_invitation(run, request);
		return;
	}
	if (accept && tube) {
		command_accept_tube(run, tube, NULL);
		return;
	}
	command_hold(run);
	session_answer_request(command_session(run), request, accept, command_done, run);
}

/* --- several at once ---------------------------------------------------------------------- */

struct bulk {
	bool accept;
	GArray *numbers; /* unsigned: requests may go while the user is asked */
	unsigned waiting, failed;
	GError *error; /* the first one */
};

static void bulk_free(void *data)
{
	struct bulk *bulk = data;

	g_array_unref(bulk->numbers);
	g_clear_error(&bulk->error);
	g_free(bulk);
}

static void finish(struct command_run *run, struct bulk *bulk)
{
	if (--bulk->waiting)
		return;
	command_print(run, "%s %u of %u requests", bulk->accept ? "accepted" : "rejected",
		      bulk->numbers->len - bulk->failed, bulk->numbers->len);
	command_fail_error(run, bulk->error);
}

static void on_one(const GError *error, void *data)
{
	struct command_run *run = data;
	struct bulk *bulk = command_kept(run);

	bulk->failed += error != NULL;
	if (error && !bulk->error)
		bulk->error = g_error_copy(error);
	finish(run, bulk);
	command_release(run);
}

/* Rooms are joined, but none of them is gone to. */
static void answer_all(struct command_run *run, struct bulk *bulk)
{
	struct model *model = session_model(command_session(run));

	bulk->waiting = 1;
	for (guint i = 0; i < bulk->numbers->len; i++) {
		struct request *request =
			model_find_request(model, g_array_index(bulk->numbers, unsigned, i));

		if (!request) {
			bulk->failed++;
			continue;
		}
		bulk->waiting++;
		command_hold(run);
		session_answer_request(command_session(run), request, bulk->accept, on_one, run);
	}
	finish(run, bulk);
}

static void on_confirmed(const char *answer, void *data)
{
	struct command_run *run = data;

	if (answer && (!g_ascii_strcasecmp(answer, "y") || !g_ascii_strcasecmp(answer, "yes")))
		answer_all(run, command_kept(run));
	else
		command_fail(run, SESSION_ERROR_FAILED, "all requests still wait");
	command_release(run);
}

/* Which kind a word after "all" names; -1: none. */
static int kind_called(const char *word)
{
	static const char *const words[] = {
		[REQUEST_SUBSCRIPTION] = "contacts",
		[REQUEST_INVITATION] = "rooms",
		[REQUEST_FILE] = "files",
		[REQUEST_TUBE] = "tubes",
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (!g_ascii_strcasecmp(words[i], word))
			return (int)i;
	return -1;
}

static void collect_all(struct command_run *run, int kind, GArray *numbers)
{
	const GPtrArray *requests = session_model(command_session(run))->requests;
	const struct account *only = command_named_account(run);

	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);

		if ((!only || request->account == only) && (kind < 0 || (int)request->kind == kind))
			g_array_append_val(numbers, request->number);
	}
}

/* "7-12": those of them that there are. False: it is no range. */
static bool collect_range(struct command_run *run, const char *word, GArray *numbers)
{
	const GPtrArray *requests = session_model(command_session(run))->requests;
	g_auto(GStrv) ends = g_strsplit(word, "-", 2);
	guint64 first, last;

	if (!ends[0] || !ends[1] ||
	    !g_ascii_string_to_unsigned(ends[0], 10, 1, G_MAXUINT, &first, NULL) ||
	    !g_ascii_string_to_unsigned(ends[1], 10, first, G_MAXUINT, &last, NULL))
		return false;
	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);

		if (request->number >= first && request->number <= last)
			g_array_append_val(numbers, request->number);
	}
	return true;
}

static bool collect_words(struct command_run *run, char **words, GArray *numbers)
{
	for (; *words; words++) {
		const struct request *request;

		if (collect_range(run, *words, numbers))
			continue;
		request = command_find_request(run, *words, -1);
		if (!request) {
			command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no request \"%s\"",
				     *words);
			return false;
		}
		g_array_append_val(numbers, request->number);
	}
	return true;
}

/* False: nothing is to be done, which was told. */
static bool collect(struct command_run *run, char **words, bool all, GArray *numbers)
{
	int kind = all && words[1] ? kind_called(words[1]) : -1;

	if (all && words[1] && (kind < 0 || words[2])) {
		command_fail_usage(run, "after \"all\" comes contacts, rooms, files or tubes");
		return false;
	}
	if (all)
		collect_all(run, kind, numbers);
	else if (!collect_words(run, words, numbers))
		return false;
	if (!numbers->len)
		command_fail(run, SESSION_ERROR_NOT_FOUND, "no such request waits for an answer");
	return numbers->len > 0;
}

static void answer_several(struct command_run *run, char **words, bool all, bool accept)
{
	struct front *front = command_front(run);
	struct bulk *bulk = g_new0(struct bulk, 1);
	g_autofree char *question = NULL;

	bulk->accept = accept;
	bulk->numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
	command_keep(run, bulk, bulk_free);
	if (!collect(run, words, all, bulk->numbers))
		return;
	if (front->unattended || !all || bulk->numbers->len == 1) {
		answer_all(run, bulk);
		return;
	}
	question = g_strdup_printf("%s %u requests? (y/n)", accept ? "Accept" : "Reject",
				   bulk->numbers->len);
	command_hold(run);
	front->ops->ask(front, question, false, on_confirmed, run);
}

/* --- the commands ------------------------------------------------------------------------- */

/* "all" is never somebody's name, or anybody could be called so. */
static void answer(struct command_run *run, bool accept)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = word_split(command_rest(run, 0), &error);
	const char *first = words ? words[0] : NULL;
	bool all = first && !g_ascii_strcasecmp(first, "all");
	struct request *request = NULL;

	if (!words) {
		command_fail_usage(run, error->message);
		return;
	}
	if (!all)
		request = command_find_request(
			run, first && words[1] ? command_rest(run, 0) : first, -1);
	if (request)
		answer_one(run, request, accept);
	else if (first)
		answer_several(run, words, all, accept);
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND, "no request waits for an answer");
}

void cmd_accept(struct command_run *run)
{
	answer(run, true);
}

void cmd_reject(struct command_run *run)
{
	answer(run, false);
}

void cmd_requests(struct command_run *run)
{
	command_front(run)->ops->show_view(command_front(run), VIEW_REQUESTS, NULL);
}
