/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A copy of the accounts for another computer, without what is secret. */

#include "accounts_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct account_conf *without_secrets(const struct account_conf *conf,
					    accounts_secret_fn is_secret, void *data)
{
	struct account_conf *copy = account_conf_copy(conf);
	account_conf_drop_room_passwords(copy);
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, copy->params);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		if (is_secret(conf, name, data))
			g_hash_table_iter_remove(&iter);
	return copy;
}

static bool put_all(const struct accounts *accounts, const char *only, struct keyfile *file,
		    accounts_secret_fn is_secret, void *data, GError **error)
{
	bool done = true;

	for (guint i = 0; done && i < accounts->list->len; i++) {
		const struct account_conf *conf = accounts->list->pdata[i];
		struct account_conf *copy;

		if (only && !g_str_equal(conf->name, only))
			continue;
		copy = without_secrets(conf, is_secret, data);
		done = accounts_put(file, copy, error);
		account_conf_free(copy);
	}
	return done;
}

static bool fail(GError **error, const char *path, int code)
{
	g_autofree char *shown = g_filename_display_name(path);

	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "cannot write %s: %s",
		    shown, code == EEXIST ? "it is there already" : g_strerror(code));
	return false;
}

/* Of two who write to the same place at once only one makes the file. */
static bool claim(const char *path, bool overwrite, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (fd >= 0)
		return close(fd) == 0;
	if (errno != EEXIST || !overwrite)
		return fail(error, path, errno);
	return (stat(path, &st) == 0 && S_ISREG(st.st_mode)) || fail(error, path, EEXIST);
}

bool accounts_export(const struct accounts *accounts, const char *only, const char *path,
		     bool overwrite, accounts_secret_fn is_secret, void *data, GError **error)
{
	struct keyfile *file = keyfile_parse(path, "", 0, NULL);
	bool done = put_all(accounts, only, file, is_secret, data, error) &&
		    claim(path, overwrite, error);

	if (done && !keyfile_save(file, error)) {
		done = false;
		if (!overwrite)
			unlink(path);
	}
	keyfile_free(file);
	return done;
}
