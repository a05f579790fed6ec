/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* For the tests of files: ben is a pheme; ann is another one, or the test itself, a peer that
 * stops, breaks and lies at a moment of its choosing. */

#include "tests/lib/local.h"
#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_ TP_CHANNEL ".Type.FileTransfer"
#define CAPS  TP_CONNECTION ".Interface.ContactCapabilities"
#define BIG   (100u << 20)
#define HALF  400000
#define WHOLE 1000000

enum { ACCEPTED = 2, OPEN = 3, COMPLETED = 4, CANCELLED = 5 }; /* File_Transfer_State */

struct world {
	struct pheme_world *w;
	struct local_node *ann; /* the test itself */
	char *ben;              /* id of pheme's account */
	char *path;             /* of the node's channel */
	char *downloads;
};

static inline int setup(void **state)
{
	struct world *f = g_new0(struct world, 1);
	void *w;

	signal(SIGPIPE, SIG_IGN);
	pheme_setup(&w);
	f->w = w;
	f->downloads = test_env_path(f->w->env, "dl");
	g_mkdir(f->downloads, 0700);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *f = *state;
	void *w = f->w;
	int result;

	local_node_free(f->ann);
	/* Ours ends by itself a while after its last connection; the world does not wait. */
	test_env_kill_name(f->w->env, LOCAL_CM);
	result = pheme_teardown(&w);
	g_free(f->ben);
	g_free(f->path);
	g_free(f->downloads);
	g_free(f);
	return result;
}

/* --- who there is ------------------------------------------------------------------------- */

static inline void add_local(struct world *f, const char *place, const char *nick)
{
	g_autofree char *meeting = local_meeting(f->w->env);
	g_autofree char *accounts = g_strdup_printf("[%s]\nmanager=local\nprotocol=local\n"
						    "enabled=true\nparam-nickname=%s\n"
						    "param-directory=%s\n",
						    nick, nick, meeting);
	g_autofree char *conf = g_strdup_printf("[file]\ndirectory=%s\n", f->downloads);
	const char *below = place ? place : ".";
	g_autofree char *a = g_build_filename(below, "config/pheme/accounts.conf", NULL);
	g_autofree char *c = g_build_filename(below, "config/pheme/pheme.conf", NULL);

	test_env_write(f->w->env, a, accounts);
	test_env_write(f->w->env, c, conf);
}

static inline bool ben_takes_files(void *data)
{
	struct world *f = data;
	g_autoptr(GVariant) caps = local_attribute(f->ann, f->ben, CAPS, "capabilities");
	g_autofree char *text = caps ? g_variant_print(caps, FALSE) : NULL;

	return text && strstr(text, FILE_);
}

static inline void start_ann(struct world *f)
{
	f->ann = local_node_new(f->w->env, "ann", false);
	local_connect(f->ann, "ann");
	f->ben = g_strdup(f->ann->id);
	memcpy(strstr(f->ben, "ann"), "ben", 3);
}

static inline void wait_ben(struct world *f)
{
	local_wait_presence(f->ann, f->ben, "available");
	assert_true(test_wait_until(ben_takes_files, f, TEST_WAIT_MS));
}

static inline void enter_chat(struct screen *screen)
{
	screen_wait_text(screen, "o ann");
	screen_line(screen, "/query ann");
	screen_wait_text(screen, "[ann] ");
}

/* Ann is the test, ben a pheme on a terminal. */
static inline struct screen *start_both(struct world *f)
{
	struct screen *screen;

	start_ann(f);
	add_local(f, NULL, "ben");
	screen = pheme_start_until(f->w, NULL, "connected as ");
	wait_ben(f);
	enter_chat(screen);
	return screen;
}

/* Ben is a pheme with flags; free it with pheme_kill() or after its exit. */
static inline struct screen *start_flags(struct world *f, const char *const *args,
					 const char *shell)
{
	const struct pheme_options options = {.args = args, .shell = shell};
	struct screen *screen;

	start_ann(f);
	add_local(f, NULL, "ben");
	screen = pheme_start(f->w, &options);
	wait_ben(f);
	return screen;
}

static inline void expect_exit(struct screen *screen, int wanted)
{
	int status = screen_wait_exit(screen);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		screen_dump(screen);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

/* --- files -------------------------------------------------------------------------------- */

static inline void fill(char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		bytes[i] = (char)(i * 31 + i / 251);
}

static inline char *make_file(struct world *f, const char *name, gsize size)
{
	char *path = test_env_path(f->w->env, name);
	g_autofree char *bytes = g_malloc(size + 1);

	fill(bytes, size);
	assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
	return path;
}

static inline char *sum(const char *path)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);

	assert_non_null(file);
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256,
					   (const guchar *)g_mapped_file_get_contents(file),
					   g_mapped_file_get_length(file));
}

static inline void assert_same(const char *a, const char *b)
{
	g_autofree char *x = sum(a), *y = sum(b);

	assert_string_equal(x, y);
}

/* Names in the download directory, one a line, sorted. */
static inline int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline char *list_downloads(struct world *f)
{
	g_autoptr(GDir) dir = g_dir_open(f->downloads, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while ((name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return g_strjoinv("\n", (char **)names->pdata);
}

static inline gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

struct names_wait {
	struct world *f;
	const char *wanted;
};

static inline bool has_names(void *data)
{
	const struct names_wait *wait = data;
	g_autofree char *names = list_downloads(wait->f);

	return !strcmp(names, wait->wanted);
}

/* What is not wanted any more goes a moment later, with the thread that wrote it. */
static inline void assert_downloads(struct world *f, const char *wanted)
{
	struct names_wait wait = {f, wanted};
	guint tick = g_timeout_add(10, on_tick, NULL);
	bool is_so = test_wait_until(has_names, &wait, TEST_WAIT_MS);
	g_autofree char *names = list_downloads(f);

	g_source_remove(tick);
	if (!is_so)
		assert_string_equal(names, wanted);
}

struct part_wait {
	struct world *f;
	gint64 size;
};

static inline bool has_part(void *data)
{
	const struct part_wait *wait = data;
	g_autofree char *names = list_downloads(wait->f);
	g_autofree char *path = g_build_filename(wait->f->downloads, names, NULL);
	struct stat info;

	return g_str_has_suffix(names, ".part") && stat(path, &info) == 0 &&
	       info.st_size == wait->size;
}

static inline void wait_part(struct world *f, gint64 size)
{
	struct part_wait wait = {f, size};
	guint tick = g_timeout_add(10, on_tick, NULL);

	assert_true(test_wait_until(has_part, &wait, TEST_WAIT_MS));
	g_source_remove(tick);
}

/* Those of the history are not counted: it opens its log when it first writes, whenever that is. */
static inline unsigned count_fds(struct screen *screen)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)screen_pid(screen));
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *entry;
	unsigned count = 0;

	while ((entry = g_dir_read_name(dir))) {
		g_autofree char *link = g_build_filename(path, entry, NULL);
		g_autofree char *file = g_file_read_link(link, NULL);

		count += !file || !strstr(file, "/history.db");
	}
	return count;
}

static inline bool has_history(void *data)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)screen_pid(data));
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *link = g_build_filename(path, name, NULL);
		g_autofree char *file = g_file_read_link(link, NULL);

		if (file && g_str_has_suffix(file, "/history.db-shm"))
			return true;
	}
	return false;
}

/* What is open before anything is received: the history, too, which a thread opens in its time. */
static inline unsigned count_fds_at_first(struct screen *screen)
{
	guint tick = g_timeout_add(10, on_tick, NULL);

	assert_true(test_wait_until(has_history, screen, TEST_WAIT_MS));
	g_source_remove(tick);
	return count_fds(screen);
}

struct fds_wait {
	struct screen *screen;
	unsigned limit;
};

static inline bool has_fds(void *data)
{
	const struct fds_wait *wait = data;

	return count_fds(wait->screen) <= wait->limit;
}

/* Threads let go of theirs a moment later. */
static inline void wait_fds(struct screen *screen, unsigned limit)
{
	struct fds_wait wait = {screen, limit};
	guint tick = g_timeout_add(10, on_tick, NULL);

	assert_true(test_wait_until(has_fds, &wait, TEST_WAIT_MS));
	g_source_remove(tick);
}

/* --- ann ---------------------------------------------------------------------------------- */

static inline void offer(struct world *f, const char *name, guint64 size, const char *hash)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string(name));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("a/b"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(size));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Date", g_variant_new_int64(1000000000));
	if (hash) {
		g_variant_builder_add(&b, "{sv}", FILE_ ".ContentHashType",
				      g_variant_new_uint32(3));
		g_variant_builder_add(&b, "{sv}", FILE_ ".ContentHash", g_variant_new_string(hash));
	}
	g_free(f->path);
	f->path = local_channel(f->ann, FILE_, 1, f->ben, g_variant_builder_end(&b));
}

static inline bool is_state(const struct tp_signal *signal, void *data)
{
	guint32 state;

	g_variant_get_child(signal->args, 0, "u", &state);
	return state == *(guint32 *)data;
}

static inline void wait_state(struct world *f, guint32 state)
{
	tp_signal_free(
		tp_wait(f->ann->client, f->path, "FileTransferStateChanged", is_state, &state));
}

static inline int ann_socket(struct world *f, const char *method, GVariant *args)
{
	g_autoptr(GVariant) reply = local_call(f->ann, f->path, FILE_, method, args);
	g_autoptr(GVariant) address = NULL;

	g_variant_get(reply, "(v)", &address);
	return stream_connect_unix(address);
}

static inline int ann_provides(struct world *f)
{
	return ann_socket(f, "ProvideFile", g_variant_new("(uuv)", 0, 0, g_variant_new_byte(0)));
}

static inline void ann_writes(int fd, gsize from, gsize to)
{
	g_autofree char *bytes = g_malloc(to);

	fill(bytes, to);
	while (from < to) {
		ssize_t put = write(fd, bytes + from, to - from);

		assert_true(put > 0);
		from += (gsize)put;
	}
}

/* Offers a file and sends its first half; ben has said yes. */
static inline int begin_half(struct world *f, const char *name)
{
	int fd = ann_provides(f);

	wait_state(f, OPEN);
	ann_writes(fd, 0, HALF);
	wait_part(f, HALF);
	return fd;
}

static inline void accept_first(struct screen *screen, const char *shown)
{
	screen_wait_text(screen, shown);
	screen_line(screen, "/accept");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/files/" name, function, setup, teardown, NULL                                    \
	}
