/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Secret Service through libsecret, loaded only when an account asks for it: it brings GIO
 * and its threads with it. Its few types are declared here, so that building needs no headers
 * of it. A password is put there by
 *
 *	secret-tool store --label="pheme work" application pheme account work
 */

#include "secret_private.h"

#include <dlfcn.h>

#define LIBRARY "libsecret-1.so.0"

enum { SCHEMA_DONT_MATCH_NAME = 1 << 1, ATTRIBUTE_STRING = 0 };

/* SecretSchema, as libsecret lays it out. */
struct schema {
	const char *name;
	int flags;
	struct {
		const char *name;
		int type;
	} attributes[32];
	int reserved;
	void *reserved_too[7];
};

typedef void (*ready_fn)(void *source, void *result, void *data); /* GAsyncReadyCallback */

struct library {
	void (*lookup)(const struct schema *schema, GHashTable *attributes, void *cancellable,
		       ready_fn fn, void *data);
	char *(*finish)(void *result, GError **error);
	void (*free_password)(char *password);
	void *(*cancellable_new)(void);
	void (*cancellable_cancel)(void *cancellable);
	void (*unref)(void *object);
};

struct secret_service {
	struct library library;
	void *cancellable;
	char *name;
	secret_fn fn; /* NULL: cancelled */
	void *data;
};

/* The name is not compared: secret-tool stores under one of its own. */
static const struct schema schema = {
	.name = "im.pheme.Password",
	.flags = SCHEMA_DONT_MATCH_NAME,
	.attributes = {{"application", ATTRIBUTE_STRING}, {"account", ATTRIBUTE_STRING}},
};

/* Never closed: GObject's types cannot be unloaded. The handle finds GIO's functions too. */
static bool load(struct library *library, GError **error)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "cannot ask the Secret Service: %s", dlerror());
		return false;
	}
	*(void **)&library->lookup = dlsym(handle, "secret_password_lookupv");
	*(void **)&library->finish = dlsym(handle, "secret_password_lookup_finish");
	*(void **)&library->free_password = dlsym(handle, "secret_password_free");
	*(void **)&library->cancellable_new = dlsym(handle, "g_cancellable_new");
	*(void **)&library->cancellable_cancel = dlsym(handle, "g_cancellable_cancel");
	*(void **)&library->unref = dlsym(handle, "g_object_unref");
	if (library->lookup && library->finish && library->free_password &&
	    library->cancellable_new && library->cancellable_cancel && library->unref)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
		    "cannot ask the Secret Service: this " LIBRARY " is of another kind");
	return false;
}

static void on_ready(void *source, void *result, void *data)
{
	struct secret_service *service = data;
	g_autoptr(GError) error = NULL;
	char *secret = service->library.finish(result, &error);

	if (error)
		g_prefix_error(&error, "cannot ask the Secret Service for the password of %s: ",
			       service->name);
	if (service->fn)
		service->fn(secret, error, service->data);
	service->library.free_password(secret); /* wipes it */
	service->library.unref(service->cancellable);
	g_free(service->name);
	g_free(service);
}

struct secret_service *secret_service_find(const char *name, secret_fn fn, void *data,
					   GError **error)
{
	struct library library = {0};
	g_autoptr(GHashTable) attributes = g_hash_table_new(g_str_hash, g_str_equal);
	struct secret_service *service;

	if (!load(&library, error))
		return NULL;
	service = g_new0(struct secret_service, 1);
	service->library = library;
	service->cancellable = library.cancellable_new();
	service->name = g_strdup(name);
	service->fn = fn;
	service->data = data;
	g_hash_table_insert(attributes, (void *)"application", (void *)"pheme");
	g_hash_table_insert(attributes, (void *)"account", service->name);
	library.lookup(&schema, attributes, service->cancellable, on_ready, service);
	return service;
}

/* libsecret still calls on_ready(), which then frees it. */
void secret_service_cancel(struct secret_service *service)
{
	service->fn = NULL;
	service->library.cancellable_cancel(service->cancellable);
}
