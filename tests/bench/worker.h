/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_WORKER_H
#define TESTS_BENCH_WORKER_H

#include "tests/bench/table.h"

/*
 * Runs one stage of one client in a child process, so that what fails there costs its rows
 * and nothing else. When it ends, however it ends, all that was started for it has been
 * stopped and its files are gone.
 */

struct worker_job {
	struct table *table;
	const struct client *client;
	const struct row_sizes *sizes;
	enum stage stage;
	guint repeat; /* from 1 */
};

/* Returns false when SIGINT or SIGTERM broke it off; worker_init() catches them. */
bool worker_run(const struct worker_job *job);

void worker_init(void);

#endif
