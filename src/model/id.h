/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Ids as people can read them. An id is used exactly as it came; what it says to a person is
 * often wrapped up in what a gateway or a server needed: "melissa%hotmail.com@msn.example.org",
 * "d\27artagnan@example.org", "bob@xn--bcher-kva.example".
 */

/* New cleaned string: "melissa@hotmail.com (msn.example.org)", "d'artagnan@example.org",
 * "bob@bücher.example"; of any other id itself, cleaned. It is for names that nobody gave: two ids
 * may read alike, so the id is to stand beside it. */
char *id_readable(const char *id);
