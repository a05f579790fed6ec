/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/screen_private.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What xterm sends; a letter after ESC [ or ESC O, or a number before ~. A modifier goes in
 * as a second number. */
static const struct {
	const char *name;
	const char *plain;
	int number;
	char letter;
} keys[] = {
	{"Up", "\033OA", 1, 'A'},      {"Down", "\033OB", 1, 'B'},
	{"Right", "\033OC", 1, 'C'},   {"Left", "\033OD", 1, 'D'},
	{"Home", "\033OH", 1, 'H'},    {"End", "\033OF", 1, 'F'},
	{"F1", "\033OP", 1, 'P'},      {"F2", "\033OQ", 1, 'Q'},
	{"F3", "\033OR", 1, 'R'},      {"F4", "\033OS", 1, 'S'},
	{"F5", "\033[15~", 15, '~'},   {"F6", "\033[17~", 17, '~'},
	{"F7", "\033[18~", 18, '~'},   {"F8", "\033[19~", 19, '~'},
	{"F9", "\033[20~", 20, '~'},   {"F10", "\033[21~", 21, '~'},
	{"F11", "\033[23~", 23, '~'},  {"F12", "\033[24~", 24, '~'},
	{"Delete", "\033[3~", 3, '~'}, {"Insert", "\033[2~", 2, '~'},
	{"PageUp", "\033[5~", 5, '~'}, {"PageDown", "\033[6~", 6, '~'},
};

static const struct {
	const char *name;
	const char *bytes;
} simple[] = {
	{"Enter", "\r"}, {"Esc", "\033"},     {"Tab", "\t"},
	{"Space", " "},  {"S-Tab", "\033[Z"}, {"Backspace", "\177"},
};

static void wait_writable(struct screen *screen)
{
	if (test_wait_writable(screen->master, TEST_WAIT_MS))
		return;
	screen_dump(screen);
	test_fail("the program does not read what is typed");
}

void screen_type_bytes(struct screen *screen, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(screen->master, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			wait_writable(screen);
		} else if (errno != EINTR) {
			return;
		}
	}
}

void screen_type(struct screen *screen, const char *text)
{
	screen_type_bytes(screen, text, strlen(text));
}

void screen_line(struct screen *screen, const char *text)
{
	screen_type(screen, text);
	screen_key(screen, "Enter");
}

void screen_paste(struct screen *screen, const char *text)
{
	screen_type(screen, "\033[200~");
	screen_type(screen, text);
	screen_type(screen, "\033[201~");
}

/* Shift 1, Alt 2, Control 4, all plus one: xterm's modifier number. */
static bool type_sequence(struct screen *screen, const char *name, int modifiers)
{
	g_autofree char *bytes = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (modifiers)
			bytes = g_strdup_printf("\033[%d;%d%c", keys[i].number, modifiers + 1,
						keys[i].letter);
		else
			bytes = g_strdup(keys[i].plain);
		screen_type(screen, bytes);
		return true;
	}
	return false;
}

static bool type_simple(struct screen *screen, const char *name, bool alt)
{
	for (gsize i = 0; i < G_N_ELEMENTS(simple); i++) {
		g_autofree char *bytes = NULL;

		if (strcmp(simple[i].name, name) != 0)
			continue;
		bytes = g_strconcat(alt ? "\033" : "", simple[i].bytes, NULL);
		screen_type(screen, bytes);
		return true;
	}
	return false;
}

void screen_key(struct screen *screen, const char *key)
{
	bool alt = false, control = false;
	const char *name = key;
	char bytes[3] = {0};
	int at = 0;

	if (type_simple(screen, name, false))
		return;
	while (strlen(name) > 2 && name[1] == '-' && strchr("CM", name[0])) {
		alt |= name[0] == 'M';
		control |= name[0] == 'C';
		name += 2;
	}
	if (type_sequence(screen, name, (alt ? 2 : 0) + (control ? 4 : 0)) ||
	    type_simple(screen, name, alt))
		return;
	if (strlen(name) != 1)
		test_fail("no such key: %s", key);
	if (alt)
		bytes[at++] = '\033';
	bytes[at++] = (char)(control ? name[0] & 0x1f : name[0]);
	screen_type_bytes(screen, bytes, (size_t)at);
}
