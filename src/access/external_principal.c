/* access/external_principal.c - a user, team or application of the environment as the subject of a question about an external resource. */
#include "access/external.h"
#include "access/sql_catalog.h"
#include "access/subject.h"
#include "authz/authz.h"

enum { PROPERTIES_BYTES_MAX = 256 * 1024 };

static void guid_write(struct json_writer *w, const char *name, const struct statement *s, int index)
{
	char text[UUID_TEXT_LEN + 1];
	if (column_is_null(s, index))
		return;
	struct uuid id = column_uuid(s, index);
	uuid_format(&id, text);
	if (name)
		json_member_str(w, str_of(name), str_of(text));
	else
		json_str(w, str_of(text));
}

static err teams_write(struct data_call *dc, const struct principal_facts *f, struct json_writer *w)
{
	SCOPED(statement) s = { 0 };
	bool row = true;
	json_key(w, S("teams"));
	json_open_array(w);
	TRY(statement_open(dc->app->store, &SQL_PRINCIPAL_IDS, &s));
	TRY(bind_i64_array(&s, 1, f->teams, f->team_count));
	while (row) {
		TRY(statement_step(&s, &row));
		if (row)
			guid_write(w, NULL, &s, 0);
	}
	json_close_array(w);
	return OK;
}

static void roles_write(const struct principal_facts *f, struct json_writer *w)
{
	json_key(w, S("roles"));
	json_open_array(w);
	for (size_t i = 0; i < f->held_count; i++) {
		bool said = false;
		for (size_t k = 0; k < i && !said; k++)
			said = f->held[k].role == f->held[i].role;
		if (!said)
			json_str(w, f->held[i].role->name);
	}
	json_close_array(w);
}

static err properties_write(struct data_call *dc, const struct principal_facts *f, struct json_writer *w)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_PRINCIPAL_PROPERTIES, &s));
	TRY(bind_i64(&s, 1, f->key));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a principal that was there is not");
	json_open_object(w);
	json_member_str(w, S("name"), column_text(&s, 1));
	guid_write(w, "businessunit", &s, 2);
	if (!column_is_null(&s, 3))
		json_member_str(w, S("upn"), column_text(&s, 3));
	guid_write(w, "objectid", &s, 4);
	guid_write(w, "applicationid", &s, 5);
	TRY(teams_write(dc, f, w));
	roles_write(f, w);
	json_close_object(w);
	return OK;
}

static err properties_read(struct data_call *dc, const struct principal_facts *f, struct arena *arena, const struct json **out)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, PROPERTIES_BYTES_MAX);
	struct json_writer w = json_writer_to(&b);
	TRY(properties_write(dc, f, &w));
	if (b.failed)
		FAIL(ERR_LIMIT, "more is known of a principal than a policy reads");
	return json_parse(buffer_bytes(&b), JSON_LIMITS_DEFAULT, arena, out, NULL);
}

bool external_subject_is_principal(const struct access_entity *said)
{
	enum subject_type type = subject_type_of(said->type);
	return type != SUBJECT_UNKNOWN && type != SUBJECT_CONTACT;
}

err external_principal_read(struct data_call *dc, str type, int64_t key, struct arena *arena, struct external_entity *out,
			    enum authz_reason *out_refused)
{
	struct authz_context *ctx = NULL;
	TRY(authz_context_of(dc->app->authz, key, &ctx));
	*out_refused = context_refused(ctx);
	*out = (struct external_entity){ .type = type, .id = uuid_text(arena, &ctx->facts.id) };
	TRY_NEW(out->id.at);
	return *out_refused == REASON_NONE ? properties_read(dc, &ctx->facts, arena, &out->stored) : OK;
}
