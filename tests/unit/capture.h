/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For tests of what is printed: stdout and stderr go to files for a while. */

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

struct capture {
	FILE *files[2];
	int saved[2];
	char *out, *err;
};

static inline void capture_begin(struct capture *capture)
{
	fflush(stdout);
	fflush(stderr);
	for (int i = 0; i < 2; i++) {
		capture->files[i] = tmpfile();
		capture->saved[i] = dup(STDOUT_FILENO + i);
		dup2(fileno(capture->files[i]), STDOUT_FILENO + i);
	}
}

static inline char *capture_take(struct capture *capture, int i)
{
	char *text = NULL;
	long length;

	dup2(capture->saved[i], STDOUT_FILENO + i);
	close(capture->saved[i]);
	fseek(capture->files[i], 0, SEEK_END);
	length = ftell(capture->files[i]);
	rewind(capture->files[i]);
	text = g_malloc0((gsize)length + 1);
	if (fread(text, 1, (gsize)length, capture->files[i]) != (gsize)length)
		text[0] = '\0';
	fclose(capture->files[i]);
	return text;
}

static inline void capture_end(struct capture *capture)
{
	fflush(stdout);
	fflush(stderr);
	capture->out = capture_take(capture, 0);
	capture->err = capture_take(capture, 1);
}

static inline void capture_clear(struct capture *capture)
{
	g_free(capture->out);
	g_free(capture->err);
}
