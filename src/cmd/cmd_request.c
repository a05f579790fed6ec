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
	case REQUEST_TUBE:
		command_print(run, "%s request %u: %s offers a tube for %s (%s)", verb,
			      request->number, who, request->text, request->account->name);
		break;
	}
}

static void answer(struct command_run *run, bool accept)
{
	const char *name = command_arg(run, 0);
	struct request *request = command_find_request(run, name, -1);

	if (!request && name) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no request \"%s\"", name);
	} else if (!request) {
		command_fail(run, SESSION_ERROR_NOT_FOUND, "no request waits for an answer");
	} else {
		print_answer(run, request, accept);
		if (accept && request->kind == REQUEST_INVITATION) {
			command_accept_invitation(run, request);
			return;
		}
		command_hold(run);
		session_answer_request(command_session(run), request, accept, command_done, run);
	}
}

void cmd_accept(struct command_run *run)
{
	answer(run, true);
}

void cmd_reject(struct command_run *run)
{
	answer(run, false);
}
