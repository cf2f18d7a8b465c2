#include "ipc/hasher_message.h"

void hasher_request_wipe(struct hasher_request *request)
{
	explicit_bzero(request, sizeof *request);
}

static bool is_zero(const void *at, size_t len)
{
	const uint8_t *b = at;
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= b[i];
	return any == 0;
}

/* What belongs to a kind, and nothing else. */
static err request_check(const struct hasher_request *r)
{
	if (r->version != HASHER_MESSAGE_VERSION)
		FAIL(ERR_INVALID, "hasher request of another version");
	if (r->kind < HASHER_HASH || r->kind > HASHER_NOBODY)
		FAIL(ERR_INVALID, "hasher request of no known kind");
	if (r->profile != HASHER_STANDARD && r->profile != HASHER_HIGH)
		FAIL(ERR_INVALID, "hasher request with no known profile");
	if (r->password_len > sizeof r->password || r->phc_len > sizeof r->phc || r->zero != 0)
		FAIL(ERR_INVALID, "hasher request with lengths out of range");
	if ((r->kind == HASHER_VERIFY) != (r->phc_len > 0))
		FAIL(ERR_INVALID, "a stored hash belongs to checks, and to nothing else");
	if (!is_zero(r->password + r->password_len, sizeof r->password - r->password_len) ||
	    !is_zero(r->phc + r->phc_len, sizeof r->phc - r->phc_len))
		FAIL(ERR_INVALID, "hasher request with octets past its texts");
	return OK;
}

err hasher_request_decode(bytes raw, struct hasher_request *out)
{
	if (raw.len != sizeof *out) {
		hasher_request_wipe(out);
		FAIL(ERR_INVALID, "hasher request of the wrong size");
	}
	memcpy(out, raw.at, sizeof *out);
	err e = request_check(out);
	if (failed(e))
		hasher_request_wipe(out);
	return e;
}

static err answer_check(const struct hasher_answer *a)
{
	if (a->version != HASHER_MESSAGE_VERSION || a->result < HASHER_DONE || a->result > HASHER_FAILED)
		FAIL(ERR_INVALID, "hasher answer of another version or no known result");
	if (a->matches > 1 || a->outdated > 1 || a->phc_len > sizeof a->phc)
		FAIL(ERR_INVALID, "hasher answer with values out of range");
	if (a->result != HASHER_DONE && (a->matches || a->outdated || a->phc_len))
		FAIL(ERR_INVALID, "hasher answer that failed and yet says something");
	if ((a->outdated && !a->matches) || (a->matches && a->phc_len))
		FAIL(ERR_INVALID, "hasher answer that contradicts itself");
	if (!is_zero(a->phc + a->phc_len, sizeof a->phc - a->phc_len))
		FAIL(ERR_INVALID, "hasher answer with octets past its text");
	return OK;
}

err hasher_answer_decode(bytes raw, struct hasher_answer *out)
{
	if (raw.len != sizeof *out) {
		memset(out, 0, sizeof *out);
		FAIL(ERR_INVALID, "hasher answer of the wrong size");
	}
	memcpy(out, raw.at, sizeof *out);
	err e = answer_check(out);
	if (failed(e))
		memset(out, 0, sizeof *out);
	return e;
}
