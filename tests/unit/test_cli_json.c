/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records for scripts: read back with a parser, whatever was in them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "cli/json.h"
#include "cli/record.h"
#include "model/text.h"

struct fixture {
	struct model *model;
	struct account *account;
	struct chat *chat;
};

static int setup(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->model = model_new();
	fixture->account = account_new(fixture->model, "work", "haze", "jabber");
	account_set_self(fixture->account, "me@example.org", "Me");
	fixture->chat = chat_open(fixture->account, CHAT_CONTACT, "bob@example.org");
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	model_free(fixture->model);
	g_free(fixture);
	return 0;
}

/* Takes @line. It must be one line, with nothing in it that a terminal acts on. */
static json_t *parse(char *line)
{
	json_error_t error;
	json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, &error);

	if (!record)
		fail_msg("%s: %s", error.text, line);
	assert_true(g_utf8_validate(line, -1, NULL));
	for (const char *s = line; *s; s = g_utf8_next_char(s)) {
		gunichar c = g_utf8_get_char(s);

		assert_false(g_unichar_iscntrl(c));
		assert_false(c >= 0x2028 && c <= 0x202e);
	}
	g_free(line);
	return record;
}

static const char *get(const json_t *record, const char *key)
{
	assert_non_null(json_object_get(record, key));
	return json_string_value(json_object_get(record, key));
}

static json_t *parse_text(struct fixture *fixture, const char *text)
{
	const struct message_init init = {
		.sender = fixture->chat->id, .alias = "Bob", .time = 1795356060, .text = text};

	return parse(json_message(fixture->chat, chat_append(fixture->chat, message_new(&init))));
}

static void test_message(void **state)
{
	struct fixture *fixture = *state;
	const struct message_init init = {.sender = "bob@example.org",
					  .alias = "Bob",
					  .time = 1795356060,
					  .uid = "0123",
					  .text = "hello"};
	g_autofree char *line = NULL;

	line = json_message(fixture->chat, chat_append(fixture->chat, message_new(&init)));
	assert_string_equal(
		line,
		"{\"event\":\"message\",\"account\":\"work\",\"chat\":\"bob@example.org\","
		"\"kind\":\"contact\",\"direction\":\"in\",\"sender\":\"bob@example.org\","
		"\"alias\":\"Bob\",\"id\":\"0123\",\"type\":\"normal\","
		"\"time\":\"2026-11-22T14:01:00Z\",\"text\":\"hello\",\"delivery\":\"received\","
		"\"reason\":null,\"mention\":false,\"replayed\":false}");
}

/* Whatever bytes a text is made of, the parser gets them back; those that are no UTF-8 as
 * U+FFFD. */
static void test_any_bytes(void **state)
{
	static const char *const parts[] = {
		"\"",   "\\",   "/",    "\n",   "\x01",
		"\x1f", "\x7f", "\xc2", "\x80", "\x9b",
		"\xe2", "\x80", "\xae", "\xed", "\xf0\x9f\x91\xa9",
		"\xff", "u",    "0",    "{",    "}",
	};
	GRand *rand = g_rand_new_with_seed(1);

	for (int i = 0; i < 20000; i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *valid = NULL;
		struct record *record = record_new();
		json_t *read;

		for (int n = g_rand_int_range(rand, 0, 20); n; n--)
			g_string_append(text,
					parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
		valid = g_utf8_make_valid(text->str, -1);
		record_put(record, "text", text->str);
		read = parse(record_end(record));
		assert_string_equal(get(read, "text"), valid);
		json_decref(read);
	}
	g_rand_free(rand);
}

/* What was cleaned for the screen, or cut, is whole here. */
static void test_text_as_it_came(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *big = g_strnfill(3 * TEXT_BODY_MAX, 'x');
	const char *const texts[] = {"",
				     "\"",
				     "\\",
				     "a\r\nb\tc",
				     "\033[2J\x01\x1f\x7f",
				     "\xc2\x9b\x33\x31m",
				     "user\xe2\x80\xaegpj.exe",
				     "\xe2\x80\xa8\xe2\x80\xa9",
				     "\xef\xbb\xbf\xef\xbf\xbf",
				     "</script>",
				     "caf\xc3\xa9 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
				     "\xd8\x9c\xe2\x81\xa6x\xe2\x81\xa9",
				     "%s%n",
				     big};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		json_t *record = parse_text(fixture, texts[i]);

		assert_string_equal(get(record, "text"), texts[i]);
		json_decref(record);
	}
}

static void test_invalid_utf8(void **state)
{
	struct fixture *fixture = *state;
	json_t *record = parse_text(fixture, "a\xff\xc3(\xed\xa0\x80z\xe2");

	assert_true(g_str_has_prefix(get(record, "text"), "a\xef\xbf\xbd"));
	assert_true(strstr(get(record, "text"), "z") != NULL);
	json_decref(record);
}

static void test_own_message(void **state)
{
	struct fixture *fixture = *state;
	const struct message_init init = {
		.direction = MESSAGE_OUT, .delivery = DELIVERY_SENDING, .text = "hi"};
	struct message *message = chat_append(fixture->chat, message_new(&init));
	json_t *record = parse(json_message(fixture->chat, message));

	assert_string_equal(get(record, "direction"), "out");
	assert_string_equal(get(record, "sender"), "me@example.org");
	assert_string_equal(get(record, "delivery"), "sending");
	json_decref(record);
	chat_set_delivery(fixture->chat, message, DELIVERY_FAILED, "gone\033");
	record = parse(json_delivery(fixture->chat, message));
	assert_string_equal(get(record, "event"), "delivery");
	assert_string_equal(get(record, "delivery"), "failed");
	assert_string_equal(get(record, "reason"), "gone^[");
	json_decref(record);
}

static void test_presence(void **state)
{
	struct fixture *fixture = *state;
	struct contact *contact = account_ensure_contact(fixture->account, "c\xff\n@x");
	json_t *record;

	contact_set_presence(contact, PRESENCE_AWAY, "away", "lunch\n\"");
	record = parse(json_presence(contact));
	assert_string_equal(get(record, "status"), "away");
	assert_string_equal(get(record, "contact"), "c\xef\xbf\xbd\n@x");
	json_decref(record);
	record = parse(json_contact_row(contact));
	assert_null(get(record, "capabilities"));
	assert_int_equal(json_array_size(json_object_get(record, "groups")), 0);
	json_decref(record);
}

static void test_connection(void **state)
{
	struct fixture *fixture = *state;
	json_t *record;

	account_set_state(fixture->account, ACCOUNT_ONLINE, "");
	record = parse(json_connection(fixture->account));
	assert_string_equal(get(record, "status"), "connected");
	assert_string_equal(get(record, "reason"), "requested");
	json_decref(record);
	account_set_retry(fixture->account, 1, "network error");
	record = parse(json_connection(fixture->account));
	assert_string_equal(get(record, "status"), "disconnected");
	assert_string_equal(get(record, "reason"), "network error");
	assert_true(json_is_true(json_object_get(record, "retrying")));
	json_decref(record);
}

static void test_file_and_request(void **state)
{
	struct fixture *fixture = *state;
	struct transfer *transfer = transfer_new(fixture->model, fixture->account, "bob", "a\nb",
						 TRANSFER_SIZE_UNKNOWN, true);
	struct request *request = model_add_request(fixture->model, REQUEST_SUBSCRIPTION,
						    fixture->account, "m@evil", NULL, NULL, "hi");
	json_t *record = parse(json_file(transfer));

	assert_null(get(record, "size"));
	assert_string_equal(get(record, "state"), "offered");
	json_decref(record);
	record = parse(json_request(request, "open"));
	assert_string_equal(get(record, "kind"), "subscription");
	assert_string_equal(get(record, "contact"), "m@evil");
	assert_int_equal(json_integer_value(json_object_get(record, "id")), request->number);
	json_decref(record);
}

static void test_room(void **state)
{
	struct fixture *fixture = *state;
	struct chat *room = chat_open(fixture->account, CHAT_ROOM, "dev@conf");
	struct member *member = chat_add_member(room, "dev@conf/\033eve", NULL, NULL, false);
	json_t *record = parse(json_room(room, "member-joined", member));

	assert_string_equal(get(record, "member"), "dev@conf/\033eve");
	assert_string_equal(get(record, "nick"), "^[eve");
	assert_null(get(record, "topic"));
	json_decref(record);
	record = parse(json_chat_row(room));
	assert_int_equal(json_integer_value(json_object_get(record, "members")), 1);
	json_decref(record);
}

static void test_times(void **state)
{
	static const struct {
		gint64 time;
		const char *text;
	} rows[] = {{0, "1970-01-01T00:00:00Z"},
		    {G_MAXINT64, "1970-01-01T00:00:00Z"},
		    {G_MININT64, "1970-01-01T00:00:00Z"}};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = json_time(rows[i].time);

		assert_string_equal(text, rows[i].text);
	}
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli/json/message", test_message),
		TEST("/cli/json/text-as-it-came", test_text_as_it_came),
		TEST("/cli/json/any-bytes", test_any_bytes),
		TEST("/cli/json/invalid-utf8", test_invalid_utf8),
		TEST("/cli/json/own-message", test_own_message),
		TEST("/cli/json/presence", test_presence),
		TEST("/cli/json/connection", test_connection),
		TEST("/cli/json/file-and-request", test_file_and_request),
		TEST("/cli/json/room", test_room),
		TEST("/cli/json/times", test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
