/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/endpoint.h"
#include "src/local/protocol.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/*
 * telepathy-local: the connection manager for people on this machine. The bus starts it, and it
 * ends five seconds after its last connection has.
 */

static const char usage[] =
	"Usage: telepathy-local [OPTION]\n"
	"Telepathy's connection manager for people on this machine. The bus starts it.\n"
	"\n"
	"      --help     show this\n"
	"      --version  show the version\n"
	"      --manager  write the .manager file that describes it to standard output\n"
	"\n"
	"LOCAL_DEBUG=1     show what happens on standard error\n"
	"LOCAL_PERSIST=1   do not end without connections\n";

static void write_manager_file(void)
{
	g_autofree char *text = local_manager_file();

	fputs(text, stdout);
}

/* Thousands of connections through tubes need a descriptor or two each. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = MIN(limit.rlim_max, 65536);
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		g_debug("cannot raise the limit of descriptors");
}

/* To the Telepathy Debug interface, and on request to standard error. */
static void log_message(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
	tp_debug_sender_log_handler(domain, level, message, NULL);
	if (level > G_LOG_LEVEL_MESSAGE && g_getenv("LOCAL_DEBUG"))
		fprintf(stderr, "%s\n", message);
}

static int run(int argc, char *argv[])
{
	TpDebugSender *sender = tp_debug_sender_dup();
	int status;

	g_log_set_default_handler(log_message, NULL);
	tp_debug_set_flags(g_getenv("LOCAL_TP_DEBUG"));
	tp_debug_set_persistent(g_getenv("LOCAL_PERSIST") != NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	endpoint_sweep();
	status = tp_run_connection_manager("telepathy-local", PHEME_VERSION,
					   local_manager_process_new, argc, argv);
	g_object_unref(sender);
	return status;
}

int main(int argc, char *argv[])
{
	const char *option = argc > 1 ? argv[1] : "";

	if (!strcmp(option, "--help"))
		fputs(usage, stdout);
	else if (!strcmp(option, "--version"))
		puts("telepathy-local " PHEME_VERSION);
	else if (!strcmp(option, "--manager"))
		write_manager_file();
	else if (!*option)
		return run(argc, argv);
	else
		return fputs(usage, stderr), 2;
	return 0;
}
