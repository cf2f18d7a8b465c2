#include "signin/transaction.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "signin/browser.h"
#include "signin/sealed.h"

enum { TRANSACTION_VERSION = 1 };

err transaction_seal(struct web_call *call, const struct transaction_state *t, str *out)
{
	struct buffer b = { 0 };
	str browser = { 0 };

	TRY(browser_name(call, &browser));
	buffer_init(&b, TRANSACTION_QUERY_BYTES_MAX + 64);
	write_u8(&b, TRANSACTION_VERSION);
	write_u64(&b, (uint64_t)t->started.ms);
	write_u8(&b, (uint8_t)t->flags);
	buffer_append(&b, bytes_of(t->session.b, sizeof t->session.b));
	write_str16(&b, t->query);
	err e = b.failed ? ERR(ERR_LIMIT, "authorization request too long") :
			   sealed_make(signin_of(call), S("transaction"), browser, buffer_bytes(&b), call->arena, out);
	buffer_release(&b);
	return e;
}

err transaction_unseal(struct web_call *call, str text, struct transaction_state *out)
{
	struct transaction_state t = { 0 };
	bytes plain = { 0 };
	str browser = { 0 };

	if (!browser_has_name(call, &browser))
		FAIL(ERR_INVALID, "the browser did not begin a sign-in");
	TRY(sealed_open(signin_of(call), S("transaction"), browser, text, call->arena, &plain));
	struct reader r = reader_of(plain);
	uint8_t version = read_u8(&r);
	t.started.ms = (int64_t)read_u64(&r);
	t.flags = read_u8(&r);
	read_into(&r, t.session.b, sizeof t.session.b);
	t.query = read_str16(&r);
	if (!reader_is_exact(&r) || version != TRANSACTION_VERSION)
		FAIL(ERR_INVALID, "sign-in state of another version");
	if (call->now.ms - t.started.ms > TRANSACTION_AGE_MS)
		FAIL(ERR_INVALID, "sign-in begun too long ago");
	*out = t;
	return OK;
}
