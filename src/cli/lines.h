/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The events of json.h for people: "2026-11-22 14:01:00 [work] Bob <bob@example.org>: hello".
 * Times are local. Only cleaned text is in them, and lines after the first are indented, so that
 * no body can pose as another event. Names are between two marks that no cleaned text holds, for
 * lines_paint(). Each function returns a new string without the last newline.
 */

#include "json.h"

char *lines_message(const struct chat *chat, const struct message *message);
/* NULL unless it failed. */
char *lines_delivery(const struct chat *chat, const struct message *message);
char *lines_presence(const struct contact *contact);
char *lines_connection(const struct account *account);
char *lines_tube(const struct tube *tube);
char *lines_file(const struct transfer *transfer);
char *lines_request(const struct request *request, const char *state);
char *lines_room(const struct chat *chat, const char *change, const struct member *member);
char *lines_lost(unsigned count);
/* The line with its names in colour, or without marks. */
char *lines_paint(const char *line, bool color);
