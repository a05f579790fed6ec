/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_test.h"

#define MANY 20000

/* --- appending and pages ------------------------------------------------------------------ */

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct history_message in = {
		.time = 1795356060,
		.direction = MESSAGE_IN,
		.type = MESSAGE_ACTION,
		.delivery = DELIVERY_NONE,
		.scrollback = true,
		.mention = true,
		.sender = "bob@example.org",
		.alias = "Bob \xf0\x9f\xa6\x8a",
		.text = "raw \x1b[31m \xff\xfe bytes\nand lines",
		.reason = "no reason",
		.uid = "u1",
		.token = "t1",
		.dedupe = "d1",
	};
	struct answer page = {0};

	in.row = append_ok(f, &bob, &in);
	restart(f);
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 1);
	assert_true(page.flag);
	const struct history_message *out = item(&page, 0);

	assert_int_equal(out->row, in.row);
	assert_int_equal(out->time, in.time);
	assert_int_equal(out->direction, in.direction);
	assert_int_equal(out->type, in.type);
	assert_int_equal(out->delivery, in.delivery);
	assert_true(out->scrollback && out->mention);
	assert_string_equal(out->sender, in.sender);
	assert_string_equal(out->alias, in.alias);
	assert_string_equal(out->text, in.text);
	assert_string_equal(out->reason, in.reason);
	assert_string_equal(out->uid, in.uid);
	assert_string_equal(out->token, in.token);
	assert_string_equal(out->dedupe, in.dedupe);
	clear_answer(&page);
}

static void test_nothing_but_text(void **state)
{
	struct fixture *f = *state;
	struct history_message plain = {.text = "one"}, empty = {.token = "", .dedupe = ""};
	struct answer page = {0};

	append_ok(f, &bob, &plain);
	append_ok(f, &bob, &plain);
	append_ok(f, &bob, &empty);
	append_ok(f, &bob, &empty);
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 4);
	assert_null(item(&page, 0)->uid);
	assert_null(item(&page, 2)->text);
	clear_answer(&page);
}

static void test_large_text(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = g_strnfill(1024 * 1024, 'x');
	struct history_message m = {.text = text};
	struct answer page = {0};

	append_ok(f, &bob, &m);
	read_before(f, &bob, 0, 1, &page);
	assert_string_equal(item(&page, 0)->text, text);
	clear_answer(&page);
}

static void test_duplicate_uid(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "one", .uid = "same"};
	struct answer answer = {0};
	gint64 first = append_ok(f, &bob, &m);

	append(f, &room, &m, &answer);
	assert_int_equal(answer.result, HISTORY_DUPLICATE);
	assert_int_equal(answer.row, first);
	clear_answer(&answer);
}

static void test_duplicate_dedupe(void **state)
{
	struct fixture *f = *state;
	struct history_message one = {.uid = "1", .dedupe = "t"};
	struct history_message two = {.uid = "2", .dedupe = "t"};
	struct answer answer = {0};
	gint64 first = append_ok(f, &bob, &one);

	append(f, &bob, &two, &answer);
	assert_int_equal(answer.result, HISTORY_DUPLICATE);
	assert_int_equal(answer.row, first);
	/* The key is one of the chat. */
	append_ok(f, &room, &two);
	clear_answer(&answer);
}

static void test_duplicate_in_group(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.uid = "1"};
	struct answer one = {0}, two = {0};

	history_append(f->history, &bob, &m, on_stored, &one);
	history_append(f->history, &bob, &m, on_stored, &two);
	WAIT_FOR(two.done);
	assert_int_equal(one.result, HISTORY_STORED);
	assert_int_equal(two.result, HISTORY_DUPLICATE);
	assert_int_equal(one.row, two.row);
	clear_answer(&one);
	clear_answer(&two);
}

static void test_read_sees_writes(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "just now"};
	struct answer page = {0};

	history_append(f->history, &bob, &m, NULL, NULL);
	read_before(f, &bob, 0, 1, &page);
	assert_int_equal(page.items->len, 1);
	clear_answer(&page);
}

static void test_unknown_chat(void **state)
{
	struct fixture *f = *state;
	struct answer page = {0};

	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 0);
	assert_true(page.flag);
	assert_null(page.why);
	clear_answer(&page);
}

static void append_many(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char text[32], uid[32];
		struct history_message m = {.time = i, .text = text, .uid = uid};

		g_snprintf(text, sizeof(text), "%u", i);
		g_snprintf(uid, sizeof(uid), "uid-%u", i);
		history_append(f->history, i % 3 ? &bob : &room, &m, NULL, NULL);
	}
}

/* All of @chat in pages, joined: their texts in order. */
static GString *read_all(struct fixture *f, bool before)
{
	GString *all = g_string_new(NULL);
	struct answer page = {0};
	gint64 row = 0;

	do {
		g_autoptr(GString) part = g_string_new(NULL);

		clear_answer(&page);
		(before ? history_read_before : history_read_after)(f->history, &bob, row, 511,
								    on_page, &page);
		WAIT_FOR(page.done);
		for (unsigned i = 0; i < page.items->len; i++)
			g_string_append_printf(part, "%s ", item(&page, i)->text);
		g_string_insert_len(all, before ? 0 : -1, part->str, part->len);
		row = item(&page, before ? 0 : page.items->len - 1)->row;
	} while (!page.flag);
	clear_answer(&page);
	return all;
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) wanted = g_string_new(NULL);

	append_many(f, MANY);
	for (unsigned i = 0; i < MANY; i++)
		if (i % 3)
			g_string_append_printf(wanted, "%u ", i);
	g_autoptr(GString) up = read_all(f, true);
	g_autoptr(GString) down = read_all(f, false);

	assert_string_equal(up->str, wanted->str);
	assert_string_equal(down->str, wanted->str);
}

static void test_page_end(void **state)
{
	struct fixture *f = *state;
	struct answer page = {0};

	append_many(f, 9);
	read_before(f, &room, 0, 3, &page);
	assert_int_equal(page.items->len, 3);
	assert_true(page.flag);
	read_before(f, &room, 0, 2, &page);
	assert_int_equal(page.items->len, 2);
	assert_false(page.flag);
	assert_string_equal(item(&page, 0)->text, "3");
	assert_string_equal(item(&page, 1)->text, "6");
	clear_answer(&page);
}

/* --- delivery ----------------------------------------------------------------------------- */

static void append_out(struct fixture *f, const char *uid, int delivery, const char *token)
{
	struct history_message m = {.direction = MESSAGE_OUT,
				    .delivery = delivery,
				    .uid = (char *)uid,
				    .token = (char *)token,
				    .text = "out"};

	append_ok(f, &bob, &m);
}

static void assert_delivery(struct fixture *f, const char *uid, int delivery, const char *reason)
{
	struct answer page = {0};
	bool found = false;

	read_before(f, &bob, 0, 100, &page);
	for (unsigned i = 0; i < page.items->len; i++) {
		const struct history_message *m = item(&page, i);

		if (g_strcmp0(m->uid, uid) != 0)
			continue;
		found = true;
		assert_int_equal(m->delivery, delivery);
		assert_true(g_strcmp0(m->reason, reason) == 0);
	}
	assert_true(found);
	clear_answer(&page);
}

static void test_delivery(void **state)
{
	struct fixture *f = *state;

	append_out(f, "a", DELIVERY_SENDING, NULL);
	history_set_delivery(f->history, "a", DELIVERY_SENT, NULL, "token");
	assert_delivery(f, "a", DELIVERY_SENT, NULL);
	history_set_delivery_by_token(f->history, &bob, "token", DELIVERY_FAILED, "gone");
	assert_delivery(f, "a", DELIVERY_FAILED, "gone");
	history_set_delivery(f->history, "a", DELIVERY_DELIVERED, NULL, NULL);
	history_set_delivery_by_token(f->history, &room, "token", DELIVERY_FAILED, "other chat");
	history_set_delivery_by_token(f->history, &bob, "else", DELIVERY_FAILED, "other token");
	assert_delivery(f, "a", DELIVERY_DELIVERED, "gone");
}

static void test_token_of_ours_only(void **state)
{
	struct fixture *f = *state;
	struct history_message in = {.uid = "in", .token = "token", .text = "in"};

	append_out(f, "out", DELIVERY_SENT, "token");
	append_ok(f, &bob, &in);
	history_set_delivery_by_token(f->history, &bob, "token", DELIVERY_READ, NULL);
	assert_delivery(f, "out", DELIVERY_READ, NULL);
	assert_delivery(f, "in", DELIVERY_NONE, NULL);
}

static void test_queued(void **state)
{
	struct fixture *f = *state;
	struct answer answer = {0};

	append_out(f, "a", DELIVERY_QUEUED, NULL);
	append_out(f, "b", DELIVERY_QUEUED, NULL);
	append_out(f, "c", DELIVERY_SENT, NULL);
	assert_true(claim(f, "b"));
	history_read_queued(f->history, "work", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 1);
	struct history_queued *queued = answer.items->pdata[0];

	assert_string_equal(queued->id, bob.id);
	assert_int_equal(queued->kind, bob.kind);
	assert_string_equal(queued->message->uid, "a");
	clear_answer(&answer);
	history_read_queued(f->history, "home", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 0);
	clear_answer(&answer);
}

static void test_claim_once(void **state)
{
	struct fixture *f = *state;

	append_out(f, "a", DELIVERY_QUEUED, NULL);
	assert_true(claim(f, "a"));
	assert_delivery(f, "a", DELIVERY_SENDING, NULL);
	assert_false(claim(f, "a"));
	assert_false(claim(f, "nothing"));
	/* The connection went away before it was handed over. */
	history_set_delivery(f->history, "a", DELIVERY_QUEUED, NULL, NULL);
	assert_true(claim(f, "a"));
}

/* --- chats and roster --------------------------------------------------------------------- */

static void read_chats(struct fixture *f, struct answer *answer)
{
	clear_answer(answer);
	history_read_chats(f->history, on_items, answer);
	WAIT_FOR(answer->done);
}

static void test_unread(void **state)
{
	struct fixture *f = *state;
	struct history_message in = {.time = 5}, mention = {.time = 6, .mention = true};
	struct history_message old = {.time = 7, .scrollback = true, .mention = true};
	struct history_message out = {.time = 8, .direction = MESSAGE_OUT};
	struct answer chats = {0};

	append_ok(f, &bob, &in);
	history_mark_read(f->history, &bob);
	append_ok(f, &bob, &in);
	append_ok(f, &bob, &mention);
	append_ok(f, &bob, &old);
	append_ok(f, &bob, &out);
	restart(f);
	read_chats(f, &chats);
	assert_int_equal(chats.items->len, 1);
	const struct history_summary *summary = chats.items->pdata[0];

	assert_string_equal(summary->account, bob.account);
	assert_string_equal(summary->id, bob.id);
	assert_int_equal(summary->kind, bob.kind);
	assert_int_equal(summary->number, 0);
	assert_int_equal(summary->unread, 2);
	assert_int_equal(summary->mentions, 1);
	assert_int_equal(summary->last_time, 8);
	history_mark_read(f->history, &bob);
	history_mark_read(f->history, &room); /* there is none */
	read_chats(f, &chats);
	assert_int_equal(chats.items->len, 0);
	clear_answer(&chats);
}

static void test_open_chats(void **state)
{
	struct fixture *f = *state;
	struct history_message in = {.text = "hello"};
	struct history_chat closed = {"home", 0, "carol@example.org"};
	struct answer chats = {0};

	append_ok(f, &closed, &in);
	history_set_open(f->history, &bob, 2, "Bob");
	history_set_open(f->history, &room, 1, NULL);
	read_chats(f, &chats);
	assert_int_equal(chats.items->len, 3);
	const struct history_summary *first = chats.items->pdata[0];
	const struct history_summary *second = chats.items->pdata[1];
	const struct history_summary *third = chats.items->pdata[2];

	assert_string_equal(first->id, room.id);
	assert_null(first->name);
	assert_int_equal(second->number, 2);
	assert_string_equal(second->name, "Bob");
	assert_int_equal(second->last_time, 0);
	assert_string_equal(third->id, closed.id);
	history_set_open(f->history, &bob, 0, NULL);
	history_set_open(f->history, &room, 0, NULL);
	read_chats(f, &chats);
	assert_int_equal(chats.items->len, 1);
	clear_answer(&chats);
}

static void save_roster(struct fixture *f, struct history_contact *contacts, unsigned count)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();

	for (unsigned i = 0; i < count; i++)
		g_ptr_array_add(list, &contacts[i]);
	history_save_roster(f->history, "work", list);
}

static void test_roster(void **state)
{
	struct fixture *f = *state;
	char *groups[] = {"Friends", "line\nbreak; and more", NULL};
	struct history_contact contacts[] = {
		{"alice@example.org", "Alice", groups},
		{"bob@example.org", NULL, NULL},
	};
	struct answer answer = {0};

	save_roster(f, contacts, 2);
	restart(f);
	history_read_roster(f->history, "work", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 2);
	const struct history_contact *alice = answer.items->pdata[0];
	const struct history_contact *other = answer.items->pdata[1];

	assert_string_equal(alice->alias, "Alice");
	assert_string_equal(alice->groups[0], groups[0]);
	assert_string_equal(alice->groups[1], groups[1]);
	assert_null(alice->groups[2]);
	assert_null(other->alias);
	assert_null(other->groups[0]);
	clear_answer(&answer);
	save_roster(f, contacts + 1, 1);
	history_read_roster(f->history, "work", on_items, &answer);
	WAIT_FOR(answer.done);
	assert_int_equal(answer.items->len, 1);
	clear_answer(&answer);
}

/* --- callbacks ---------------------------------------------------------------------------- */

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "x"};
	struct answer gone = {0}, kept = {0};

	history_append(f->history, &bob, &m, on_stored, &gone);
	history_read_before(f->history, &bob, 0, 1, on_page, &gone);
	history_flush(f->history); /* also those that are done and wait to be told */
	history_read_chats(f->history, on_items, &gone);
	history_append(f->history, &bob, &m, on_stored, &kept);
	history_cancel(f->history, &gone);
	WAIT_FOR(kept.done);
	assert_false(gone.done);
	read_before(f, &bob, 0, 10, &kept);
	assert_int_equal(kept.items->len, 2);
	clear_answer(&kept);
}

static void free_in_callback(enum history_result result, gint64 row, const char *why, void *data)
{
	struct fixture *f = data;

	assert_non_null(f->history);
	stop(f);
}

static void test_free_in_callback(void **state)
{
	struct fixture *f = *state;
	struct history_message m = {.text = "x"};
	struct answer page = {0};

	history_append(f->history, &bob, &m, free_in_callback, f);
	history_append(f->history, &bob, &m, free_in_callback, f);
	WAIT_FOR(!f->history);
	start(f);
	read_before(f, &bob, 0, 10, &page);
	assert_int_equal(page.items->len, 2);
	clear_answer(&page);
}

static void test_free_commits(void **state)
{
	struct fixture *f = *state;
	struct answer page = {0};

	append_many(f, 999);
	restart(f);
	read_before(f, &room, 0, 1000, &page);
	assert_int_equal(page.items->len, 333);
	clear_answer(&page);
}

static void test_private_files(void **state)
{
	struct fixture *f = *state;
	g_autofree char *below = g_build_filename(f->dir, "a", "b", "history.db", NULL);
	g_autofree char *wal = g_strconcat(below, "-wal", NULL);
	g_autofree char *dir = g_path_get_dirname(below);
	mode_t before = umask(0);

	stop(f);
	g_free(f->path);
	f->path = g_strdup(below);
	start(f);
	append_many(f, 1);
	history_flush(f->history);
	umask(before);
	assert_int_equal(file_mode(below), 0600);
	assert_int_equal(file_mode(wal), 0600);
	assert_int_equal(file_mode(dir), 0700);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/history/" name, function, setup, teardown, NULL                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("round-trip", test_round_trip),
		TEST("nothing-but-text", test_nothing_but_text),
		TEST("large-text", test_large_text),
		TEST("duplicate-uid", test_duplicate_uid),
		TEST("duplicate-dedupe", test_duplicate_dedupe),
		TEST("duplicate-in-group", test_duplicate_in_group),
		TEST("read-sees-writes", test_read_sees_writes),
		TEST("unknown-chat", test_unknown_chat),
		TEST("pages", test_pages),
		TEST("page-end", test_page_end),
		TEST("delivery", test_delivery),
		TEST("token-of-ours-only", test_token_of_ours_only),
		TEST("queued", test_queued),
		TEST("claim-once", test_claim_once),
		TEST("unread", test_unread),
		TEST("open-chats", test_open_chats),
		TEST("roster", test_roster),
		TEST("cancel", test_cancel),
		TEST("free-in-callback", test_free_in_callback),
		TEST("free-commits", test_free_commits),
		TEST("private-files", test_private_files),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
