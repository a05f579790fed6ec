/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import_private.h"

#include <stdarg.h>
#include <string.h>

#include "readfile.h"
#include "secret.h"

#define FILE_MAX_MIB 4

static void free_conf(void *conf)
{
	account_conf_free(conf);
}

static struct import *import_new(void)
{
	struct import *import = g_new0(struct import, 1);

	import->accounts = g_ptr_array_new_with_free_func(free_conf);
	import->problems = g_ptr_array_new_with_free_func(g_free);
	return import;
}

void import_free(struct import *import)
{
	if (!import)
		return;
	g_ptr_array_unref(import->accounts);
	g_ptr_array_unref(import->problems);
	g_free(import);
}

void import_problem(struct import *import, const char *account, const char *format, ...)
{
	g_autofree char *shown = g_strescape(account, NULL), *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(import->problems, g_strconcat(shown, ": ", text, NULL));
}

void import_param(struct account_conf *conf, const char *name, char *value)
{
	if (*name && value && *value && g_utf8_validate(value, -1, NULL))
		g_hash_table_replace(conf->params, g_strdup(name), value);
	else
		secret_free(value);
}

static bool is_word(const char *text)
{
	return text && *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       strlen(text);
}

void import_add(struct import *import, struct account_conf *conf)
{
	const char *name = *conf->name ? conf->name : "an account";

	if (!is_word(conf->manager) || !is_word(conf->protocol))
		import_problem(import, name, "left out: it tells no manager and protocol");
	else if (import->accounts->len >= IMPORT_ACCOUNTS_MAX)
		import_problem(import, name, "left out: %d accounts are enough",
			       IMPORT_ACCOUNTS_MAX);
	else
		g_ptr_array_add(import->accounts, g_steal_pointer(&conf));
	account_conf_free(conf);
}

/* By what it begins with: XML, a GVariant dictionary, or a key file. */
static bool read_text(struct import *import, const char *path, const char *text, gsize length,
		      struct import_error *error)
{
	const char *start = text;

	if (g_str_has_prefix(start, "\xef\xbb\xbf"))
		start += 3;
	while (g_ascii_isspace(*start))
		start++;
	if (strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL)) {
		error->reason = "it is not UTF-8 text";
		return false;
	}
	length -= (gsize)(start - text);
	if (*start == '<')
		return import_purple(import, start, length, error);
	if (*start == '{')
		return import_variant(import, start, length, error);
	if (*start == '[' || *start == '#')
		return import_keyfile(import, path, start, length, error);
	error->reason = "it is no file of accounts that is known here (accounts.cfg and *.account "
			"of Mission Control, accounts.xml of Pidgin, an export of pheme)";
	return false;
}

struct import *import_parse(const char *path, const char *text, gsize length,
			    struct import_error *error)
{
	struct import *import = import_new();

	if (read_text(import, path, text, length, error) && !import->accounts->len &&
	    !import->problems->len)
		error->reason = "there is no account in it";
	if (!error->reason)
		return import;
	import_free(import);
	return NULL;
}

struct import *import_read(const char *path, GError **error)
{
	g_autofree char *shown = g_filename_display_name(path);
	g_autoptr(GError) failure = NULL;
	struct import_error bad = {NULL, 0};
	struct import *import;
	gsize length;
	char *text = readfile(path, FILE_MAX_MIB, &length, NULL, &failure);

	if (!text) {
		g_set_error(error, failure->domain, failure->code, "cannot import %s: %s", shown,
			    failure->message);
		return NULL;
	}
	import = import_parse(path, text, length, &bad);
	secret_free(text);
	if (import)
		return import;
	if (bad.line)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "cannot import %s: line %u: %s", shown, bad.line, bad.reason);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "cannot import %s: %s", shown,
			    bad.reason);
	return NULL;
}
