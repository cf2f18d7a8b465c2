/* A walk through one of Wycheproof's files ($VECTORS/wycheproof): every test of every group, with its verdict. */
#ifndef TESTS_CRYPTO_WYCHEPROOF_H
#define TESTS_CRYPTO_WYCHEPROOF_H

#include "base/arena.h"
#include "codec/json_read.h"

/* What our code says: accepted, refused, or not applicable (an algorithm or a shape that we do not offer). */
enum wycheproof_verdict { WYCHEPROOF_REFUSED, WYCHEPROOF_ACCEPTED, WYCHEPROOF_NOT_APPLICABLE };

struct wycheproof_file {
	const char *name; /* "hkdf_sha256_test.json" */
	enum wycheproof_verdict (*run)(const struct json *group, const struct json *test, struct arena *arena);
	enum wycheproof_verdict acceptable; /* our answer to tests that may go either way */
	size_t applicable_min;              /* so that a file that is skipped by mistake shows */
};

/* Fails the running test on the first disagreement; skips it aloud when the folder is not there. */
void wycheproof_check(const struct wycheproof_file *file);

/* A member in hexadecimal; asserts that it is there. */
bytes wycheproof_hex(const struct json *object, const char *name, struct arena *arena);
str wycheproof_text(const struct json *object, const char *name);

#endif
