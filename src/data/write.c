/* data/write.c */
#include "data/write.h"

#include "authz/authz.h"
#include "data/answer.h"
#include "data/association.h"
#include "data/cascade.h"
#include "data/change_log.h"
#include "data/deep_insert.h"
#include "data/job.h"
#include "data/masked.h"
#include "data/names.h"
#include "data/read.h"
#include "data/row_find.h"
#include "data/row_json.h"
#include "data/row_key.h"
#include "data/row_store.h"
#include "data/sharing.h"
#include "data/state.h"
#include "host/fault.h"
#include "host/random.h"

static err body_json(struct data_call *dc, const struct json **out)
{
	err e = web_json(dc->web, out);
	if (err_kind_of(e) == ERR_INVALID)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body is not valid JSON: %s.", err_why(e));
	return e;
}

/* `in` null: the request's body. */
static err body_read(struct data_call *dc, const struct table *t, const struct json *in, bool creating, struct body *out)
{
	if (!in)
		TRY(body_json(dc, &in));
	TRY(body_parse(dc, t, in, creating, out));
	return t->builtin ? OK : state_settle(dc, t, out);
}

/* --- shared judgement --- */

/* Each lookup that is set needs AppendTo on the row it points at: gate first, then existence, then access. */
static err lookups_judge(struct data_call *dc, const struct body *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct change *c = &b->changes[i];
		struct row_place target;
		bool found;
		if (!c->target)
			continue;
		TRY(rights_gate(dc, DO_APPEND_TO, c->target));
		TRY(row_place_find(dc, c->target, &c->value.uuid, DO_APPEND_TO, &target, &found));
		if (!found)
			return row_missing(dc, c->target, &c->value.uuid);
		TRY(rights_row(dc, DO_APPEND_TO, c->target, &target));
		if (!c->target->builtin)
			TRY(job_leaving_refuse(dc, c->target, &target));
	}
	return OK;
}

static bool has_lookups(const struct body *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (column_is_lookup(b->changes[i].column))
			return true;
	return false;
}

/* --- create --- */

static err owner_settle(struct data_call *dc, const struct table *t, const struct body *b, struct row_place *place)
{
	if (!table_is_owned(t))
		return OK;
	place->owner = dc->caller.user;
	place->unit = dc->caller.unit;
	if (b->has_owner)
		TRY(rights_owner(dc, t, b->owner_table->entity_set, &b->owner, &place->owner, &place->unit));
	return OK;
}

static err create_audit(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *place)
{
	SCOPED(change_log) log = { 0 };
	static const struct value nothing = { 0 };
	static const struct uuid nil = { { 0 } };
	const struct name *owner;
	change_log_open(&log);
	for (size_t i = 0; i < b->count; i++)
		TRY(change_log_add(&log, dc, b->changes[i].column, &nothing, &b->changes[i].value));
	if (table_is_owned(t)) {
		TRY(names_principal(dc->app->names, place->owner, &owner));
		change_log_add_id(&log, S("ownerid"), &nil, &owner->id);
	}
	return change_log_emit(&log, dc, S("create.row"), t, &place->id);
}

err row_create(struct data_call *dc, const struct table *t, const struct body *b, struct row_place *out_place)
{
	struct row_place place = { .id = b->has_id ? b->id : random_uuid_v7() };
	TRY(owner_settle(dc, t, b, &place));
	if (b->has_unit)
		TRY(rights_unit(dc, t, &b->unit, &place.unit));
	TRY(rights_create(dc, t, &place));
	TRY(rights_columns_set(dc, t, b, NULL));
	if (has_lookups(b))
		TRY(rights_gate(dc, DO_APPEND, t));
	TRY(lookups_judge(dc, b));
	err e = row_insert(dc, t, b, &place);
	if (err_kind_of(e) == ERR_CONFLICT)
		return row_key_taken(dc, t, b, NULL);
	TRY(e);
	TRY(rights_policy(dc, true, t, &place));
	*out_place = place;
	return create_audit(dc, t, b, &place);
}

/* Answers inside the transaction, so that a missing Read right undoes the write. */
static err write_answer(struct data_call *dc, const struct table *t, const struct uuid *id, int status_with_body)
{
	if (dc->prefer.representation)
		TRY(read_representation(dc, t, id, status_with_body));
	else
		answer_empty(dc);
	answer_entity_id(dc, t, id);
	return OK;
}

static err create_in(struct data_call *dc, const struct table *t, const struct body *b, struct uuid *out_id)
{
	struct row_place place;
	if (t->builtin)
		return rights_admin_create(dc, t, b, out_id);
	TRY(row_create(dc, t, b, &place));
	*out_id = place.id;
	return OK;
}

err write_row_create(struct data_call *dc, const struct table *t, const struct json *in, struct uuid *out_id)
{
	struct body b = { 0 };
	TRY(body_read(dc, t, in, true, &b));
	return create_in(dc, t, &b, out_id);
}

/* `in` null: the request's body. */
static err create_row(struct data_call *dc, const struct table *t, const struct json *in)
{
	struct uuid id;
	TRY(rights_gate(dc, DO_CREATE, t));
	if (!in)
		TRY(body_json(dc, &in));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(deep_insert(dc, t, in, &id));
	TRY(write_answer(dc, t, &id, 201));
	FAULT("data.write.before_commit");
	return transaction_commit(&tx);
}

err write_create(struct data_call *dc, const struct table *t)
{
	return create_row(dc, t, NULL);
}

/* --- update --- */

static err version_check(struct data_call *dc, const struct row_place *row)
{
	str wanted;
	if (web_header(&dc->web->request, S("if-none-match"), &wanted) && str_equal(wanted, S("*")))
		return REFUSE(dc, 412, CODE_DUPLICATE_KEY, "A record with matching key values already exists.");
	if (!web_header(&dc->web->request, S("if-match"), &wanted) || str_equal(wanted, S("*")))
		return OK;
	if (!str_equal(wanted, etag_text(dc->arena, row->version)))
		return REFUSE(dc, 412, CODE_VERSION_MISMATCH,
			      "The version of the existing record doesn't match the RowVersion property provided.");
	return OK;
}

/* Matrix mode: a row may stay where it is when its owner changes. */
static err rows_stay(struct data_call *dc, bool *out)
{
	struct environment_settings settings;
	TRY(authz_settings(dc->app->authz, &settings));
	*out = settings.matrix.enabled && !settings.matrix.move_rows;
	return OK;
}

/* The owner's unit, the unit given, or where the row is (1.7). */
static err unit_settle(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *row, struct row_place *after)
{
	bool stays;
	TRY(rows_stay(dc, &stays));
	if (stays)
		after->unit = row->unit;
	return b->has_unit ? rights_unit(dc, t, &b->unit, &after->unit) : OK;
}

static err update_judge(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *row,
			struct row_place *after)
{
	bool assigns = b->has_owner && table_is_owned(t);
	*after = *row;
	if (b->count || b->has_unit || !assigns) {
		TRY(rights_gate(dc, DO_WRITE, t));
		TRY(rights_row(dc, DO_WRITE, t, row));
		TRY(rights_columns_set(dc, t, b, row));
	}
	if (has_lookups(b)) {
		TRY(rights_gate(dc, DO_APPEND, t));
		TRY(rights_row(dc, DO_APPEND, t, row));
		TRY(lookups_judge(dc, b));
	}
	if (assigns) {
		TRY(rights_gate(dc, DO_ASSIGN, t));
		TRY(rights_row(dc, DO_ASSIGN, t, row));
		TRY(rights_owner(dc, t, b->owner_table->entity_set, &b->owner, &after->owner, &after->unit));
	}
	return assigns || b->has_unit ? unit_settle(dc, t, b, row, after) : OK;
}

/* The old values are read before they are overwritten. */
static err update_log(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *before,
		      const struct row_place *after, struct change_log *log)
{
	struct odata_query q = { .table = t, .select = NEW_ARRAY(dc->arena, const struct column *, b->count),
				 .select_count = b->count };
	SCOPED(statement) s = { 0 };
	struct row_place place;
	bool found;
	int first;
	TRY_NEW(q.select);
	for (size_t i = 0; i < b->count; i++)
		q.select[i] = b->changes[i].column;
	TRY(row_find(dc, &q, &before->id, DO_LOOK, &s, &first, &place, &found));
	for (size_t i = 0; found && i < b->count; i++) {
		struct value old = value_of_row(q.select[i], &s, first + (int)i);
		TRY(masked_write_check(dc, q.select[i], &old, &b->changes[i].value));
		TRY(change_log_add(log, dc, q.select[i], &old, &b->changes[i].value));
	}
	return change_log_add_place(log, dc, before, after);
}

static err update_existing(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *row)
{
	SCOPED(change_log) log = { 0 };
	struct row_place after;
	change_log_open(&log);
	TRY(update_judge(dc, t, b, row, &after));
	TRY(job_leaving_refuse(dc, t, row));
	TRY(version_check(dc, row));
	TRY(update_log(dc, t, b, row, &after, &log));
	err e = row_update(dc, t, b, row, &after);
	if (err_kind_of(e) == ERR_CONFLICT)
		return row_key_taken(dc, t, b, row);
	TRY(e);
	TRY(rights_policy(dc, false, t, &after));
	TRY(change_log_emit(&log, dc, S("update.row"), t, &row->id));
	if (after.owner != row->owner)
		TRY(share_with_previous_owner(dc, t, row));
	if (after.owner == row->owner && !b->has_unit)
		return OK;
	bool stays;
	TRY(rows_stay(dc, &stays));
	return cascade_assign(dc, t, row, &after, b->has_unit || !stays);
}

static err update_found(struct data_call *dc, const struct table *t, const struct uuid *id, const struct json *in,
			const struct row_place *row)
{
	struct body b = { .has_id = true, .id = *id };
	TRY(body_read(dc, t, in, false, &b));
	if (t->builtin) {
		TRY(version_check(dc, row));
		return rights_admin_update(dc, t, row, &b);
	}
	return update_existing(dc, t, &b, row);
}

/* PATCH of a row that does not exist creates it, with the key of the address, unless If-Match says that there must be one. */
static err update_missing(struct data_call *dc, const struct table *t, const struct row_key *k, bool must_exist, struct uuid *out_id)
{
	struct body b = { 0 };
	str match;
	if (must_exist || web_header(&dc->web->request, S("if-match"), &match)) {
		TRY(rights_gate(dc, DO_WRITE, t));
		return k->key ? row_key_missing(dc, t) : row_missing(dc, t, &k->id);
	}
	TRY(rights_gate(dc, DO_CREATE, t));
	TRY(body_read(dc, t, NULL, true, &b));
	if (!k->key && b.has_id && !uuid_equal(&b.id, &k->id))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The primary id of the body is not that of the address.");
	TRY(row_key_apply(dc, k, &b));
	if (!k->key) {
		b.has_id = true;
		b.id = k->id;
	}
	return create_in(dc, t, &b, out_id);
}

err write_row_update(struct data_call *dc, const struct table *t, const struct uuid *id, const struct json *in)
{
	struct row_place row;
	bool found;
	TRY(row_place_find(dc, t, id, DO_WRITE, &row, &found));
	return found ? update_found(dc, t, id, in, &row) : row_missing(dc, t, id);
}

/* `in` null: the request's body, and a missing row is made. */
static err upsert(struct data_call *dc, const struct table *t, const struct row_key *k, const struct json *in)
{
	struct row_place row;
	struct uuid id = k->id;
	bool found = false;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	if (k->found)
		TRY(row_place_find(dc, t, &id, DO_WRITE, &row, &found));
	if (found)
		TRY(update_found(dc, t, &id, in, &row));
	else
		TRY(update_missing(dc, t, k, in != NULL, &id));
	TRY(write_answer(dc, t, &id, found ? 200 : 201));
	FAULT("data.write.before_commit");
	return transaction_commit(&tx);
}

static err update_row(struct data_call *dc, const struct table *t, const struct uuid *id, const struct json *in)
{
	return upsert(dc, t, &(struct row_key){ .found = true, .id = *id }, in);
}

err write_update(struct data_call *dc, const struct table *t, const struct row_key *key)
{
	return upsert(dc, t, key, NULL);
}

err write_column(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id)
{
	struct json member = { .kind = JSON_NULL }, object = { .kind = JSON_OBJECT, .first = &member, .count = 1 };
	const struct json *body, *value;
	if (dc->web->request.method == HTTP_PUT) {
		TRY(body_json(dc, &body));
		value = json_member(body, S("value"));
		if (!value)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be {\"value\": ...}.");
		member = *value;
		member.next = NULL;
	}
	member.name = c->logical_name;
	return update_row(dc, t, id, &object);
}

/* {"nav@odata.bind": "set(id)"}, or null, as a body. */
static err bind_member(struct data_call *dc, const struct column *c, const struct table *target, const struct uuid *target_id,
		       struct json *out)
{
	char text[UUID_TEXT_LEN + 1];
	*out = (struct json){ .kind = JSON_NULL };
	out->name = str_join(dc->arena, c->navigation, S("@odata.bind"));
	TRY_NEW(out->name.at);
	if (!target)
		return OK;
	uuid_format(target_id, text);
	out->kind = JSON_STRING;
	out->text = str_format(dc->arena, "%.*s(%s)", STR_ARG(target->entity_set), text);
	TRY_NEW(out->text.at);
	return OK;
}

err write_lookup_to(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id,
		    const struct table *target, const struct uuid *target_id)
{
	struct json member, object = { .kind = JSON_OBJECT, .first = &member, .count = 1 };
	TRY(bind_member(dc, c, target, target_id, &member));
	return update_row(dc, t, id, &object);
}

/* The row is made, then joined. */
static err create_joined(struct data_call *dc, const struct link *l, const struct uuid *here)
{
	const struct json *in;
	struct uuid id;
	TRY(rights_gate(dc, DO_CREATE, l->table));
	TRY(body_json(dc, &in));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(deep_insert(dc, l->table, in, &id));
	TRY(association_join(dc, l, here, &id));
	TRY(write_answer(dc, l->table, &id, 201));
	return transaction_commit(&tx);
}

err write_create_in(struct data_call *dc, const struct link *l, const struct table *left, const struct uuid *here)
{
	const struct json *in;
	struct json member;
	if (l->through)
		return create_joined(dc, l, here);
	TRY(body_json(dc, &in));
	TRY(bind_member(dc, l->via, left, here, &member));
	struct json object = *in;
	member.next = in->first;
	object.first = &member;
	object.count++;
	return create_row(dc, l->table, &object);
}

err write_lookup(struct data_call *dc, const struct column *c, const struct table *t, const struct uuid *id)
{
	struct json member = { .kind = JSON_NULL }, object = { .kind = JSON_OBJECT, .first = &member, .count = 1 };
	const struct json *body;
	member.name = str_join(dc->arena, c->navigation, S("@odata.bind"));
	TRY_NEW(member.name.at);
	if (dc->web->request.method == HTTP_PUT) {
		TRY(body_json(dc, &body));
		if (!json_member_is_str(body, S("@odata.id"), &member.text))
			return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be {\"@odata.id\": \"set(id)\"}.");
		member.kind = JSON_STRING;
	}
	return update_row(dc, t, id, &object);
}

/* --- delete --- */

static err delete_existing(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	TRY(rights_row(dc, DO_DELETE, t, row));
	TRY(version_check(dc, row));
	return cascade_delete(dc, t, row);
}

err write_delete(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	struct row_place row;
	bool found;
	TRY(rights_gate(dc, DO_DELETE, t));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(row_place_find(dc, t, id, DO_DELETE, &row, &found));
	if (!found)
		return row_missing(dc, t, id);
	TRY(t->builtin ? rights_admin_delete(dc, t, &row) : delete_existing(dc, t, &row));
	answer_empty(dc);
	job_answer(dc);
	return transaction_commit(&tx);
}
