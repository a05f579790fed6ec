/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Where bytes come from or go to, as users write it: TARGET, which is connected to (`PORT`,
 * `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`, `exec:COMMAND`, `-`), and ADDR, which is listened on
 * (`PORT`, `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`). A bare port is this computer: connecting
 * tries both loopback addresses, listening takes 127.0.0.1. Abstract Unix sockets are never
 * typed, only told by a manager. An address owns its strings and never changes.
 */

#include <stdbool.h>
#include <sys/socket.h>
#include <glib.h>

enum address_kind {
	ADDRESS_TCP,
	ADDRESS_UNIX,
	ADDRESS_ABSTRACT,
	ADDRESS_EXEC,
	ADDRESS_STDIO,
};

struct address {
	enum address_kind kind;
	char *text;   /* host (NULL: loopback), path, abstract name or command; NULL for stdio */
	gsize length; /* of text: an abstract name may hold NULs */
	guint16 port; /* TCP; when listening 0 is any free one */
};

/* New addresses, NULL and @error when the text is not one. */
struct address *address_parse_target(const char *text, GError **error);
struct address *address_parse_listen(const char *text, GError **error);
/* New addresses made of parts, which are not checked. @name is without the leading NUL. */
struct address *address_new_tcp(const char *host, guint16 port);
struct address *address_new_unix(const char *path);
struct address *address_new_abstract(const char *name, gsize length);
struct address *address_copy(const struct address *address);
void address_free(struct address *address); /* NULL is fine */

/* As it is typed; abstract ones as "abstract:NAME" with odd bytes as \ooo. */
char *address_print(const struct address *address);
/* The socket address of what needs no look-up: Unix, abstract, and TCP with a numeric host,
 * "localhost" or none (@ipv6 then says which loopback). False for everything else. */
bool address_to_socket(const struct address *address, bool ipv6, struct sockaddr_storage *out,
		       socklen_t *length);
/* New address of @socket, as getsockname() and getpeername() give it; NULL when unknown. */
struct address *address_from_socket(const struct sockaddr_storage *socket, socklen_t length);

/* Whether @name can name a service of a tube: 1 to 255 bytes of visible UTF-8. */
bool service_name_check(const char *name, GError **error);
