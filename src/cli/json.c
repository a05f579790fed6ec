/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* --- values -------------------------------------------------------------------------------- */

static void put(json_t *record, const char *key, json_t *value)
{
	json_object_set_new_nocheck(record, key, value);
}

static json_t *string(const char *text)
{
	g_autofree char *valid = NULL;
	gsize length;

	if (!text)
		return json_null();
	length = strlen(text);
	if (g_utf8_validate_len(text, length, NULL))
		return json_stringn_nocheck(text, length);
	valid = g_utf8_make_valid(text, (gssize)length);
	return json_string_nocheck(valid);
}

static void put_string(json_t *record, const char *key, const char *text)
{
	put(record, key, string(text));
}

/* Of the model's texts, which have "" for what there is not. */
static void put_known(json_t *record, const char *key, const char *text)
{
	put_string(record, key, text && *text ? text : NULL);
}

static void put_bool(json_t *record, const char *key, bool value)
{
	put(record, key, json_boolean(value));
}

static void put_number(json_t *record, const char *key, gint64 value)
{
	put(record, key, json_integer(value));
}

static void put_strings(json_t *record, const char *key, char *const *list)
{
	json_t *array = json_array();

	for (; list && *list; list++)
		json_array_append_new(array, string(*list));
	put(record, key, array);
}

char *json_time(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);

	/* Nobody sent one after the year 9999. */
	if (!date)
		date = g_date_time_new_from_unix_utc(0);
	return g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

static void put_time(json_t *record, const char *key, gint64 time)
{
	g_autofree char *text = json_time(time);

	put_string(record, key, text);
}

static json_t *record_new(const char *event)
{
	json_t *record = json_object();

	put_string(record, "event", event);
	return record;
}

/* --- lines --------------------------------------------------------------------------------- */

/* Valid in JSON as they are, and able to change what a terminal shows of the line. */
static bool must_escape(gunichar c)
{
	return (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Where the next byte is that such a character can begin with. */
static const char *find_suspect(const char *s)
{
	return strpbrk(s, "\x7f\xc2\xd8\xe2");
}

/* They occur within strings only. */
static char *escape(const char *line)
{
	const char *suspect = find_suspect(line);
	GString *text;

	if (!suspect)
		return g_strdup(line);
	text = g_string_sized_new(strlen(line) + 64);
	while (suspect) {
		const char *next = g_utf8_next_char(suspect);
		gunichar c = g_utf8_get_char(suspect);

		g_string_append_len(text, line, suspect - line);
		if (must_escape(c))
			g_string_append_printf(text, "\\u%04x", c);
		else
			g_string_append_len(text, suspect, next - suspect);
		line = next;
		suspect = find_suspect(line);
	}
	g_string_append(text, line);
	return g_string_free(text, FALSE);
}

/* Takes @record. */
static char *finish(json_t *record)
{
	char *dump = json_dumps(record, JSON_COMPACT), *line;

	json_decref(record);
	line = escape(dump ? dump : "{}");
	free(dump);
	return line;
}

/* --- events -------------------------------------------------------------------------------- */

static const char *kind_name(enum chat_kind kind)
{
	switch (kind) {
	case CHAT_CONTACT:
		return "contact";
	case CHAT_ROOM:
		return "room";
	case CHAT_STATUS:
		break;
	}
	return "status";
}

static void put_place(json_t *record, const char *account, const char *id, enum chat_kind kind)
{
	put_string(record, "account", account);
	put_string(record, "chat", id);
	put_string(record, "kind", kind_name(kind));
}

static void put_chat(json_t *record, const struct chat *chat)
{
	put_place(record, chat->account ? chat->account->name : NULL, chat->id, chat->kind);
}

static const char *direction_name(bool incoming)
{
	return incoming ? "in" : "out";
}

static void put_delivery(json_t *record, const struct message *message)
{
	bool in = message->direction == MESSAGE_IN;

	put_string(record, "delivery", in ? "received" : delivery_name(message->delivery));
	put_known(record, "reason", message->reason);
}

static void put_sender(json_t *record, const struct chat *chat, const struct message *message)
{
	const struct account *account = chat->account;
	bool own = message->direction == MESSAGE_OUT;

	put_known(record, "sender", own && account ? account->self_id : message->sender);
	put_known(record, "alias", own && account ? account->self_alias : message->name);
}

/* What follows the sender. */
static char *finish_message(json_t *record, const struct message *message)
{
	put_string(record, "id", message->uid);
	put_string(record, "type", message_type_name(message->type));
	put_time(record, "time", message->time);
	put_string(record, "text", message->raw ? message->raw : message->text);
	put_delivery(record, message);
	put_bool(record, "mention", message->mention);
	put_bool(record, "replayed", message->scrollback);
	return finish(record);
}

char *json_message(const struct chat *chat, const struct message *message)
{
	json_t *record = record_new("message");

	put_chat(record, chat);
	put_string(record, "direction", direction_name(message->direction == MESSAGE_IN));
	put_sender(record, chat, message);
	return finish_message(record, message);
}

char *json_found(const struct session_found *found)
{
	const struct message *message = found->message;
	json_t *record = record_new("message");

	put_place(record, found->account, found->id, found->kind);
	put_string(record, "direction", direction_name(message->direction == MESSAGE_IN));
	put_known(record, "sender", message->sender);
	put_known(record, "alias", message->name);
	return finish_message(record, message);
}

char *json_delivery(const struct chat *chat, const struct message *message)
{
	json_t *record = record_new("delivery");

	put_chat(record, chat);
	put_string(record, "id", message->uid);
	put_delivery(record, message);
	return finish(record);
}

char *json_presence(const struct contact *contact)
{
	json_t *record = record_new("presence");

	put_string(record, "account", contact->account ? contact->account->name : NULL);
	put_string(record, "contact", contact->id);
	put_string(record, "alias", contact->alias);
	put_string(record, "status", presence_name(contact->presence));
	put_string(record, "message", contact->message);
	return finish(record);
}

/* What a script compares with: "waiting" for the next try and "disabled" are not connected. */
static const char *status_name(enum account_state state)
{
	switch (state) {
	case ACCOUNT_ONLINE:
		return "connected";
	case ACCOUNT_CONNECTING:
		return "connecting";
	case ACCOUNT_DISABLED:
	case ACCOUNT_OFFLINE:
	case ACCOUNT_WAITING:
		break;
	}
	return "disconnected";
}

char *json_connection(const struct account *account)
{
	json_t *record = record_new("connection");

	put_string(record, "account", account->name);
	put_string(record, "status", status_name(account->state));
	put_string(record, "reason", *account->reason ? account->reason : "requested");
	put_bool(record, "retrying", account->state == ACCOUNT_WAITING);
	return finish(record);
}

static const char *tube_state(const struct tube *tube)
{
	switch (tube->state) {
	case TUBE_ASKED:
	case TUBE_WAITING:
		return "offered";
	case TUBE_ACCEPTING:
		return "accepting";
	case TUBE_OFFERING:
		return "offering";
	case TUBE_OPEN:
		return "open";
	case TUBE_ENDED:
		break;
	}
	return "closed";
}

static void put_tube(json_t *record, const struct tube *tube)
{
	put_string(record, "account", tube->account ? tube->account->name : NULL);
	put_string(record, "contact", tube->peer);
	put_string(record, "room", tube->room);
	put_string(record, "direction", direction_name(tube->incoming));
	put_string(record, "type", tube->kind == TUBE_DBUS ? "dbus" : "stream");
	put_string(record, "service", tube->service);
	put_string(record, "state", tube_state(tube));
	put_number(record, "id", tube->number);
	put_known(record, "local", tube->local);
	put_known(record, "reason", tube->reason);
}

char *json_tube(const struct tube *tube)
{
	json_t *record = record_new("tube");

	put_tube(record, tube);
	return finish(record);
}

static const char *transfer_state(const struct transfer *transfer)
{
	static const char *const names[] = {
		[TRANSFER_PREPARING] = "preparing", [TRANSFER_OFFERED] = "offered",
		[TRANSFER_STARTING] = "starting",   [TRANSFER_RUNNING] = "running",
		[TRANSFER_COMPLETED] = "completed", [TRANSFER_FAILED] = "failed",
	};

	return names[transfer->state];
}

char *json_file(const struct transfer *transfer)
{
	json_t *record = record_new("file");

	put_string(record, "account", transfer->account_name);
	put_string(record, "contact", transfer->contact);
	put_string(record, "direction", direction_name(transfer->incoming));
	put_string(record, "name", transfer->name);
	put_string(record, "path", transfer->path);
	if (transfer->size == TRANSFER_SIZE_UNKNOWN)
		put_string(record, "size", NULL);
	else
		put_number(record, "size", (gint64)transfer->size);
	put_number(record, "done", (gint64)transfer->done);
	put_string(record, "state", transfer_state(transfer));
	put_number(record, "id", transfer->number);
	put_known(record, "reason", transfer->reason);
	return finish(record);
}

static const char *request_kind(enum request_kind kind)
{
	static const char *const names[] = {
		[REQUEST_SUBSCRIPTION] = "subscription",
		[REQUEST_INVITATION] = "invitation",
		[REQUEST_FILE] = "file",
		[REQUEST_TUBE] = "tube",
	};

	return names[kind];
}

char *json_request(const struct request *request, const char *state)
{
	json_t *record = record_new("request");

	put_string(record, "account", request->account ? request->account->name : NULL);
	put_string(record, "contact", request->id);
	put_string(record, "alias", request->name);
	put_string(record, "kind", request_kind(request->kind));
	put_string(record, "room", request->room);
	put_string(record, "message", request->text);
	put_string(record, "state", state);
	put_number(record, "id", request->number);
	return finish(record);
}

char *json_room(const struct chat *chat, const char *change, const struct member *member)
{
	json_t *record = record_new("room");

	put_string(record, "account", chat->account ? chat->account->name : NULL);
	put_string(record, "room", chat->id);
	put_string(record, "change", change);
	put_string(record, "member", member ? member->id : NULL);
	put_string(record, "nick", member ? member->name : NULL);
	put_bool(record, "self", member && member->is_self);
	put_known(record, "topic", chat->topic);
	return finish(record);
}

char *json_lost(unsigned count)
{
	json_t *record = record_new("lost");

	put_number(record, "count", count);
	return finish(record);
}

/* --- rows of lists ------------------------------------------------------------------------- */

char *json_account_row(const struct account *account, bool enabled)
{
	json_t *record = json_object();

	put_string(record, "account", account->name);
	put_string(record, "manager", account->manager);
	put_string(record, "protocol", account->protocol);
	put_bool(record, "enabled", enabled);
	put_string(record, "status", status_name(account->state));
	put_known(record, "reason", account->reason);
	put_known(record, "id", account->self_id);
	put_known(record, "alias", account->self_alias);
	put_string(record, "presence", presence_name(account->presence));
	put_known(record, "message", account->status_message);
	return finish(record);
}

/* "tube:SERVICE" of each tube that they take, "tubes" when they take any. */
static void put_capabilities(json_t *record, const struct contact *contact)
{
	json_t *array;

	if (!contact->services) {
		put_string(record, "capabilities", NULL);
		return;
	}
	array = json_array();
	if (contact->takes_tubes)
		json_array_append_new(array, string("tubes"));
	for (char **service = contact->services; *service; service++) {
		g_autofree char *name = g_strconcat("tube:", *service, NULL);

		json_array_append_new(array, string(name));
	}
	put(record, "capabilities", array);
}

char *json_contact_row(const struct contact *contact)
{
	json_t *record = json_object();

	put_string(record, "account", contact->account ? contact->account->name : NULL);
	put_string(record, "id", contact->id);
	put_string(record, "alias", contact->alias);
	put_string(record, "status", presence_name(contact->presence));
	put_string(record, "message", contact->message);
	put_strings(record, "groups", contact->groups);
	put_string(record, "subscription", subscription_name(contact->subscribe));
	put_string(record, "publication", subscription_name(contact->publish));
	put_capabilities(record, contact);
	if (contact->account && contact->account->features & ACCOUNT_CAN_BLOCK)
		put_bool(record, "blocked", contact_is_blocked(contact));
	else
		put_string(record, "blocked", NULL);
	return finish(record);
}

static const char *room_state_name(const struct chat *chat)
{
	static const char *const names[] = {
		[ROOM_LEFT] = "left",
		[ROOM_JOINING] = "joining",
		[ROOM_JOINED] = "joined",
	};

	return chat->kind == CHAT_ROOM ? names[chat->room_state] : NULL;
}

char *json_chat_row(const struct chat *chat)
{
	bool is_room = chat->kind == CHAT_ROOM;
	json_t *record = json_object();

	put_chat(record, chat);
	put_string(record, "name", chat->name);
	put_number(record, "number", chat->number);
	put_number(record, "unread", chat->unread);
	put_number(record, "mentions", chat->mentions);
	put_string(record, "state", room_state_name(chat));
	put_known(record, "topic", is_room ? chat->topic : NULL);
	if (is_room && chat->members)
		put_number(record, "members", g_hash_table_size(chat->members));
	else
		put_string(record, "members", NULL);
	return finish(record);
}

/* The keys of a room that we are in, and what only its server tells. */
char *json_room_row(const struct account *account, const struct room_entry *entry)
{
	json_t *record = json_object();

	put_string(record, "account", account->name);
	put_string(record, "chat", entry->id);
	put_string(record, "kind", "room");
	put_string(record, "name", *entry->title ? entry->title : entry->name);
	put_string(record, "state", "listed");
	put_known(record, "topic", entry->subject);
	if (entry->members >= 0)
		put_number(record, "members", entry->members);
	else
		put_string(record, "members", NULL);
	put_bool(record, "password", entry->flags & ROOM_NEEDS_PASSWORD);
	put_bool(record, "invite-only", entry->flags & ROOM_INVITE_ONLY);
	return finish(record);
}

char *json_tube_row(const struct tube *tube)
{
	json_t *record = json_object();

	put_tube(record, tube);
	put_number(record, "connections", tube->connections->len);
	put_number(record, "sent", (gint64)tube->out);
	put_number(record, "received", (gint64)tube->in);
	return finish(record);
}

char *json_manager_row(const char *manager, const GPtrArray *protocols)
{
	json_t *record = json_object(), *names = json_array();

	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = protocols->pdata[i];

		if (strcmp(protocol->manager, manager) == 0)
			json_array_append_new(names, string(protocol->name));
	}
	put_string(record, "manager", manager);
	put(record, "protocols", names);
	return finish(record);
}

char *json_protocol_row(const struct protocol *protocol)
{
	json_t *record = json_object();

	put_string(record, "manager", protocol->manager);
	put_string(record, "protocol", protocol->name);
	put_string(record, "name", protocol->english);
	put_number(record, "parameters", protocol->params->len);
	return finish(record);
}

char *json_parameter_row(const struct protocol *protocol, const struct param *param)
{
	json_t *record = json_object();

	put_string(record, "manager", protocol->manager);
	put_string(record, "protocol", protocol->name);
	put_string(record, "parameter", param->name);
	put_string(record, "signature", param->signature);
	put_bool(record, "required", param->flags & PARAM_REQUIRED);
	put_bool(record, "secret", param->flags & PARAM_SECRET);
	put_string(record, "default", param->fallback);
	return finish(record);
}
