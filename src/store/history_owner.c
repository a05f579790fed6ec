/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who is sending a message: "pid:start:boot". The start time tells a process from a later one
 * of the same pid, the boot from one of the same pid and start time after a reboot.
 */

#include "history_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Start time of a process in ticks since boot; false when there is none, or only its zombie. */
static bool start_time(unsigned long pid, unsigned long long *start)
{
	g_autofree char *path = g_strdup_printf("/proc/%lu/stat", pid);
	g_autofree char *text = NULL;
	char state;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	/* The name in parentheses may hold anything, parentheses too. */
	const char *rest = strrchr(text, ')');

	return rest &&
	       sscanf(rest + 1,
		      " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d"
		      " %llu",
		      &state, start) == 2 &&
	       state != 'Z' && state != 'X';
}

static char *boot_id(void)
{
	char *text = NULL;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
		return g_strdup("0");
	text[MIN(strcspn(text, "-\n"), 8)] = '\0';
	return text;
}

char *history_owner_self(void)
{
	g_autofree char *boot = boot_id();
	unsigned long pid = (unsigned long)getpid();
	unsigned long long start = 0;

	start_time(pid, &start);
	return g_strdup_printf("%lu:%llu:%s", pid, start, boot);
}

bool history_owner_is_alive(const char *owner)
{
	g_autofree char *boot = boot_id();
	unsigned long pid;
	unsigned long long start, now;
	char there[9];

	if (sscanf(owner, "%lu:%llu:%8s", &pid, &start, there) != 3)
		return false;
	return g_str_equal(boot, there) && start_time(pid, &now) && now == start;
}
