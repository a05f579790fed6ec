/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>

/*
 * Questions wait in a queue; the first one has the input line. A secret never goes through
 * readline, which would keep it for its undo and its kill ring: it is collected here, key by
 * key, and overwritten once it was handed over.
 */

#define SECRET_MAX 1024

struct question {
	enum question_kind kind;
	char *text;
	front_answer_fn fn;
	void *data;
	struct draft draft;
	char secret[SECRET_MAX + 1];
	gsize secret_length;
};

static struct question *first(const struct ui *ui)
{
	return g_queue_peek_head((GQueue *)&ui->questions);
}

static void question_free(struct question *question)
{
	explicit_bzero(question->secret, sizeof(question->secret));
	g_free(question->draft.text);
	g_free(question->text);
	g_free(question);
}

void ui_ask(struct ui *ui, enum question_kind kind, const char *text, front_answer_fn fn,
	    void *data)
{
	struct question *question = g_new0(struct question, 1);

	question->kind = kind;
	question->text = g_strdup_printf(kind == QUESTION_YES_NO ? "%s (y/n)" : "%s:", text);
	question->fn = fn;
	question->data = data;
	g_queue_push_tail(&ui->questions, question);
	ui_update_input(ui);
	ui_mark(ui, DIRTY_INPUT);
}

/* Takes it off first: the answer may ask the next one. */
static void answer(struct ui *ui, const char *text)
{
	struct question *question = g_queue_pop_head(&ui->questions);

	if (ui->draft == &question->draft)
		ui->draft = NULL;
	ui_update_input(ui);
	ui_mark(ui, DIRTY_INPUT);
	question->fn(text, question->data);
	question_free(question);
}

const char *question_text(const struct ui *ui)
{
	return first(ui) != NULL ? first(ui)->text : NULL;
}

struct draft *question_draft(struct ui *ui)
{
	struct question *question = first(ui);

	return question != NULL && question->kind == QUESTION_TEXT ? &question->draft : NULL;
}

static void drop_last(struct question *question)
{
	while (question->secret_length > 0) {
		guchar c = (guchar)question->secret[--question->secret_length];

		question->secret[question->secret_length] = '\0';
		if ((c & 0xc0) != 0x80)
			break;
	}
}

static void add_secret(struct question *question, gunichar c)
{
	char bytes[6];
	int length = g_unichar_to_utf8(c, bytes);

	if (question->secret_length + (gsize)length > SECRET_MAX)
		return;
	memcpy(question->secret + question->secret_length, bytes, (gsize)length);
	question->secret_length += (gsize)length;
	explicit_bzero(bytes, sizeof(bytes));
}

static void secret_key(struct ui *ui, struct question *question, enum list_key key, gunichar c)
{
	if (key == LIST_CHAR) {
		add_secret(question, c);
	} else if (key == LIST_BACKSPACE) {
		drop_last(question);
	} else if (key == LIST_KILL) {
		explicit_bzero(question->secret, sizeof(question->secret));
		question->secret_length = 0;
	} else if (key == LIST_ENTER) {
		answer(ui, question->secret);
	} else if (key == LIST_LEAVE) {
		question_cancel(ui);
	}
}

void question_key(struct ui *ui, enum list_key key, gunichar c)
{
	struct question *question = first(ui);

	if (question->kind == QUESTION_SECRET)
		secret_key(ui, question, key, c);
	else if (key == LIST_CHAR && (c == 'y' || c == 'Y'))
		answer(ui, "yes");
	else if (key == LIST_LEAVE || key == LIST_ENTER ||
		 (key == LIST_CHAR && (c == 'n' || c == 'N' || c == 'q')))
		question_cancel(ui);
}

void question_line(struct ui *ui, const char *line)
{
	answer(ui, line);
}

void question_cancel(struct ui *ui)
{
	answer(ui, NULL);
}

void question_clear(struct ui *ui)
{
	struct question *question;

	while ((question = g_queue_pop_head(&ui->questions)) != NULL)
		question_free(question);
}

/* --- what the session wants to know ------------------------------------------------------- */

static void answer_prompt(const char *text, void *data)
{
	struct ui *ui = data;

	if (ui->prompt == NULL)
		return;
	ui->prompt = NULL;
	session_answer_prompt(ui->session, text);
}

/* It no longer matters: takes the question away without an answer. */
static void withdraw(struct ui *ui)
{
	for (GList *link = ui->questions.head; link != NULL; link = link->next) {
		struct question *question = link->data;

		if (question->fn != answer_prompt)
			continue;
		if (ui->draft == &question->draft)
			ui->draft = NULL;
		g_queue_delete_link(&ui->questions, link);
		question_free(question);
		break;
	}
	ui_update_input(ui);
	ui_mark(ui, DIRTY_INPUT);
}

void question_on_prompt(const struct prompt *prompt, void *data)
{
	struct ui *ui = data;

	if (ui->prompt != NULL)
		withdraw(ui);
	ui->prompt = prompt;
	if (prompt != NULL)
		ui_ask(ui, prompt->secret ? QUESTION_SECRET : QUESTION_TEXT, prompt->text,
		       answer_prompt, ui);
}
