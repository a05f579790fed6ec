/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of src/cli: what a flag does, on the fake session. */

#include "cmd_test.h"

#include "capture.h"
#include "cli/cli.h"

/* Does what --@flag asks for with these words; returns the exit status. */
static inline int do_flag(struct fixture *fixture, const char *flag, const char *const *args)
{
	const struct cli_task task = {.verb = command_find_flag(flag), .args = (char **)args};

	assert_non_null(task.verb);
	return cli_do(fixture->session, &task);
}
