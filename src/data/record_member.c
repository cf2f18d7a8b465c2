#include "data/record_member.h"

#include "authz/record_team.h"
#include "data/row_find.h"
#include "data/typed_id.h"

struct question {
	struct record_team_template template;
	struct record_team_row row;
};

static err bad_body(struct data_call *dc, const char *what)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must have %s.", what);
}

static err template_read(struct data_call *dc, const struct json *body, struct question *q)
{
	const struct json *in = json_member(body, S("TeamTemplate"));
	struct uuid id;
	str type;
	if (!typed_id_type(in, &type) || !str_equal(type, S("teamtemplate")) || !typed_id(in, S("teamtemplateid"), &id))
		return bad_body(dc, "a TeamTemplate with its @odata.type and teamtemplateid");
	err e = record_team_template(dc->app->authz, &id, dc->arena, &q->template);
	return err_kind_of(e) == ERR_NOT_FOUND ? REFUSE(dc, 404, CODE_NOT_FOUND, "The team template does not exist.") : e;
}

/* The gate is answered before existence (4.8). */
static err read(struct data_call *dc, struct question *q)
{
	const struct json *body, *record;
	const struct table *t;
	struct row_place place;
	struct uuid id;
	bool found;
	str type;
	err e = web_json(dc->web, &body);
	if (err_kind_of(e) == ERR_INVALID)
		return bad_body(dc, "a JSON object");
	TRY(e);
	record = json_member(body, S("Record"));
	if (!typed_id_type(record, &type) || !(t = metadata_table(dc->app->metadata, type)) ||
	    !typed_id(record, t->primary_id->logical_name, &id))
		return bad_body(dc, "a Record with its @odata.type and id");
	TRY(template_read(dc, body, q));
	if (q->template.table != t->ordinal)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "The team template is for another table.");
	TRY(rights_gate(dc, DO_SHARE, t));
	TRY(row_place_find(dc, t, &id, DO_SHARE, &place, &found));
	if (!found)
		return row_missing(dc, t, &id);
	TRY(rights_share(dc, t, &place, q->template.mask));
	q->row = (struct record_team_row){ t, place.key, place.unit, place.id };
	return OK;
}

err record_member_add(struct data_call *dc, struct admin_call *call, const struct uuid *user)
{
	struct question q;
	TRY(read(dc, &q));
	return record_team_add(call, &q.template, &q.row, user);
}

err record_member_remove(struct data_call *dc, struct admin_call *call, const struct uuid *user)
{
	struct question q;
	TRY(read(dc, &q));
	return record_team_remove(call, &q.template, &q.row, user);
}
