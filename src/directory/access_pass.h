/* directory/access_pass.h - temporary access passes: a made password of limited life that an administrator gives to a person,
 * typed where the password is asked.
 *
 * Source:  identity 1.12, 3.1 (temporaryAccessPass). 22 characters of base64url with 128 random bits, kept as SHA-256; ten minutes
 *          to thirty days, an hour unless said; one for each person, a new one replaces it. What is signed in with a pass ends
 *          with the pass. */
#ifndef DIRECTORY_ACCESS_PASS_H
#define DIRECTORY_ACCESS_PASS_H

#include "base/instant.h"
#include "base/uuid.h"
#include "store/store.h"

enum { ACCESS_PASS_MINUTES_MIN = 10, ACCESS_PASS_MINUTES_MAX = 43200, ACCESS_PASS_MINUTES_DEFAULT = 60, ACCESS_PASS_OCTETS = 16,
       ACCESS_PASS_CHARS = 22 };

struct access_pass {
	struct uuid id;
	struct instant starts, ends;
	bool once;
};

/* Makes a pass and stores it. Inside the caller's transaction. Wipe the text after showing it. */
MUST_USE NONNULL err access_pass_make(struct store *store, int64_t user_key, const struct access_pass *pass, struct instant now,
				      char out_text[static ACCESS_PASS_CHARS + 1]);
/* Is `text` this person's pass, usable now? ERR_NOT_FOUND when not. */
MUST_USE NONNULL err access_pass_find(struct store *store, int64_t user_key, str text, struct instant now,
				      struct access_pass *out);
/* It was used. Inside the caller's transaction; ERR_NOT_FOUND when somebody else was first. */
MUST_USE NONNULL err access_pass_use(struct store *store, int64_t user_key, const struct access_pass *pass, struct instant now);
/* ERR_NOT_FOUND. Inside the caller's transaction. */
MUST_USE NONNULL err access_pass_delete(struct store *store, int64_t user_key, const struct uuid *id);

#endif
