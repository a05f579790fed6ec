/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Secret Service through libsecret, loaded only when an account asks for it: it brings GIO
 * and its threads with it. Its few types are declared here, so that building needs no headers
 * of it. A password is put there by
 *
 *	secret-tool store --label="pheme work" application pheme account work
 *
 * Those of rooms are put there by pheme, as application pheme-room account work room ROOM.
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
	char *(*lookup_finish)(void *result, GError **error);
	void (*store)(const struct schema *schema, GHashTable *attributes, const char *collection,
		      const char *label, const char *password, void *cancellable, ready_fn fn,
		      void *data);
	gboolean (*store_finish)(void *result, GError **error);
	void (*clear)(const struct schema *schema, GHashTable *attributes, void *cancellable,
		      ready_fn fn, void *data);
	gboolean (*clear_finish)(void *result, GError **error);
	void (*free_password)(char *password);
	void *(*cancellable_new)(void);
	void (*cancellable_cancel)(void *cancellable);
	void (*unref)(void *object);
};

struct secret_service {
	struct library library;
	void *cancellable;
	char *name;   /* whose password it is, for errors */
	secret_fn fn; /* NULL: cancelled */
	void *data;
};

/* The name is not compared: secret-tool stores under one of its own. */
static const struct schema schema = {
	.name = "im.pheme.Password",
	.flags = SCHEMA_DONT_MATCH_NAME,
	.attributes = {{"application", ATTRIBUTE_STRING},
		       {"account", ATTRIBUTE_STRING},
		       {"room", ATTRIBUTE_STRING}},
};

/* Never closed: GObject's types cannot be unloaded. The handle finds GIO's functions too. */
static bool load(struct library *library, GError **error)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const struct {
		void *place;
		const char *name;
	} functions[] = {
		{&library->lookup, "secret_password_lookupv"},
		{&library->lookup_finish, "secret_password_lookup_finish"},
		{&library->store, "secret_password_storev"},
		{&library->store_finish, "secret_password_store_finish"},
		{&library->clear, "secret_password_clearv"},
		{&library->clear_finish, "secret_password_clear_finish"},
		{&library->free_password, "secret_password_free"},
		{&library->cancellable_new, "g_cancellable_new"},
		{&library->cancellable_cancel, "g_cancellable_cancel"},
		{&library->unref, "g_object_unref"},
	};

	if (!handle) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "cannot ask the Secret Service: %s", dlerror());
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
		*(void **)functions[i].place = dlsym(handle, functions[i].name);
		if (*(void **)functions[i].place)
			continue;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "cannot ask the Secret Service: this " LIBRARY " is of another kind");
		return false;
	}
	return true;
}

static void finish(struct secret_service *service, const char *secret, GError *error)
{
	if (error)
		g_prefix_error(&error, "cannot ask the Secret Service for the password of %s: ",
			       service->name);
	if (service->fn)
		service->fn(secret, error, service->data);
	g_clear_error(&error);
	service->library.unref(service->cancellable);
	g_free(service->name);
	g_free(service);
}

static void on_found(void *source, void *result, void *data)
{
	struct secret_service *service = data;
	struct library library = service->library;
	GError *error = NULL;
	char *secret = library.lookup_finish(result, &error);

	finish(service, secret, error);
	library.free_password(secret); /* wipes it */
}

static void on_stored(void *source, void *result, void *data)
{
	struct secret_service *service = data;
	GError *error = NULL;

	service->library.store_finish(result, &error);
	finish(service, NULL, error);
}

static void on_cleared(void *source, void *result, void *data)
{
	struct secret_service *service = data;
	GError *error = NULL;

	service->library.clear_finish(result, &error);
	finish(service, NULL, error);
}

static struct secret_service *service_new(const char *name, const char *room, secret_fn fn,
					  void *data, GError **error)
{
	struct library library = {0};
	struct secret_service *service;

	if (!load(&library, error))
		return NULL;
	service = g_new0(struct secret_service, 1);
	service->library = library;
	service->cancellable = library.cancellable_new();
	service->name = room ? g_strdup_printf("%s in %s", name, room) : g_strdup(name);
	service->fn = fn;
	service->data = data;
	return service;
}

/* Another application for rooms: what is asked for an account finds all that has its name. */
static GHashTable *make_attributes(const char *name, const char *room)
{
	GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);

	g_hash_table_insert(attributes, (void *)"application",
			    (void *)(room ? "pheme-room" : "pheme"));
	g_hash_table_insert(attributes, (void *)"account", (void *)name);
	if (room)
		g_hash_table_insert(attributes, (void *)"room", (void *)room);
	return attributes;
}

struct secret_service *secret_service_find(const char *name, const char *room, secret_fn fn,
					   void *data, GError **error)
{
	struct secret_service *service = service_new(name, room, fn, data, error);
	g_autoptr(GHashTable) attributes = make_attributes(name, room);

	if (service)
		service->library.lookup(&schema, attributes, service->cancellable, on_found,
					service);
	return service;
}

struct secret_service *secret_service_keep(const char *name, const char *room, const char *secret,
					   secret_fn fn, void *data, GError **error)
{
	struct secret_service *service = service_new(name, room, fn, data, error);
	g_autoptr(GHashTable) attributes = make_attributes(name, room);
	g_autofree char *label = g_strdup_printf("pheme %s %s", name, room);

	if (service && secret)
		service->library.store(&schema, attributes, NULL, label, secret,
				       service->cancellable, on_stored, service);
	else if (service)
		service->library.clear(&schema, attributes, service->cancellable, on_cleared,
				       service);
	return service;
}

/* libsecret still calls its function, which then frees it. */
void secret_service_cancel(struct secret_service *service)
{
	service->fn = NULL;
	service->library.cancellable_cancel(service->cancellable);
}
