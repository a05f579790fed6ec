/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A history in a directory of its own, and its asynchronous calls made synchronous. */

#include "store_test.h"

#include "model/message.h"
#include "store/history.h"

struct fixture {
	char *dir, *path;
	struct history *history;
	GPtrArray *problems;
};

struct answer {
	bool done, flag;
	enum history_result result;
	gint64 row;
	char *why;
	GPtrArray *items;
};

static const struct history_chat bob = {"work", 0, "bob@example.org"};
static const struct history_chat room = {"work", 1, "dev@conference.example.org"};

static inline void on_problem(const char *text, void *data)
{
	struct fixture *f = data;

	g_ptr_array_add(f->problems, g_strdup(text));
}

static inline void start(struct fixture *f)
{
	f->history = history_new(f->path, on_problem, f);
}

static inline void stop(struct fixture *f)
{
	g_clear_pointer(&f->history, history_free);
}

static inline void restart(struct fixture *f)
{
	stop(f);
	start(f);
}

static inline int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->path = g_build_filename(f->dir, "history.db", NULL);
	f->problems = new_problems();
	start(f);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	stop(f);
	g_ptr_array_unref(f->problems);
	g_free(f->path);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static inline void clear_answer(struct answer *answer)
{
	g_free(answer->why);
	g_clear_pointer(&answer->items, g_ptr_array_unref);
	memset(answer, 0, sizeof(*answer));
}

static inline void on_stored(enum history_result result, gint64 row, const char *why, void *data)
{
	struct answer *answer = data;

	assert_false(answer->done);
	answer->done = true;
	answer->result = result;
	answer->row = row;
	answer->why = g_strdup(why);
}

static inline void on_page(GPtrArray *messages, bool complete, const char *error, void *data)
{
	struct answer *answer = data;

	answer->done = true;
	answer->flag = complete;
	answer->why = g_strdup(error);
	answer->items = g_ptr_array_ref(messages);
}

static inline void on_claim(bool ours, void *data)
{
	struct answer *answer = data;

	answer->done = true;
	answer->flag = ours;
}

static inline void on_items(GPtrArray *items, void *data)
{
	struct answer *answer = data;

	answer->done = true;
	answer->items = g_ptr_array_ref(items);
}

static inline void append(struct fixture *f, const struct history_chat *chat,
			  const struct history_message *message, struct answer *answer)
{
	clear_answer(answer);
	history_append(f->history, chat, message, on_stored, answer);
	WAIT_FOR(answer->done);
}

static inline gint64 append_ok(struct fixture *f, const struct history_chat *chat,
			       const struct history_message *message)
{
	struct answer answer = {0};
	gint64 row;

	append(f, chat, message, &answer);
	assert_int_equal(answer.result, HISTORY_STORED);
	assert_true(answer.row > 0);
	row = answer.row;
	clear_answer(&answer);
	return row;
}

static inline void read_before(struct fixture *f, const struct history_chat *chat, gint64 before,
			       unsigned limit, struct answer *answer)
{
	clear_answer(answer);
	history_read_before(f->history, chat, before, limit, on_page, answer);
	WAIT_FOR(answer->done);
}

static inline const struct history_message *item(const struct answer *answer, unsigned index)
{
	assert_true(index < answer->items->len);
	return answer->items->pdata[index];
}

static inline bool claim(struct fixture *f, const char *uid)
{
	struct answer answer = {0};

	history_claim(f->history, uid, on_claim, &answer);
	WAIT_FOR(answer.done);
	return answer.flag;
}
