/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_ALIASING_H
#define LOCAL_ALIASING_H

#include "src/local/connection.h"

/* Connection.Interface.Aliasing: a contact is called by its nickname, else by the full name in
 * the machine's user database. No peer chooses its name here, so none can be changed. */

void aliasing_iface_init(void *iface, void *data);
void aliasing_init(LocalConnection *connection);

#endif
