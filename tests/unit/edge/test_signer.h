/* A keeper for tests: holds a fresh P-256 key and signs what it is given, later, from the loop (never at once), so that
 * the asynchronous path is taken. */
#ifndef TESTS_TEST_SIGNER_H
#define TESTS_TEST_SIGNER_H

#include "edge/tls_context.h"
#include "host/loop.h"

struct test_signer;
/* Fills *out_signer, and *out_pem with a self-signed certificate for localhost that lives as long as the signer. */
struct test_signer *test_signer_new(struct loop *loop, struct tls_signer *out_signer, bytes *out_pem);
void test_signer_free(struct test_signer *signer);

#endif
