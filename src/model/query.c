/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "query.h"

#include <string.h>

#include "words.h"

GQuark query_error_quark(void)
{
	return g_quark_from_static_string("query-error");
}

#define BLANKS " \t\r\n"

static void term_free(void *data)
{
	struct query_term *term = data;

	g_strfreev(term->words);
	g_free(term);
}

struct query *query_ref(struct query *query)
{
	g_atomic_int_inc(&query->refs);
	return query;
}

void query_unref(struct query *query)
{
	if (!query || !g_atomic_int_dec_and_test(&query->refs))
		return;
	g_ptr_array_unref(query->terms);
	g_free(query->text);
	g_free(query->in);
	g_free(query->account);
	g_free(query->from);
	g_free(query->in_fold);
	g_free(query->from_fold);
	g_free(query);
}

/* --- times -------------------------------------------------------------------------------- */

static bool set_local(gint64 *time, int year, int month, int day, int hour, int minute, int second)
{
	g_autoptr(GDateTime) when = g_date_time_new_local(year, month, day, hour, minute, second);

	if (when)
		*time = g_date_time_to_unix(when);
	return when != NULL;
}

/* Digits up to @most of them; false when there is none. */
static bool take_number(const char **p, int most, int *number)
{
	const char *start = *p;

	for (*number = 0; g_ascii_isdigit(**p) && *p - start < most; (*p)++)
		*number = *number * 10 + (**p - '0');
	return *p > start;
}

static bool take_clock(const char *p, int *hour, int *minute, int *second)
{
	return take_number(&p, 2, hour) && *p++ == ':' && take_number(&p, 2, minute) &&
	       (!*p || (*p++ == ':' && take_number(&p, 2, second) && !*p));
}

/* "14:05", "today", "yesterday", "3d". */
static bool parse_relative(const char *text, gint64 *time)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autoptr(GDateTime) then = NULL;
	bool yesterday = !strcmp(text, "yesterday");
	int hour = 0, minute = 0, second = 0, number;
	const char *p = text;

	if (take_number(&p, 5, &number) && p[0] && !p[1] && strchr("hdwy", p[0])) {
		then = *p == 'h'   ? g_date_time_add_hours(now, -number)
		       : *p == 'd' ? g_date_time_add_days(now, -number)
		       : *p == 'w' ? g_date_time_add_weeks(now, -number)
				   : g_date_time_add_years(now, -number);
		if (then)
			*time = g_date_time_to_unix(then);
		return then != NULL;
	}
	if (strcmp(text, "today") && !yesterday && !take_clock(text, &hour, &minute, &second))
		return false;
	then = g_date_time_add_days(now, yesterday ? -1 : 0);
	return set_local(time, g_date_time_get_year(then), g_date_time_get_month(then),
			 g_date_time_get_day_of_month(then), hour, minute, second);
}

bool query_parse_time(const char *text, gint64 *time)
{
	int year, month = 1, day = 1, hour = 0, minute = 0, second = 0;
	const char *p = text;

	if (parse_relative(text, time))
		return true;
	if (!take_number(&p, 4, &year) || p - text != 4)
		return false;
	if (*p == '-' && (p++, !take_number(&p, 2, &month)))
		return false;
	if (*p == '-' && (p++, !take_number(&p, 2, &day)))
		return false;
	if ((*p == 'T' || *p == ' ') && !take_clock(p + 1, &hour, &minute, &second))
		return false;
	if (*p && *p != 'T' && *p != ' ')
		return false;
	return set_local(time, year, month, day, hour, minute, second);
}

/* --- reading what was typed --------------------------------------------------------------- */

/* @value of a text: a term, if there is a word in it. */
static bool add_term(struct query *query, const char *value, bool prefix, unsigned *total)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	struct query_term *term;
	struct words words;

	words_begin(&words, value);
	while (words_next(&words)) {
		if (++*total > QUERY_WORDS_MAX)
			return false;
		g_ptr_array_add(found, g_strdup(words.word));
	}
	if (!found->len)
		return true;
	term = g_new0(struct query_term, 1);
	term->count = found->len;
	term->prefix = prefix;
	g_ptr_array_add(found, NULL);
	term->words = (char **)g_ptr_array_steal(found, NULL);
	g_ptr_array_add(query->terms, term);
	return true;
}

static char *fold_name(const char *name)
{
	return g_strchomp(words_fold(name));
}

static void set_string(char **place, const char *value)
{
	g_free(*place);
	*place = g_strdup(value);
}

static bool set_time(gint64 *place, const char *key, const char *value, GError **error)
{
	if (query_parse_time(value, place))
		return true;
	g_set_error(error, QUERY_ERROR, 0,
		    "\"%.40s\" is no time: %s takes 2026-11-22, 2026-11-22T14:05, 14:05, today, "
		    "yesterday or 3d",
		    value, key);
	return false;
}

static const char *const keys[] = {"account:", "after:", "before:", "from:", "in:"};

static bool set_filter(struct query *query, const char *key, const char *value, GError **error)
{
	if (!*value) {
		g_set_error(error, QUERY_ERROR, 0, "%s needs a value: %s…", key, key);
		return false;
	}
	if (!strcmp(key, "after:"))
		return set_time(&query->after, key, value, error);
	if (!strcmp(key, "before:"))
		return set_time(&query->before, key, value, error);
	if (!strcmp(key, "account:")) {
		set_string(&query->account, value);
	} else if (!strcmp(key, "from:")) {
		set_string(&query->from, value);
		query->from_me = !strcmp(value, "me");
		g_free(query->from_fold);
		query->from_fold = fold_name(value);
	} else {
		set_string(&query->in, value);
		g_free(query->in_fold);
		query->in_fold = fold_name(value);
	}
	return true;
}

/* The next item, a quoted one without its quotes; *@key is NULL for text. */
static char *take_item(const char **p, const char **key, bool *quoted)
{
	const char *start = *p, *end;

	*key = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_has_prefix(start, keys[i]))
			*key = keys[i];
	if (*key)
		start += strlen(*key);
	*quoted = *start == '"';
	start += *quoted;
	end = start + strcspn(start, *quoted ? "\"" : BLANKS);
	*p = end + (*quoted && *end);
	return g_strndup(start, (gsize)(end - start));
}

static bool parse_items(struct query *query, GError **error)
{
	const char *p = query->text;
	unsigned total = 0;

	while (*(p += strspn(p, BLANKS))) {
		const char *key;
		bool quoted;
		g_autofree char *value = take_item(&p, &key, &quoted);

		if (key && !set_filter(query, key, value, error))
			return false;
		if (!key && !add_term(query, value, !quoted, &total)) {
			g_set_error(error, QUERY_ERROR, 0,
				    "that is too much to look for: %d words are the most",
				    QUERY_WORDS_MAX);
			return false;
		}
	}
	return true;
}

static bool check_content(const struct query *query, bool may_be_all, GError **error)
{
	bool filters = query->in || query->from || query->account || query->after != G_MININT64 ||
		       query->before != G_MAXINT64;

	if (query->terms->len || filters || (may_be_all && !*query->text))
		return true;
	g_set_error(error, QUERY_ERROR, 0,
		    "there is no word in \"%.40s\": a search needs a letter or a digit",
		    query->text);
	return false;
}

struct query *query_parse(const char *text, bool may_be_all, GError **error)
{
	struct query *query;

	if (strlen(text) > QUERY_TEXT_MAX) {
		g_set_error(error, QUERY_ERROR, 0,
			    "that is too long to look for: %d bytes are the most", QUERY_TEXT_MAX);
		return NULL;
	}
	query = g_new0(struct query, 1);
	query->refs = 1;
	query->after = G_MININT64;
	query->before = G_MAXINT64;
	query->text = g_utf8_make_valid(text, -1);
	g_strstrip(query->text);
	query->terms = g_ptr_array_new_with_free_func(term_free);
	if (parse_items(query, error) && check_content(query, may_be_all, error))
		return query;
	query_unref(query);
	return NULL;
}

/* --- looking ------------------------------------------------------------------------------ */

static bool word_fits(const struct query_term *term, unsigned index, const char *word)
{
	const char *wanted = term->words[index];

	return term->prefix && index + 1 == term->count ? g_str_has_prefix(word, wanted)
							: !strcmp(word, wanted);
}

/* Is the term at the word that was just read? *@end: of its last word. */
static bool term_is_at(const struct query_term *term, const struct words *at, gsize *end)
{
	struct words ahead = *at;

	for (unsigned i = 0; i < term->count; i++) {
		if (i && !words_next(&ahead))
			return false;
		if (!word_fits(term, i, ahead.word))
			return false;
	}
	*end = ahead.end;
	return true;
}

static bool has_term(const struct query_term *term, const char *text)
{
	struct words words;
	gsize end;

	words_begin(&words, text);
	while (words_next(&words))
		if (term_is_at(term, &words, &end))
			return true;
	return false;
}

bool query_matches(const struct query *query, const char *text)
{
	for (guint i = 0; i < query->terms->len; i++)
		if (!has_term(query->terms->pdata[i], text))
			return false;
	return true;
}

GArray *query_find(const struct query *query, const char *text)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct query_span));
	struct words words;
	gsize reached = 0;

	words_begin(&words, text);
	while (words_next(&words)) {
		struct query_span span = {words.start, 0};

		for (guint i = 0; i < query->terms->len; i++) {
			gsize end;

			if (term_is_at(query->terms->pdata[i], &words, &end))
				span.end = MAX(span.end, end);
		}
		if (span.end <= reached)
			continue;
		span.start = MAX(span.start, reached);
		reached = span.end;
		g_array_append_val(spans, span);
	}
	return spans;
}

bool query_name_has(const char *name, const char *part)
{
	g_autofree char *folded = name && *part ? words_fold(name) : NULL;

	return folded && strstr(folded, part);
}

bool query_is_from(const struct query *query, bool ours, const char *sender, const char *alias)
{
	if (!query->from || query->from_me)
		return !query->from || ours;
	return !g_strcmp0(sender, query->from) || !g_strcmp0(alias, query->from) ||
	       query_name_has(sender, query->from_fold) || query_name_has(alias, query->from_fold);
}

bool query_is_then(const struct query *query, gint64 time)
{
	return time >= query->after && time < query->before;
}
