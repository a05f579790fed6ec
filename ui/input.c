/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib-unix.h>
#include <readline/history.h>
#include "input_bytes.h"
#include "input_private.h"
#include "term.h"

/* Long enough for the rest of a sequence over a slow line, short enough for a finger. */
#define ESCAPE_MS    50
#define HISTORY_SIZE 500
/* A terminal that does not mark pastes sends them in one go, which fingers cannot. */
#define PASTE_LINES 4

static struct {
	const struct input_ops *ops;
	void *data;
	struct input_bytes *bytes;
	const guchar *feed; /* what readline may read now */
	gsize feed_left;
	enum input_mode mode;
	Keymap list_map;
	char *line; /* finished, not yet told */
	bool changed, cycling, listed;
	FILE *null;
	guint source, timer;
	guchar wide[8]; /* a character of a list key that is not complete */
	guint wide_length;
	char **candidates; /* to be told after the change that listing them is */
} input;

/* --- what readline calls ------------------------------------------------------------------ */

static int feed_getc(FILE *stream)
{
	if (input.feed_left == 0)
		return EOF;
	input.feed_left--;
	return *input.feed++;
}

static int feed_available(void)
{
	return input.feed_left > 0;
}

static void note_change(void)
{
	input.changed = true;
}

static void note_line(char *line)
{
	/* NULL is Ctrl-D on an empty line, or a sequence that was cut short: nothing. */
	if (line == NULL)
		return;
	g_free(input.line);
	input.line = g_strdup(line);
	free(line);
}

int input_perform(enum action action, int key)
{
	input.ops->action(action, key, input.data);
	return 0;
}

int input_perform_list(enum list_key key, int c)
{
	gunichar wide;

	if (key != LIST_CHAR) {
		input.wide_length = 0;
		input.ops->list(key, 0, input.data);
		return 0;
	}
	if (input.wide_length == sizeof(input.wide))
		input.wide_length = 0;
	input.wide[input.wide_length++] = (guchar)c;
	wide = c < 0x80 ? (gunichar)c
			: g_utf8_get_char_validated((char *)input.wide, input.wide_length);
	if (wide == (gunichar)-2)
		return 0;
	input.wide_length = 0;
	if (wide != (gunichar)-1 && wide >= 0x20 && wide != 0x7f)
		input.ops->list(LIST_CHAR, wide, input.data);
	return 0;
}

/* The first Tab completes as far as it goes and lists; the next ones take turns with what was
 * listed. */
int input_complete_key(int count, int key)
{
	if (rl_last_func != input_complete_key || !input.listed) {
		input.cycling = input.listed = false;
		return rl_complete_internal('!');
	}
	if (input.cycling)
		rl_last_func = rl_menu_complete;
	input.cycling = true;
	return rl_menu_complete(count, key);
}

/* --- completion --------------------------------------------------------------------------- */

/* Bytes that all of them begin with. */
static gsize common_prefix(char *const *words)
{
	gsize length = strlen(words[0]);

	for (guint i = 1; words[i] != NULL; i++) {
		gsize same = 0;

		while (same < length && words[i][same] == words[0][same])
			same++;
		length = same;
	}
	while (length > 0 && ((guchar)words[0][length] & 0xc0) == 0x80)
		length--;
	return length;
}

/*
 * readline's notion of a word is the whole line up to the cursor, so that it is our table that
 * knows where the word begins: a match is the line with its last word replaced.
 */
static char **matches_of(char *const *words, const char *text, gsize start)
{
	guint count = g_strv_length((char **)words);
	char **matches = calloc(count + 2, sizeof(char *)); /* readline frees it */
	g_autofree char *head = g_strndup(text, start);
	g_autofree char *common = g_strndup(words[0], common_prefix(words));
	g_autofree char *first = NULL;

	/* Never shorter than what was typed: candidates may differ from it in case. */
	if (count > 1 && strlen(common) < strlen(text) - start)
		first = g_strdup(text);
	else
		first = g_strconcat(head, common, NULL);
	matches[0] = strdup(first);
	for (guint i = 0; count > 1 && i < count; i++) {
		g_autofree char *match = g_strconcat(head, words[i], NULL);

		matches[i + 1] = strdup(match);
	}
	return matches;
}

static char **complete(const char *text, int start, int end)
{
	g_auto(GStrv) words = NULL;
	gsize word = 0;
	gsize length;

	rl_attempted_completion_over = 1;
	words = input.ops->complete(rl_line_buffer, (gsize)end, &word, input.data);
	if (words == NULL || words[0] == NULL || word > strlen(text))
		return NULL;
	length = strlen(words[0]);
	rl_completion_append_character =
		length > 0 && strchr(" /", words[0][length - 1]) != NULL ? '\0' : ' ';
	return matches_of(words, text, word);
}

static char *break_nowhere(void)
{
	static char none[] = "";

	return none;
}

/* Called in place of readline's list, whose question about long ones would block. Only the
 * last words are shown, not the whole lines that readline takes them for. */
static void show_matches(char **matches, int count, int longest)
{
	GPtrArray *words = g_ptr_array_new();
	gsize word = 0;

	input.listed = true;
	g_strfreev(input.ops->complete(rl_line_buffer, (gsize)rl_point, &word, input.data));
	for (int i = 1; i <= count; i++)
		g_ptr_array_add(words, g_strdup(matches[i] + MIN(word, strlen(matches[i]))));
	g_ptr_array_add(words, NULL);
	g_strfreev(input.candidates);
	input.candidates = (char **)g_ptr_array_free(words, FALSE);
}

/* --- coming and going --------------------------------------------------------------------- */

static void set_up_readline(void)
{
	input.null = fopen("/dev/null", "we");
	rl_readline_name = "Pheme";
	rl_instream = stdin;
	rl_outstream = input.null;
	rl_getc_function = feed_getc;
	rl_input_available_hook = feed_available;
	rl_redisplay_function = note_change;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_attempted_completion_function = complete;
	rl_completion_word_break_hook = break_nowhere;
	rl_completer_quote_characters = NULL;
	rl_basic_quote_characters = "";
	rl_completion_display_matches_hook = show_matches;
	rl_sort_completion_matches = 0;
	/* Defaults that an inputrc may change; the bell would go past the screen. */
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("revert-all-at-newline", "on");
}

void input_init(const char *inputrc, const struct input_ops *ops, void *data)
{
	input.ops = ops;
	input.data = data;
	input.bytes = input_bytes_new();
	set_up_readline();
	input.list_map = input_bind_defaults();
	rl_initialize();
	input_bind_usual();
	if (inputrc != NULL && g_file_test(inputrc, G_FILE_TEST_EXISTS))
		rl_read_init_file(inputrc);
	using_history();
	stifle_history(HISTORY_SIZE);
	rl_callback_handler_install("", note_line);
	input.mode = INPUT_LINE;
}

/* --- bytes to keys ------------------------------------------------------------------------ */

static void tell_line(void)
{
	g_autofree char *line = g_steal_pointer(&input.line);

	if (line != NULL)
		input.ops->line(line, input.data);
}

static void tell_change(void)
{
	g_auto(GStrv) candidates = g_steal_pointer(&input.candidates);

	if (input.changed) {
		input.changed = false;
		input.ops->changed(input.data);
	}
	if (candidates != NULL)
		input.ops->candidates(candidates, input.data);
}

/* One key, or a sequence that belongs together. */
static void feed(const guchar *bytes, gsize length)
{
	input.feed = bytes;
	input.feed_left = length;
	while (input.feed_left > 0) {
		rl_callback_read_char();
		tell_line();
	}
	tell_change();
}

/* An Esc that nothing followed. */
static void escape(void)
{
	if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH)) {
		feed((const guchar *)"\007", 1); /* gives the search up */
		return;
	}
	if (RL_ISSTATE(RL_STATE_MULTIKEY | RL_STATE_NUMERICARG | RL_STATE_METANEXT)) {
		rl_callback_sigcleanup();
		input.changed = true;
	} else if (input.mode == INPUT_LINE && rl_editing_mode == 0 &&
		   rl_get_keymap() == vi_insertion_keymap) {
		rl_vi_movement_mode(1, 0x1b);
		input.changed = true;
	} else {
		input_perform(ACTION_ESCAPE, 0x1b);
	}
	tell_change();
}

/* What is being typed for readline itself, a search or the rest of a key, ends: somebody else gets
 * the line or the keys. */
static void end_sequence(void)
{
	if (!RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_MULTIKEY |
			RL_STATE_NUMERICARG))
		return;
	rl_callback_sigcleanup();
	input.changed = true;
}

static void deal_with(const struct input_token *token)
{
	switch (token->kind) {
	case INPUT_TOKEN_KEY:
		feed(token->bytes, token->length);
		break;
	case INPUT_TOKEN_ESCAPE:
		escape();
		break;
	case INPUT_TOKEN_PASTE:
		input.ops->paste(token->text, input.data);
		tell_change();
		break;
	case INPUT_TOKEN_MOUSE:
		if (token->mouse.kind == MOUSE_CLICK)
			end_sequence();
		input.ops->mouse(&token->mouse, input.data);
		tell_change();
		break;
	case INPUT_TOKEN_REPLY:
		break;
	}
}

static gboolean on_timer(gpointer data);

static void deal_with_all(bool in_time)
{
	struct input_token token;

	while (input.bytes != NULL && input_bytes_next(input.bytes, !in_time, &token)) {
		deal_with(&token);
		input_token_clear(&token);
	}
	if (input.bytes == NULL)
		return;
	if (input.timer == 0 && input_bytes_is_waiting(input.bytes))
		input.timer = g_timeout_add_full(G_PRIORITY_HIGH, ESCAPE_MS, on_timer, NULL, NULL);
	input.ops->flush(input.data);
}

static gboolean on_timer(gpointer data)
{
	input.timer = 0;
	deal_with_all(false);
	return G_SOURCE_REMOVE;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	guchar bytes[4096];
	gssize n = read(fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		input.source = 0;
		input.ops->hangup(input.data);
		return G_SOURCE_REMOVE;
	}
	if (input.timer != 0) {
		g_source_remove(input.timer);
		input.timer = 0;
	}
	input_bytes_add(input.bytes, bytes, (gsize)n,
			term_has_paste_marks() ? G_MAXUINT : PASTE_LINES);
	deal_with_all(true);
	return G_SOURCE_CONTINUE;
}

void input_start(void)
{
	if (input.source != 0)
		return;
	input.source = g_unix_fd_add_full(G_PRIORITY_HIGH, STDIN_FILENO,
					  G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, NULL, NULL);
	/* It never does; but to keep a source from it GLib wakes itself up twice for each key. */
	g_source_set_can_recurse(g_main_context_find_source_by_id(NULL, input.source), TRUE);
}

void input_stop(void)
{
	g_clear_handle_id(&input.source, g_source_remove);
	g_clear_handle_id(&input.timer, g_source_remove);
}

void input_clear(void)
{
	input_stop();
	if (input.bytes == NULL)
		return;
	rl_callback_handler_remove();
	clear_history();
	g_clear_pointer(&input.bytes, input_bytes_free);
	g_clear_pointer(&input.line, g_free);
	g_clear_pointer(&input.null, fclose);
	rl_outstream = stdout;
}

/* --- the line ----------------------------------------------------------------------------- */

enum input_mode input_mode(void)
{
	return input.mode;
}

void input_set_mode(enum input_mode mode)
{
	if (mode == input.mode)
		return;
	end_sequence();
	input.mode = mode;
	input.wide_length = 0;
	if (mode == INPUT_LIST)
		rl_set_keymap(input.list_map);
	else
		rl_set_keymap_from_edit_mode();
}

const char *input_line(void)
{
	return rl_line_buffer != NULL ? rl_line_buffer : "";
}

gsize input_cursor(void)
{
	return (gsize)rl_point;
}

void input_set_line(const char *line, gsize cursor)
{
	gsize length = strlen(line);

	/* A line left behind in the middle of the history would come back elsewhere. */
	rl_maybe_unsave_line();
	using_history();
	rl_replace_line(line, 1);
	rl_point = (int)MIN(cursor, length);
	rl_mark = 0;
	input.changed = true;
}

void input_insert(const char *text)
{
	rl_begin_undo_group();
	rl_insert_text(text);
	rl_end_undo_group();
	input.changed = true;
}

void input_add_history(const char *line)
{
	HISTORY_STATE *state;
	HIST_ENTRY *last = NULL;

	state = history_get_history_state();
	if (state->length > 0)
		last = state->entries[state->length - 1];
	if (last == NULL || strcmp(last->line, line) != 0)
		add_history(line);
	free(state);
	using_history();
}
