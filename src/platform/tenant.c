#include "platform/tenant.h"

#include "codec/utf8.h"
#include "platform/sql_catalog.h"

enum { DOMAIN_BYTES_MAX = 48, LABEL_BYTES_MAX = 63, TENANTS_MAX = 100000 };

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

err domain_name_check(str name)
{
	size_t labels = 0;
	str label, rest = name;
	if (name.len == 0 || name.len > DOMAIN_BYTES_MAX)
		FAIL(ERR_INVALID, "a domain has 1 to 48 characters");
	while (str_split(&rest, '.', &label)) {
		labels++;
		if (label.len == 0 || label.len > LABEL_BYTES_MAX || label.at[0] == '-' || label.at[label.len - 1] == '-')
			FAIL(ERR_INVALID, "a domain has labels joined by single dots");
		for (size_t i = 0; i < label.len; i++)
			if (!is_label_char(label.at[i]))
				FAIL(ERR_INVALID, "a domain has lower-case letters, digits, hyphens and dots");
	}
	if (labels < 2)
		FAIL(ERR_INVALID, "a domain has at least two labels");
	return OK;
}

err display_name_check(str name)
{
	if (name.len == 0 || name.len > DISPLAY_NAME_BYTES_MAX || !utf8_is_valid(name))
		FAIL(ERR_INVALID, "a display name has 1 to 256 octets of text");
	for (size_t i = 0; i < name.len; i++)
		if ((uint8_t)name.at[i] < 0x20 || name.at[i] == 0x7f)
			FAIL(ERR_INVALID, "a display name has no control characters");
	return OK;
}

static err insert_domain(struct store *store, const struct uuid *tenant, str name, int64_t position)
{
	SCOPED(statement) add = { 0 };
	TRY(statement_open(store, &SQL_DOMAIN_INSERT, &add));
	TRY(bind_text(&add, 1, name));
	TRY(bind_uuid(&add, 2, tenant));
	TRY(bind_i64(&add, 3, position));
	err e = statement_run_one(&add);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "the domain belongs to a tenant already");
	return e;
}

err tenant_insert(struct store *store, const struct uuid *id, str display_name, str domain, struct instant now)
{
	TRY(display_name_check(display_name));
	TRY(domain_name_check(domain));
	SCOPED(statement) add = { 0 };
	TRY(statement_open(store, &SQL_TENANT_BEGIN, &add));
	TRY(bind_uuid(&add, 1, id));
	TRY(bind_text(&add, 2, display_name));
	TRY(bind_i64(&add, 3, now.ms));
	TRY(statement_run(&add));
	return insert_domain(store, id, domain, 0);
}

err tenant_activate(struct store *store, const struct uuid *id)
{
	SCOPED(statement) change = { 0 };
	TRY(statement_open(store, &SQL_TENANT_ACTIVATE, &change));
	TRY(bind_uuid(&change, 1, id));
	return statement_run_one(&change);
}

static err read_domains(struct store *store, struct arena *arena, struct tenant *t)
{
	SCOPED(statement) list = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_DOMAIN_LIST, &list));
	TRY(bind_i64(&list, 1, t->key));
	TRY(statement_step(&list, &row));
	while (row && t->domain_count < TENANT_DOMAINS_MAX) {
		str name = str_copy(arena, column_text(&list, 0));
		TRY_NEW(name.at);
		t->domains[t->domain_count++] = name;
		TRY(statement_step(&list, &row));
	}
	return OK;
}

static err read_row(const struct statement *s, struct arena *arena, struct tenant *out)
{
	*out = (struct tenant){
		.key = column_i64(s, 0), .id = column_uuid(s, 1), .display_name = str_copy(arena, column_text(s, 2)),
		.state = (enum tenant_state)column_i64(s, 3), .created = { column_i64(s, 4) },
	};
	TRY_NEW(out->display_name.at);
	return OK;
}

err tenant_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct tenant *out)
{
	SCOPED(statement) find = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_TENANT_BY_ID, &find));
	TRY(bind_uuid(&find, 1, id));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such tenant");
	TRY(read_row(&find, arena, out));
	return read_domains(store, arena, out);
}

err tenant_by_name(struct store *store, str name, struct arena *arena, struct tenant *out)
{
	struct uuid id;
	bool row;
	if (!failed(uuid_parse(name, &id)))
		return tenant_by_id(store, &id, arena, out);
	SCOPED(statement) find = { 0 };
	TRY(statement_open(store, &SQL_TENANT_OF_DOMAIN, &find));
	str lower = str_lower(arena, name);
	TRY_NEW(lower.at);
	TRY(bind_text(&find, 1, lower));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such tenant");
	id = column_uuid(&find, 0);
	return tenant_by_id(store, &id, arena, out);
}

static err list_rows(struct store *store, struct arena *arena, struct tenant **out, size_t *out_count)
{
	SCOPED(statement) list = { 0 };
	size_t capacity = 64, count = 0;
	struct tenant *items = NEW_ARRAY(arena, struct tenant, capacity);
	bool row;
	TRY_NEW(items);
	TRY(statement_open(store, &SQL_TENANT_LIST, &list));
	TRY(statement_step(&list, &row));
	while (row) {
		if (count == TENANTS_MAX)
			FAIL(ERR_LIMIT, "too many tenants for one list");
		if (count == capacity) {
			struct tenant *more = NEW_ARRAY(arena, struct tenant, capacity * 2);
			TRY_NEW(more);
			memcpy(more, items, capacity * sizeof *items);
			items = more;
			capacity *= 2;
		}
		TRY(read_row(&list, arena, &items[count]));
		count++;
		TRY(statement_step(&list, &row));
	}
	*out = items;
	*out_count = count;
	return OK;
}

err tenant_list(struct store *store, struct arena *arena, struct tenant **out, size_t *out_count)
{
	TRY(list_rows(store, arena, out, out_count));
	for (size_t i = 0; i < *out_count; i++)
		TRY(read_domains(store, arena, &(*out)[i]));
	return OK;
}
