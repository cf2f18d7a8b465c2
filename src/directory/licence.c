#include "directory/licence.h"

#include "base/buffer.h"
#include "codec/utf8.h"
#include "directory/object.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

enum { NAME_CHARS_MAX = 64 };

/* --- what there is --- */

static err name_check(str name)
{
	if (!name.len || utf8_count(name) > NAME_CHARS_MAX)
		FAIL(ERR_INVALID, "a name of a product or plan has 1 to 64 characters");
	return OK;
}

static err uuid_member(const struct json *of, str name, struct uuid *out)
{
	const struct json *m = json_member(of, name);

	*out = (struct uuid){ 0 };
	if (!m || m->kind == JSON_NULL)
		return OK;
	if (m->kind != JSON_STRING || failed(uuid_parse(m->text, out)) || uuid_is_nil(out))
		FAIL(ERR_INVALID, "an id of a product or plan is no GUID");
	return OK;
}

/* ["DE","FR"]: alpha-2 codes of ISO 3166-1 as a text with commas, in capitals. */
static err locations_parse(const struct json *list, struct arena *arena, str *out)
{
	SCOPED(buffer) b = { 0 };

	*out = (str){ 0 };
	if (!list || list->kind == JSON_NULL)
		return OK;
	if (list->kind != JSON_ARRAY || !list->count || list->count > SKU_LOCATIONS_MAX)
		FAIL(ERR_INVALID, "usageLocations is a list of countries, or null");
	buffer_init(&b, SKU_LOCATIONS_MAX * 3);
	for (const struct json *c = list->first; c; c = c->next) {
		bool good = c->kind == JSON_STRING && c->text.len == 2;
		for (size_t i = 0; good && i < 2; i++)
			good = (c->text.at[i] | 0x20) >= 'a' && (c->text.at[i] | 0x20) <= 'z';
		if (!good)
			FAIL(ERR_INVALID, "a country of usageLocations is no code of two letters");
		buffer_append_format(&b, "%s%c%c", b.len ? "," : "", c->text.at[0] & ~0x20, c->text.at[1] & ~0x20);
	}
	*out = str_copy(arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

err sku_parse(const struct json *body, struct arena *arena, struct sku_wish *out)
{
	const struct json *units = json_member(body, S("prepaidUnits"));
	const struct json *enabled = units && units->kind == JSON_OBJECT ? json_member(units, S("enabled")) : NULL;

	*out = (struct sku_wish){ .plans = json_member(body, S("servicePlans")) };
	if (!json_member_is_str(body, S("skuPartNumber"), &out->part_number))
		FAIL(ERR_INVALID, "skuPartNumber is required");
	TRY(name_check(out->part_number));
	TRY(uuid_member(body, S("skuId"), &out->id));
	if (!json_is(enabled, JSON_NUMBER) || !json_to_i64(enabled, &out->seats) || out->seats < 0 || out->seats > SKU_SEATS_MAX)
		FAIL(ERR_INVALID, "prepaidUnits.enabled is the number of seats");
	if (!json_is(out->plans, JSON_ARRAY) || !out->plans->count || out->plans->count > SKU_PLANS_MAX)
		FAIL(ERR_INVALID, "servicePlans names 1 to 64 plans");
	out->sets_locations = json_member(body, S("usageLocations")) != NULL;
	return locations_parse(json_member(body, S("usageLocations")), arena, &out->locations);
}

static err plan_find_or_make(struct store *store, const struct json *plan, int64_t *out_key)
{
	SCOPED(statement) find = { 0 }, add = { 0 };
	struct uuid id;
	str name = { 0 };
	bool row = false;

	if (plan->kind != JSON_OBJECT || !json_member_is_str(plan, S("servicePlanName"), &name))
		FAIL(ERR_INVALID, "a service plan wants servicePlanName");
	TRY(name_check(name));
	TRY(uuid_member(plan, S("servicePlanId"), &id));
	TRY(statement_open(store, &SQL_SERVICE_PLAN_BY_NAME, &find));
	TRY(bind_text(&find, 1, name));
	TRY(statement_step(&find, &row));
	if (row) {
		struct uuid known = column_uuid(&find, 1);
		if (!uuid_is_nil(&id) && !uuid_equal(&id, &known))
			FAIL(ERR_INVALID, "a service plan of this name has another id");
		*out_key = column_i64(&find, 0);
		return OK;
	}
	if (uuid_is_nil(&id))
		id = random_uuid_v4();
	TRY(statement_open(store, &SQL_SERVICE_PLAN_INSERT, &add));
	TRY(bind_uuid(&add, 1, &id));
	TRY(bind_text(&add, 2, name));
	err e = statement_run(&add);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_INVALID, "a service plan of this id has another name");
	TRY(e);
	*out_key = store_last_rowid(store);
	return OK;
}

static err plans_add(struct store *store, int64_t sku, const struct json *plans)
{
	for (const struct json *p = plans->first; p; p = p->next) {
		SCOPED(statement) add = { 0 };
		int64_t plan = 0;
		TRY(plan_find_or_make(store, p, &plan));
		TRY(statement_open(store, &SQL_SKU_PLAN_ADD, &add));
		TRY(bind_i64(&add, 1, sku));
		TRY(bind_i64(&add, 2, plan));
		TRY(statement_run(&add));
	}
	return OK;
}

static err sku_insert(struct store *store, const struct sku_wish *wish, struct instant now, int64_t *out_key, struct uuid *out_id)
{
	SCOPED(statement) add = { 0 };

	*out_id = uuid_is_nil(&wish->id) ? random_uuid_v4() : wish->id;
	TRY(statement_open(store, &SQL_SKU_INSERT, &add));
	TRY(bind_uuid(&add, 1, out_id));
	TRY(bind_text(&add, 2, wish->part_number));
	TRY(bind_i64(&add, 3, wish->seats));
	TRY(bind_i64(&add, 4, now.ms));
	err e = statement_run(&add);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_INVALID, "a product of this id has another part number");
	TRY(e);
	*out_key = store_last_rowid(store);
	return OK;
}

static err sku_set_seats(struct store *store, int64_t key, int64_t seats, int64_t taken)
{
	SCOPED(statement) change = { 0 };

	if (seats < taken)
		FAIL(ERR_INVALID, "more seats are taken than would remain");
	TRY(statement_open(store, &SQL_SKU_SET_SEATS, &change));
	TRY(bind_i64(&change, 1, key));
	TRY(bind_i64(&change, 2, seats));
	return statement_run_one(&change);
}

static err sku_set_locations(struct store *store, int64_t key, str locations)
{
	SCOPED(statement) change = { 0 };

	TRY(statement_open(store, &SQL_SKU_SET_LOCATIONS, &change));
	TRY(bind_i64(&change, 1, key));
	TRY(bind_text_or_null(&change, 2, locations));
	return statement_run_one(&change);
}

err sku_put(struct store *store, const struct sku_wish *wish, struct instant now, int64_t *out_key, struct uuid *out_id, bool *out_made)
{
	SCOPED(statement) find = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_SKU_BY_PART_NUMBER, &find));
	TRY(bind_text(&find, 1, wish->part_number));
	TRY(statement_step(&find, &row));
	*out_made = !row;
	if (row) {
		*out_key = column_i64(&find, 0);
		*out_id = column_uuid(&find, 1);
		if (!uuid_is_nil(&wish->id) && !uuid_equal(&wish->id, out_id))
			FAIL(ERR_INVALID, "the product of this part number has another id");
		TRY(sku_set_seats(store, *out_key, wish->seats, column_i64(&find, 2)));
	} else {
		TRY(sku_insert(store, wish, now, out_key, out_id));
	}
	if (wish->sets_locations)
		TRY(sku_set_locations(store, *out_key, wish->locations));
	return plans_add(store, *out_key, wish->plans);
}

/* --- who has it --- */

struct sku {
	int64_t key, seats, taken;
};

static err sku_of(struct store *store, const struct json *id_text, struct sku *out)
{
	SCOPED(statement) find = { 0 };
	struct uuid id;
	bool row = false;

	if (!json_is(id_text, JSON_STRING) || failed(uuid_parse(id_text->text, &id)))
		FAIL(ERR_INVALID, "a skuId is missing, or is no GUID");
	TRY(statement_open(store, &SQL_SKU_BY_ID, &find));
	TRY(bind_uuid(&find, 1, &id));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_INVALID, "the tenant has no product of this skuId");
	*out = (struct sku){ column_i64(&find, 0), column_i64(&find, 2), column_i64(&find, 3) };
	return OK;
}

/* A person's licences, or a group's. */
struct licence_kind {
	const struct sql_text *find, *insert, *remove, *plan_off, *plans_on;
	bool of_person; /* takes a seat, somewhere */
};
static const struct licence_kind of_person = { &SQL_LICENCE_FIND, &SQL_LICENCE_INSERT, &SQL_LICENCE_DELETE, &SQL_LICENCE_PLAN_OFF,
					       &SQL_LICENCE_PLANS_ON, true };
static const struct licence_kind of_group = { &SQL_GROUP_LICENCE_FIND, &SQL_GROUP_LICENCE_INSERT, &SQL_GROUP_LICENCE_DELETE,
					      &SQL_GROUP_LICENCE_PLAN_OFF, &SQL_GROUP_LICENCE_PLANS_ON, false };

struct licence_holder {
	struct store *store;
	const struct licence_kind *kind;
	int64_t key; /* user's or group's */
};

static err plan_off(const struct licence_holder *h, int64_t licence, int64_t sku, const struct json *plan)
{
	SCOPED(statement) find = { 0 }, add = { 0 };
	struct uuid id;
	bool row = false;

	if (plan->kind != JSON_STRING || failed(uuid_parse(plan->text, &id)))
		FAIL(ERR_INVALID, "disabledPlans holds what is no GUID");
	TRY(statement_open(h->store, &SQL_SERVICE_PLAN_OF_SKU, &find));
	TRY(bind_i64(&find, 1, sku));
	TRY(bind_uuid(&find, 2, &id));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_INVALID, "disabledPlans names a plan that the product does not contain");
	TRY(statement_open(h->store, h->kind->plan_off, &add));
	TRY(bind_i64(&add, 1, licence));
	TRY(bind_i64(&add, 2, column_i64(&find, 0)));
	return statement_run(&add);
}

static err plans_set(const struct licence_holder *h, int64_t licence, int64_t sku, const struct json *off)
{
	SCOPED(statement) on = { 0 };

	TRY(statement_open(h->store, h->kind->plans_on, &on));
	TRY(bind_i64(&on, 1, licence));
	TRY(statement_run(&on));
	if (!off || off->kind == JSON_NULL)
		return OK;
	if (off->kind != JSON_ARRAY || off->count > SKU_PLANS_MAX)
		FAIL(ERR_INVALID, "disabledPlans is a list of plan ids");
	for (const struct json *p = off->first; p; p = p->next)
		TRY(plan_off(h, licence, sku, p));
	return OK;
}

/* 0: the holder has none of it. */
static err licence_find(const struct licence_holder *h, int64_t sku, int64_t *out)
{
	SCOPED(statement) find = { 0 };
	bool row = false;

	TRY(statement_open(h->store, h->kind->find, &find));
	TRY(bind_i64(&find, 1, h->key));
	TRY(bind_i64(&find, 2, sku));
	TRY(statement_step(&find, &row));
	*out = row ? column_i64(&find, 0) : 0;
	return OK;
}

/* May the person have the product, and is there a seat? One that they have through a group is theirs already. */
static err seat_check(const struct licence_holder *h, const struct sku *sku)
{
	SCOPED(statement) location = { 0 }, seat = { 0 };
	bool row = false, seated = false;

	TRY(statement_open(h->store, &SQL_LICENCE_LOCATION, &location));
	TRY(bind_i64(&location, 1, h->key));
	TRY(bind_i64(&location, 2, sku->key));
	TRY(statement_step(&location, &row));
	if (!row || !column_i64(&location, 0))
		FAIL(ERR_INVALID, "the product cannot be assigned at the user's usageLocation, or without one");
	TRY(statement_open(h->store, &SQL_LICENCE_SEAT, &seat));
	TRY(bind_i64(&seat, 1, h->key));
	TRY(bind_i64(&seat, 2, sku->key));
	TRY(statement_step(&seat, &seated));
	if (!seated && sku->taken >= sku->seats)
		FAIL(ERR_INVALID, "the subscription does not have any available licenses");
	return OK;
}

static err licence_make(const struct licence_holder *h, const struct sku *sku, struct instant now, int64_t *out)
{
	SCOPED(statement) add = { 0 };

	if (h->kind->of_person)
		TRY(seat_check(h, sku));
	TRY(statement_open(h->store, h->kind->insert, &add));
	TRY(bind_i64(&add, 1, h->key));
	TRY(bind_i64(&add, 2, sku->key));
	TRY(bind_i64(&add, 3, now.ms));
	TRY(statement_run(&add));
	*out = store_last_rowid(h->store);
	return OK;
}

static err add_one(const struct licence_holder *h, const struct json *wish, struct instant now)
{
	struct sku sku;
	int64_t licence = 0;

	if (wish->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "addLicenses holds what is no object");
	for (const struct json *m = wish->first; m; m = m->next)
		if (!str_equal(m->name, S("skuId")) && !str_equal(m->name, S("disabledPlans")) && !str_starts_with(m->name, S("@odata.")))
			FAIL(ERR_INVALID, "a member of addLicenses is unknown");
	TRY(sku_of(h->store, json_member(wish, S("skuId")), &sku));
	TRY(licence_find(h, sku.key, &licence));
	if (!licence)
		TRY(licence_make(h, &sku, now, &licence));
	return plans_set(h, licence, sku.key, json_member(wish, S("disabledPlans")));
}

static err remove_one(const struct licence_holder *h, const struct json *id)
{
	SCOPED(statement) take = { 0 };
	struct sku sku;

	TRY(sku_of(h->store, id, &sku));
	TRY(statement_open(h->store, h->kind->remove, &take));
	TRY(bind_i64(&take, 1, h->key));
	TRY(bind_i64(&take, 2, sku.key));
	err e = statement_run_one(&take);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "a license that is to be removed was not assigned, or only through a group");
	return e;
}

static bool is_list(const struct json *list)
{
	return json_is(list, JSON_ARRAY) && list->count <= LICENCE_CHANGES_MAX;
}

/* One product in both lists has no meaning; seats that are given up in the same call may be taken by it, so removals come first. */
static err check_apart(const struct json *add, const struct json *remove)
{
	for (const struct json *a = add->first; a; a = a->next) {
		str id = { 0 };
		bool named = a->kind == JSON_OBJECT && json_member_is_str(a, S("skuId"), &id);
		for (const struct json *r = remove->first; named && r; r = r->next)
			if (r->kind == JSON_STRING && str_equal_nocase(r->text, id))
				FAIL(ERR_INVALID, "a license is both added and removed");
	}
	return OK;
}

static err assign(const struct licence_holder *h, const struct json *body, struct instant now)
{
	const struct json *add = json_member(body, S("addLicenses")), *remove = json_member(body, S("removeLicenses"));

	if (!is_list(add) || !is_list(remove) || body->count != 2)
		FAIL(ERR_INVALID, "addLicenses and removeLicenses are required, two lists of at most 100, and nothing else");
	TRY(check_apart(add, remove));
	for (const struct json *r = remove->first; r; r = r->next)
		TRY(remove_one(h, r));
	for (const struct json *a = add->first; a; a = a->next)
		TRY(add_one(h, a, now));
	return OK;
}

err licence_assign(struct store *store, int64_t user_key, const struct json *body, struct instant now)
{
	const struct licence_holder person = { store, &of_person, user_key };

	return assign(&person, body, now);
}

err licence_assign_group(struct store *store, int64_t group_key, const struct json *body, struct instant now)
{
	const struct licence_holder group = { store, &of_group, group_key };

	return assign(&group, body, now);
}
