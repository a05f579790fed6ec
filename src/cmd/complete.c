/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include <string.h>

/* --- what was found ----------------------------------------------------------------------- */

bool completion_matches(const struct completion *completion, const char *text)
{
	g_autofree char *folded = NULL;

	if (!*completion->folded)
		return true;
	folded = g_utf8_casefold(text, -1);
	return completion->anywhere ? strstr(folded, completion->folded) != NULL
				    : g_str_has_prefix(folded, completion->folded);
}

/* Only what is shown as it is can be typed: an id with a control character in it is left out. */
void completion_add(struct completion *completion, const char *text)
{
	g_autofree char *word = NULL;

	if (!*text || !text_is_clean(text, TEXT_LINE))
		return;
	word = completion->quote ? word_quote(text) : g_strdup(text);
	g_ptr_array_add(completion->found, g_strconcat(word, completion->suffix, NULL));
}

void completion_offer(struct completion *completion, const char *text)
{
	if (completion_matches(completion, text))
		completion_add(completion, text);
}

static void set_prefix(struct completion *completion, const char *prefix)
{
	g_free(completion->prefix);
	g_free(completion->folded);
	completion->prefix = g_strdup(prefix ? prefix : "");
	completion->folded = g_utf8_casefold(completion->prefix, -1);
}

static int compare_found(const void *a, const void *b)
{
	return g_utf8_collate(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. */
static char **take_found(struct completion *completion)
{
	GPtrArray *found = completion->found;
	guint kept = 0;

	g_ptr_array_sort(found, compare_found);
	for (guint i = 0; i < found->len; i++) {
		char *text = g_ptr_array_index(found, i);

		if (kept && !strcmp(found->pdata[kept - 1], text))
			g_free(text);
		else
			found->pdata[kept++] = text;
	}
	found->len = kept;
	g_ptr_array_add(found, NULL);
	return (char **)g_ptr_array_free(found, FALSE);
}

static bool takes_value(const char *kind)
{
	return !strcmp(kind, "param") || !strcmp(kind, "card") || !strcmp(kind, "person");
}

/* --- where the cursor is ------------------------------------------------------------------ */

/* Text: nicks, in a room. Returns where the word begins. */
static const char *complete_text(struct completion *completion, const char *text, bool line_begin)
{
	const char *word = text + strlen(text);

	while (word > text && !strchr(" \t\n", word[-1]))
		word--;
	set_prefix(completion, word);
	if (!*word || !completion->chat || completion->chat->kind != CHAT_ROOM)
		return word;
	completion->quote = false;
	completion->suffix = line_begin && word == text ? ": " : "";
	completion_offer_kind(completion, "member");
	return word;
}

/* Where the last word of @s begins, and what it is; NULL when @s ends in blanks. */
static const char *last_word(const char *s, char **word)
{
	*word = NULL;
	while (*s) {
		const char *begin = s;

		g_free(*word);
		*word = word_read(&s, NULL);
		if (!*s)
			return begin;
		s = word_skip_blanks(s);
	}
	g_clear_pointer(word, g_free);
	return s;
}

/* The last argument, which takes the rest of the line. */
static const char *complete_rest(struct completion *completion, const struct usage_word *want,
				 const char *s)
{
	if (!strcmp(want->kind, "text"))
		return complete_text(completion, s, false);
	if (!strcmp(want->kind, "request")) {
		g_autofree char *word = NULL;

		s = last_word(s, &word);
		set_prefix(completion, word);
	} else if (takes_value(want->kind)) {
		g_autofree char *word = NULL;

		s = last_word(s, &word);
		set_prefix(completion, word);
		completion->suffix = "=";
	} else {
		set_prefix(completion, s);
		completion->quote = false;
	}
	completion_offer_kind(completion, want->kind);
	return s;
}

/* "-a NAME" before the arguments. True when the cursor is in it. */
static bool complete_options(struct completion *completion, const char **s)
{
	for (;;) {
		const char *after = *s, *begin;
		g_autofree char *option = word_read(&after, NULL), *name = NULL;

		if (!option || !*after || (strcmp(option, "-a") && strcmp(option, "--")))
			return false;
		*s = word_skip_blanks(after);
		if (!strcmp(option, "--"))
			return false;
		begin = *s;
		name = word_read(s, NULL);
		if (!**s) {
			set_prefix(completion, name);
			completion_offer_kind(completion, "account");
			*s = begin;
			return true;
		}
		completion->account = model_find_account(completion->model, name);
		*s = word_skip_blanks(*s);
	}
}

static void offer_argument(struct completion *completion, const struct usage_word *want)
{
	g_auto(GStrv) choices = NULL;

	if (!want->choice) {
		completion_offer_kind(completion, want->kind);
		return;
	}
	choices = g_strsplit(want->name, "|", -1);
	for (char **choice = choices; *choice; choice++)
		completion_offer(completion, *choice);
}

/* Returns where the word begins that the cursor is in. */
static const char *complete_arguments(struct completion *completion, const char *usage,
				      const char *s)
{
	struct usage_word want;

	while (usage_next(&usage, &want)) {
		const char *begin = s;
		g_autofree char *word = NULL;

		if (want.rest)
			return complete_rest(completion, &want, s);
		word = word_read(&s, NULL);
		if (!*s) {
			set_prefix(completion, word);
			offer_argument(completion, &want);
			return begin;
		}
		completion->args[completion->count++] = g_steal_pointer(&word);
		s = word_skip_blanks(s);
	}
	return s + strlen(s);
}

static const char *complete_subcommand(struct completion *completion, const struct command *parent,
				       const char *s)
{
	const char *begin = s;
	g_autofree char *word = word_read(&s, NULL);
	const struct command *sub;

	if (!*s) {
		set_prefix(completion, word);
		for (sub = parent->subcommands; sub->name; sub++)
			completion_offer(completion, sub->name + strlen(parent->name) + 1);
		return begin;
	}
	sub = command_find_sub(parent, word);
	s = word_skip_blanks(s);
	if (!sub || complete_options(completion, &s))
		return s;
	return complete_arguments(completion, sub->usage, s);
}

/* @s is at the slash. */
static const char *complete_command(struct completion *completion, const char *s)
{
	gsize length = strcspn(s, " \t\n");
	g_autofree char *name = g_strndup(s + 1, length - 1);
	const struct command *command;

	if (!s[length]) {
		g_autofree char *prefix = g_strdup(name);

		set_prefix(completion, prefix);
		completion_offer_kind(completion, "command");
		return s + 1;
	}
	command = command_find(name);
	s = word_skip_blanks(s + length);
	if (!command)
		return complete_text(completion, s, false);
	if (command_takes_options(command) && complete_options(completion, &s))
		return s;
	if (command->subcommands)
		return complete_subcommand(completion, command, s);
	return complete_arguments(completion, command->usage, s);
}

static void clear(struct completion *completion)
{
	for (unsigned i = 0; i < completion->count; i++)
		g_free(completion->args[i]);
	g_free(completion->prefix);
	g_free(completion->folded);
}

char **command_complete(struct front *front, const char *line, gsize cursor, gsize *start)
{
	g_autofree char *typed = g_strndup(line, cursor);
	struct completion completion = {
		.front = front,
		.model = session_model(front->session),
		.chat = front->ops->current_chat(front),
		.quote = true,
		.suffix = "",
		.found = g_ptr_array_new(),
	};
	const char *s = word_skip_blanks(typed), *begin = typed + strlen(typed);

	if (g_utf8_validate(typed, -1, NULL)) {
		if (*s == '/' && s[1] != '/')
			begin = complete_command(&completion, s);
		else
			begin = complete_text(&completion, typed, true);
	}
	*start = (gsize)(begin - typed);
	clear(&completion);
	return take_found(&completion);
}

char **command_candidates(struct front *front, const char *kind, const char *prefix,
			  const char *before)
{
	struct completion completion = {
		.front = front,
		.model = session_model(front->session),
		.suffix = takes_value(kind) ? "=" : "",
		.found = g_ptr_array_new(),
	};

	if (*before)
		completion.args[completion.count++] = g_strdup(before);
	set_prefix(&completion, prefix);
	completion_offer_kind(&completion, kind);
	clear(&completion);
	return take_found(&completion);
}
