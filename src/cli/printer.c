/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "printer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "late.h"
#include "lines.h"
#include "output.h"

/* How an event is written. A function may give NULL: nothing. */
struct format {
	char *(*message)(const struct chat *chat, const struct message *message);
	char *(*delivery)(const struct chat *chat, const struct message *message);
	char *(*presence)(const struct contact *contact);
	char *(*connection)(const struct account *account);
	char *(*tube)(const struct tube *tube);
	char *(*file)(const struct transfer *transfer);
	char *(*request)(const struct request *request, const char *state);
	char *(*room)(const struct chat *chat, const char *change, const struct member *member);
	char *(*lost)(unsigned count);
};

static const struct format json_format = {json_message,    json_delivery, json_presence,
					  json_connection, json_tube,     json_file,
					  json_request,    json_room,     json_lost};
static const struct format lines_format = {lines_message,    lines_delivery, lines_presence,
					   lines_connection, lines_tube,     lines_file,
					   lines_request,    lines_room,     lines_lost};

struct printer {
	struct session *session;
	struct printer_options options;
	const struct format *format;
	struct output *output;
	unsigned printed;  /* messages that came */
	unsigned lost;     /* events for which there was no room */
	bool full;         /* as many as were asked for */
	bool marks_read;   /* what is printed is read */
	gint64 unread_row; /* what nobody had read is printed up to this row of the history */
	GHashTable *told;  /* uids of what was printed until now, while unread ones are looked for;
			      or NULL */
	bool last;         /* …for the last time */
	session_done_fn unread_done;
	void *unread_data;
	struct late *late; /* struct undecided *: messages of whom the roster may yet name */
	GHashTable *files; /* number → state + 1 that was printed last */
	GHashTable *rooms; /* struct chat * (not held) → state that was printed last */
};

/* --- who is meant ------------------------------------------------------------------------- */

static bool wants(const struct printer *printer, const struct account *account, const char *id)
{
	return whom_is(printer->options.whom, account, id, NULL);
}

static bool wants_chat(const struct printer *printer, const struct chat *chat)
{
	return chat->kind != CHAT_STATUS && whom_is(printer->options.whom, chat->account, chat->id,
						    chat->kind == CHAT_ROOM ? chat->name : NULL);
}

/* --- lines -------------------------------------------------------------------------------- */

/* What is to be done when a message's line is written. */
struct receipt {
	struct chat *chat; /* a reference */
	char *uid;
	gint64 row; /* in the history, where it came from; 0: it came just now */
};

static void receipt_free(void *data)
{
	struct receipt *receipt = data;

	chat_unref(receipt->chat);
	g_free(receipt->uid);
	g_free(receipt);
}

static void tell_lost(struct printer *printer)
{
	g_autofree char *line = NULL;
	unsigned lost = printer->lost;

	if (!lost)
		return;
	line = printer->format->lost(lost);
	if (output_add(printer->output, line, NULL))
		printer->lost -= lost;
}

/* Takes @line, and @receipt (NULL: none). */
static void print(struct printer *printer, char *line, struct receipt *receipt)
{
	g_autofree char *painted = NULL;

	tell_lost(printer);
	if (line && !printer->options.json)
		painted = lines_paint(line, printer->options.color);
	if (!line)
		g_clear_pointer(&receipt, receipt_free);
	else if (!output_add(printer->output, painted ? painted : line, receipt))
		printer->lost++;
	g_free(line);
}

static void on_written(void *tag, void *data)
{
	struct printer *printer = data;
	struct receipt *receipt = tag;
	const struct chat *chat = receipt->chat;

	session_confirm(printer->session, receipt->uid, printer->marks_read);
	if (receipt->row && printer->marks_read && chat->account)
		session_note_read(printer->session, chat->account->name, chat->kind, chat->id,
				  receipt->row);
	receipt_free(receipt);
}

static void on_failed(int number, void *data)
{
	struct printer *printer = data;

	printer->full = true;
	printer->options.ended(number, printer->options.data);
}

static void on_drained(void *data)
{
	struct printer *printer = data;

	if (printer->full)
		printer->options.ended(0, printer->options.data);
	else
		tell_lost(printer);
}

static const struct output_ops output_ops = {
	.written = on_written,
	.failed = on_failed,
	.drained = on_drained,
	.free_tag = receipt_free,
};

/* --- messages ----------------------------------------------------------------------------- */

struct undecided {
	char *line;
	struct receipt *receipt;
	bool counts;
};

static void undecided_free(void *data)
{
	struct undecided *undecided = data;

	if (undecided->receipt)
		receipt_free(undecided->receipt);
	g_free(undecided->line);
	g_free(undecided);
}

/* Takes both. */
static void print_received(struct printer *printer, char *line, struct receipt *receipt,
			   bool counts)
{
	print(printer, line, receipt);
	if (counts && ++printer->printed == printer->options.count)
		printer->full = true;
}

static void print_message(struct printer *printer, struct chat *chat, const struct message *message)
{
	bool counts = message->direction == MESSAGE_IN && !message->scrollback;
	bool wanted = wants_chat(printer, chat);
	struct undecided *undecided;
	struct receipt *receipt;
	char *line;

	if (printer->full || (!wanted && !late_is_open(printer->late, chat)))
		return;
	if (printer->told && !g_hash_table_add(printer->told, g_strdup(message->uid)))
		return;
	receipt = g_new0(struct receipt, 1);
	receipt->chat = chat_ref(chat);
	receipt->uid = g_strdup(message->uid);
	receipt->row = message->row;
	line = printer->format->message(chat, message);
	if (wanted) {
		print_received(printer, line, receipt, counts);
		return;
	}
	undecided = g_new0(struct undecided, 1);
	undecided->line = line;
	undecided->receipt = receipt;
	undecided->counts = counts;
	late_add(printer->late, chat, undecided);
}

static void on_meant(void *item, void *data)
{
	struct undecided *undecided = item;
	struct printer *printer = data;

	if (!printer->full)
		print_received(printer, g_steal_pointer(&undecided->line),
			       g_steal_pointer(&undecided->receipt), undecided->counts);
	undecided_free(undecided);
}

/* The names are known now. */
static void on_roster(struct printer *printer, const struct event *event)
{
	late_look(printer->late);
}

static void on_reader(struct chat *chat, const struct message *message, void *data)
{
	struct printer *printer = data;

	/* It was printed from the history, or had been read before. */
	if ((message->row && message->row <= printer->unread_row) ||
	    (printer->told && g_hash_table_contains(printer->told, message->uid)))
		session_confirm(printer->session, message->uid, false);
	else
		print_message(printer, chat, message);
}

static void on_unread(struct chat *chat, const struct message *message, void *data)
{
	struct printer *printer = data;

	if (printer->full)
		return;
	printer->unread_row = message->row;
	print_message(printer, chat, message);
}

static void on_unread_done(const GError *error, void *data)
{
	struct printer *printer = data;

	if (printer->last)
		g_clear_pointer(&printer->told, g_hash_table_unref);
	printer->unread_done(error, printer->unread_data);
}

void printer_print_unread(struct printer *printer, bool last, session_done_fn done, void *data)
{
	printer->marks_read = true;
	printer->last = last;
	if (!printer->told)
		printer->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	printer->unread_done = done;
	printer->unread_data = data;
	session_read_unread(printer->session, printer->unread_row, on_unread, on_unread_done,
			    printer);
}

/* Those that came are told to the reader. */
static void on_message(struct printer *printer, const struct event *event)
{
	if (event->message->direction == MESSAGE_OUT)
		print_message(printer, event->chat, event->message);
}

static void on_delivery(struct printer *printer, const struct event *event)
{
	const struct message *message = event->message;

	if (message->direction == MESSAGE_OUT && message->delivery > DELIVERY_SENT &&
	    wants_chat(printer, event->chat))
		print(printer, printer->format->delivery(event->chat, message), NULL);
}

/* --- all else ----------------------------------------------------------------------------- */

/* The roster as it is at first is no news. */
static void on_contact(struct printer *printer, const struct event *event)
{
	const struct contact *contact = event->contact;

	if (event->change & CONTACT_CHANGED_PRESENCE && contact->account &&
	    contact->account->roster_ready && wants(printer, contact->account, contact->id))
		print(printer, printer->format->presence(contact), NULL);
}

static void on_tube(struct printer *printer, const struct event *event)
{
	const struct tube *tube = event->tube;
	const char *where = tube->room ? tube->room : tube->peer;

	if ((event->type == EVENT_TUBE_ADDED || event->change & TUBE_CHANGED_STATE) &&
	    wants(printer, tube->account, where))
		print(printer, printer->format->tube(tube), NULL);
}

/* Its progress is told many times. */
static void on_file(struct printer *printer, const struct event *event)
{
	const struct transfer *transfer = event->transfer;
	void *number = GUINT_TO_POINTER(transfer->number);
	void *state = GUINT_TO_POINTER(transfer->state + 1);

	if (event->type == EVENT_TRANSFER_REMOVED) {
		g_hash_table_remove(printer->files, number);
		return;
	}
	if (g_hash_table_lookup(printer->files, number) == state ||
	    !wants(printer, transfer->account, transfer->contact))
		return;
	g_hash_table_insert(printer->files, number, state);
	print(printer, printer->format->file(transfer), NULL);
}

static void print_request(struct printer *printer, const struct request *request, const char *state)
{
	const char *where = request->room ? request->room : request->id;

	if (wants(printer, request->account, where))
		print(printer, printer->format->request(request, state), NULL);
}

static void on_room_state(struct printer *printer, struct chat *chat)
{
	static const char *const names[] = {
		[ROOM_LEFT] = "left", [ROOM_JOINING] = "joining", [ROOM_JOINED] = "joined"};
	void *state = GUINT_TO_POINTER(chat->room_state);

	if (g_hash_table_lookup(printer->rooms, chat) == state)
		return;
	g_hash_table_insert(printer->rooms, chat, state);
	print(printer, printer->format->room(chat, names[chat->room_state], NULL), NULL);
}

static void on_chat(struct printer *printer, const struct event *event)
{
	struct chat *chat = event->chat;

	if (chat->kind != CHAT_ROOM || !wants_chat(printer, chat))
		return;
	if (event->change & CHAT_CHANGED_STATE)
		on_room_state(printer, chat);
	if (event->change & CHAT_CHANGED_TOPIC)
		print(printer, printer->format->room(chat, "topic", NULL), NULL);
}

static void on_account(struct printer *printer, const struct event *event)
{
	if (event->change & ACCOUNT_CHANGED_STATE)
		print(printer, printer->format->connection(event->account), NULL);
}

static void on_request_open(struct printer *printer, const struct event *event)
{
	print_request(printer, event->request, "open");
}

static void on_request_closed(struct printer *printer, const struct event *event)
{
	print_request(printer, event->request, "closed");
}

static void on_chat_removed(struct printer *printer, const struct event *event)
{
	g_hash_table_remove(printer->rooms, event->chat);
}

static void on_member(struct printer *printer, const struct event *event)
{
	static const char *const changes[] = {
		[EVENT_MEMBER_ADDED] = "member-joined",
		[EVENT_MEMBER_REMOVED] = "member-left",
		[EVENT_MEMBER_CHANGED] = "member-changed",
	};

	/* Those that are there when we come are no news either. */
	if (event->chat->room_state == ROOM_JOINED && wants_chat(printer, event->chat))
		print(printer,
		      printer->format->room(event->chat, changes[event->type], event->member),
		      NULL);
}

typedef void (*printer_fn)(struct printer *printer, const struct event *event);

static const printer_fn handlers[] = {
	[EVENT_MESSAGE_ADDED] = on_message,
	[EVENT_MESSAGE_CHANGED] = on_delivery,
	[EVENT_ROSTER_READY] = on_roster,
	[EVENT_ACCOUNT_CHANGED] = on_account,
	[EVENT_CONTACT_CHANGED] = on_contact,
	[EVENT_TUBE_ADDED] = on_tube,
	[EVENT_TUBE_CHANGED] = on_tube,
	[EVENT_TRANSFER_ADDED] = on_file,
	[EVENT_TRANSFER_CHANGED] = on_file,
	[EVENT_TRANSFER_REMOVED] = on_file,
	[EVENT_REQUEST_ADDED] = on_request_open,
	[EVENT_REQUEST_CHANGED] = on_request_open,
	[EVENT_REQUEST_REMOVED] = on_request_closed,
	[EVENT_CHAT_CHANGED] = on_chat,
	[EVENT_CHAT_REMOVED] = on_chat_removed,
	[EVENT_MEMBER_ADDED] = on_member,
	[EVENT_MEMBER_REMOVED] = on_member,
	[EVENT_MEMBER_CHANGED] = on_member,
};

static void on_event(const struct event *event, void *data)
{
	struct printer *printer = data;

	if (!printer->full && event->type < G_N_ELEMENTS(handlers) && handlers[event->type])
		handlers[event->type](printer, event);
}

/* --- the whole ---------------------------------------------------------------------------- */

struct printer *printer_new(struct session *session, const struct printer_options *options)
{
	struct printer *printer = g_new0(struct printer, 1);

	printer->session = session;
	printer->options = *options;
	printer->format = options->json ? &json_format : &lines_format;
	printer->files = g_hash_table_new(NULL, NULL);
	printer->rooms = g_hash_table_new(NULL, NULL);
	printer->late = late_new(options->whom, on_meant, undecided_free, printer);
	printer->output = output_new(STDOUT_FILENO, &output_ops, printer);
	model_listen(session_model(session), on_event, printer);
	session_set_reader(session, on_reader, printer);
	return printer;
}

void printer_flush(struct printer *printer)
{
	if (printer)
		output_flush(printer->output);
}

void printer_free(struct printer *printer)
{
	if (!printer)
		return;
	session_set_reader(printer->session, NULL, NULL);
	model_unlisten(session_model(printer->session), on_event, printer);
	output_free(printer->output);
	g_hash_table_unref(printer->files);
	g_hash_table_unref(printer->rooms);
	late_free(printer->late);
	g_clear_pointer(&printer->told, g_hash_table_unref);
	g_free(printer);
}
