/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dbus/dbus.h>
#include "bus.h"
#include "daemon.h"

/*
 * Files in the runtime directory:
 *
 *     bus         the record of the daemon that was started
 *     bus.lock    held exclusively while a bus is looked up, started or ended
 *     bus.users   held shared by each user of the recorded bus
 *
 * bus.users is only locked by who holds bus.lock, so no new user can come between the last
 * one finding itself alone and the end of the daemon. The system lets go of both when a
 * process dies.
 */
#define LOCK_WAIT_MS 10000
#define LOCK_STEP_US 10000

struct bus_place {
	char *address;
	const char *source;
	char *directory; /* NULL unless we share a bus that pheme started */
	int users;       /* descriptor of bus.users then, else -1 */
};

static bool set_error(GError **error, const char *path, const char *why)
{
	g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED, "cannot use %s: %s", path, why);
	return false;
}

/* --- the runtime directory -------------------------------------------------------------- */

/* Only of ours: in /tmp anybody could have made it, or a link to elsewhere. */
static bool check_directory(const char *path, GError **error)
{
	struct stat st;

	if (mkdir(path, 0700) && errno != EEXIST)
		return set_error(error, path, g_strerror(errno));
	if (lstat(path, &st))
		return set_error(error, path, g_strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return set_error(error, path, "it is not a directory");
	if (st.st_uid != geteuid())
		return set_error(error, path, "it belongs to another user");
	if (st.st_mode & 077)
		return set_error(error, path, "other users may access it");
	return true;
}

char *bus_login_dir(const char *parent)
{
	g_autofree char *path = g_strdup_printf("%s/%lu", parent, (unsigned long)geteuid());
	struct stat st;

	if (lstat(path, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077))
		return NULL;
	return g_steal_pointer(&path);
}

/* New; NULL: there is none. */
static char *runtime_base(void)
{
	const char *base = g_getenv("XDG_RUNTIME_DIR");

	/* A terminal multiplexer may outlive the login whose directory the variable names. */
	if (base && g_path_is_absolute(base) && g_file_test(base, G_FILE_TEST_IS_DIR))
		return g_strdup(base);
	return bus_login_dir("/run/user");
}

char *bus_runtime_dir(GError **error)
{
	g_autofree char *base = runtime_base();
	g_autofree char *path = NULL;

	if (base)
		path = g_build_filename(base, "pheme", NULL);
	else
		path = g_strdup_printf("/tmp/pheme-%lu", (unsigned long)geteuid());
	return check_directory(path, error) ? g_steal_pointer(&path) : NULL;
}

/* --- locks ------------------------------------------------------------------------------ */

static int open_lock(const char *directory, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		set_error(error, path, g_strerror(errno));
	return fd;
}

/* Takes bus.lock; closing the descriptor gives it up. -1 and @error on failure. */
static int take_lock(const char *directory, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + LOCK_WAIT_MS * 1000;
	int fd = open_lock(directory, "bus.lock", error);

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || g_get_monotonic_time() > deadline) {
			set_error(error, directory, "the lock of its bus cannot be had");
			close(fd);
			return -1;
		}
		g_usleep(LOCK_STEP_US);
	}
	return fd;
}

/* --- places ----------------------------------------------------------------------------- */

static struct bus_place *place_new(const char *address, const char *source)
{
	struct bus_place *place = g_new0(struct bus_place, 1);

	place->address = g_strdup(address);
	place->source = source;
	place->users = -1;
	return place;
}

static struct bus_place *find_standard(void)
{
	g_autofree char *base = runtime_base(), *path = NULL, *address = NULL;
	char *escaped;

	if (!base)
		return NULL;
	path = g_build_filename(base, "bus", NULL);
	escaped = dbus_address_escape_value(path);
	address = g_strconcat("unix:path=", escaped, NULL);
	dbus_free(escaped);
	return bus_answers(address) ? place_new(address, "$XDG_RUNTIME_DIR/bus") : NULL;
}

/* Becomes a user of the bus at @address; the caller holds bus.lock. */
static struct bus_place *share(const char *directory, const char *address, const char *source,
			       GError **error)
{
	int users = open_lock(directory, "bus.users", error);
	struct bus_place *place;

	if (users < 0)
		return NULL;
	if (flock(users, LOCK_SH | LOCK_NB)) {
		set_error(error, directory, "the lock of its users cannot be had");
		close(users);
		return NULL;
	}
	place = place_new(address, source);
	place->directory = g_strdup(directory);
	place->users = users;
	return place;
}

static struct bus_place *start(const char *directory, const char *record, GError **error)
{
	struct bus_daemon daemon = {0};
	struct bus_place *place = NULL;

	if (!bus_daemon_start(&daemon, directory, error))
		return NULL;
	if (bus_daemon_save(&daemon, record, error))
		place = share(directory, daemon.address, "started by pheme", error);
	if (!place)
		bus_daemon_end(&daemon);
	bus_daemon_clear(&daemon);
	return place;
}

static struct bus_place *find_recorded(unsigned flags, GError **error)
{
	g_autofree char *directory = bus_runtime_dir(error);
	g_autofree char *record = NULL;
	struct bus_daemon daemon = {0};
	struct bus_place *place = NULL;
	int lock;

	if (!directory)
		return NULL;
	lock = take_lock(directory, error);
	if (lock < 0)
		return NULL;
	record = g_build_filename(directory, "bus", NULL);
	if (bus_daemon_load(&daemon, record) && bus_answers(daemon.address))
		place = share(directory, daemon.address, "started by an earlier pheme", error);
	else if (flags & BUS_FIND_NO_START)
		g_set_error(error, BUS_ERROR, BUS_ERROR_FAILED,
			    "cannot find a session bus: none is running");
	else
		place = start(directory, record, error);
	bus_daemon_clear(&daemon);
	close(lock);
	return place;
}

struct bus_place *bus_place_find(const char *explicit_address, unsigned flags, GError **error)
{
	const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
	struct bus_place *place;

	if (explicit_address && *explicit_address)
		return place_new(explicit_address, "--bus");
	if (address && *address)
		return place_new(address, "DBUS_SESSION_BUS_ADDRESS");
	place = find_standard();
	return place ? place : find_recorded(flags, error);
}

const char *bus_place_address(const struct bus_place *place)
{
	return place->address;
}

const char *bus_place_source(const struct bus_place *place)
{
	return place->source;
}

/* Ends the recorded bus when nobody else uses it. */
static void leave(struct bus_place *place)
{
	g_autofree char *record = g_build_filename(place->directory, "bus", NULL);
	g_autoptr(GError) error = NULL;
	struct bus_daemon daemon = {0};
	int lock = take_lock(place->directory, &error);

	if (lock < 0) {
		g_message("%s", error->message);
		return;
	}
	if (!flock(place->users, LOCK_EX | LOCK_NB)) {
		if (bus_daemon_load(&daemon, record))
			bus_daemon_end(&daemon);
		unlink(record);
		bus_daemon_clear(&daemon);
	}
	close(lock);
}

void bus_place_free(struct bus_place *place)
{
	if (!place)
		return;
	if (place->directory) {
		leave(place);
		close(place->users);
	}
	g_free(place->address);
	g_free(place->directory);
	g_free(place);
}
