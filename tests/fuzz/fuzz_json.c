/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as the values of a record: a line that another parser reads, with nothing in it that
 * a terminal acts on, and the same text when it was UTF-8. */

#include <jansson.h>
#include <string.h>

#include "cli/json.h"
#include "cli/record.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_line(const char *line)
{
	g_assert_true(g_utf8_validate(line, -1, NULL));
	for (const char *s = line; *s; s = g_utf8_next_char(s)) {
		gunichar c = g_utf8_get_char(s);

		g_assert_false(g_unichar_iscntrl(c));
		g_assert_false(c >= 0x2028 && c <= 0x202e);
		g_assert_false(c >= 0x2066 && c <= 0x2069);
	}
}

static json_t *parse(const char *line)
{
	json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	g_assert_nonnull(record);
	check_line(line);
	return record;
}

static void check_record(const char *text)
{
	struct record *record = record_new();
	g_auto(GStrv) list = g_strsplit(text, ",", 100);
	g_autofree char *line = NULL;
	json_t *read;

	record_put(record, "text", text);
	record_put_known(record, "known", text);
	record_put_number(record, "number", (gint64)strlen(text));
	record_put_bool(record, "bool", *text != '\0');
	record_put_list(record, "list", (const char *const *)list);
	line = record_end(record);
	read = parse(line);
	if (g_utf8_validate(text, -1, NULL))
		g_assert_cmpstr(json_string_value(json_object_get(read, "text")), ==, text);
	g_assert_cmpuint(json_array_size(json_object_get(read, "list")), ==, g_strv_length(list));
	json_decref(read);
}

/* As it comes from a peer: his name, where he says it, and what. */
static void check_message(const char *who, const char *text)
{
	struct model *model = model_new();
	struct account *account = account_new(model, "work", "haze", "jabber");
	struct chat *chat = chat_open(account, CHAT_ROOM, *who ? who : "room");
	const struct message_init init = {.sender = who, .alias = text, .uid = who, .text = text};
	g_autofree char *line = NULL, *row = json_chat_row(chat);

	line = json_message(chat, chat_append(chat, message_new(&init)));
	json_decref(parse(line));
	json_decref(parse(row));
	model_free(model);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	gsize cut = size ? data[0] % size : 0;
	g_autofree char *who = g_strndup((const char *)data, cut);
	g_autofree char *text = g_strndup((const char *)data + cut, size - cut);

	check_record(text);
	check_message(who, text);
	return 0;
}
