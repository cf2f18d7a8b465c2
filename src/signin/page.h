/* signin/page.h - one HTML page: headers, frame and escaping. The pages themselves are in pages.c.
 *
 * Source: identity 3.5 (contract), 6.3 (headers). Plain forms, no script: the page that posts an answer to a client
 * (form_post) is the only one with a script, and it works by its button too. Nothing a peer sent gets into a page unescaped:
 * text goes in through page_put, whose template is a literal and whose arguments are escaped. */
#ifndef SIGNIN_PAGE_H
#define SIGNIN_PAGE_H

#include "web/call.h"

struct page {
	const char *step;   /* <meta name="bwk-step">                                                          */
	const char *title;
	int status;
	str form_uri;       /* the transaction's redirect URI: Chromium applies form-action to redirects too; or empty */
	bool keeps_opener;  /* a pop-up flow: no Cross-Origin-Opener-Policy                                    */
	const char *script; /* form_post only; a literal, allowed by its nonce                                 */
	str nonce;          /* set by page_begin when there is a script                                        */
};

/* Sets status and headers and opens the body. */
MUST_USE NONNULL err page_begin(struct web_call *call, struct page *page);
/* `{}` in the literal template takes the next argument, escaped. */
#define page_put(call_, template_, ...)                                                                       \
	page_put_((call_), (template_), (const str[]){ (str){ 0 }, ##__VA_ARGS__ },                           \
		  sizeof((const str[]){ (str){ 0 }, ##__VA_ARGS__ }) / sizeof(str) - 1)
NONNULL void page_put_(struct web_call *call, const char *template, const str *args, size_t arg_count);
NONNULL void page_end(struct web_call *call, const struct page *page);

/* "https://host:port" of a URL, "scheme:" of a custom one; empty when it is none. */
NONNULL str page_origin(struct arena *arena, str uri);

/* The style sheet: served at {base}/signin/style.css. */
MUST_USE NONNULL err page_style(struct web_call *call);

#endif
