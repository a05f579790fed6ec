/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Linked with the libraries that pheme is linked with, and does nothing: what they cost in
 * memory before there is any program. */

#include <unistd.h>

int main(void)
{
	pause();
	return 0;
}
