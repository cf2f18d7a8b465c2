#include "edge/route.h"

#include "edge/route_internal.h"
#include "edge/token_tid.h"

/* What of `/{tenant}/...` is not the identity worker's. Prefixes end at a segment border. */
static const struct tenant_rule {
	str prefix;
	enum process_role role;
} tenant_rules[] = {
	{ S("/audit"), ROLE_RECORDER },
};

/* Where a client of an unknown tenant expects OAuth's answer rather than a plain 404. */
static const str oauth_surfaces[] = { S("/oauth2"), S("/v2.0"), S("/discovery"), S("/v1.0"), S("/admin"), S("/oidc"),
				      S("/scim"), S("/audit"), S("/.well-known") };

/* Surfaces that also exist without a tenant in the path: the bearer token's tid names it. */
static const str tenantless[] = { S("/v1.0"), S("/oidc/userinfo"), S("/api/discovery"), S("/admin/v1"), S("/audit") };

static bool below(str path, str prefix)
{
	return str_starts_with(path, prefix) && (path.len == prefix.len || path.at[prefix.len] == '/' ||
						 path.at[prefix.len] == '(');
}

static void refuse(struct route *out, enum refusal refusal)
{
	out->kind = ROUTE_REFUSED;
	out->refusal = refusal;
}

static void to_worker(struct route *out, enum process_role role, const struct uuid *tenant,
		      const struct uuid *environment)
{
	out->kind = ROUTE_WORKER;
	out->worker = (struct worker_name){ .role = role };
	if (tenant && role != ROLE_CONTROL)
		out->worker.tenant = *tenant;
	if (environment)
		out->worker.environment = *environment;
}

static const void *look_up(const struct map *map, str name)
{
	char lower[256];
	if (name.len == 0 || name.len > sizeof lower)
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = ascii_lower(name.at[i]);
	return map_get(map, (str){ lower, name.len });
}

static void to_environment(const struct routing_table *t, str name, str base, str path, struct route *out)
{
	const struct routed_environment *e = look_up(t->environments, name);
	if (!e) {
		refuse(out, REFUSE_ENVIRONMENT);
		return;
	}
	out->base = base;
	out->path = path;
	to_worker(out, ROLE_DATA, &e->tenant, &e->environment);
}

/* --- the authority --- */

enum site { SITE_FOREIGN = 0, SITE_MAIN, SITE_ADMIN, SITE_ENVIRONMENT };

static enum site site_of(const struct routing_table *t, str authority, str *out_label)
{
	size_t colon = authority.len && authority.at[0] == '[' ? str_find(authority, S("]:"), 0)
							       : str_find_char(authority, ':', 0);
	if (colon != SIZE_MAX && authority.at[0] == '[')
		colon++;
	str host = str_slice(authority, 0, colon == SIZE_MAX ? authority.len : colon);
	str port = colon == SIZE_MAX ? S("443") : str_from(authority, colon + 1);
	if (!str_equal(port, t->port))
		return SITE_FOREIGN;
	if (str_equal_nocase(host, t->host))
		return SITE_MAIN;
	if (host.len <= t->host.len + 1 || host.at[host.len - t->host.len - 1] != '.' ||
	    !str_equal_nocase(str_from(host, host.len - t->host.len), t->host))
		return SITE_FOREIGN;
	*out_label = str_slice(host, 0, host.len - t->host.len - 1);
	if (str_find_char(*out_label, '.', 0) != SIZE_MAX)
		return SITE_FOREIGN;
	return str_equal_nocase(*out_label, S("admin")) ? SITE_ADMIN : SITE_ENVIRONMENT;
}

/* --- the path --- */

static void route_tenant_path(const struct uuid *tenant, str base, str path, struct route *out)
{
	enum process_role role = ROLE_IDENTITY;
	if (path.len == 0) { /* "/contoso.example" alone */
		refuse(out, REFUSE_NOT_FOUND);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(tenant_rules); i++)
		if (below(path, tenant_rules[i].prefix))
			role = tenant_rules[i].role;
	out->base = base;
	out->path = path;
	to_worker(out, role, tenant, NULL);
}

static void refuse_unknown_tenant(str path, struct route *out)
{
	refuse(out, REFUSE_NOT_FOUND);
	for (size_t i = 0; i < COUNT_OF(oauth_surfaces); i++)
		if (below(path, oauth_surfaces[i]))
			refuse(out, REFUSE_TENANT);
	if (below(path, S("/oauth2/v2.0/authorize")) || below(path, S("/oauth2/v2.0/logout")))
		refuse(out, REFUSE_TENANT_PAGE);
}

static void route_by_token(const struct routing_table *t, const struct http_head *head, struct route *out)
{
	char text[UUID_TEXT_LEN + 1];
	struct uuid tid;
	str authorization = http_head_field(head, S("authorization"));
	if (!authorization.at || failed(token_tid_parse(authorization, &tid))) {
		refuse(out, REFUSE_UNAUTHENTICATED);
		return;
	}
	uuid_format(&tid, text);
	const struct uuid *tenant = map_get(t->tenants, (str){ text, UUID_TEXT_LEN });
	if (!tenant) {
		refuse(out, REFUSE_UNAUTHENTICATED);
		return;
	}
	route_tenant_path(tenant, str_slice(head->path, 0, 0), head->path, out);
}

static bool is_tenantless(str path)
{
	for (size_t i = 0; i < COUNT_OF(tenantless); i++)
		if (below(path, tenantless[i]))
			return true;
	return false;
}

/* The description of an environment's decision point stands at the well-known address with the environment's own path behind it
 * (AuthZEN 1.0): "/.well-known/authzen-configuration/e/sales". The worker gets what it always gets, in the other order. */
static const str authzen_configuration = { "/.well-known/authzen-configuration", 34 };

static bool is_authzen_configuration(str path)
{
	return str_starts_with(path, authzen_configuration) && str_starts_with(str_from(path, authzen_configuration.len), S("/e/"));
}

static void route_main_site(const struct routing_table *t, enum channel_lane lane, const struct http_head *head,
			    struct route *out)
{
	str path = head->path;
	size_t cut = str_find_char(path, '/', 1);
	str first = str_slice(path, 1, cut == SIZE_MAX ? path.len : cut);
	str rest = cut == SIZE_MAX ? str_from(path, path.len) : str_from(path, cut);
	if (below(path, S("/platform/v1"))) {
		out->path = path;
		out->base = str_slice(path, 0, 0);
		if (lane == LANE_OPERATOR)
			to_worker(out, ROLE_CONTROL, NULL, NULL);
		else
			refuse(out, REFUSE_NOT_FOUND);
	} else if (lane == LANE_OPERATOR && below(path, S("/audit"))) { /* the installation's own log */
		out->path = path;
		out->base = str_slice(path, 0, 0);
		to_worker(out, ROLE_RECORDER, NULL, NULL);
	} else if (str_equal(path, S("/")) || below(path, S("/app")) || str_equal(path, S("/favicon.ico")) ||
		   str_equal(path, S("/robots.txt"))) {
		out->kind = ROUTE_STATIC;
	} else if (str_equal(first, S("e"))) {
		size_t end = str_find_char(rest, '/', 1);
		str name = str_slice(rest, 1, end == SIZE_MAX ? rest.len : end);
		size_t base_len = 2 + 1 + name.len;
		to_environment(t, name, str_slice(path, 0, base_len), str_from(path, base_len), out);
	} else if (is_authzen_configuration(path)) {
		str base = str_from(path, authzen_configuration.len);
		to_environment(t, str_from(base, 3), base, str_slice(path, 0, authzen_configuration.len), out);
	} else if (is_tenantless(path)) {
		route_by_token(t, head, out);
	} else {
		const struct uuid *tenant = look_up(t->tenants, first);
		if (tenant)
			route_tenant_path(tenant, str_slice(path, 0, 1 + first.len), rest, out);
		else
			refuse_unknown_tenant(rest, out);
	}
}

void route_find(const struct routing_table *t, enum channel_lane lane, const struct http_head *head, struct route *out)
{
	str label = { NULL, 0 };
	enum site site = lane == LANE_OPERATOR ? SITE_MAIN : site_of(t, head->authority, &label);
	*out = (struct route){ .kind = ROUTE_REFUSED, .refusal = REFUSE_NOT_FOUND };
	if (site == SITE_FOREIGN) {
		refuse(out, REFUSE_MISDIRECTED);
	} else if (head->path.len == 0 || head->path.at[0] != '/') {
		refuse(out, REFUSE_NOT_FOUND); /* OPTIONS * */
	} else if (str_equal(head->path, S("/healthz"))) {
		out->kind = ROUTE_HEALTH;
	} else if (site == SITE_ENVIRONMENT) {
		to_environment(t, label, str_slice(head->path, 0, 0), head->path, out);
	} else if (site == SITE_MAIN) {
		route_main_site(t, lane, head, out);
	}
	/* Before control has told what there is, nothing is known to be missing, and nobody should be sent here yet. */
	if (t->provisional && (out->kind == ROUTE_REFUSED || out->kind == ROUTE_HEALTH) && site != SITE_FOREIGN)
		refuse(out, REFUSE_UNAVAILABLE);
	/* Strangers send no uploads yet: only the operator's import has bodies above the ordinary bound. */
	out->large_body = lane == LANE_OPERATOR && out->kind == ROUTE_WORKER && out->worker.role == ROLE_DATA;
}
