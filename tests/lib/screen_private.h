/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_SCREEN_PRIVATE_H
#define TESTS_LIB_SCREEN_PRIVATE_H

#include "tests/lib/screen.h"

#include <glib.h>
#include <termios.h>
#include <vterm.h>

/* Shared by screen.c (the program and its pty), screen_view.c (what is seen) and
 * screen_key.c (input). */
struct screen {
	pid_t pid;
	int master;
	guint watch;
	bool ended; /* status is what waitpid() said */
	int status;
	VTerm *vt;
	VTermScreen *vts;
	int rows, cols;
	GString *raw;
	GString *title;
	struct termios before;
	bool alternate, cursor_visible, mouse;
	unsigned int bells;
};

extern const VTermScreenCallbacks screen_callbacks;

#endif
