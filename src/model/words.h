/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a word is, for searching: one place that the index, the search and the highlighting ask,
 * so that they agree. A word is a run of letters and digits, in lower case, without accents and
 * without the differences of Unicode's compatibility forms. Of the scripts that put no blanks
 * between words (Chinese, Japanese, Thai, …) each character is a word, and so is each emoji:
 * what was typed is then found as a phrase, wherever it stands.
 *
 * Invalid UTF-8 separates words. Nothing here is limited in length but a word, of which no more
 * than WORD_MAX bytes count.
 */

#include <stdbool.h>
#include <glib.h>

#define WORD_MAX 128

struct words {
	const char *text, *next;
	gsize start, end; /* bytes of the text that the word was */
	gsize length;
	char word[WORD_MAX + 1]; /* as it is compared */
};

void words_begin(struct words *words, const char *text); /* NULL is "" */
/* The next one; false when there is none. */
bool words_next(struct words *words);
/* All of them with a blank after each, for an index; new. */
char *words_fold(const char *text);
