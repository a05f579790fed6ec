/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>

/* --- whose keys they are ------------------------------------------------------------------------------ */

static void set_draft(struct ui *ui, struct draft *draft)
{
	if (ui->draft == draft)
		return;
	if (ui->draft != NULL) {
		g_free(ui->draft->text);
		ui->draft->text = *input_line() != '\0' ? g_strdup(input_line()) : NULL;
		ui->draft->cursor = input_cursor();
	}
	ui->draft = draft;
	if (draft != NULL)
		input_set_line(draft->text != NULL ? draft->text : "", draft->cursor);
}

void ui_update_input(struct ui *ui)
{
	enum input_mode mode = INPUT_LIST;
	struct draft *draft = NULL;

	if (question_text(ui) != NULL)
		draft = question_draft(ui);
	else if (ui->pane_focus)
		draft = NULL;
	else if (ui->view != NULL)
		draft = ui->view->editing;
	else
		draft = &ui->current->draft;
	if (draft != NULL)
		mode = INPUT_LINE;
	/* The mode first: leaving a search of readline's restores its line. */
	input_set_mode(mode);
	if (draft != NULL)
		set_draft(ui, draft);
	else
		set_draft(ui, NULL);
	ui_mark(ui, DIRTY_INPUT);
}

static void drop_candidates(struct ui *ui)
{
	if (ui->candidates == NULL)
		return;
	g_clear_pointer(&ui->candidates, g_strfreev);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- lines ---------------------------------------------------------------------------------------------- */

static void run_line(struct ui *ui, const char *line)
{
	struct pane_row row;

	if (*line != '\0') {
		input_add_history(line);
		if (*line != '/')
			chatview_scroll_end(ui->current);
		command_execute(&ui->front, line, NULL, NULL);
		return;
	}
	row = pane_selected(ui->pane);
	if (row.kind != PANE_NOTHING) {
		pane_leave(ui->pane);
		ui_mark(ui, DIRTY_PANE);
		ui_open_row(ui, &row);
	} else if (!ui_has_accounts(ui) && ui->current->chat->kind == CHAT_STATUS) {
		ui_push_view(ui, form_new(ui, NULL, NULL));
	}
}

static void on_line(const char *line, void *data)
{
	struct ui *ui = data;

	drop_candidates(ui);
	ui->wants_out = false;
	ui_mark(ui, DIRTY_INPUT);
	if (question_text(ui) != NULL)
		question_line(ui, line);
	else if (ui->view != NULL && ui->view->editing != NULL)
		ui->view->ops->line(ui->view, line);
	else
		run_line(ui, line);
}

static void on_changed(void *data)
{
	struct ui *ui = data;

	drop_candidates(ui);
	if (ui->wants_out && *input_line() != '\0')
		ui->wants_out = false;
	if (ui->draft == &ui->current->draft)
		typing_note(ui->typing, ui->current->chat, input_line());
	ui_mark(ui, DIRTY_INPUT);
}

static char **on_complete(const char *line, gsize cursor, gsize *start, void *data)
{
	struct ui *ui = data;

	if (ui->draft != &ui->current->draft)
		return NULL;
	return command_complete(&ui->front, line, cursor, start);
}

static void on_candidates(char *const *candidates, void *data)
{
	struct ui *ui = data;

	g_strfreev(ui->candidates);
	ui->candidates = g_strdupv((char **)candidates);
	ui_mark(ui, DIRTY_CHAT);
}

/* --- pastes ------------------------------------------------------------------------------------------------ */

static void insert_pasted(const char *answer, void *data)
{
	struct ui *ui = data;
	g_autofree char *text = g_steal_pointer(&ui->pasted);

	if (answer != NULL && text != NULL && input_mode() == INPUT_LINE)
		input_insert(text);
	ui_mark(ui, DIRTY_INPUT);
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 1;

	for (; *text != '\0'; text++)
		lines += *text == '\n' && text[1] != '\0';
	return lines;
}

/* Keys that are meant for a list or a password, pasted. */
static void paste_keys(struct ui *ui, const char *text);

static void on_paste(const char *text, void *data)
{
	struct ui *ui = data;
	unsigned lines = count_lines(text);
	int most = config_int(session_config(ui->session), "ui.paste-confirm-lines");
	g_autofree char *question = NULL;
	gsize length = strlen(text);

	if (input_mode() != INPUT_LINE) {
		paste_keys(ui, text);
		return;
	}
	g_free(ui->pasted);
	/* A line end at the end would only be in the way. */
	ui->pasted = g_strndup(text, length > 0 && text[length - 1] == '\n' ? length - 1 : length);
	if (lines <= (unsigned)most) {
		insert_pasted("yes", ui);
		return;
	}
	question = g_strdup_printf("Paste %u lines into the message?", lines);
	ui_ask(ui, QUESTION_YES_NO, question, insert_pasted, ui);
}

/* --- lists, forms, questions, the filter ---------------------------------------------------------------------- */

static void leave_pane(struct ui *ui)
{
	ui->pane_focus = false;
	pane_leave(ui->pane);
	ui_update_input(ui);
	ui_mark(ui, DIRTY_PANE | DIRTY_INPUT);
}

static void filter_key(struct ui *ui, gunichar c)
{
	g_autoptr(GString) filter = g_string_new(pane_filter(ui->pane));

	if (c != 0)
		g_string_append_unichar(filter, c);
	else if (filter->len > 0)
		g_string_truncate(filter, (gsize)(g_utf8_prev_char(filter->str + filter->len) -
						  filter->str));
	pane_set_filter(ui->pane, filter->len > 0 ? filter->str : NULL);
}

static void pane_key(struct ui *ui, enum list_key key, gunichar c)
{
	struct pane_row row;

	ui_mark(ui, DIRTY_PANE | DIRTY_INPUT);
	if (key == LIST_CHAR || key == LIST_BACKSPACE) {
		filter_key(ui, c);
	} else if (key == LIST_KILL) {
		pane_set_filter(ui->pane, NULL);
	} else if (key == LIST_UP || key == LIST_DOWN || key == LIST_TAB) {
		pane_move(ui->pane, key == LIST_UP ? -1 : 1);
	} else if (key == LIST_PAGE_UP || key == LIST_PAGE_DOWN) {
		pane_move(ui->pane, key == LIST_PAGE_UP ? -10 : 10);
	} else if (key == LIST_ENTER) {
		row = pane_selected(ui->pane);
		leave_pane(ui);
		ui_open_row(ui, &row);
	} else if (key == LIST_LEAVE) {
		leave_pane(ui);
	}
}

static void view_key(struct ui *ui, enum list_key key, gunichar c)
{
	struct view *view = ui->view;

	ui_mark(ui, DIRTY_CHAT | DIRTY_INPUT);
	if (view->ops->key != NULL && view->ops->key(view, key, c))
		return;
	if (key == LIST_LEAVE || (key == LIST_CHAR && c == 'q'))
		ui_close_view(ui);
}

static void on_list(enum list_key key, gunichar c, void *data)
{
	struct ui *ui = data;

	if (question_text(ui) != NULL)
		question_key(ui, key, c);
	else if (ui->pane_focus)
		pane_key(ui, key, c);
	else if (ui->view != NULL)
		view_key(ui, key, c);
}

static void paste_keys(struct ui *ui, const char *text)
{
	for (; *text != '\0' && *text != '\n' && input_mode() != INPUT_LINE;
	     text = g_utf8_next_char(text))
		if (*text != '\t')
			on_list(LIST_CHAR, g_utf8_get_char(text), ui);
}

/* --- actions ----------------------------------------------------------------------------------------------------- */

static void quit_if_yes(const char *answer, void *data)
{
	if (answer != NULL)
		ui_quit(data, 0);
}

static void interrupt(struct ui *ui)
{
	if (question_text(ui) != NULL) {
		question_cancel(ui);
	} else if (*input_line() != '\0') {
		input_set_line("", 0);
		on_changed(ui);
	} else if (ui->view != NULL && ui->view->editing != NULL) {
		ui->view->ops->cancel(ui->view);
	} else if (!ui->wants_out) {
		ui->wants_out = true;
	} else {
		ui->wants_out = false;
		ui_ask(ui, QUESTION_YES_NO, "Leave pheme?", quit_if_yes, ui);
	}
	ui_mark(ui, DIRTY_INPUT);
}

static void escape(struct ui *ui)
{
	drop_candidates(ui);
	ui->wants_out = false;
	if (question_text(ui) != NULL)
		question_cancel(ui);
	else if (ui->pane_focus || pane_has_cursor(ui->pane))
		leave_pane(ui);
	else if (ui->view != NULL && ui->view->editing != NULL)
		ui->view->ops->cancel(ui->view);
	else if (ui->view != NULL)
		view_key(ui, LIST_LEAVE, 0);
	ui_mark(ui, DIRTY_CHAT | DIRTY_PANE | DIRTY_INPUT);
}

static void toggle_view(struct ui *ui, const char *title, struct view *view)
{
	bool same = ui->view != NULL && strcmp(ui->view->ops->title, title) == 0;

	ui_close_views(ui);
	if (!same) {
		ui_push_view(ui, view);
		return;
	}
	if (view->ops->free != NULL)
		view->ops->free(view);
	g_free(view);
}

/* Chats can be left and looked for while a view is up, but not while a question is. */
static bool act_on_chats(struct ui *ui, enum action action, int key)
{
	switch (action) {
	case ACTION_CHAT_NUMBER:
		ui_show_number(ui, key == '0' ? 10 : (unsigned)(key - '0'));
		return true;
	case ACTION_NEXT_UNREAD:
		ui_show_unread(ui);
		return true;
	case ACTION_PREVIOUS_CHAT:
	case ACTION_NEXT_CHAT:
		ui_step_chat(ui, action == ACTION_NEXT_CHAT ? 1 : -1);
		return true;
	case ACTION_LAST_CHAT:
		ui_show_last(ui);
		return true;
	case ACTION_HELP:
		toggle_view(ui, "Help", view_help_new(ui, NULL));
		return true;
	case ACTION_ACCOUNTS:
		toggle_view(ui, "Accounts", view_accounts_new(ui));
		return true;
	case ACTION_TUBES:
		front_ops.show_view(&ui->front, VIEW_TUBES, NULL);
		return true;
	default:
		return false;
	}
}

static bool act_on_pane(struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_PANE_UP:
	case ACTION_PANE_DOWN:
		pane_move(ui->pane, action == ACTION_PANE_UP ? -1 : 1);
		break;
	case ACTION_PANE_PAGE_UP:
	case ACTION_PANE_PAGE_DOWN:
		pane_scroll(ui->pane, action == ACTION_PANE_PAGE_UP ? -1 : 1);
		break;
	case ACTION_PANE_FILTER:
		ui->pane_focus = ui->layout.pane.height > 0;
		if (ui->pane_focus && !pane_has_cursor(ui->pane))
			pane_move(ui->pane, 1);
		ui_update_input(ui);
		break;
	case ACTION_TOGGLE_PANE:
		ui->pane_hidden = !ui->pane_hidden;
		if (ui->pane_focus)
			leave_pane(ui);
		break;
	default:
		return false;
	}
	ui_mark(ui, DIRTY_PANE);
	return true;
}

static void act_on_scroll(struct ui *ui, enum action action)
{
	int page = MAX(ui->layout.chat.height - 1, 1);

	switch (action) {
	case ACTION_SCROLL_UP:
		chatview_scroll(ui->current, -page);
		break;
	case ACTION_SCROLL_DOWN:
		chatview_scroll(ui->current, page);
		break;
	case ACTION_SCROLL_START:
		chatview_scroll_start(ui->current);
		break;
	case ACTION_SCROLL_END:
		chatview_scroll_end(ui->current);
		break;
	case ACTION_NEXT_MENTION:
		chatview_find_mention(ui->current, 1);
		break;
	case ACTION_PREVIOUS_MENTION:
		chatview_find_mention(ui->current, -1);
		break;
	default:
		return;
	}
	ui_mark(ui, DIRTY_CHAT | DIRTY_STATUS);
}

static void act_on_view(struct ui *ui, enum action action)
{
	if (action == ACTION_SCROLL_UP || action == ACTION_SCROLL_DOWN)
		view_key(ui, action == ACTION_SCROLL_UP ? LIST_PAGE_UP : LIST_PAGE_DOWN, 0);
	else if (action == ACTION_SCROLL_START || action == ACTION_SCROLL_END)
		view_key(ui, action == ACTION_SCROLL_START ? LIST_FIRST : LIST_LAST, 0);
}

static bool act_always(struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_NEWLINE:
		if (input_mode() == INPUT_LINE)
			input_insert("\n");
		return true;
	case ACTION_EDITOR:
		if (ui->draft == &ui->current->draft)
			ui_edit_externally(ui);
		return true;
	case ACTION_REDRAW:
		term_redraw();
		ui_mark(ui, DIRTY_ALL);
		return true;
	case ACTION_INTERRUPT:
		interrupt(ui);
		return true;
	case ACTION_SUSPEND:
		term_suspend();
		screen_resized(ui);
		ui_mark(ui, DIRTY_ALL);
		return true;
	case ACTION_ESCAPE:
		escape(ui);
		return true;
	default:
		return false;
	}
}

static void on_action(enum action action, int key, void *data)
{
	struct ui *ui = data;

	if (action != ACTION_INTERRUPT)
		ui->wants_out = false;
	drop_candidates(ui);
	if (act_always(ui, action) || question_text(ui) != NULL)
		return;
	if (act_on_chats(ui, action, key) || act_on_pane(ui, action))
		return;
	if (ui->view != NULL)
		act_on_view(ui, action);
	else
		act_on_scroll(ui, action);
}

static void on_flush(void *data)
{
	screen_flush(data);
}

static void on_hangup(void *data)
{
	ui_quit(data, 0);
}

const struct input_ops keyboard_ops = {
	.line = on_line,
	.action = on_action,
	.list = on_list,
	.paste = on_paste,
	.changed = on_changed,
	.complete = on_complete,
	.candidates = on_candidates,
	.flush = on_flush,
	.hangup = on_hangup,
};

/* --- $EDITOR ------------------------------------------------------------------------------------------------------- */

static bool run_editor(const char *path, GError **error)
{
	const char *editor = g_getenv("VISUAL");
	g_auto(GStrv) words = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int status;

	if (editor == NULL || *editor == '\0')
		editor = g_getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	if (!g_shell_parse_argv(editor, NULL, &words, error))
		return false;
	for (guint i = 0; words[i] != NULL; i++)
		g_ptr_array_add(argv, words[i]);
	g_ptr_array_add(argv, (char *)path);
	g_ptr_array_add(argv, NULL);
	return g_spawn_sync(NULL, (char **)argv->pdata, NULL,
			    G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL,
			    NULL, &status, error) &&
	       g_spawn_check_wait_status(status, error);
}

/* The terminal is the editor's while it runs; what arrives meanwhile is dealt with after. */
void ui_edit_externally(struct ui *ui)
{
	g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "pheme-XXXXXX", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		ui_notice(ui, NOTICE_ERROR, "cannot edit: no temporary file in %s",
			  g_get_user_runtime_dir());
		return;
	}
	if (write(fd, input_line(), strlen(input_line())) < 0)
		ui_notice(ui, NOTICE_ERROR, "cannot write the line for the editor");
	close(fd);
	term_pause();
	if (run_editor(path, &error) && g_file_get_contents(path, &text, NULL, &error) &&
	    g_utf8_validate(text, -1, NULL))
		input_set_line(g_strchomp(text), G_MAXSIZE);
	g_unlink(path);
	term_resume();
	screen_resized(ui);
	ui_mark(ui, DIRTY_ALL);
	if (error != NULL)
		ui_notice(ui, NOTICE_ERROR, "cannot edit: %s", error->message);
}
