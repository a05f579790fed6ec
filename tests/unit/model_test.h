/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of src/model/: a model and a record of the events that it told. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "model/account.h"
#include "model/chat.h"
#include "model/contact.h"
#include "model/message.h"
#include "model/model.h"

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

struct fixture {
	struct model *model;
	struct account *account;
	GArray *events; /* struct event; its pointers are for comparing only */
};

static inline void on_event(const struct event *event, void *data)
{
	struct fixture *fixture = data;

	g_array_append_vals(fixture->events, event, 1);
}

static inline int setup(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->events = g_array_new(FALSE, FALSE, sizeof(struct event));
	fixture->model = model_new();
	fixture->account = account_new(fixture->model, "work", "haze", "jabber");
	model_listen(fixture->model, on_event, fixture);
	*state = fixture;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;

	model_free(fixture->model);
	g_array_unref(fixture->events);
	g_free(fixture);
	return 0;
}

static inline void forget(struct fixture *fixture)
{
	g_array_set_size(fixture->events, 0);
}

/* How many events of the type were told, whatever they changed. */
static inline unsigned told(struct fixture *fixture, enum event_type type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < fixture->events->len; i++)
		n += g_array_index(fixture->events, struct event, i).type == type;
	return n;
}

/* How many events of the type changed all of @change. */
static inline unsigned told_change(struct fixture *fixture, enum event_type type, unsigned change)
{
	unsigned n = 0;

	for (unsigned i = 0; i < fixture->events->len; i++) {
		struct event *event = &g_array_index(fixture->events, struct event, i);

		n += event->type == type && (event->change & change) == change;
	}
	return n;
}

/* Exactly these were told since forget(): one letter an event, in order (accounts A a B, roster
 * ready R, contacts C c D, chats H h I, messages M N, loaded L, members P p Q, reset Z, requests
 * T U t); then forgets. */
static inline void assert_events(struct fixture *fixture, const char *expected)
{
	static const char letters[] = "AaBRCcDHhIMNLPpQZTUt";
	g_autoptr(GString) seen = g_string_new(NULL);

	for (unsigned i = 0; i < fixture->events->len; i++)
		g_string_append_c(seen,
				  letters[g_array_index(fixture->events, struct event, i).type]);
	assert_string_equal(seen->str, expected);
	forget(fixture);
}

static inline struct message *incoming(const char *sender, const char *text)
{
	struct message_init init = {
		.direction = MESSAGE_IN, .sender = sender, .alias = sender, .text = text};

	return message_new(&init);
}

static inline struct chat *open_bob(struct fixture *fixture)
{
	struct chat *chat = chat_open(fixture->account, CHAT_CONTACT, "bob");

	forget(fixture);
	return chat;
}

static inline struct message *numbered(gint64 row, enum message_direction direction)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, row);
	g_autofree char *uid = g_strdup_printf("uid-%" G_GINT64_FORMAT, row);
	struct message_init init = {
		.time = row, .direction = direction, .sender = "bob", .text = text, .uid = uid};

	return message_new(&init);
}

/* The texts of the window, a space after each. */
static inline void assert_window(struct chat *chat, const char *expected)
{
	g_autoptr(GString) seen = g_string_new(NULL);

	for (unsigned i = 0; i < chat->count; i++)
		g_string_append_printf(seen, "%s ", chat_message(chat, i)->text);
	assert_string_equal(seen->str, expected);
}
