/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/worker.h"
#include "tests/bench/run.h"
#include "tests/lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the environment of everything that a worker starts. */
#define MARK "PHEME_BENCH"

enum { LIMIT_S = 400 };

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	interrupted = 1;
}

/* Without SA_RESTART: the read from a worker's pipe ends. */
void worker_init(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* --- in the child --- */

static void become_worker(const char *dir, pid_t parent)
{
	g_autofree char *log = g_build_filename(dir, "worker.log", NULL);
	struct rlimit none = {0, 0};

	/* A process group of its own: Ctrl-C is for the parent, which then cleans up. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	setrlimit(RLIMIT_CORE, &none);
	alarm(LIMIT_S);
	g_setenv("TMPDIR", dir, TRUE);
	g_setenv(MARK, dir, TRUE);
	if (!freopen(log, "w", stderr))
		_exit(1);
	setvbuf(stderr, NULL, _IOLBF, 0);
}

static void work(const struct worker_job *job, const char *dir, int report, pid_t parent)
{
	struct run run = {.client = job->client, .sizes = job->sizes, .report = report};

	become_worker(dir, parent);
	run_stage(&run, job->stage);
	exit(0);
}

/* --- in the parent --- */

static void take_line(const struct worker_job *job, const char *line)
{
	char *end;
	long row = strtol(line, &end, 10);

	if (end != line && row >= 0 && row < ROW_COUNT)
		table_add(job->table, job->client, (enum row)row, g_ascii_strtod(end, NULL));
}

static void read_report(const struct worker_job *job, int fd)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;
	char buf[4096];
	ssize_t n;

	while (!interrupted && (n = read(fd, buf, sizeof(buf))) != 0)
		if (n > 0)
			g_string_append_len(text, buf, n);
		else if (errno != EINTR)
			break;
	lines = g_strsplit(text->str, "\n", -1);
	for (int i = 0; lines[i] && lines[i + 1]; i++)
		take_line(job, lines[i]);
}

/* What the harness said when it gave up: its last line that begins so. To be freed. */
static char *reason_in(const char *dir)
{
	g_autofree char *log = g_build_filename(dir, "worker.log", NULL);
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents(log, &text, NULL, NULL))
		return g_strdup("no log");
	at = g_strrstr(text, "ERROR: ");
	if (!at)
		return g_strdup("failed without a word");
	at += strlen("ERROR: ");
	return g_strndup(at, strcspn(at, "\n"));
}

static int on_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void clean_up(const char *dir)
{
	g_autofree pid_t *left = test_proc_find(MARK, dir);

	for (int i = 0; left[i]; i++)
		test_proc_kill(left[i]);
	if (!g_getenv("PHEME_TEST_KEEP"))
		nftw(dir, on_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void show_log(const char *dir)
{
	g_autofree char *log = g_build_filename(dir, "worker.log", NULL);
	g_autofree char *text = NULL;

	if (g_getenv("BENCH_VERBOSE") && g_file_get_contents(log, &text, NULL, NULL))
		fputs(text, stderr);
}

static void note_end(const struct worker_job *job, int status, const char *dir)
{
	g_autofree char *reason = NULL;

	show_log(dir);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		reason = g_strdup("not measured");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		reason = g_strdup_printf("took longer than %d s", LIMIT_S);
	else
		reason = reason_in(dir);
	table_miss_stage(job->table, job->client, job->stage, job->repeat, reason);
}

bool worker_run(const struct worker_job *job)
{
	g_autofree char *dir = g_strdup("/tmp/pheme-bench-XXXXXX");
	pid_t pid, parent = getpid();
	int report[2], status = 0;

	if (!g_mkdtemp(dir) || pipe(report) < 0)
		g_error("cannot make a directory or a pipe: %s", g_strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(report[0]);
		fcntl(report[1], F_SETFD, FD_CLOEXEC);
		work(job, dir, report[1], parent);
	}
	close(report[1]);
	read_report(job, report[0]);
	close(report[0]);
	if (interrupted)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!interrupted)
		note_end(job, status, dir);
	clean_up(dir);
	return !interrupted;
}
