/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <string.h>
#include <time.h>

#include "record.h"

#define YEAR_9999_S G_GINT64_CONSTANT(253402300799)

static void put_digits(char *at, int count, int value)
{
	while (count-- > 0) {
		at[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* Nobody sent one before 1970 or after the year 9999. Not with strftime(), which takes longer than
 * all the rest of a line. */
char *json_time(gint64 time)
{
	time_t seconds = time < 0 || time > YEAR_9999_S ? 0 : (time_t)time;
	char *text = g_strdup("0000-00-00T00:00:00Z");
	struct tm parts;

	gmtime_r(&seconds, &parts);
	put_digits(text, 4, parts.tm_year + 1900);
	put_digits(text + 5, 2, parts.tm_mon + 1);
	put_digits(text + 8, 2, parts.tm_mday);
	put_digits(text + 11, 2, parts.tm_hour);
	put_digits(text + 14, 2, parts.tm_min);
	put_digits(text + 17, 2, parts.tm_sec);
	return text;
}

static void put_time(struct record *record, const char *key, gint64 time)
{
	g_autofree char *text = json_time(time);

	record_put(record, key, text);
}

static struct record *event_new(const char *event)
{
	struct record *record = record_new();

	record_put(record, "event", event);
	return record;
}

/* --- events ------------------------------------------------------------------------------- */

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

static void put_place(struct record *record, const char *account, const char *id,
		      enum chat_kind kind)
{
	record_put(record, "account", account);
	record_put(record, "chat", id);
	record_put(record, "kind", kind_name(kind));
}

static void put_chat(struct record *record, const struct chat *chat)
{
	put_place(record, chat->account ? chat->account->name : NULL, chat->id, chat->kind);
}

static const char *direction_name(bool incoming)
{
	return incoming ? "in" : "out";
}

static void put_delivery(struct record *record, const struct message *message)
{
	bool in = message->direction == MESSAGE_IN;

	record_put(record, "delivery", in ? "received" : delivery_name(message->delivery));
	record_put_known(record, "reason", message->reason);
}

static void put_sender(struct record *record, const struct chat *chat,
		       const struct message *message)
{
	const struct account *account = chat->account;
	bool own = message->direction == MESSAGE_OUT;

	record_put_known(record, "sender", own && account ? account->self_id : message->sender);
	record_put_known(record, "alias", own && account ? account->self_alias : message->name);
}

/* What follows the sender. */
static char *finish_message(struct record *record, const struct message *message)
{
	record_put(record, "id", message->uid);
	record_put(record, "type", message_type_name(message->type));
	put_time(record, "time", message->time);
	record_put(record, "text", message->raw ? message->raw : message->text);
	put_delivery(record, message);
	record_put_bool(record, "mention", message->mention);
	record_put_bool(record, "replayed", message->scrollback);
	return record_end(record);
}

char *json_message(const struct chat *chat, const struct message *message)
{
	struct record *record = event_new("message");

	put_chat(record, chat);
	record_put(record, "direction", direction_name(message->direction == MESSAGE_IN));
	put_sender(record, chat, message);
	return finish_message(record, message);
}

char *json_found(const struct session_found *found)
{
	const struct message *message = found->message;
	struct record *record = event_new("message");

	put_place(record, found->account, found->id, found->kind);
	record_put(record, "direction", direction_name(message->direction == MESSAGE_IN));
	record_put_known(record, "sender", message->sender);
	record_put_known(record, "alias", message->name);
	return finish_message(record, message);
}

char *json_delivery(const struct chat *chat, const struct message *message)
{
	struct record *record = event_new("delivery");

	put_chat(record, chat);
	record_put(record, "id", message->uid);
	put_delivery(record, message);
	return record_end(record);
}

char *json_presence(const struct contact *contact)
{
	struct record *record = event_new("presence");

	record_put(record, "account", contact->account ? contact->account->name : NULL);
	record_put(record, "contact", contact->id);
	record_put(record, "alias", contact->alias);
	record_put(record, "status", presence_name(contact->presence));
	record_put(record, "message", contact->message);
	return record_end(record);
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
	struct record *record = event_new("connection");

	record_put(record, "account", account->name);
	record_put(record, "status", status_name(account->state));
	record_put(record, "reason", *account->reason ? account->reason : "requested");
	record_put_bool(record, "retrying", account->state == ACCOUNT_WAITING);
	return record_end(record);
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

static void put_tube(struct record *record, const struct tube *tube)
{
	record_put(record, "account", tube->account ? tube->account->name : NULL);
	record_put(record, "contact", tube->peer);
	record_put(record, "room", tube->room);
	record_put(record, "direction", direction_name(tube->incoming));
	record_put(record, "type", tube->kind == TUBE_DBUS ? "dbus" : "stream");
	record_put(record, "service", tube->service);
	record_put(record, "state", tube_state(tube));
	record_put_number(record, "id", tube->number);
	record_put_known(record, "local", tube->local);
	record_put_known(record, "reason", tube->reason);
}

char *json_tube(const struct tube *tube)
{
	struct record *record = event_new("tube");

	put_tube(record, tube);
	return record_end(record);
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
	struct record *record = event_new("file");

	record_put(record, "account", transfer->account_name);
	record_put(record, "contact", transfer->contact);
	record_put(record, "direction", direction_name(transfer->incoming));
	record_put(record, "name", transfer->name);
	record_put(record, "path", transfer->path);
	if (transfer->size == TRANSFER_SIZE_UNKNOWN)
		record_put(record, "size", NULL);
	else
		record_put_number(record, "size", (gint64)transfer->size);
	record_put_number(record, "done", (gint64)transfer->done);
	record_put(record, "state", transfer_state(transfer));
	record_put_number(record, "id", transfer->number);
	record_put_known(record, "reason", transfer->reason);
	return record_end(record);
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
	struct record *record = event_new("request");

	record_put(record, "account", request->account ? request->account->name : NULL);
	record_put(record, "contact", request->id);
	record_put(record, "alias", request->name);
	record_put(record, "kind", request_kind(request->kind));
	record_put(record, "room", request->room);
	record_put(record, "message", request->text);
	record_put(record, "state", state);
	record_put_number(record, "id", request->number);
	return record_end(record);
}

char *json_room(const struct chat *chat, const char *change, const struct member *member)
{
	struct record *record = event_new("room");

	record_put(record, "account", chat->account ? chat->account->name : NULL);
	record_put(record, "room", chat->id);
	record_put(record, "change", change);
	record_put(record, "member", member ? member->id : NULL);
	record_put(record, "nick", member ? member->name : NULL);
	record_put_bool(record, "self", member && member->is_self);
	record_put_known(record, "topic", chat->topic);
	return record_end(record);
}

char *json_lost(unsigned count)
{
	struct record *record = event_new("lost");

	record_put_number(record, "count", count);
	return record_end(record);
}

/* --- rows of lists ------------------------------------------------------------------------ */

char *json_account_row(const struct account *account, bool enabled)
{
	struct record *record = record_new();

	record_put(record, "account", account->name);
	record_put(record, "manager", account->manager);
	record_put(record, "protocol", account->protocol);
	record_put_bool(record, "enabled", enabled);
	record_put(record, "status", status_name(account->state));
	record_put_known(record, "reason", account->reason);
	record_put_known(record, "id", account->self_id);
	record_put_known(record, "alias", account->self_alias);
	record_put(record, "presence", presence_name(account->presence));
	record_put_known(record, "message", account->status_message);
	return record_end(record);
}

/* "tube:SERVICE" of each tube that they take, "tubes" when they take any. */
static void put_capabilities(struct record *record, const struct contact *contact)
{
	g_autoptr(GPtrArray) names = NULL;

	if (!contact->services) {
		record_put(record, "capabilities", NULL);
		return;
	}
	names = g_ptr_array_new_with_free_func(g_free);
	if (contact->takes_tubes)
		g_ptr_array_add(names, g_strdup("tubes"));
	for (char **service = contact->services; *service; service++)
		g_ptr_array_add(names, g_strconcat("tube:", *service, NULL));
	g_ptr_array_add(names, NULL);
	record_put_list(record, "capabilities", (const char *const *)names->pdata);
}

char *json_contact_row(const struct contact *contact)
{
	struct record *record = record_new();

	record_put(record, "account", contact->account ? contact->account->name : NULL);
	record_put(record, "id", contact->id);
	record_put(record, "alias", contact->alias);
	record_put(record, "status", presence_name(contact->presence));
	record_put(record, "message", contact->message);
	record_put_list(record, "groups", (const char *const *)contact->groups);
	record_put(record, "subscription", subscription_name(contact->subscribe));
	record_put(record, "publication", subscription_name(contact->publish));
	put_capabilities(record, contact);
	if (contact->account && contact->account->features & ACCOUNT_CAN_BLOCK)
		record_put_bool(record, "blocked", contact_is_blocked(contact));
	else
		record_put(record, "blocked", NULL);
	return record_end(record);
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
	struct record *record = record_new();

	put_chat(record, chat);
	record_put(record, "name", chat->name);
	record_put_number(record, "number", chat->number);
	record_put_number(record, "unread", chat->unread);
	record_put_number(record, "mentions", chat->mentions);
	record_put(record, "state", room_state_name(chat));
	record_put_known(record, "topic", is_room ? chat->topic : NULL);
	if (is_room && chat->members)
		record_put_number(record, "members", g_hash_table_size(chat->members));
	else
		record_put(record, "members", NULL);
	return record_end(record);
}

/* The keys of a room that we are in, and what only its server tells. */
char *json_room_row(const struct account *account, const struct room_entry *entry)
{
	struct record *record = record_new();

	record_put(record, "account", account->name);
	record_put(record, "chat", entry->id);
	record_put(record, "kind", "room");
	record_put(record, "name", *entry->title ? entry->title : entry->name);
	record_put(record, "state", "listed");
	record_put_known(record, "topic", entry->subject);
	if (entry->members >= 0)
		record_put_number(record, "members", entry->members);
	else
		record_put(record, "members", NULL);
	record_put_bool(record, "password", entry->flags & ROOM_NEEDS_PASSWORD);
	record_put_bool(record, "invite-only", entry->flags & ROOM_INVITE_ONLY);
	return record_end(record);
}

char *json_tube_row(const struct tube *tube)
{
	struct record *record = record_new();

	put_tube(record, tube);
	record_put_number(record, "connections", tube->connections->len);
	record_put_number(record, "sent", (gint64)tube->out);
	record_put_number(record, "received", (gint64)tube->in);
	return record_end(record);
}

char *json_manager_row(const char *manager, const GPtrArray *protocols)
{
	struct record *record = record_new();
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < protocols->len; i++) {
		const struct protocol *protocol = protocols->pdata[i];

		if (strcmp(protocol->manager, manager) == 0)
			g_ptr_array_add(names, protocol->name);
	}
	record_put(record, "manager", manager);
	g_ptr_array_add(names, NULL);
	record_put_list(record, "protocols", (const char *const *)names->pdata);
	return record_end(record);
}

char *json_protocol_row(const struct protocol *protocol)
{
	struct record *record = record_new();

	record_put(record, "manager", protocol->manager);
	record_put(record, "protocol", protocol->name);
	record_put(record, "name", protocol->english);
	record_put_number(record, "parameters", protocol->params->len);
	return record_end(record);
}

char *json_parameter_row(const struct protocol *protocol, const struct param *param)
{
	struct record *record = record_new();

	record_put(record, "manager", protocol->manager);
	record_put(record, "protocol", protocol->name);
	record_put(record, "parameter", param->name);
	record_put(record, "signature", param->signature);
	record_put_bool(record, "required", param->flags & PARAM_REQUIRED);
	record_put_bool(record, "secret", param->flags & PARAM_SECRET);
	record_put(record, "default", param->fallback);
	return record_end(record);
}
