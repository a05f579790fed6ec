/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_PROTOCOL_H
#define LOCAL_PROTOCOL_H

#include <telepathy-glib/telepathy-glib.h>

/* The connection manager "local" with its one protocol, "local". */
TpBaseConnectionManager *local_manager_process_new(void);

/* Its .manager file, as Telepathy's clients read it instead of starting the manager. */
char *local_manager_file(void);

#endif
