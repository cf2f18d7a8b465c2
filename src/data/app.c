/* data/app.c */
#include "data/app.h"

#include <stdlib.h>

#include "authz/authz.h"
#include "authz/share_list.h"
#include "codec/json_read.h"
#include "data/names.h"
#include "host/log.h"
#include "token/verify.h"

enum { FACTS_ARENA_BYTES = 256 * 1024 };

struct facts {
	struct uuid tenant, environment;
	str unique_name, display_name, origin, issuer;
	enum environment_state state;
	struct admission admission;
};

static bool uuid_member(const struct json *facts, str name, struct uuid *out)
{
	str text;
	return json_member_is_str(facts, name, &text) && !failed(uuid_parse(text, out));
}

static enum environment_state state_of(const struct json *facts)
{
	str text = { 0 };
	if (json_member_is_str(facts, S("state"), &text) && str_equal(text, S("ready")))
		return ENVIRONMENT_READY;
	return str_equal(text, S("administration")) ? ENVIRONMENT_ADMINISTRATION : ENVIRONMENT_DISABLED;
}

static err admission_of(const struct json *facts, struct admission *out)
{
	const struct json *plans = json_member(facts, S("requiredServicePlanIds"));
	str group;
	*out = (struct admission){ .plan_count = 0 };
	if (json_member_is_str(facts, S("securityGroupId"), &group))
		TRY(uuid_parse(group, &out->group));
	if (!plans || plans->kind == JSON_NULL)
		return OK;
	if (plans->kind != JSON_ARRAY || plans->count > REQUIRED_PLANS_MAX)
		FAIL(ERR_INVALID, "required plans that are no list, or too many");
	for (const struct json *p = plans->first; p; p = p->next)
		TRY(uuid_parse(p->text, &out->plans[out->plan_count++]));
	return OK;
}

static err facts_read(str text, struct arena *arena, struct facts *out)
{
	const struct json *f;
	TRY(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, &f, NULL));
	if (!uuid_member(f, S("tenantId"), &out->tenant) || !uuid_member(f, S("environmentId"), &out->environment) ||
	    !json_member_is_str(f, S("uniqueName"), &out->unique_name) ||
	    !json_member_is_str(f, S("displayName"), &out->display_name) || !json_member_is_str(f, S("origin"), &out->origin) ||
	    !json_member_is_str(f, S("issuer"), &out->issuer))
		FAIL(ERR_INVALID, "facts of a data worker lack a member");
	out->state = state_of(f);
	return admission_of(f, &out->admission);
}

/* A token is for this environment when its audience is the environment's id or one of its addresses. */
static err verifier_make(struct data_app *app, const struct facts *f, struct keys *keys)
{
	str host = f->origin;
	size_t slashes = str_find(host, S("://"), 0);
	str scheme = slashes == SIZE_MAX ? S("https://") : str_slice(host, 0, slashes + 3);
	host = slashes == SIZE_MAX ? host : str_from(host, slashes + 3);
	const str audiences[] = {
		uuid_text(app->arena, &f->environment),
		str_format(app->arena, "%.*s/e/%.*s", STR_ARG(f->origin), STR_ARG(f->unique_name)),
		str_format(app->arena, "%.*s/e/%.*s/", STR_ARG(f->origin), STR_ARG(f->unique_name)),
		str_format(app->arena, "%.*s%.*s.%.*s", STR_ARG(scheme), STR_ARG(f->unique_name), STR_ARG(host)),
		str_format(app->arena, "%.*s%.*s.%.*s/", STR_ARG(scheme), STR_ARG(f->unique_name), STR_ARG(host)),
	};
	for (size_t i = 0; i < COUNT_OF(audiences); i++)
		TRY_NEW(audiences[i].at);
	struct token_verifier_options o = { .issuer = f->issuer, .tenant = f->tenant, .audiences = audiences,
					    .audience_count = COUNT_OF(audiences), .keys = keys };
	return token_verifier_new(&o, &app->verifier);
}

static err names_take(struct data_app *app, const struct facts *f)
{
	app->unique_name = str_copy(app->arena, f->unique_name);
	app->friendly_name = str_copy(app->arena, f->display_name);
	TRY_NEW(app->unique_name.at);
	TRY_NEW(app->friendly_name.at);
	return OK;
}

static err open_steps(struct data_app *app, const struct data_app_options *o)
{
	struct facts f;
	app->arena = arena_new(FACTS_ARENA_BYTES);
	if (!app->arena)
		FAIL(ERR_LIMIT, "no memory for the application");
	TRY(facts_read(o->facts, app->arena, &f));
	TRY(names_take(app, &f));
	app->environment = f.environment;
	app->tenant = f.tenant;
	TRY(verifier_make(app, &f, o->keys));
	TRY(metadata_load(app->store, &app->metadata));
	TRY(names_new(app->store, &app->names));
	TRY(usage_new(&o->limits, &app->usage));
	struct authz_options a = { .store = app->store, .metadata = app->metadata, .tenant = f.tenant, .environment = f.environment,
				   .name = app->friendly_name, .state = f.state, .now = o->now };
	TRY(authz_share_list_open(app->store));
	TRY(authz_open(&a, &app->authz));
	authz_set_admission(app->authz, &f.admission);
	return OK;
}

err data_app_open(const struct data_app_options *options, struct data_app **out)
{
	struct data_app *app = calloc(1, sizeof *app);
	if (!app)
		FAIL(ERR_LIMIT, "no memory for the application");
	app->store = options->store;
	app->keys = options->keys;
	app->cursor_secret = *options->cursor_secret;
	app->jobs_wait = true;
	err e = open_steps(app, options);
	if (failed(e)) {
		data_app_close(app);
		return e;
	}
	*out = app;
	return OK;
}

void data_app_close(struct data_app *app)
{
	if (!app)
		return;
	authz_close(app->authz);
	token_verifier_free(app->verifier);
	usage_free(app->usage);
	names_free(app->names);
	metadata_free(app->metadata);
	if (app->arena)
		arena_free(app->arena);
	explicit_bzero(app, sizeof *app);
	free(app);
}

err data_app_facts(struct data_app *app, str facts)
{
	struct facts f;
	struct arena *arena = arena_new(FACTS_ARENA_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_read(facts, arena, &f);
	if (!failed(e)) {
		authz_set_state(app->authz, f.state);
		authz_set_admission(app->authz, &f.admission);
		/* a name that has not changed takes no memory, so facts may come as often as they like */
		if (!str_equal(f.display_name, app->friendly_name) || !str_equal(f.unique_name, app->unique_name))
			e = names_take(app, &f);
	}
	arena_free(arena);
	return e;
}

void data_app_people(struct data_app *app, const struct person_source *source)
{
	authz_set_people(app->authz, source);
}

void data_app_people_changed(struct data_app *app)
{
	authz_people_changed(app->authz);
}

err data_app_synchronize(struct data_app *app, struct instant now)
{
	return authz_synchronize(app->authz, now);
}

err data_app_reload(struct data_app *app)
{
	struct metadata *fresh = NULL, *old = app->metadata;
	TRY(metadata_load(app->store, &fresh));
	app->metadata = fresh;
	authz_set_metadata(app->authz, fresh);
	metadata_free(old);
	return OK;
}
