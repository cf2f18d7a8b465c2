/* signin/routes.c - every address of the provider. */
#include "signin/authorize.h"
#include "signin/cors.h"
#include "signin/discovery.h"
#include "signin/logout.h"
#include "signin/oauth_error.h"
#include "signin/page.h"
#include "signin/token_endpoint.h"
#include "signin/userinfo.h"

static const struct web_route routes[] = {
	{ HTTP_GET,     "/v2.0/.well-known/openid-configuration", discovery_get },
	{ HTTP_OPTIONS, "/v2.0/.well-known/openid-configuration", cors_preflight },
	{ HTTP_GET,     "/discovery/v2.0/keys",                   discovery_keys_get },
	{ HTTP_OPTIONS, "/discovery/v2.0/keys",                   cors_preflight },
	{ HTTP_GET,     "/oauth2/v2.0/authorize",                 authorize_get },
	{ HTTP_POST,    "/oauth2/v2.0/authorize",                 authorize_post },
	{ HTTP_POST,    "/oauth2/v2.0/token",                     token_post },
	{ HTTP_OPTIONS, "/oauth2/v2.0/token",                     cors_preflight },
	{ HTTP_GET,     "/oauth2/v2.0/logout",                    logout_any },
	{ HTTP_POST,    "/oauth2/v2.0/logout",                    logout_any },
	{ HTTP_GET,     "/oidc/userinfo",                         userinfo_get },
	{ HTTP_POST,    "/oidc/userinfo",                         userinfo_post },
	{ HTTP_OPTIONS, "/oidc/userinfo",                         cors_preflight },
	{ HTTP_GET,     "/signin/continue",                       authorize_continue },
	{ HTTP_POST,    "/signin/password",                       password_post },
	{ HTTP_POST,    "/signin/change-password",                change_password_post },
	{ HTTP_POST,    "/signin/account",                        account_post },
	{ HTTP_POST,    "/signin/consent",                        consent_post },
	{ HTTP_POST,    "/signin/signout",                        logout_confirmed },
	{ HTTP_GET,     "/signin/style.css",                      page_style },
};

const struct web_surface signin_surface = {
	.prefix = "", .routes = routes, .route_count = COUNT_OF(routes), .write_error = oauth_write_error,
};
