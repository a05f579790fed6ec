/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_message.h"

#include <string.h>

#define PARTS_MAX 64

enum { /* Channel_Text_Message_Flags */
       PLAIN_SCROLLBACK = 4,
       PLAIN_RESCUED = 8,
};

struct part { /* borrowed from the D-Bus message */
	const char *type, *alternative, *content;
	gsize length;
	bool is_text;
};

void text_message_free(struct text_message *message)
{
	if (!message)
		return;
	g_free(message->sender_id);
	g_free(message->nickname);
	g_free(message->token);
	g_free(message->uid);
	g_free(message->supersedes);
	g_free(message->text);
	g_free(message->report_token);
	g_free(message->report_error);
	g_free(message->report_message);
	g_free(message->echo);
	g_free(message);
}

/* --- bodies ------------------------------------------------------------------------------- */

static void read_part(struct bus_reader *parts, struct part *part)
{
	struct bus_reader dict, value;
	const char *key;

	memset(part, 0, sizeof(*part));
	part->type = part->alternative = part->content = "";
	bus_read_array(parts, &dict);
	while (bus_read_property(&dict, &key, &value)) {
		if (!strcmp(key, "content-type")) {
			part->type = bus_read_string(&value);
		} else if (!strcmp(key, "alternative")) {
			part->alternative = bus_read_string(&value);
		} else if (!strcmp(key, "content") && bus_reader_type(&value) == 's') {
			part->content = bus_read_string(&value);
			part->length = strlen(part->content);
			part->is_text = true;
		} else if (!strcmp(key, "content") && bus_reader_type(&value) == 'a') {
			bus_read_bytes(&value, &part->length);
		}
	}
}

/* Of several alternatives of one content the text/plain one is shown, else the first. */
static bool is_shown(const struct part *parts, unsigned count, unsigned index)
{
	const char *alternative = parts[index].alternative;
	unsigned chosen = count;

	if (!*alternative)
		return true;
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(parts[i].alternative, alternative))
			continue;
		if (chosen == count || (!strcmp(parts[i].type, "text/plain") &&
					strcmp(parts[chosen].type, "text/plain")))
			chosen = i;
	}
	return chosen == index;
}

static char *join_parts(const struct part *parts, unsigned count)
{
	GString *text = g_string_new(NULL);
	unsigned shown = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!is_shown(parts, count, i) || (!*parts[i].type && !parts[i].length))
			continue;
		if (shown++)
			g_string_append_c(text, '\n');
		if (parts[i].is_text)
			g_string_append_len(text, parts[i].content, (gssize)parts[i].length);
		else
			g_string_append_printf(text, "[%s, %" G_GSIZE_FORMAT " bytes]",
					       *parts[i].type ? parts[i].type : "no content",
					       parts[i].length);
	}
	return g_string_free(text, FALSE);
}

/* The parts after the headers. */
static char *read_body(struct bus_reader *parts_reader)
{
	struct part parts[PARTS_MAX];
	unsigned count = 0;

	while (count < PARTS_MAX && bus_reader_more(parts_reader))
		read_part(parts_reader, &parts[count++]);
	return join_parts(parts, count);
}

/* --- headers ------------------------------------------------------------------------------ */

static void read_string(struct bus_reader *value, char **field)
{
	g_free(*field);
	*field = g_strdup(bus_read_string(value));
}

static void read_echo(struct bus_reader *value, char **echo)
{
	struct bus_reader parts;

	bus_read_array(value, &parts);
	if (!bus_reader_more(&parts))
		return;
	bus_read_skip(&parts);
	g_free(*echo);
	*echo = read_body(&parts);
}

static bool read_report_header(struct text_message *message, const char *key,
			       struct bus_reader *value)
{
	if (!strcmp(key, "delivery-status"))
		message->status = (guint32)bus_read_integer(value);
	else if (!strcmp(key, "delivery-token"))
		read_string(value, &message->report_token);
	else if (!strcmp(key, "delivery-dbus-error"))
		read_string(value, &message->report_error);
	else if (!strcmp(key, "delivery-error-message"))
		read_string(value, &message->report_message);
	else if (!strcmp(key, "delivery-echo"))
		read_echo(value, &message->echo);
	else
		return false;
	return true;
}

static void read_header(struct text_message *message, const char *key, struct bus_reader *value,
			gint64 *sent)
{
	if (!strcmp(key, "pending-message-id")) {
		message->pending_id = bus_read_uint32(value);
		message->has_pending_id = true;
	} else if (!strcmp(key, "message-sent")) {
		*sent = bus_read_integer(value);
	} else if (!strcmp(key, "message-received")) {
		message->received = bus_read_integer(value);
	} else if (!strcmp(key, "message-type")) {
		message->type = (guint32)bus_read_integer(value);
	} else if (!strcmp(key, "message-sender")) {
		message->sender = (guint32)bus_read_integer(value);
	} else if (!strcmp(key, "message-sender-id")) {
		read_string(value, &message->sender_id);
	} else if (!strcmp(key, "sender-nickname")) {
		read_string(value, &message->nickname);
	} else if (!strcmp(key, "message-token")) {
		read_string(value, &message->token);
	} else if (!strcmp(key, TEXT_UID_HEADER)) {
		read_string(value, &message->uid);
	} else if (!strcmp(key, "supersedes")) {
		read_string(value, &message->supersedes);
	} else if (!strcmp(key, "scrollback")) {
		message->scrollback = bus_read_bool(value);
	} else if (!strcmp(key, "rescued")) {
		message->rescued = bus_read_bool(value);
	} else {
		read_report_header(message, key, value);
	}
}

static void set_defaults(struct text_message *message)
{
	char **strings[] = {&message->sender_id,      &message->nickname,
			    &message->token,          &message->uid,
			    &message->report_token,   &message->report_error,
			    &message->report_message, &message->supersedes};

	for (unsigned i = 0; i < G_N_ELEMENTS(strings); i++)
		if (!*strings[i])
			*strings[i] = g_strdup("");
}

/* A clock that is far off would put a message where nobody finds it. */
static gint64 sane_time(gint64 sent, gint64 received)
{
	gint64 latest = g_get_real_time() / G_USEC_PER_SEC + 24 * 3600;

	if (sent > 0 && sent < latest)
		return sent;
	return received > 0 && received < latest ? received : 0;
}

struct text_message *text_message_read(struct bus_reader *r)
{
	struct text_message *message = g_new0(struct text_message, 1);
	struct bus_reader parts, headers, value;
	const char *key;
	gint64 sent = 0;

	bus_read_array(r, &parts);
	if (!bus_reader_more(&parts))
		bus_reader_fail(&parts, "expected a message of one part or more");
	bus_read_array(&parts, &headers);
	while (bus_read_property(&headers, &key, &value))
		read_header(message, key, &value, &sent);
	message->text = read_body(&parts);
	message->time = sane_time(sent, message->received);
	set_defaults(message);
	if (bus_reader_ok(r))
		return message;
	text_message_free(message);
	return NULL;
}

struct text_message *text_message_read_plain(struct bus_reader *r)
{
	struct text_message *message = g_new0(struct text_message, 1);
	guint32 flags;

	message->has_pending_id = true;
	message->pending_id = bus_read_uint32(r);
	message->received = bus_read_uint32(r);
	message->sender = bus_read_uint32(r);
	message->type = bus_read_uint32(r);
	flags = bus_read_uint32(r);
	message->text = g_strdup(bus_read_string(r));
	message->scrollback = flags & PLAIN_SCROLLBACK;
	message->rescued = flags & PLAIN_RESCUED;
	message->time = sane_time(0, message->received);
	set_defaults(message);
	if (bus_reader_ok(r))
		return message;
	text_message_free(message);
	return NULL;
}

/* With the NUL that ends it: no two rows of strings are summed up as the same bytes. */
static void add_string(GChecksum *sum, const char *s)
{
	g_checksum_update(sum, (const guchar *)s, (gssize)strlen(s) + 1);
}

/* MD5 is the quickest that GLib has, and will do: who makes two messages with the same sum has
 * sent both of them. */
char *text_message_make_uid(const struct text_message *message, const char *channel_path)
{
	const gint64 numbers[] = {message->pending_id, message->received, message->time,
				  message->type};
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);

	g_checksum_update(sum, (const guchar *)numbers, sizeof(numbers));
	add_string(sum, channel_path);
	add_string(sum, message->sender_id);
	add_string(sum, message->token);
	add_string(sum, message->text);
	/* The time in front keeps the history's index of uids growing at its end. */
	return g_strdup_printf("%08x%.24s", (guint32)message->received, g_checksum_get_string(sum));
}
