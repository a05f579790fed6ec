/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The one place where text from outside is made fit to be shown (interface.md, "Remote
 * text"). Every string that a peer, a server, a manager, a file or argv had a hand in goes
 * through text_clean() when it enters the model, and only cleaned text reaches the
 * terminal, the title, a notification or a log. The result is valid UTF-8 that holds no
 * control character but (in bodies) newline and tab, no bidirectional control, no invisible
 * format character but a ZWJ inside emoji, and no more than 4 combining marks a cell.
 *
 * Shown instead: C0 and DEL as ^X; C1, bidirectional controls, U+2028 and U+2029 as
 * [U+202E]; invalid bytes, noncharacters and what Unicode has not assigned as U+FFFD; a
 * dotted circle under marks that have no base. Cleaning what is clean changes nothing.
 */

#include <stdbool.h>
#include <glib.h>

enum text_kind {
	TEXT_LINE, /* names, ids, topics, status messages, errors: newline and tab as ^J, ^I */
	TEXT_BODY, /* message bodies: newline and tab stay, CR LF becomes newline */
};

/* What is longer when clean is cut before a cell and ends in a mark, which is within these
 * bounds: "…" for a line, "… [cut: 1048576 bytes in all]" for a body. */
#define TEXT_LINE_MAX 512
#define TEXT_BODY_MAX (32 * 1024)

/* New cleaned string, never NULL. @length in bytes or -1; @bytes may be NULL, may be any
 * garbage, need not be terminated when a length is given. */
char *text_clean(const char *bytes, gssize length, enum text_kind kind);
/* True when text_clean() would return just the same. Quick for ASCII. */
bool text_is_clean(const char *s, enum text_kind kind);

/* Cells that cleaned text, or one character of it, takes on a terminal: 0, 1 or 2. Agrees
 * with the C library's wcwidth() without asking for a locale. Newline and tab have none: who
 * draws a body splits and expands them. */
int text_char_width(gunichar c);
int text_width(const char *s);
/* Bytes of @s that fit in @cells, never cutting a base character from its marks.
 * @used (may be NULL) gets the cells taken. */
gsize text_fit(const char *s, int cells, int *used);

/* The same, but for case? */
bool text_is_same(const char *a, const char *b);
/* New key for sorting and searching without case: g_utf8_collate_key of the casefolded text. */
char *text_sort_key(const char *s);
/* Does @needle occur in @haystack, ignoring case? */
bool text_contains(const char *haystack, const char *needle);
/* Does @nick occur in @text as a word of its own, ignoring case? For mentions. */
bool text_mentions(const char *text, const char *nick);
