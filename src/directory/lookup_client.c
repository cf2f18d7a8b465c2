/* directory/lookup_client.c - what sign-in asks about client applications. */
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "directory/application.h"
#include "directory/sql_catalog.h"

static err read_redirect_uris(struct store *store, struct arena *arena, struct client *c)
{
	SCOPED(statement) s = { 0 };
	struct redirect_uri *uris = NEW_ARRAY(arena, struct redirect_uri, 3 * REDIRECT_URIS_MAX);
	bool row = false;

	TRY_NEW(uris);
	TRY(statement_open(store, &SQL_APPLICATION_REDIRECT_URIS, &s));
	TRY(bind_i64(&s, 1, c->key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row || c->redirect_uri_count == 3 * REDIRECT_URIS_MAX)
			break;
		struct redirect_uri *u = &uris[c->redirect_uri_count++];
		u->uri = column_text_copy(&s, 0, arena);
		u->platform = (enum redirect_platform)column_i64(&s, 1);
		TRY_NEW(u->uri.at);
	}
	c->redirect_uris = uris;
	return OK;
}

err lookup_client(struct directory *d, const struct uuid *app_id, struct arena *arena, struct client *out)
{
	struct application a;
	const struct json *web = NULL;

	TRY(application_by_app_id(d->store, app_id, arena, &a));
	*out = (struct client){
		.key = a.key, .app_id = a.app_id, .object_id = a.id, .service_principal_id = a.service_principal_id,
		.service_principal_key = a.service_principal_key, .display_name = a.display_name,
		.has_service_principal = a.has_service_principal, .enabled = a.service_principal_enabled,
		.assignment_required = a.assignment_required, .fallback_public_client = a.fallback_public_client,
		.built_in = a.built_in, .group_membership_claims = a.group_membership_claims,
		.optional_claims = a.json[APP_OPTIONAL_CLAIMS], .bwk = a.json[APP_BWK],
	};
	TRY(json_parse(bytes_of_str(a.json[APP_WEB]), JSON_LIMITS_DEFAULT, arena, &web, NULL));
	json_member_is_str(web, S("logoutUrl"), &out->logout_url);
	json_member_is_str(web, S("homePageUrl"), &out->home_page_url);
	return read_redirect_uris(d->store, arena, out);
}

err lookup_client_secret(struct directory *d, int64_t application_key, str secret, struct instant now, bool *out_matches)
{
	SCOPED(statement) s = { 0 };
	struct sha256 digest = sha256_of(bytes_of_str(secret));
	bool row = false, matches = false;

	TRY(statement_open(d->store, &SQL_APPLICATION_SECRETS, &s));
	TRY(bind_i64(&s, 1, application_key));
	TRY(bind_i64(&s, 2, now.ms));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		matches |= secret_equal(column_bytes(&s, 0), bytes_of(digest.b, sizeof digest.b));
	}
	*out_matches = matches;
	return OK;
}
