#include "signin/proof.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "signin/browser.h"
#include "signin/sealed.h"

err proof_make(struct web_call *call, const struct person *person, bool remember, str *out)
{
	struct buffer b = { 0 };
	str browser = { 0 };

	TRY(browser_name(call, &browser));
	buffer_init(&b, 64);
	write_u64(&b, (uint64_t)call->now.ms);
	buffer_append(&b, bytes_of(person->id.b, sizeof person->id.b));
	write_u8(&b, remember);
	write_u64(&b, (uint64_t)person->password_changed_at.ms);
	err e = sealed_make(signin_of(call), S("password proof"), browser, buffer_bytes(&b), call->arena, out);
	buffer_release(&b);
	return e;
}

err proof_check(struct web_call *call, str text, struct person *out_person, bool *out_remember)
{
	struct uuid id = { { 0 } };
	bytes plain = { 0 };
	str browser = { 0 };

	if (!browser_has_name(call, &browser))
		FAIL(ERR_INVALID, "the browser did not begin a sign-in");
	TRY(sealed_open(signin_of(call), S("password proof"), browser, text, call->arena, &plain));
	struct reader r = reader_of(plain);
	int64_t made_ms = (int64_t)read_u64(&r);
	read_into(&r, id.b, sizeof id.b);
	*out_remember = read_u8(&r) != 0;
	int64_t changed_ms = (int64_t)read_u64(&r);
	if (!reader_is_exact(&r) || call->now.ms - made_ms > PROOF_AGE_MS)
		FAIL(ERR_INVALID, "the proof of the password is too old");
	err e = lookup_person(signin_of(call)->directory, &id, call->arena, out_person);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "the account is gone");
	TRY(e);
	if (!out_person->enabled || out_person->password_changed_at.ms != changed_ms)
		FAIL(ERR_INVALID, "the account or its password has changed since");
	return OK;
}
