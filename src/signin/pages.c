#include "signin/pages.h"

#include "signin/page.h"
#include "signin/transaction.h"

static struct page page_of(const struct authorization *a, const char *step, const char *title)
{
	return (struct page){ .step = step, .title = title, .form_uri = a->redirect_uri,
			      .keeps_opener = a->platform == PLATFORM_SPA };
}

/* The form's start, with the sealed state. */
static err put_form(struct web_call *call, const struct authorization *a, const char *action)
{
	str ctx = { 0 };

	TRY(transaction_seal(call, &a->transaction, &ctx));
	page_put(call, "<form method=\"post\" action=\"{}{}\"><input type=\"hidden\" name=\"ctx\" value=\"{}\">\n",
		 call->request.base, str_of(action), ctx);
	return OK;
}

static void put_alert(struct web_call *call, const char *alert)
{
	if (alert)
		page_put(call, "<p role=\"alert\">{}</p>\n", str_of(alert));
}

err page_error(struct web_call *call, enum refusal refusal)
{
	const struct refusal_row *row = refusal_row(refusal);
	struct page page = { .step = "error", .title = "Sign-in cannot go on", .status = row->status >= 500 ? row->status : 400 };
	str id = uuid_text(call->arena, &call->request.id);
	str code = str_format(call->arena, "BWK%05d", row->number);

	TRY_NEW(id.at);
	TRY_NEW(code.at);
	TRY(page_begin(call, &page));
	page_put(call, "<p role=\"alert\">{}</p><p class=\"soft\">Code <code>{}</code><br>trace_id <code>{}</code></p>",
		 str_of(row->text), code, id);
	page_end(call, &page);
	return OK;
}

err page_sign_in(struct web_call *call, const struct authorization *a, str username, const char *alert)
{
	struct page page = page_of(a, "password", "Sign in");
	struct directory *d = signin_of(call)->directory;

	TRY(page_begin(call, &page));
	page_put(call, "<p class=\"soft\">{}, to go on to <strong>{}</strong></p>\n", d->display_name, a->client.display_name);
	put_alert(call, alert);
	TRY(put_form(call, a, "/signin/password"));
	page_put(call, "<label for=\"username\">User name</label><input id=\"username\" name=\"username\" type=\"text\" value=\"{}\" "
		 "autocomplete=\"username webauthn\" autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\" "
		 "maxlength=\"320\" required", username);
	page_put(call, "{}>\n<label for=\"password\">Password</label><input id=\"password\" name=\"password\" type=\"password\" "
		 "autocomplete=\"current-password\" maxlength=\"256\" required{}>\n",
		 username.len ? S("") : S(" autofocus"), username.len ? S(" autofocus") : S(""));
	page_put(call, "<label class=\"check\"><input type=\"checkbox\" name=\"remember\" value=\"1\"> Stay signed in</label>\n"
		 "<button type=\"submit\" name=\"action\" value=\"signin\">Sign in</button>"
		 "<button type=\"submit\" name=\"action\" value=\"cancel\" class=\"other\" formnovalidate>Cancel</button></form>\n");
	page_end(call, &page);
	return OK;
}

err page_select_account(struct web_call *call, const struct authorization *a, const struct person *person)
{
	struct page page = page_of(a, "select-account", "Choose an account");
	str id = uuid_text(call->arena, &person->id);

	TRY_NEW(id.at);
	TRY(page_begin(call, &page));
	page_put(call, "<p class=\"soft\">To go on to <strong>{}</strong></p>\n", a->client.display_name);
	TRY(put_form(call, a, "/signin/account"));
	page_put(call, "<button type=\"submit\" name=\"account\" value=\"{}\">{}<br>{}</button>\n"
		 "<button type=\"submit\" name=\"action\" value=\"other\" class=\"other\">Another account</button>"
		 "<button type=\"submit\" name=\"action\" value=\"cancel\" class=\"other\">Cancel</button></form>\n",
		 id, person->display_name, person->user_principal_name);
	page_end(call, &page);
	return OK;
}

err page_consent(struct web_call *call, const struct authorization *a, const struct person *person, const str *sentences,
		 size_t sentence_count)
{
	struct page page = page_of(a, "consent", "Allow access?");

	TRY(page_begin(call, &page));
	page_put(call, "<p><strong>{}</strong> asks to act for you, {}.</p><p>It will be able to:</p><ul>\n", a->client.display_name,
		 person->user_principal_name);
	for (size_t i = 0; i < sentence_count; i++)
		page_put(call, "<li>{}</li>\n", sentences[i]);
	page_put(call, "</ul><p class=\"soft\">It will send you to <code>{}</code></p>\n",
		 page_origin(call->arena, a->redirect_uri));
	TRY(put_form(call, a, "/signin/consent"));
	page_put(call, "<button type=\"submit\" name=\"action\" value=\"accept\">Allow</button>"
		 "<button type=\"submit\" name=\"action\" value=\"deny\" class=\"other\">Refuse</button></form>\n");
	page_end(call, &page);
	return OK;
}

err page_change_password(struct web_call *call, const struct authorization *a, const struct person *person, str proof,
			 const char *alert)
{
	struct page page = page_of(a, "change-password", "Choose a new password");

	TRY(page_begin(call, &page));
	page_put(call, "<p class=\"soft\">{} must have a password that only you know.</p>\n", person->user_principal_name);
	put_alert(call, alert);
	TRY(put_form(call, a, "/signin/change-password"));
	page_put(call, "<input type=\"hidden\" name=\"proof\" value=\"{}\">"
		 "<input type=\"hidden\" name=\"username\" autocomplete=\"username\" value=\"{}\">\n"
		 "<label for=\"new\">New password</label><input id=\"new\" type=\"password\" name=\"new_password\" "
		 "autocomplete=\"new-password\" maxlength=\"256\" required autofocus>\n"
		 "<label for=\"again\">The same again</label><input id=\"again\" type=\"password\" name=\"new_password_again\" "
		 "autocomplete=\"new-password\" maxlength=\"256\" required>\n"
		 "<button type=\"submit\" name=\"action\" value=\"accept\">Save and go on</button>"
		 "<button type=\"submit\" name=\"action\" value=\"cancel\" class=\"other\" formnovalidate>Cancel</button></form>\n",
		 proof, person->user_principal_name);
	page_end(call, &page);
	return OK;
}

err page_sign_out(struct web_call *call, str ctx, str redirect_uri)
{
	struct page page = { .step = "signout", .title = "Sign out?", .form_uri = redirect_uri };

	TRY(page_begin(call, &page));
	page_put(call, "<p>You will be signed out of {}.</p><form method=\"post\" action=\"{}/signin/signout\">"
		 "<input type=\"hidden\" name=\"ctx\" value=\"{}\">"
		 "<button type=\"submit\" name=\"action\" value=\"signout\">Sign out</button></form>\n",
		 signin_of(call)->directory->display_name, call->request.base, ctx);
	page_end(call, &page);
	return OK;
}

err page_signed_out(struct web_call *call)
{
	struct page page = { .step = "signed-out", .title = "You are signed out" };

	TRY(page_begin(call, &page));
	page_put(call, "<p>You may close this window.</p>\n");
	page_end(call, &page);
	return OK;
}

err page_form_post(struct web_call *call, str redirect_uri, const str *names, const str *values, size_t count)
{
	struct page page = { .step = "form-post", .title = "Going on", .form_uri = redirect_uri, .keeps_opener = true,
			     .script = "document.forms[0].submit()" };

	TRY(page_begin(call, &page));
	page_put(call, "<form method=\"post\" action=\"{}\">\n", redirect_uri);
	for (size_t i = 0; i < count; i++)
		page_put(call, "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", names[i], values[i]);
	page_put(call, "<button type=\"submit\">Go on</button></form>\n");
	page_end(call, &page);
	return OK;
}
