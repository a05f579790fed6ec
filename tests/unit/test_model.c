/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model_test.h"

/* --- listeners ---------------------------------------------------------------------------- */

struct probe {
	struct model *model;
	struct probe *other;
	unsigned calls;
};

static void probe_count(const struct event *event, void *data)
{
	((struct probe *)data)->calls++;
}

static void probe_leaves(const struct event *event, void *data)
{
	struct probe *probe = data;

	probe->calls++;
	model_unlisten(probe->model, probe_leaves, probe);
}

static void probe_removes_other(const struct event *event, void *data)
{
	struct probe *probe = data;

	probe->calls++;
	model_unlisten(probe->model, probe_count, probe->other);
}

static void probe_adds_other(const struct event *event, void *data)
{
	struct probe *probe = data;

	if (!probe->calls++)
		for (unsigned i = 0; i < 100; i++)
			model_listen(probe->model, probe_count, probe->other);
}

static void ping(struct fixture *fixture)
{
	struct event event = {.type = EVENT_ROSTER_READY, .account = fixture->account};

	model_emit(fixture->model, &event);
}

static void test_listener_leaves(void **state)
{
	struct fixture *fixture = *state;
	struct probe a = {.model = fixture->model}, b = {.model = fixture->model};

	model_listen(fixture->model, probe_leaves, &a);
	model_listen(fixture->model, probe_count, &b);
	ping(fixture);
	ping(fixture);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 2);
	assert_int_equal(fixture->model->listeners->len, 2);
}

static void test_listener_removes_other(void **state)
{
	struct fixture *fixture = *state;
	struct probe after = {0}, a = {.model = fixture->model, .other = &after};

	model_listen(fixture->model, probe_removes_other, &a);
	model_listen(fixture->model, probe_count, &after);
	ping(fixture);
	ping(fixture);
	assert_int_equal(a.calls, 2);
	assert_int_equal(after.calls, 0);
}

static void test_listener_adds(void **state)
{
	struct fixture *fixture = *state;
	struct probe late = {0}, a = {.model = fixture->model, .other = &late};

	model_listen(fixture->model, probe_adds_other, &a);
	ping(fixture);
	assert_int_equal(late.calls, 0);
	ping(fixture);
	assert_int_equal(late.calls, 100);
}

static void test_unlisten_unknown(void **state)
{
	struct fixture *fixture = *state;

	model_unlisten(fixture->model, probe_count, NULL);
	ping(fixture);
	assert_events(fixture, "R");
}

/* --- accounts ----------------------------------------------------------------------------- */

static void test_account_names(void **state)
{
	struct fixture *fixture = *state;
	struct account *home = account_new(fixture->model, "home", "idle", "irc");

	assert_events(fixture, "A");
	assert_null(account_new(fixture->model, "home", "haze", "jabber"));
	assert_events(fixture, "");
	assert_ptr_equal(model_find_account(fixture->model, "home"), home);
	assert_null(model_find_account(fixture->model, "nowhere"));
	account_remove(home);
	assert_events(fixture, "a");
	assert_null(model_find_account(fixture->model, "home"));
}

static void test_split_account(void **state)
{
	static const struct {
		const char *typed, *account, *rest;
	} cases[] = {
		{"home:bob", "home", "bob"}, {"home:bob:x", "home", "bob:x"},
		{"home:", NULL, "home:"},    {"other:bob", NULL, "other:bob"},
		{"bob", NULL, "bob"},        {":bob", NULL, ":bob"},
	};
	struct fixture *fixture = *state;

	account_new(fixture->model, "home", "idle", "irc");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *name = cases[i].typed;
		const struct account *account = model_split_account(fixture->model, &name);

		assert_string_equal(name, cases[i].rest);
		assert_true(g_strcmp0(account ? account->name : NULL, cases[i].account) == 0);
	}
}

static void test_account_states(void **state)
{
	struct fixture *fixture = *state;
	struct account *account = fixture->account;

	account_set_state(account, ACCOUNT_CONNECTING, NULL);
	account_set_state(account, ACCOUNT_CONNECTING, "");
	assert_events(fixture, "B");
	account_set_state(account, ACCOUNT_ONLINE, NULL);
	account_set_features(account, ACCOUNT_HAS_ROOMS);
	account_set_features(account, ACCOUNT_HAS_ROOMS);
	account_set_roster_ready(account, true);
	account_set_roster_ready(account, true);
	assert_events(fixture, "BBR");
	account_set_retry(account, 77, "no\033route");
	assert_events(fixture, "B");
	assert_int_equal(account->state, ACCOUNT_WAITING);
	assert_int_equal(account->retry_at, 77);
	assert_string_equal(account->reason, "no^[route");
	assert_int_equal(account->features, 0);
	assert_false(account->roster_ready);
	account_set_state(account, ACCOUNT_OFFLINE, NULL);
	assert_int_equal(account->retry_at, 0);
	assert_string_equal(account->reason, "");
	assert_string_equal(account_state_name(ACCOUNT_CONNECTING), "connecting");
}

static void test_account_self(void **state)
{
	struct fixture *fixture = *state;
	struct account *account = fixture->account;

	account_set_self(account, "alice@x", "Al\033ice");
	account_set_self(account, "alice@x", NULL);
	account_set_self(account, NULL, "Al\033ice");
	assert_events(fixture, "B");
	assert_string_equal(account->self_id, "alice@x");
	assert_string_equal(account->self_alias, "Al^[ice");
	account_set_presence(account, PRESENCE_BUSY, "dnd", "\033");
	account_set_presence(account, PRESENCE_BUSY, "dnd", "\033");
	assert_events(fixture, "B");
	assert_string_equal(account->status_message, "^[");
}

/* --- requests ----------------------------------------------------------------------------- */

static void test_requests(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = fixture->model;
	struct account *account = fixture->account;
	struct request *eve = model_add_request(model, REQUEST_SUBSCRIPTION, account, "eve\033",
						NULL, NULL, "let\033me");
	struct request *room = model_add_request(model, REQUEST_INVITATION, account, "eve\033",
						 "Eve", "dev\n", NULL);

	assert_events(fixture, "TT");
	assert_string_equal(eve->name, "eve^[");
	assert_string_equal(eve->text, "let^[me");
	assert_string_equal(room->name, "Eve");
	assert_string_equal(room->room, "dev\n");
	assert_string_equal(room->shown_room, "dev^J");
	assert_string_equal(room->text, "");
	assert_ptr_equal(model_find_request(model, eve->number), eve);
	assert_ptr_equal(
		model_find_request_of(model, REQUEST_INVITATION, account, "eve\033", "dev\n"),
		room);
	assert_null(model_find_request_of(model, REQUEST_INVITATION, account, "eve\033", "x"));
	model_remove_request(eve);
	assert_events(fixture, "t");
	assert_null(model_find_request(model, 1));
	assert_int_equal(
		model_add_request(model, REQUEST_SUBSCRIPTION, account, "z", NULL, NULL, "")
			->number,
		3);
}

static void test_request_again(void **state)
{
	struct fixture *fixture = *state;
	struct request *eve = model_add_request(fixture->model, REQUEST_SUBSCRIPTION,
						fixture->account, "eve", NULL, NULL, "one");

	forget(fixture);
	assert_ptr_equal(model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->account,
					   "eve", NULL, NULL, "one"),
			 eve);
	assert_events(fixture, "");
	model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->account, "eve", NULL, NULL,
			  "two");
	/* No news that would ring. */
	assert_events(fixture, "U");
	assert_string_equal(eve->text, "two");
	assert_int_equal(fixture->model->requests->len, 1);
}

static struct request *ask(struct fixture *fixture, unsigned number)
{
	g_autofree char *id = g_strdup_printf("eve%u", number);

	return model_add_request(fixture->model, REQUEST_SUBSCRIPTION, fixture->account, id, NULL,
				 NULL, "");
}

static void test_requests_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = fixture->model;

	for (unsigned i = 0; i < REQUESTS_MAX; i++)
		assert_non_null(ask(fixture, i));
	assert_int_equal(model->status->count, 0);
	for (unsigned i = REQUESTS_MAX; i < REQUESTS_MAX + 10; i++)
		assert_null(ask(fixture, i));
	assert_int_equal(model->requests->len, REQUESTS_MAX);
	assert_int_equal(told(fixture, EVENT_REQUEST_ADDED), REQUESTS_MAX);
	/* One notice, also when the place of one that is answered is taken. */
	model_remove_request(model->requests->pdata[0]);
	assert_non_null(ask(fixture, REQUESTS_MAX));
	assert_null(ask(fixture, REQUESTS_MAX + 1));
	assert_int_equal(model->status->count, 1);
	/* One that is there already is still brought up to date. */
	assert_non_null(ask(fixture, REQUESTS_MAX));
}

/* --- notices, messages, presences --------------------------------------------------------- */

static void test_notice(void **state)
{
	struct fixture *fixture = *state;
	struct chat *status = fixture->model->status;
	struct chat *room = chat_open(fixture->account, CHAT_ROOM, "dev");
	struct message *message;

	forget(fixture);
	model_notice(fixture->model, fixture->account, NULL, NOTICE_ERROR, "cannot %s", "x\033[2J");
	assert_events(fixture, "M");
	message = chat_message(status, 0);
	assert_string_equal(message->text, "work: cannot x^[[2J");
	assert_int_equal(message->level, NOTICE_ERROR);
	assert_int_equal(message->direction, MESSAGE_LOCAL);
	assert_null(message->raw);
	assert_int_equal(status->unread, 0);
	model_notice(fixture->model, NULL, room, NOTICE_INFO, "%s", "%s%n");
	assert_string_equal(chat_message(room, 0)->text, "%s%n");
}

static void test_message(void **state)
{
	struct message_init init = {.text = "a\033b",
				    .sender = "id\033",
				    .alias = "",
				    .reason = "r\033",
				    .direction = MESSAGE_IN};
	struct message *message = message_new(&init);

	assert_string_equal(message->text, "a^[b");
	assert_string_equal(message->raw, "a\033b");
	assert_string_equal(message->sender, "id\033");
	assert_string_equal(message->name, "id^[");
	assert_string_equal(message->reason, "r^[");
	assert_string_equal(message->token, "");
	assert_int_equal(strlen(message->uid), 32);
	assert_true(message->time > 1700000000);
	message_free(message);
	message_free(NULL);
}

static void test_empty_message(void **state)
{
	struct message_init init = {.time = 5, .uid = "u"};
	struct message *message = message_new(&init);

	assert_string_equal(message->text, "");
	assert_string_equal(message->name, "");
	assert_null(message->raw);
	assert_null(message->sender);
	assert_null(message->reason);
	assert_string_equal(message->uid, "u");
	assert_int_equal(message->time, 5);
	message_free(message);
}

static void test_big_message(void **state)
{
	g_autofree char *text = g_strnfill(1 << 20, 'x');
	struct message_init init = {.text = text};
	struct message *message = message_new(&init);

	assert_int_equal(strlen(message->raw), 1 << 20);
	assert_true(strlen(message->text) <= 32 * 1024);
	message_free(message);
}

static void test_uids(void **state)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < 10000; i++) {
		char *uid = message_new_uid();

		assert_int_equal(strspn(uid, "0123456789abcdef"), 32);
		assert_true(g_hash_table_add(seen, uid));
	}
}

static void test_names(void **state)
{
	for (enum delivery i = DELIVERY_NONE; i <= DELIVERY_FAILED; i++)
		assert_int_equal(delivery_parse(delivery_name(i)), i);
	assert_int_equal(delivery_parse("nonsense"), DELIVERY_NONE);
	assert_int_equal(delivery_parse(NULL), DELIVERY_NONE);
	assert_string_equal(message_type_name(MESSAGE_ACTION), "action");
}

static void test_presence(void **state)
{
	enum presence presence = PRESENCE_UNSET;

	for (enum presence i = PRESENCE_UNSET; i <= PRESENCE_LAST; i++) {
		assert_true(presence_parse(presence_name(i), &presence));
		assert_int_equal(presence, i);
	}
	assert_true(presence_parse("DND", &presence));
	assert_int_equal(presence, PRESENCE_BUSY);
	assert_true(presence_parse("invisible", &presence));
	assert_int_equal(presence, PRESENCE_HIDDEN);
	assert_false(presence_parse("asleep", &presence));
	assert_false(presence_parse("", &presence));
	assert_int_equal(presence_from_wire(2), PRESENCE_AVAILABLE);
	assert_int_equal(presence_from_wire(9), PRESENCE_UNKNOWN);
	assert_int_equal(presence_from_wire(G_MAXUINT), PRESENCE_UNKNOWN);
	assert_true(presence_is_online(PRESENCE_HIDDEN));
	assert_false(presence_is_online(PRESENCE_UNKNOWN));
	assert_int_equal(presence_rank(PRESENCE_AVAILABLE), 0);
	assert_true(presence_rank(PRESENCE_UNKNOWN) > presence_rank(PRESENCE_HIDDEN));
	assert_true(presence_rank(PRESENCE_UNKNOWN) < presence_rank(PRESENCE_OFFLINE));
}

/* What somebody still holds outlives the model. */
static void test_freed_model(void **state)
{
	struct model *model = model_new();
	struct account *account = account_new(model, "a", "b", "c");
	struct chat *chat = chat_ref(chat_open(account, CHAT_CONTACT, "bob"));
	struct chat *status = chat_ref(model->status);
	struct contact *contact = contact_ref(chat->contact);

	model_free(model);
	chat_append(chat, incoming("bob", "late"));
	chat_append(status, incoming("bob", "late"));
	chat_set_typing(chat, NULL, TYPING_COMPOSING);
	chat_close(chat);
	contact_set_alias(contact, "Bob");
	chat_unref(chat);
	chat_unref(status);
	contact_unref(contact);
	model_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/model/listener leaves while told", test_listener_leaves),
		TEST("/model/listener removes another while told", test_listener_removes_other),
		TEST("/model/listener is added while told", test_listener_adds),
		TEST("/model/unknown listener is no matter", test_unlisten_unknown),
		TEST("/model/account names are taken once", test_account_names),
		TEST("/model/an account before a colon", test_split_account),
		TEST("/model/account states", test_account_states),
		TEST("/model/own name and presence", test_account_self),
		TEST("/model/requests come and go", test_requests),
		TEST("/model/request that comes again", test_request_again),
		TEST("/model/requests are bounded", test_requests_are_bounded),
		TEST("/model/notice is cleaned and local", test_notice),
		TEST("/model/message is cleaned and keeps what came", test_message),
		TEST("/model/message of nothing", test_empty_message),
		TEST("/model/message of 1 MiB", test_big_message),
		TEST("/model/ids are unique", test_uids),
		TEST("/model/names of deliveries and types", test_names),
		TEST("/model/presences", test_presence),
		TEST("/model/what is held outlives it", test_freed_model),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
