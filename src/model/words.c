/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "words.h"

#include <string.h>

enum kind {
	KIND_OTHER,  /* between words */
	KIND_LETTER, /* one of several */
	KIND_SINGLE, /* a word of its own */
	KIND_MARK,   /* goes with what is before it */
};

/* A mark from this canonical combining class on is an accent or a point, which people leave out
 * when they search; those below (virama, nukta, voicing marks) make another letter. */
#define CLASS_ACCENT 10

/* Marks of Katakana that Unicode has as letters. */
enum { HALFWIDTH_VOICED = 0xff9e, HALFWIDTH_SEMI_VOICED = 0xff9f };

void words_begin(struct words *words, const char *text)
{
	memset(words, 0, offsetof(struct words, word));
	words->text = words->next = text ? text : "";
}

static bool is_unspaced(gunichar c)
{
	switch ((int)g_unichar_get_script(c)) { /* of a hundred and more */
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
	case G_UNICODE_SCRIPT_BOPOMOFO:
	case G_UNICODE_SCRIPT_YI:
	case G_UNICODE_SCRIPT_THAI:
	case G_UNICODE_SCRIPT_LAO:
	case G_UNICODE_SCRIPT_KHMER:
	case G_UNICODE_SCRIPT_MYANMAR:
		return true;
	default:
		return false;
	}
}

/* Such as a nine in a circle, which is the Chinese one. */
static bool stands_for_unspaced(gunichar c)
{
	gunichar part = c;

	g_unichar_fully_decompose(c, TRUE, &part, 1);
	return is_unspaced(part);
}

static enum kind kind_of(gunichar c)
{
	if (c < 0x80)
		return g_ascii_isalnum((char)c) ? KIND_LETTER : KIND_OTHER;
	if (c == HALFWIDTH_VOICED || c == HALFWIDTH_SEMI_VOICED)
		return KIND_MARK;
	switch ((int)g_unichar_type(c)) {
	case G_UNICODE_LOWERCASE_LETTER:
	case G_UNICODE_MODIFIER_LETTER:
	case G_UNICODE_OTHER_LETTER:
	case G_UNICODE_TITLECASE_LETTER:
	case G_UNICODE_UPPERCASE_LETTER:
	case G_UNICODE_DECIMAL_NUMBER:
	case G_UNICODE_LETTER_NUMBER:
	case G_UNICODE_PRIVATE_USE:
		return is_unspaced(c) ? KIND_SINGLE : KIND_LETTER;
	case G_UNICODE_OTHER_NUMBER:
		return stands_for_unspaced(c) ? KIND_SINGLE : KIND_LETTER;
	case G_UNICODE_OTHER_SYMBOL:
		return KIND_SINGLE;
	case G_UNICODE_SPACING_MARK:
	case G_UNICODE_ENCLOSING_MARK:
	case G_UNICODE_NON_SPACING_MARK:
		return KIND_MARK;
	default: /* punctuation, blanks, controls, what is not assigned */
		return KIND_OTHER;
	}
}

static void add_char(struct words *words, gunichar c)
{
	char bytes[6];
	gsize length = (gsize)g_unichar_to_utf8(c, bytes);

	if (words->length + length > WORD_MAX)
		return;
	memcpy(words->word + words->length, bytes, length);
	words->length += length;
}

/* A syllable of Hangul is a letter of its own, though Unicode can take it apart; and so is a
 * character that stands for several where each is a word. */
static gsize take_apart(gunichar c, gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH])
{
	gsize count = 0;
	bool whole = g_unichar_get_script(c) == G_UNICODE_SCRIPT_HANGUL;

	if (!whole)
		count = g_unichar_fully_decompose(c, TRUE, parts,
						  G_UNICHAR_MAX_DECOMPOSITION_LENGTH);
	for (gsize i = 1; i < count && kind_of(c) == KIND_SINGLE; i++)
		whole = whole || kind_of(parts[i]) != KIND_MARK;
	if (!whole)
		return count;
	parts[0] = c;
	return 1;
}

static void add_folded(struct words *words, gunichar c)
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize count = take_apart(c, parts);

	for (gsize i = 0; i < count; i++)
		if (kind_of(parts[i]) != KIND_OTHER &&
		    g_unichar_combining_class(parts[i]) < CLASS_ACCENT)
			add_char(words, g_unichar_tolower(parts[i]));
}

/* The character at the place reached, 0 at the end; *@length in bytes. */
static gunichar peek(const struct words *words, gsize *length)
{
	guchar first = (guchar)*words->next;
	gunichar c;

	*length = first ? 1 : 0;
	if (first < 0x80)
		return first;
	c = g_utf8_get_char_validated(words->next, -1);
	if (c == (gunichar)-1 || c == (gunichar)-2)
		return ' ';
	*length = (gsize)(g_utf8_next_char(words->next) - words->next);
	return c;
}

static void take_ascii(struct words *words)
{
	while (g_ascii_isalnum(*words->next)) {
		if (words->length < WORD_MAX)
			words->word[words->length++] = g_ascii_tolower(*words->next);
		words->next++;
	}
}

static void take_word(struct words *words, enum kind first)
{
	enum kind allowed = first;
	gunichar c;
	gsize length;

	for (;;) {
		if (allowed == KIND_LETTER)
			take_ascii(words);
		c = peek(words, &length);
		enum kind kind = c ? kind_of(c) : KIND_OTHER;

		if (kind != allowed && kind != KIND_MARK)
			return;
		add_folded(words, c);
		words->next += length;
		if (first == KIND_SINGLE)
			allowed = KIND_MARK;
	}
}

bool words_next(struct words *words)
{
	gsize length;
	gunichar c;

	words->length = 0;
	while (!words->length && (c = peek(words, &length))) {
		enum kind kind = kind_of(c);

		words->start = (gsize)(words->next - words->text);
		if (kind == KIND_LETTER || kind == KIND_SINGLE)
			take_word(words, kind);
		else
			words->next += length;
		words->end = (gsize)(words->next - words->text);
	}
	words->word[words->length] = '\0';
	return words->length > 0;
}

char *words_fold(const char *text)
{
	GString *folded = g_string_sized_new(text ? strlen(text) + 8 : 0);
	struct words words;

	words_begin(&words, text);
	while (words_next(&words)) {
		g_string_append_len(folded, words.word, (gssize)words.length);
		g_string_append_c(folded, ' ');
	}
	return g_string_free(folded, FALSE);
}
