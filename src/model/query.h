/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What somebody looks for in the history, as it is typed:
 *
 *     backup "all night" from:bob in:#dev account:work after:2026-01-01 before:12:30
 *
 * A word finds those that begin with it, a "phrase" just these words in a row; all have to be
 * there. Times are local: 2026, 2026-11, 2026-11-22, 2026-11-22T14:05, 14:05, today, yesterday,
 * or 3h, 2d, 1w, 1y ago; after: counts from the moment on, before: up to it. Anything else with
 * a colon is text. What text is a word says words.h.
 *
 * A query never changes once it is made, so that threads may share it.
 */

#include <stdbool.h>
#include <glib.h>

#define QUERY_TEXT_MAX  4096 /* bytes */
#define QUERY_WORDS_MAX 64   /* of all terms */

#define QUERY_ERROR query_error_quark()
GQuark query_error_quark(void);

struct query_term {
	char **words; /* folded, one at least */
	unsigned count;
	bool prefix; /* the last one is the beginning of a word */
};

struct query {
	int refs;
	char *text;                /* as it was typed */
	GPtrArray *terms;          /* struct query_term *; may be empty when there is a filter */
	char *in, *account, *from; /* as typed; NULL: any */
	char *in_fold, *from_fold; /* …folded, "" when that leaves nothing */
	bool from_me;
	gint64 after, before; /* UTC s */
};

/* NULL, with what is wrong and what to do, when it is too long or looks for nothing; with
 * @may_be_all the latter is fine. */
struct query *query_parse(const char *text, bool may_be_all, GError **error);
struct query *query_ref(struct query *query);
void query_unref(struct query *query);

/* Is every term in the text? */
bool query_matches(const struct query *query, const char *text);
struct query_span { /* bytes of a text */
	gsize start, end;
};
/* Where the terms are, from the front, without overlaps; new array of struct query_span. */
GArray *query_find(const struct query *query, const char *text);
/* Does @name (of a chat or a sender) hold what was folded into @part? */
bool query_name_has(const char *name, const char *part);
bool query_is_from(const struct query *query, bool ours, const char *sender, const char *alias);
bool query_is_then(const struct query *query, gint64 time);

/* A time as above; false when it is none. */
bool query_parse_time(const char *text, gint64 *time);
