/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * raw PORT: a socket that only receives. Logs in to the benchmark's server, asks for the roster,
 * and shows the text of the last message of each read: what the server and the terminal cost
 * before there is any client.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/xmpp_world.h"

#define STREAM                                                                                     \
	"<?xml version='1.0'?><stream:stream to='" TEST_XMPP_DOMAIN "' version='1.0'"              \
	" xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

struct input {
	char bytes[65536];
	size_t length;
};

/* What is sent in turn, each when the word before it has come. The user's name and password are
 * alice, after a NUL each. */
static const struct {
	const char *after, *send;
} steps[] = {
	{"", STREAM},
	{"</stream:features>", "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
			       "AGFsaWNlAGFsaWNl</auth>"},
	{"<success", STREAM},
	{"</stream:features>", "<iq type='set' id='bind'>"
			       "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
			       "<resource>bench</resource></bind></iq>"},
	{"</iq>", "<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq><presence/>"},
};

static void fail(const char *what)
{
	fprintf(stderr, "cannot %s\n", what);
	exit(1);
}

static int connect_to(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("connect");
	return fd;
}

static void receive(int fd, struct input *input)
{
	ssize_t n;

	if (input->length == sizeof(input->bytes) - 1)
		input->length = 0;
	n = read(fd, input->bytes + input->length, sizeof(input->bytes) - 1 - input->length);
	if (n <= 0)
		exit(0);
	input->length += (size_t)n;
	input->bytes[input->length] = '\0';
}

static void log_in(int fd, struct input *input)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		while (!strstr(input->bytes, steps[i].after))
			receive(fd, input);
		input->length = 0;
		input->bytes[0] = '\0';
		if (write(fd, steps[i].send, strlen(steps[i].send)) < 0)
			fail("log in");
	}
}

/* Shows the last text that is whole, and keeps what is not. */
static void show(struct input *input)
{
	char *last = NULL, *end = NULL, *at = input->bytes;

	while ((at = strstr(at, "<body>")) && strstr(at, "</body>")) {
		last = at + strlen("<body>");
		end = strstr(at, "</body>");
		at = end;
	}
	if (last)
		printf("\r%.*s\033[K", (int)(end - last), last);
	else
		printf("\r.");
	fflush(stdout);
	if (!at)
		at = input->bytes + input->length;
	input->length -= (size_t)(at - input->bytes);
	memmove(input->bytes, at, input->length + 1);
}

int main(int argc, char **argv)
{
	static struct input input;
	int fd;

	if (argc != 2)
		return 2;
	fd = connect_to(atoi(argv[1]));
	log_in(fd, &input);
	for (;;) {
		receive(fd, &input);
		show(&input);
	}
}
