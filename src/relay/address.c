/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "failure.h"

#define SERVICE_BYTES_MAX 255
#define HOST_BYTES_MAX    253
/* Room for the NUL that some programs expect at the end. */
#define PATH_BYTES_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

static struct address *make(enum address_kind kind, const char *text, gsize length, guint16 port)
{
	struct address *address = g_new0(struct address, 1);

	address->kind = kind;
	if (text) {
		address->text = g_malloc(length + 1);
		memcpy(address->text, text, length);
		address->text[length] = '\0';
		address->length = length;
	}
	address->port = port;
	return address;
}

struct address *address_new_tcp(const char *host, guint16 port)
{
	return make(ADDRESS_TCP, host, host ? strlen(host) : 0, port);
}

struct address *address_new_unix(const char *path)
{
	return make(ADDRESS_UNIX, path, strlen(path), 0);
}

struct address *address_new_abstract(const char *name, gsize length)
{
	return make(ADDRESS_ABSTRACT, name, length, 0);
}

struct address *address_copy(const struct address *address)
{
	return make(address->kind, address->text, address->length, address->port);
}

void address_free(struct address *address)
{
	if (!address)
		return;
	g_free(address->text);
	g_free(address);
}

/* --- parsing ---------------------------------------------------------------------------- */

static struct address *refuse(GError **error, const char *text, const char *reason)
{
	g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID, "cannot use the address \"%s\": %s",
		    text, reason);
	return NULL;
}

/* Digits only: no sign, no space, no leading zeros that look octal to others. */
static bool parse_port(const char *text, guint16 *port)
{
	gsize digits = strspn(text, "0123456789");
	guint64 value;

	if (!digits || digits > 5 || text[digits] || (text[0] == '0' && digits > 1))
		return false;
	value = g_ascii_strtoull(text, NULL, 10);
	*port = (guint16)value;
	return value <= G_MAXUINT16;
}

static bool is_host(const char *host, bool bracketed)
{
	struct in6_addr ipv6;
	g_autofree char *plain = NULL;

	if (bracketed) {
		/* fe80::1%eth0: inet_pton() knows no zones. */
		plain = g_strndup(host, strcspn(host, "%"));
		return inet_pton(AF_INET6, plain, &ipv6) == 1;
	}
	if (!*host || strlen(host) > HOST_BYTES_MAX)
		return false;
	for (const char *c = host; *c; c++)
		if (!g_ascii_isalnum(*c) && !strchr("-._", *c) && (guchar)*c < 0x80)
			return false;
	return g_utf8_validate(host, -1, NULL) && host[0] != '-';
}

static struct address *parse_unix(const char *text, const char *path, GError **error)
{
	if (!*path)
		return refuse(error, text, "the path is missing");
	if (strlen(path) > PATH_BYTES_MAX)
		return refuse(error, text, "the path is longer than a socket's may be (107 bytes)");
	return address_new_unix(path);
}

static struct address *parse_tcp(const char *text, bool listen, GError **error)
{
	bool bracketed = text[0] == '[';
	const char *colon = strrchr(text, ':');
	g_autofree char *host = NULL;
	guint16 port;

	if (bracketed && (!colon || colon == text || colon[-1] != ']'))
		return refuse(error, text, "expected [IPV6]:PORT");
	if (colon)
		host = bracketed ? g_strndup(text + 1, colon - text - 2)
				 : g_strndup(text, colon - text);
	if (!colon && !g_ascii_isdigit(text[0]))
		return refuse(error, text, "the port is missing");
	if (!parse_port(colon ? colon + 1 : text, &port) || (!port && !listen))
		return refuse(error, text,
			      listen ? "the port must be a number from 0 to 65535"
				     : "the port must be a number from 1 to 65535");
	if (host && !bracketed && strchr(host, ':'))
		return refuse(error, text, "an IPv6 address is written [IPV6]:PORT");
	if (host && !is_host(host, bracketed))
		return refuse(error, text, "the host is not a name or address");
	return address_new_tcp(host, port);
}

static bool is_usable_text(const char *text)
{
	if (!*text)
		return false;
	for (const char *c = text; *c; c++)
		if (g_ascii_iscntrl(*c))
			return false;
	return true;
}

struct address *address_parse_target(const char *text, GError **error)
{
	if (!is_usable_text(text))
		return refuse(error, *text ? "…" : "",
			      *text ? "it has control characters" : "it is empty");
	if (g_str_equal(text, "-"))
		return make(ADDRESS_STDIO, NULL, 0, 0);
	if (g_str_has_prefix(text, "unix:"))
		return parse_unix(text, text + strlen("unix:"), error);
	if (g_str_has_prefix(text, "exec:")) {
		const char *command = text + strlen("exec:");

		if (!g_shell_parse_argv(command, NULL, NULL, NULL))
			return refuse(error, text,
				      *command ? "the quotes of the command do not match"
					       : "the command is missing");
		return make(ADDRESS_EXEC, command, strlen(command), 0);
	}
	return parse_tcp(text, false, error);
}

struct address *address_parse_listen(const char *text, GError **error)
{
	struct sockaddr_storage socket;
	struct address *address;
	socklen_t length;

	if (!is_usable_text(text))
		return refuse(error, *text ? "…" : "",
			      *text ? "it has control characters" : "it is empty");
	if (g_str_equal(text, "-") || g_str_has_prefix(text, "exec:"))
		return refuse(error, text, "it cannot be listened on");
	if (g_str_has_prefix(text, "unix:"))
		return parse_unix(text, text + strlen("unix:"), error);
	address = parse_tcp(text, true, error);
	if (address && !address_to_socket(address, false, &socket, &length)) {
		address_free(address);
		return refuse(error, text, "listening needs an IP address of this computer");
	}
	return address;
}

/* --- printing --------------------------------------------------------------------------- */

static char *print_abstract(const struct address *address)
{
	GString *out = g_string_new("abstract:");

	for (gsize i = 0; i < address->length; i++) {
		guchar c = (guchar)address->text[i];

		if (g_ascii_isgraph(c) && c != '\\')
			g_string_append_c(out, (char)c);
		else
			g_string_append_printf(out, "\\%03o", c);
	}
	return g_string_free(out, FALSE);
}

char *address_print(const struct address *address)
{
	switch (address->kind) {
	case ADDRESS_TCP:
		if (!address->text)
			return g_strdup_printf("%u", address->port);
		return g_strdup_printf(strchr(address->text, ':') ? "[%s]:%u" : "%s:%u",
				       address->text, address->port);
	case ADDRESS_UNIX:
		return g_strdup_printf("unix:%s", address->text);
	case ADDRESS_ABSTRACT:
		return print_abstract(address);
	case ADDRESS_EXEC:
		return g_strdup_printf("exec:%s", address->text);
	case ADDRESS_STDIO:
		return g_strdup("-");
	}
	g_assert_not_reached();
}

/* --- socket addresses ------------------------------------------------------------------- */

static bool fill_ipv6(const char *host, guint16 port, struct sockaddr_storage *out,
		      socklen_t *length)
{
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)out;
	const char *zone = strchr(host, '%');
	g_autofree char *plain = g_strndup(host, strcspn(host, "%"));

	if (inet_pton(AF_INET6, plain, &in->sin6_addr) != 1)
		return false;
	in->sin6_family = AF_INET6;
	in->sin6_port = htons(port);
	in->sin6_scope_id = zone ? if_nametoindex(zone + 1) : 0;
	*length = sizeof(*in);
	return true;
}

static bool fill_tcp(const struct address *address, bool ipv6, struct sockaddr_storage *out,
		     socklen_t *length)
{
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	const char *host = address->text;

	/* RFC 6761: localhost is loopback, without asking anybody. */
	if (!host || !g_ascii_strcasecmp(host, "localhost"))
		host = ipv6 ? "::1" : "127.0.0.1";
	if (fill_ipv6(host, address->port, out, length))
		return true;
	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return false;
	in->sin_family = AF_INET;
	in->sin_port = htons(address->port);
	*length = sizeof(*in);
	return true;
}

bool address_to_socket(const struct address *address, bool ipv6, struct sockaddr_storage *out,
		       socklen_t *length)
{
	struct sockaddr_un *un = (struct sockaddr_un *)out;
	bool abstract = address->kind == ADDRESS_ABSTRACT;

	memset(out, 0, sizeof(*out));
	if (address->kind == ADDRESS_TCP)
		return fill_tcp(address, ipv6, out, length);
	if ((address->kind != ADDRESS_UNIX && !abstract) || address->length > PATH_BYTES_MAX)
		return false;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path + abstract, address->text, address->length);
	/* A path's NUL counts, an abstract name ends with its last byte. */
	*length = offsetof(struct sockaddr_un, sun_path) + address->length + 1;
	return true;
}

static struct address *from_unix(const struct sockaddr_un *un, socklen_t length)
{
	gsize bytes = length - offsetof(struct sockaddr_un, sun_path);
	g_autofree char *path = NULL;

	if (length <= offsetof(struct sockaddr_un, sun_path))
		return NULL;
	if (!un->sun_path[0])
		return address_new_abstract(un->sun_path + 1, bytes - 1);
	path = g_strndup(un->sun_path, bytes);
	return address_new_unix(path);
}

struct address *address_from_socket(const struct sockaddr_storage *socket, socklen_t length)
{
	char host[INET6_ADDRSTRLEN];

	if (socket->ss_family == AF_UNIX)
		return from_unix((const struct sockaddr_un *)socket, length);
	if (socket->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)socket;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		return address_new_tcp(host, ntohs(in->sin_port));
	}
	if (socket->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)socket;

		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
		return address_new_tcp(host, ntohs(in->sin6_port));
	}
	return NULL;
}

/* --- services --------------------------------------------------------------------------- */

bool service_name_check(const char *name, GError **error)
{
	const char *reason = NULL;

	if (!*name)
		reason = "it is empty";
	else if (strlen(name) > SERVICE_BYTES_MAX)
		reason = "it is longer than 255 bytes";
	else if (!g_utf8_validate(name, -1, NULL))
		reason = "it is not UTF-8";
	for (const char *c = name; !reason && *c; c = g_utf8_next_char(c))
		if (!g_unichar_isgraph(g_utf8_get_char(c)))
			reason = "it has spaces or characters that do not show";
	if (reason)
		g_set_error(error, RELAY_ERROR, RELAY_ERROR_INVALID,
			    "cannot use this name of a service: %s", reason);
	return !reason;
}
