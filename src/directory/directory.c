#include "directory/directory.h"

#include <stdlib.h>

#include "audit/client.h"
#include "directory/environment_change.h"
#include "directory/facts.h"
#include "directory/hash_queue.h"
#include "directory/sql_catalog.h"
#include "token/claims.h"
#include "token/verify.h"

enum { FACTS_ARENA_BYTES = 8 * 1024 * 1024 };

struct directory *directory_of(const struct web_call *call)
{
	struct identity_app *app = call->app;
	return app->directory;
}

/* The database belongs to one tenant for ever. */
static err check_tenant(struct store *store, const struct facts *facts)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_TENANT_READ, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		return OK;
	struct uuid id = column_uuid(&s, 0);
	if (!uuid_equal(&id, &facts->tenant))
		FAIL(ERR_CORRUPT, "the directory database is another tenant's");
	return OK;
}

static err make_verifier(struct directory *d, struct keys *keys)
{
	const str audiences[] = { S(DIRECTORY_RESOURCE_APP_ID), d->origin };
	const struct token_verifier_options options = { .issuer = d->issuer, .tenant = d->tenant, .audiences = audiences,
							.audience_count = COUNT_OF(audiences), .keys = keys };
	struct token_verifier *verifier = NULL;

	TRY(token_verifier_new(&options, &verifier));
	token_verifier_free(d->verifier);
	d->verifier = verifier;
	return OK;
}

static err take_facts(struct directory *d, str text, struct instant now, struct arena *arena)
{
	struct facts facts;

	TRY(facts_parse(text, arena, &facts));
	TRY(check_tenant(d->store, &facts));
	TRY(facts_apply(d->store, &facts, now, arena));
	str issuer = claims_issuer(arena, facts.origin, &facts.tenant);
	TRY_NEW(issuer.at);
	d->tenant = facts.tenant;
	d->display_name = facts.display_name;
	d->origin = facts.origin;
	d->issuer = issuer;
	d->domains = facts.domains;
	d->domain_count = facts.domain_count;
	d->environments = facts.environments;
	d->environment_count = facts.environment_count;
	return make_verifier(d, d->keys);
}

err directory_reconcile(struct directory *d, str facts, struct instant now)
{
	struct arena *arena = arena_new(FACTS_ARENA_BYTES), *old = d->arena;
	struct directory before = *d;

	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the facts");
	err e = take_facts(d, facts, now, arena);
	if (failed(e)) {
		struct token_verifier *verifier = d->verifier;
		*d = before;
		d->verifier = verifier;
		arena_free(arena);
		return e;
	}
	d->arena = arena;
	arena_free(old);
	return OK;
}

err directory_open(struct store *store, struct keys *keys, str facts, struct instant now, struct directory **out)
{
	struct directory *d = calloc(1, sizeof *d);

	if (!d)
		FAIL(ERR_LIMIT, "no memory for the directory");
	d->store = store;
	d->keys = keys;
	err e = store_execute(store, str_of(audit_outbox_schema));
	d->changes = calloc(1, sizeof *d->changes);
	if (!failed(e) && !d->changes)
		e = ERR(ERR_LIMIT, "no memory for the directory");
	if (!failed(e))
		e = hash_queue_new(&d->hashes);
	if (!failed(e))
		e = directory_reconcile(d, facts, now);
	if (failed(e)) {
		directory_close(d);
		return e;
	}
	*out = d;
	return OK;
}

void directory_close(struct directory *d)
{
	if (!d)
		return;
	hash_queue_free(d->hashes);
	if (d->changes && d->changes->loop)
		loop_timer_stop(d->changes->loop, &d->changes->timer);
	free(d->changes);
	token_verifier_free(d->verifier);
	arena_free(d->arena);
	free(d);
}
