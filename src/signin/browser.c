#include "signin/browser.h"

#include "codec/base64.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "host/random.h"
#include "signin/sealed.h"

enum { NAME_OCTETS = 32, DEVICE_AGE_S = 365 * 86400, DEVICE_BYTES = 24 };

static const int64_t familiar_ms = 30LL * 86400 * 1000;

static str cookie_name(struct web_call *call, str prefix)
{
	return str_format(call->arena, "%.*s%s", STR_ARG(prefix), signin_of(call)->cookie_suffix);
}

bool browser_cookie(struct web_call *call, str prefix, str *out)
{
	str name = cookie_name(call, prefix);
	return name.at && web_cookie(&call->request, name, out);
}

err browser_set_cookie(struct web_call *call, str prefix, str value, int64_t max_age_s)
{
	str name = cookie_name(call, prefix);

	TRY_NEW(name.at);
	web_set_cookie(call, name, value, max_age_s);
	return OK;
}

bool browser_has_name(struct web_call *call, str *out)
{
	return browser_cookie(call, S("__Host-bwk_f_"), out) && out->len == base64url_len(NAME_OCTETS);
}

err browser_name(struct web_call *call, str *out)
{
	uint8_t fresh[NAME_OCTETS];

	if (browser_has_name(call, out))
		return OK;
	random_bytes(fresh, sizeof fresh);
	str name = base64url_text(call->arena, bytes_of(fresh, sizeof fresh));
	TRY_NEW(name.at);
	TRY(browser_set_cookie(call, S("__Host-bwk_f_"), name, -1));
	*out = name;
	return OK;
}

bool browser_is_familiar(struct web_call *call, const struct uuid *person)
{
	str text = { 0 };
	bytes plain = { 0 };
	struct uuid id = { { 0 } };

	if (!browser_cookie(call, S("__Host-bwk_d_"), &text) ||
	    failed(sealed_open(signin_of(call), S("device"), S(""), text, call->arena, &plain)))
		return false;
	struct reader r = reader_of(plain);
	read_into(&r, id.b, sizeof id.b);
	int64_t seen_ms = (int64_t)read_u64(&r);
	return reader_is_exact(&r) && uuid_equal(&id, person) && call->now.ms - seen_ms < familiar_ms;
}

err browser_remember(struct web_call *call, const struct uuid *person)
{
	struct buffer b = { 0 };
	str text = { 0 };

	buffer_init(&b, DEVICE_BYTES);
	buffer_append(&b, bytes_of(person->b, sizeof person->b));
	write_u64(&b, (uint64_t)call->now.ms);
	err e = sealed_make(signin_of(call), S("device"), S(""), buffer_bytes(&b), call->arena, &text);
	buffer_release(&b);
	TRY(e);
	return browser_set_cookie(call, S("__Host-bwk_d_"), text, DEVICE_AGE_S);
}

bool browser_posted_from_us(struct web_call *call)
{
	str value = { 0 };

	if (web_header(&call->request, S("sec-fetch-site"), &value))
		return str_equal(value, S("same-origin"));
	return web_header(&call->request, S("origin"), &value) && str_equal(value, call->request.origin);
}
