/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Notifications of the desktop (org.freedesktop.Notifications, Desktop Notifications 1.2), one
 * for each key: a later one takes the place of an earlier one. They are shown only where a
 * service for them runs or can be started; where there is none, nothing is done, and nothing is
 * told but to the log. Never waits. Freed with all its calls before its bus is closed; what is
 * shown stays shown then.
 */

#include "../bus/bus.h"

struct desktop;

struct desktop *desktop_new(struct bus *bus);
void desktop_free(struct desktop *desktop);
/* @title and @body are cleaned text; nothing in them is taken for markup. */
void desktop_show(struct desktop *desktop, const char *key, const char *title, const char *body);
/* Takes the one with the key away, if it is there. */
void desktop_close(struct desktop *desktop, const char *key);
