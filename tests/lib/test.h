/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails the running test with a printf-like message. */
#define test_fail(...) fail_msg(__VA_ARGS__)

#endif
