/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --tube-offer and --tube-accept: whose tube it is, trying again, and what is said in vain. */

#include "cmd_test.h"

#include "capture.h"
#include "cli/private.h"

#define SOON_MS 5

static void check_tube(struct fixture *fixture, const struct cli_tube *options, int status,
		       const char *calls, const char *err)
{
	struct capture capture;
	int got;

	account_set_roster_ready(fixture->work, true);
	capture_begin(&capture);
	got = cli_tube(fixture->session, options);
	capture_end(&capture);
	if (!strstr(capture.err, err) || !*err)
		assert_string_equal(capture.err, err);
	assert_int_equal(got, status);
	assert_string_equal(fixture->calls->str, calls);
	capture_clear(&capture);
}

static struct tube *offer_by(struct session *session, const char *peer)
{
	const struct tube_init init = {
		.incoming = true,
		.account = model_find_account(session->model, "work"),
		.peer = peer,
		.service = "x-http",
		.state = TUBE_ASKED,
	};

	return tube_new(session->model, &init);
}

/* Once there is one, and it was accepted or offered. */
static gboolean end_tubes(void *data)
{
	const GPtrArray *tubes = ((struct session *)data)->model->tubes;

	if (!tubes->len || ((const struct tube *)tubes->pdata[0])->state == TUBE_ASKED)
		return G_SOURCE_CONTINUE;
	while (tubes->len)
		tube_end(tubes->pdata[0], TUBE_DONE, "over");
	return G_SOURCE_REMOVE;
}

/* --- accepting ---------------------------------------------------------------------------- */

static gboolean tell_name(void *data)
{
	struct session *session = data;

	add_contact(model_find_account(session->model, "work"), "root/ann", "ann");
	g_timeout_add(SOON_MS, end_tubes, session);
	return G_SOURCE_REMOVE;
}

static void offer_before_name(struct session *session)
{
	offer_by(session, "root/ann");
	g_timeout_add(SOON_MS, tell_name, session);
}

/* A manager that has just connected passes on an offer before the roster was read. */
static void test_name_comes_late(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube options = {.accept = true, .contact = "ann", .listen = "0"};

	fixture->session->on_start = offer_before_name;
	check_tube(fixture, &options, 0, "start\naccept x-http at 0\nstop\n", "");
}

static void offer_by_others(struct session *session)
{
	struct account *work = model_find_account(session->model, "work");
	struct contact *ann = add_contact(work, "ann@x", "ann");

	contact_set_presence(ann, PRESENCE_AVAILABLE, "available", "");
	contact_set_presence(add_contact(work, "bob@x", "bob"), PRESENCE_OFFLINE, "offline", "");
	offer_by(session, "carol@x");
}

static void test_accepts_no_others(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube ann = {.accept = true, .contact = "ann", .timeout = 1};

	fixture->session->on_start = offer_by_others;
	check_tube(fixture, &ann, 124, "start\nstop\n",
		   "no tube is open after 1 s: ann has offered no tube; offered: x-http from "
		   "carol@x\n");
}

static void test_nobody_offers(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube any = {.accept = true, .timeout = 1};

	check_tube(fixture, &any, 124, "start\nstop\n",
		   "no tube is open after 1 s: nobody has offered a tube\n");
}

static void test_accept_is_offline(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube bob = {
		.accept = true, .contact = "bob", .service = "rfb", .timeout = 1};

	fixture->session->on_start = offer_by_others;
	check_tube(fixture, &bob, 124, "advertise rfb\nstart\nstop\n",
		   "no tube is open after 1 s: bob is not online; offered: x-http from carol@x\n");
}

/* Others may wait for their server as long as they like. */
static void test_other_account_connects(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube options = {.accept = true, .contact = "ann", .listen = "0"};

	account_set_state(fixture->irc, ACCOUNT_CONNECTING, "");
	fixture->session->on_start = offer_before_name;
	check_tube(fixture, &options, 0, "start\naccept x-http at 0\nstop\n", "");
}

static void test_not_connected(void **state)
{
	struct fixture *fixture = *state;
	const struct cli_tube options = {.accept = true, .timeout = 1};

	account_set_state(fixture->irc, ACCOUNT_CONNECTING, "");
	check_tube(fixture, &options, 124, "start\nstop\n",
		   "no tube is open after 1 s\npheme: irc is connecting\n");
}

/* --- offering ----------------------------------------------------------------------------- */

static const struct cli_tube offer_web = {
	.contact = "ann", .service = "web", .target = "80", .timeout = 1};

static void add_ann(struct session *session, enum presence presence)
{
	struct account *work = model_find_account(session->model, "work");

	contact_set_presence(add_contact(work, "ann@x", "ann"), presence, "", "");
}

static void come_online(struct session *session)
{
	add_ann(session, PRESENCE_AVAILABLE);
}

static void stay_offline(struct session *session)
{
	add_ann(session, PRESENCE_OFFLINE);
}

static void test_offer_is_offline(void **state)
{
	struct fixture *fixture = *state;

	fixture->session->on_start = stay_offline;
	check_tube(fixture, &offer_web, 124, "start\nstop\n",
		   "waiting for ann to come online\n"
		   "pheme: no tube is open after 1 s: ann is not online\n");
}

static void take_none(struct session *session)
{
	static const char *const none[] = {NULL};
	struct account *work = model_find_account(session->model, "work");

	come_online(session);
	contact_set_services(account_find_contact(work, "ann@x"), none, false);
}

static void test_offer_takes_none(void **state)
{
	struct fixture *fixture = *state;

	fixture->session->on_start = take_none;
	check_tube(fixture, &offer_web, 124, "start\nstop\n",
		   "waiting for ann to take tubes\npheme: no tube is open after 1 s: the program "
		   "of ann takes no tubes\n");
}

static gboolean wait_for_answer(void *data)
{
	const GPtrArray *tubes = ((struct session *)data)->model->tubes;

	if (tubes->len)
		tube_set_state(tubes->pdata[0], TUBE_WAITING);
	return !tubes->len;
}

static void come_without_service(struct session *session)
{
	static const char *const rfb[] = {"rfb", NULL};
	struct account *work = model_find_account(session->model, "work");

	come_online(session);
	contact_set_services(account_find_contact(work, "ann@x"), rfb, true);
	g_timeout_add(SOON_MS, wait_for_answer, session);
}

static void test_offer_unanswered(void **state)
{
	struct fixture *fixture = *state;

	fixture->session->on_start = come_without_service;
	check_tube(fixture, &offer_web, 124, "start\noffer work ann@x x-http 80\nstop\n",
		   "no tube is open after 1 s: ann@x has the offer and has not answered; their "
		   "program does not say to wait for x-http\n");
}

static gboolean end_late(void *data)
{
	struct session *session = data;

	end_tubes(session);
	g_timeout_add(50, end_tubes, session);
	return G_SOURCE_REMOVE;
}

static gboolean come_and_fail(void *data)
{
	struct session *session = data;

	session->next = g_error_new_literal(SESSION_ERROR, SESSION_ERROR_FAILED, "not yet");
	come_online(session);
	return G_SOURCE_REMOVE;
}

static void come_late(struct session *session)
{
	g_timeout_add(SOON_MS, come_and_fail, session);
	/* After the time to try again has come. */
	g_timeout_add_seconds(3, end_late, session);
}

/* The manager takes its time to be rid of what has failed. */
static void test_offer_again(void **state)
{
	struct fixture *fixture = *state;
	struct cli_tube options = offer_web;

	options.timeout = 20;
	fixture->session->on_start = come_late;
	check_tube(fixture, &options, 0,
		   "start\noffer work ann@x x-http 80\noffer work ann@x x-http 80\nstop\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/cli_tube/name_comes_late", test_name_comes_late),
		TEST("/cli_tube/accepts_no_others", test_accepts_no_others),
		TEST("/cli_tube/accept_is_offline", test_accept_is_offline),
		TEST("/cli_tube/nobody_offers", test_nobody_offers),
		TEST("/cli_tube/other_account_connects", test_other_account_connects),
		TEST("/cli_tube/not_connected", test_not_connected),
		TEST("/cli_tube/offer_is_offline", test_offer_is_offline),
		TEST("/cli_tube/offer_takes_none", test_offer_takes_none),
		TEST("/cli_tube/offer_unanswered", test_offer_unanswered),
		TEST("/cli_tube/offer_again", test_offer_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
