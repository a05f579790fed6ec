/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * listen SENDER COUNT [INTERFACE]: what libdbus alone costs. Receives all signals of a bus name
 * (of an interface), reads each argument of them, however deep, prints the number of those called
 * MessageReceived when there were COUNT, and the processor time in microseconds that this took.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <dbus/dbus.h>

static unsigned long bytes; /* so that nothing of it is left out by the compiler */

static void decode(DBusMessageIter *iter)
{
	int type;

	while ((type = dbus_message_iter_get_arg_type(iter)) != DBUS_TYPE_INVALID) {
		DBusBasicValue value;
		DBusMessageIter inner;

		if (dbus_type_is_container(type)) {
			dbus_message_iter_recurse(iter, &inner);
			decode(&inner);
		} else {
			dbus_message_iter_get_basic(iter, &value);
			bytes += type == DBUS_TYPE_STRING ? strlen(value.str) : 1;
		}
		dbus_message_iter_next(iter);
	}
}

static long long cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	DBusConnection *bus = dbus_bus_get(DBUS_BUS_SESSION, NULL);
	int count = argc >= 3 ? atoi(argv[2]) : 0, seen = 0;
	char rule[512];
	long long begin;

	if (!bus || !count)
		return 1;
	snprintf(rule, sizeof(rule), "type='signal',sender='%s'%s%s%s", argv[1],
		 argc > 3 ? ",interface='" : "", argc > 3 ? argv[3] : "", argc > 3 ? "'" : "");
	dbus_bus_add_match(bus, rule, NULL);
	dbus_connection_flush(bus);
	puts("ready");
	fflush(stdout);
	begin = cpu_us();
	while (seen < count && dbus_connection_read_write(bus, -1)) {
		DBusMessage *message;

		while ((message = dbus_connection_pop_message(bus))) {
			DBusMessageIter iter;

			if (dbus_message_iter_init(message, &iter))
				decode(&iter);
			seen += dbus_message_has_member(message, "MessageReceived");
			dbus_message_unref(message);
		}
	}
	printf("%d messages, %lld us\n", seen, cpu_us() - begin);
	return 0;
}
