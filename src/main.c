/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Puts the parts together: options, diagnostics, session, and the front end that fits; for
 * --demo the world that they live in. */

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "demo/demo.h"
#include "session/session.h"
#include "store/log.h"
#include "ui/ui.h"

static int complain(const GError *error, int status)
{
	fprintf(stderr, "pheme: %s\n", error->message);
	return status;
}

static int run_front_end(const struct options *options, struct session *session)
{
	g_autoptr(GError) error = NULL;

	if (!session_check(session, &error))
		return complain(error, error->code);
	return options->task.verb ? cli_do(session, &options->task)
				  : ui_run(session, options->demo ? demo_hint() : NULL);
}

static int run(const struct options *options)
{
	const struct session_options session_options = {
		.config_path = options->config,
		.bus_address = options->bus,
		.account = options->account,
		.no_autostart = options->no_autostart,
		.script = options->task.verb != NULL,
		.brief = cli_is_brief(&options->task),
		.reading = cli_only_reads(&options->task),
		.debug = options->debug,
		.log_path = options->debug_path,
	};
	g_autoptr(GError) error = NULL;
	struct session *session;
	int status;

	if (!options->task.verb && !ui_check(&error))
		return complain(error, SESSION_ERROR_USAGE);
	session = session_new(&session_options);
	status = run_front_end(options, session);
	session_free(session);
	return status;
}

static int run_logged(const struct options *options)
{
	int status;

	log_start(options->debug_path, options->debug);
	status = run(options);
	log_stop();
	return status;
}

static int run_demo(const struct options *options)
{
	g_autoptr(GError) error = NULL;
	struct demo *demo;
	int status;

	/* Before anything is made that would only be removed again. */
	if (!options->task.verb && !ui_check(&error))
		return complain(error, SESSION_ERROR_USAGE);
	demo = demo_start(&error);
	if (!demo)
		return complain(error, SESSION_ERROR_FAILED);
	status = run_logged(options);
	demo_end(demo);
	return status;
}

/* What we open must not take the place of a stream that is closed. Reading such a one finds its
 * end, writing it fails. */
static void fill_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", O_RDONLY);
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	fill_streams();
	setlocale(LC_ALL, "");
	umask(077);
	/* A reader that goes away is an error of write(), not the end. */
	signal(SIGPIPE, SIG_IGN);
	/* …and so is a limit on the size of files. */
	signal(SIGXFSZ, SIG_IGN);
	if (options_parse(&options, argc, argv, &status))
		status = options.demo ? run_demo(&options) : run_logged(&options);
	options_clear(&options);
	return status;
}
