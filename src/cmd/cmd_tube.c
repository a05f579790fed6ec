/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes: /tube offer accept close list. */

#include <string.h>

#include "cmd.h"

#define EXEC_PREFIX "exec:"
#define TUBES_NAMED 4 /* of those that could be meant */

void cmd_tube(struct command_run *run)
{
	command_front(run)->ops->show_view(command_front(run), VIEW_TUBES, NULL);
}

/* --- which one ---------------------------------------------------------------------------- */

/* "; there are tube 1 (x-http from Alice), tube 2 (rfb to Bob)". New. */
static char *list_tubes(const GPtrArray *tubes)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < MIN(tubes->len, TUBES_NAMED); i++) {
		const struct tube *tube = g_ptr_array_index(tubes, i);
		g_autofree char *what = tube_describe(tube);

		g_string_append_printf(text, "%stube %u (%s)", i ? ", " : "; there is ",
				       tube->number, what);
	}
	if (tubes->len > TUBES_NAMED)
		g_string_append(text, ", …: /tube list shows all");
	return g_string_free(text, FALSE);
}

static struct tube *find_numbered(struct command_run *run, const char *name)
{
	struct model *model = session_model(command_session(run));
	guint64 number = 0;
	struct tube *tube = NULL;
	g_autofree char *others = NULL;

	if (g_ascii_string_to_unsigned(name, 10, 1, G_MAXUINT, &number, NULL))
		tube = model_find_tube(model, (unsigned)number);
	if (tube)
		return tube;
	others = list_tubes(model->tubes);
	command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no tube %s%s", name, others);
	return NULL;
}

static struct tube *find_offered(struct command_run *run)
{
	const GPtrArray *tubes = session_model(command_session(run))->tubes;

	for (guint i = 0; i < tubes->len; i++) {
		struct tube *tube = g_ptr_array_index(tubes, i);

		if (tube->state == TUBE_ASKED)
			return tube;
	}
	command_fail(run, SESSION_ERROR_NOT_FOUND, "nobody offers a tube");
	return NULL;
}

static struct tube *find_only(struct command_run *run)
{
	const GPtrArray *tubes = session_model(command_session(run))->tubes;

	if (tubes->len == 1)
		return g_ptr_array_index(tubes, 0);
	if (tubes->len)
		command_fail(run, SESSION_ERROR_USAGE,
			     "which tube? /tube list shows their numbers");
	else
		command_fail(run, SESSION_ERROR_NOT_FOUND, "there is no tube");
	return NULL;
}

/* --- /tube offer -------------------------------------------------------------------------- */

/* Whether what becomes of the tube is told where the user is. */
static bool is_in_sight(struct command_run *run, const struct tube *tube)
{
	const struct chat *chat = command_chat(run);
	const struct chat *told = chat_find(tube->account, tube->room ? CHAT_ROOM : CHAT_CONTACT,
					    tube->room ? tube->room : tube->peer);

	if (command_front(run)->unattended)
		return false;
	return told && told->open ? chat == told : !chat || chat->kind == CHAT_STATUS;
}

/* What is wrong with a tube is told where its peer is; not twice in one chat. */
static void on_offered(const GError *error, void *data)
{
	struct command_run *run = data;

	if (!error || !command_kept(run)) {
		command_done(error, run);
		return;
	}
	command_fail_told(run, error->domain == SESSION_ERROR ? error->code : SESSION_ERROR_FAILED);
	command_release(run);
}

static const struct config_tube *configured(struct command_run *run, const char *service)
{
	return config_find_tube(session_config(command_session(run)), service);
}

static void offer(struct command_run *run, struct chat *chat, const char *name, const char *target)
{
	struct session *session = command_session(run);
	const char *service = session_tube_service(session, name);
	const struct config_tube *conf = configured(run, service);
	struct tube_local local = {
		.target = target,
		.seconds = (unsigned)config_int(session_config(session), "tube.offer-seconds"),
	};
	bool dbus = g_str_has_prefix(service, TUBE_DBUS_PREFIX);
	struct tube *tube;

	if (!target && conf)
		local.target = conf->offer;
	/* Programs find their way to a D-Bus tube by its address. */
	if (!local.target && dbus)
		local.target = "-";
	if (!local.target) {
		command_fail_usage(run, "which TARGET? A port, HOST:PORT, unix:PATH or "
					"exec:COMMAND, as there is no \"offer\" for the service in "
					"pheme.conf");
		return;
	}
	if (!strcmp(local.target, "-") && !dbus) {
		command_fail_usage(run, "\"-\" is for pheme --tube-offer");
		return;
	}
	if (!chat->account || !command_check_online(run, chat->account))
		return;
	command_hold(run);
	tube = session_offer_tube(session, chat->account, chat->kind, chat->id, service, &local,
				  on_offered, run);
	if (!tube)
		return;
	command_keep(run, GINT_TO_POINTER(is_in_sight(run, tube)), NULL);
	command_print(run, "tube %u: offering %s to %s", tube->number, tube->shown_service,
		      chat->name);
}

/* The rest of the line from an argument on; or one word, quoted as other arguments are. */
static char *rest_as_target(struct command_run *run, unsigned index)
{
	const char *s = command_rest(run, index);
	char open = 0;
	g_autofree char *word = word_next(&s, &open);

	return *s || open ? g_strdup(command_rest(run, index)) : g_steal_pointer(&word);
}

static void on_target(struct command_run *run, struct chat *chat)
{
	g_autofree char *target = command_arg(run, 2) ? rest_as_target(run, 2) : NULL;

	offer(run, chat, command_arg(run, 1), target);
}

void cmd_tube_offer(struct command_run *run)
{
	const char *first = command_arg(run, 0), *second = command_arg(run, 1);
	const char *third = command_arg(run, 2);
	struct chat *chat = command_chat(run);
	bool in_chat = chat && chat->kind != CHAT_STATUS;

	if (!first || (!third && !in_chat && !second)) {
		command_fail_usage(run, in_chat ? "which SERVICE?" : "to whom, and which SERVICE?");
		return;
	}
	if (in_chat && (!third || g_str_has_prefix(second, EXEC_PREFIX))) {
		g_autofree char *target = third ? rest_as_target(run, 1) : g_strdup(second);

		offer(run, chat, first, target);
		return;
	}
	command_target(run, first, on_target);
}

/* --- /tube accept ------------------------------------------------------------------------- */

static void on_accepted(const GError *error, void *data)
{
	struct command_run *run = data;
	guint number = GPOINTER_TO_UINT(command_kept(run));
	struct tube *tube = model_find_tube(session_model(command_session(run)), number);

	if (!error && tube && *tube->local && !is_in_sight(run, tube))
		command_print(run, "%s", tube->local);
	command_done(error, run);
}

void command_accept_tube(struct command_run *run, struct tube *tube, const struct tube_local *local)
{
	command_keep(run, GUINT_TO_POINTER(tube->number), NULL);
	command_hold(run);
	session_accept_tube(command_session(run), tube, local, on_accepted, run);
}

void cmd_tube_accept(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	/* Requests have numbers, too: who has one at hand names the place alone. */
	bool is_place = name && strchr(name, ':');
	unsigned at = is_place ? 0 : 1;
	const char *where = command_arg(run, at) ? command_rest(run, at) : NULL;
	struct tube *tube = name && !is_place ? find_numbered(run, name) : find_offered(run);
	struct tube_local local = {.listen = where};

	if (!tube)
		return;
	if (where && g_str_has_prefix(where, TUBE_CONNECT)) {
		local.command = where;
		local.listen = NULL;
	} else if (where && g_str_has_prefix(where, EXEC_PREFIX)) {
		local.command = where + strlen(EXEC_PREFIX);
		local.listen = NULL;
	}
	command_accept_tube(run, tube, where ? &local : NULL);
}

/* --- /tube close -------------------------------------------------------------------------- */

static void close_connection(struct command_run *run, struct tube *tube, const char *name)
{
	guint64 id = 0;

	if (!g_ascii_string_to_unsigned(name, 10, 1, G_MAXUINT, &id, NULL) ||
	    !tube_find_connection(tube, (unsigned)id))
		command_fail(run, SESSION_ERROR_NOT_FOUND, "tube %u has no connection %s",
			     tube->number, name);
	else
		session_close_tube_connection(command_session(run), tube, (unsigned)id);
}

void cmd_tube_close(struct command_run *run)
{
	const char *name = command_arg(run, 0), *connection = command_arg(run, 1);
	struct tube *tube = name ? find_numbered(run, name) : find_only(run);

	if (tube && connection)
		close_connection(run, tube, connection);
	else if (tube)
		session_close_tube(command_session(run), tube);
}

/* --- /tube list --------------------------------------------------------------------------- */

static void print_connections(struct command_run *run, const struct tube *tube)
{
	gint64 now = g_get_monotonic_time();

	for (guint i = 0; i < tube->connections->len; i++) {
		const struct tube_connection *connection = g_ptr_array_index(tube->connections, i);
		g_autofree char *out = g_format_size(connection->out);
		g_autofree char *in = g_format_size(connection->in);

		command_print(run, "   %u  %s  out %s  in %s  %" G_GINT64_FORMAT " s",
			      connection->id, connection->peer, out, in,
			      (now - connection->since) / G_USEC_PER_SEC);
	}
	for (char **member = tube->members; *member; member++)
		command_print(run, "   %s", *member);
}

void cmd_tube_list(struct command_run *run)
{
	const GPtrArray *tubes = session_model(command_session(run))->tubes;
	gint64 now = g_get_monotonic_time();

	for (guint i = 0; i < tubes->len; i++) {
		const struct tube *tube = g_ptr_array_index(tubes, i);
		g_autofree char *what = tube_describe(tube);
		g_autofree char *out = g_format_size(tube->out);
		g_autofree char *in = g_format_size(tube->in);

		command_print(
			run, "%u  %s for %" G_GINT64_FORMAT " s  %s%s  %s%s%s%s  out %s  in %s",
			tube->number, tube_state_name(tube->state),
			(now - tube->since) / G_USEC_PER_SEC, what,
			tube->by_rule ? " (always accepted)" : "", tube->local,
			*tube->access ? " (" : "", tube->access, *tube->access ? ")" : "", out, in);
		print_connections(run, tube);
	}
	if (!tubes->len)
		command_print(run, "there is no tube");
}
