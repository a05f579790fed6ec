/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_PROC_H
#define TESTS_LIB_PROC_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Programs that a test starts. Each dies with the test binary (PR_SET_PDEATHSIG), so a test
 * that crashes leaves no server behind.
 */

/* Starts argv[0] (searched in PATH) with this process's environment and the given one added
 * ("NAME=value" or NULL), standard output and error appended to log (or /dev/null when NULL),
 * input from /dev/null. Returns its process id, or -1 with a line on stderr. */
pid_t test_proc_start(char *const argv[], char *const env[], const char *log);

/* The same as user nobody when this process is root: for what refuses to run as root, or
 * changes its user id by itself and so loses the death signal. */
pid_t test_proc_start_unprivileged(char *const argv[], char *const env[], const char *log);

/* Runs argv[0] to its end, env as above, input from /dev/null. Returns its exit status, -1 when a
 * signal ended it; fails the test when it does not end. out and err (may be NULL) are freed with
 * g_free(). */
int test_proc_run(char *const argv[], char *const env[], char **out, char **err);

/* Sends SIGTERM, after 5 s SIGKILL, and waits for the end. Returns true when the process ended
 * without SIGKILL. status as for waitpid(), -1 when the process was no child; may be NULL. */
bool test_proc_stop(pid_t pid, int *status);

/* Sends SIGKILL and waits for the end. */
void test_proc_kill(pid_t pid);

/* Process ids of all running processes whose environment holds NAME=value, this one excluded,
 * ended by 0. To be freed with g_free(). */
pid_t *test_proc_find(const char *name, const char *value);

/* CPU time used so far, user and system, in microseconds; -1 when there is no such process. */
long long test_proc_cpu_us(pid_t pid);

/* Proportional set size in bytes; -1 when unknown. */
long long test_proc_pss(pid_t pid);

/* Voluntary and involuntary context switches of all threads so far: how often it woke up. */
long long test_proc_wakeups(pid_t pid);

#endif
