/* A keeper for tests, in a process of its own: holds a fresh key, signs what the edge asks over the real messages if it has
 * the form of a TLS signature, and hands out ticket keys. */
#ifndef TESTS_TEST_KEEPER_H
#define TESTS_TEST_KEEPER_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

enum test_key { TEST_KEY_P256, TEST_KEY_P384, TEST_KEY_RSA };

struct test_keeper {
	pid_t pid;
	int channel;   /* the edge's end */
	bytes pem;     /* self-signed, for localhost */
	void *owned;
};

/* wrong_key: it signs with another key than the certificate's. */
void test_keeper_start(struct test_keeper *k, enum test_key kind, bool wrong_key);
/* Ends the process. The channel is whoever's took it over; pem goes. */
void test_keeper_stop(struct test_keeper *k);

#endif
