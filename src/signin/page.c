#include "signin/page.h"

#include <assert.h>

#include "codec/base64.h"
#include "codec/html.h"
#include "host/random.h"
#include "signin/signin_internal.h"

/* One family with the first page (src/console/static/style.css): its colours, corners, focus and places. */
static const char style[] =
	":root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--field:#8c959f;"
	"--accent:#0b57a4;--on-accent:#fff;--alert:#a40e26;--alert-ground:#fff0f0}"
	"@media(prefers-color-scheme:dark){:root{--ground:#0f1216;--card:#191e24;--ink:#e8ebee;--soft:#a3adb8;--line:#2e3640;--field:#6b7683;"
	"--accent:#7cb7f5;--on-accent:#0b1a2a;--alert:#ffb3ba;--alert-ground:#3a1519}}"
	"*{box-sizing:border-box}"
	"body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}"
	"header{display:flex;align-items:center;gap:.6rem;padding:.5rem 1.5rem;min-height:3.75rem;background:var(--card);"
	"border-bottom:1px solid var(--line);font-weight:650;font-size:1.0625rem}"
	"main{width:calc(100% - 1.5rem);max-width:26rem;margin:calc(8vh + 1.5rem) auto 1.5rem;background:var(--card);"
	"border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}"
	"@media(max-width:40rem){header{padding:.25rem .75rem;min-height:3.25rem}main{margin-top:1.75rem;padding:1rem}}"
	"h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}"
	"p{margin:.5rem 0}.soft{color:var(--soft)}"
	"label{display:block;margin:1rem 0 .25rem;font-weight:600}"
	"input[type=text],input[type=password]{width:100%;font:inherit;padding:.5rem .65rem;min-height:2.75rem;"
	"border:1px solid var(--field);border-radius:.4rem;background:var(--card);color:var(--ink)}"
	".check{display:flex;gap:.6rem;align-items:center;font-weight:400}.check input{width:1.25rem;height:1.25rem}"
	"button{display:block;width:100%;min-height:2.75rem;font:inherit;font-weight:600;margin:.75rem 0 0;padding:.6rem 1rem;"
	"border-radius:.4rem;border:1px solid var(--accent);background:var(--accent);color:var(--on-accent);cursor:pointer}"
	"button.other{background:transparent;color:var(--accent)}"
	":focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
	"[role=alert]{border-left:.3rem solid var(--alert);background:var(--alert-ground);color:var(--alert);padding:.6rem .8rem;"
	"margin:1rem 0;border-radius:.25rem}"
	"ul{padding-left:1.2rem}code{overflow-wrap:anywhere}";

str page_origin(struct arena *arena, str uri)
{
	struct url url = { 0 };

	if (!uri.len || failed(url_parse(uri, &url)))
		return S("");
	if (str_equal_nocase(url.scheme, S("https")) || str_equal_nocase(url.scheme, S("http")))
		return str_format(arena, "%.*s://%.*s", STR_ARG(url.scheme), STR_ARG(url.authority));
	return str_format(arena, "%.*s:", STR_ARG(url.scheme));
}

static err set_headers(struct web_call *call, struct page *page)
{
	str origin = page_origin(call->arena, page->form_uri);
	str script = S("");

	if (page->script) {
		uint8_t raw[16];
		random_bytes(raw, sizeof raw);
		page->nonce = base64url_text(call->arena, bytes_of(raw, sizeof raw));
		TRY_NEW(page->nonce.at);
		script = str_format(call->arena, " script-src 'nonce-%.*s';", STR_ARG(page->nonce));
	}
	str policy = str_format(call->arena, "default-src 'none';%.*s style-src 'self'; img-src 'self'; form-action 'self'%s%.*s; "
				"frame-ancestors 'none'; base-uri 'none'", STR_ARG(script), origin.len ? " " : "", STR_ARG(origin));
	TRY_NEW(policy.at);
	web_set_header(call, S("content-type"), S("text/html; charset=utf-8"));
	web_set_header(call, S("content-security-policy"), policy);
	web_set_header(call, S("x-frame-options"), S("DENY"));
	web_set_header(call, S("x-content-type-options"), S("nosniff"));
	web_set_header(call, S("referrer-policy"), S("no-referrer"));
	if (!page->keeps_opener)
		web_set_header(call, S("cross-origin-opener-policy"), S("same-origin"));
	web_no_store(call);
	return OK;
}

err page_begin(struct web_call *call, struct page *page)
{
	web_status(call, page->status ? page->status : 200);
	TRY(set_headers(call, page));
	page_put(call, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>"
		 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"bwk-step\" content=\"{}\">"
		 "<link rel=\"icon\" href=\"/app/mark.svg\" type=\"image/svg+xml\">"
		 "<link rel=\"stylesheet\" href=\"{}/signin/style.css\"></head><body><header><img src=\"/app/mark.svg\" alt=\"\" "
		 "width=\"28\" height=\"28\"> Bailiwick</header><main><h1>{}</h1>\n",
		 str_of(page->title), str_of(page->step), call->request.base, str_of(page->title));
	return OK;
}

void page_put_(struct web_call *call, const char *template, const str *args, size_t arg_count)
{
	struct buffer *b = &call->response.body;
	str rest = str_of(template);
	size_t used = 0;

	for (size_t hole; (hole = str_find(rest, S("{}"), 0)) != SIZE_MAX; rest = str_from(rest, hole + 2)) {
		assert(used < arg_count);
		buffer_append_str(b, str_slice(rest, 0, hole));
		html_write(b, args[++used]);
	}
	assert(used == arg_count);
	buffer_append_str(b, rest);
}

void page_end(struct web_call *call, const struct page *page)
{
	page_put(call, "</main>");
	if (page->script) {
		page_put(call, "<script nonce=\"{}\">", page->nonce);
		buffer_append_str(&call->response.body, str_of(page->script));
		page_put(call, "</script>");
	}
	page_put(call, "</body></html>\n");
}

err page_style(struct web_call *call)
{
	web_text(call, 200, S("text/css; charset=utf-8"), S(style));
	web_set_header(call, S("cache-control"), S("public, max-age=86400"));
	web_set_header(call, S("x-content-type-options"), S("nosniff"));
	return OK;
}
