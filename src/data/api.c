/* data/api.c - which path and method is which operation. What has no row is refused. */
#include "data/api.h"

#include "data/answer.h"
#include "data/collection.h"
#include "data/masked.h"
#include "data/multiple.h"
#include "data/navigation.h"
#include "data/options.h"
#include "data/read.h"
#include "data/rights.h"
#include "data/row_key.h"
#include "data/row_policy.h"
#include "data/share_set.h"
#include "data/usage.h"
#include "data/write.h"
#include "host/clock.h"

static err method_refused(struct data_call *dc)
{
	return REFUSE(dc, 405, CODE_METHOD, "The requested resource does not support this method.");
}

static err segment_unknown(struct data_call *dc, str name)
{
	return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(name));
}

/* --- names without a table --- */

static err publish(struct data_call *dc)
{
	answer_empty(dc); /* what is defined is usable at once: there is nothing to publish */
	return OK;
}

static const struct {
	enum http_method method; /* 0: any */
	const char *name;
	err (*handle)(struct data_call *dc);
	const char *options; /* null: it looks itself */
} operations[] = {
	{ HTTP_GET, "$metadata", edm_document, "" },
	{ HTTP_GET, "WhoAmI", function_who_am_i, "" },
	{ HTTP_GET, "RetrieveTotalRecordCount", function_total_record_count, "@" },
	{ HTTP_GET, "PreviewMatrixEnd", function_preview_matrix_end, "" },
	{ HTTP_GET, "RetrieveCurrentOrganization", function_current_organization, "@" },
	{ HTTP_GET, "RetrieveSharedPrincipalsAndAccess", function_shared_principals, "@" },
	{ HTTP_GET, "RetrieveAccessOrigin", function_access_origin, "@" },
	{ HTTP_GET, "ExplainAccess", function_explain_access, "@" },
	{ HTTP_GET, "WhoCanAccess", function_who_can_access, "@ After" },
	{ HTTP_GET, "WhatCanAccess", function_what_can_access, "@" },
	{ HTTP_POST, "GrantAccess", share_grant, "" },
	{ HTTP_POST, "ModifyAccess", share_modify, "" },
	{ HTTP_POST, "RevokeAccess", share_revoke, "" },
	{ HTTP_POST, "PublishXml", publish, "" },
	{ HTTP_POST, "PublishAllXml", publish, "" },
	{ HTTP_POST, "ExportSolution", solution_export, "" },
	{ HTTP_POST, "ImportSolution", solution_import, "" },
	{ HTTP_POST, "DiffSolution", solution_diff, "" },
	{ HTTP_POST, "$batch", batch_handle, "" },
	{ 0, "EntityDefinitions", definitions_handle, NULL },
	{ 0, "RelationshipDefinitions", definitions_handle, NULL },
};

static enum http_method method_of(const struct data_call *dc)
{
	enum http_method m = dc->web->request.method;
	return m == HTTP_HEAD ? HTTP_GET : m;
}

static err operation_run(struct data_call *dc, bool *out_found)
{
	const struct path_segment *first = &dc->path.segment[0];
	*out_found = false;
	for (size_t i = 0; i < COUNT_OF(operations); i++) {
		if (!str_equal(first->name, str_of(operations[i].name)))
			continue;
		*out_found = true;
		if (operations[i].method && operations[i].method != method_of(dc))
			return method_refused(dc);
		if (operations[i].method && dc->path.count > 1)
			return segment_unknown(dc, dc->path.segment[1].name);
		if (operations[i].options)
			TRY(options_check(dc, operations[i].options));
		return operations[i].handle(dc);
	}
	return OK;
}

/* --- rows --- */

/* Those of the representation that Prefer may ask for. */
#define OPTIONS_OF_WRITE "@ $select $expand"

static err set_run(struct data_call *dc, const struct table *t)
{
	switch (method_of(dc)) {
	case HTTP_GET:
		return read_list(dc, t, &(struct rows_of){ .path = t->entity_set });
	case HTTP_POST:
		TRY(options_check(dc, OPTIONS_OF_WRITE));
		return write_create(dc, t);
	default:
		return method_refused(dc);
	}
}

static err row_run(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	switch (method_of(dc)) {
	case HTTP_GET:
		return read_one(dc, t, id);
	case HTTP_DELETE:
		TRY(options_check(dc, "@"));
		return write_delete(dc, t, id);
	default:
		return method_refused(dc);
	}
}

static err column_run(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *id)
{
	TRY(options_check(dc, method_of(dc) == HTTP_GET ? "@ UnMaskedData" : "@"));
	switch (method_of(dc)) {
	case HTTP_GET:
		return read_column(dc, t, id, c->logical_name);
	case HTTP_PUT:
	case HTTP_DELETE:
		return write_column(dc, c, t, id);
	default:
		return method_refused(dc);
	}
}

static err within_row_run(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	const struct path_segment *second = &dc->path.segment[1];
	const struct column *c = second->has_arguments ? NULL : table_column_by_navigation(t, second->name);
	if (c && (dc->path.count == 3 || method_of(dc) == HTTP_GET))
		return navigation_run(dc, t, c, id);
	bool found;
	TRY(collection_run(dc, t, id, &found));
	if (found)
		return OK;
	c = second->has_arguments ? NULL : table_column(t, second->name);
	return c && dc->path.count == 2 ? column_run(dc, t, c, id) : segment_unknown(dc, second->name);
}

/* What a request is about to do with the row that its address begins with. */
static enum data_right right_of_method(const struct data_call *dc)
{
	switch (method_of(dc)) {
	case HTTP_PATCH:
	case HTTP_PUT:
		return DO_WRITE;
	case HTTP_DELETE:
		return dc->path.count == 1 ? DO_DELETE : DO_WRITE;
	default:
		return DO_READ;
	}
}

static err table_run(struct data_call *dc, const struct table *t)
{
	const struct path_segment *first = &dc->path.segment[0], *second = &dc->path.segment[1];
	struct row_key key;
	if (share_set_is(t))
		TRY(share_set_table(dc, t, &t));
	if (!first->has_arguments && dc->path.count == 1)
		return set_run(dc, t);
	if (!first->has_arguments) {
		bool found;
		TRY(multiple_run(dc, t, &found));
		if (found)
			return OK;
	}
	if (!first->has_arguments)
		return dc->path.count == 2 && str_equal(second->name, S("$count")) && method_of(dc) == HTTP_GET ?
			       read_count(dc, t, &(struct rows_of){ .path = t->entity_set }) :
			       segment_unknown(dc, second->name);
	TRY(row_key_find(dc, t, first, right_of_method(dc), &key));
	if (dc->path.count == 1 && method_of(dc) == HTTP_PATCH) {
		TRY(options_check(dc, OPTIONS_OF_WRITE));
		return write_update(dc, t, &key);
	}
	TRY(row_key_found(dc, t, &key));
	return dc->path.count == 1 ? row_run(dc, t, &key.id) : within_row_run(dc, t, &key.id);
}

/* --- service protection --- */

static int64_t now_ms(void)
{
	return clock_monotonic_ns(&clock_system) / 1000000;
}

/* A batch counts as one request. The operator is not counted. */
static err usage_admit(struct data_call *dc)
{
	int64_t retry;
	if (dc->references || !dc->caller.token)
		return OK;
	dc->counted = dc->caller.user;
	enum usage_answer answer = usage_begin(dc->app->usage, dc->counted, now_ms(), &retry);
	if (answer == USAGE_FITS)
		return OK;
	dc->counted = 0;
	str seconds = str_format(dc->arena, "%lld", (long long)retry);
	TRY_NEW(seconds.at);
	dc->retry_after = seconds;
	if (answer == USAGE_TOO_MANY)
		return REFUSE(dc, 429, "0x80072322", "There have been too many requests of this user within %d seconds: ask again in %lld.",
			      USAGE_WINDOW_S, (long long)retry);
	return REFUSE(dc, 429, "0x80072321", "The requests of this user took too much time within %d seconds: ask again in %lld.", USAGE_WINDOW_S,
		      (long long)retry);
}

static err call_route(struct data_call *dc)
{
	bool found;
	TRY(rights_admit(dc));
	TRY(usage_admit(dc));
	TRY(rights_act_for(dc));
	if (dc->path.count == 0) {
		TRY(options_check(dc, ""));
		return method_of(dc) == HTTP_GET ? service_document(dc) : method_refused(dc);
	}
	TRY(operation_run(dc, &found));
	if (found)
		return OK;
	TRY(access_function(dc, &found));
	if (found)
		return OK;
	TRY(admin_action(dc, &found));
	if (found)
		return OK;
	const struct table *t = metadata_table_by_set(dc->app->metadata, dc->path.segment[0].name);
	return t ? table_run(dc, t) : segment_unknown(dc, dc->path.segment[0].name);
}

err data_call_run(struct data_call *dc)
{
	str unmasked = S("false");
	(void)url_param_find(&dc->params, S("UnMaskedData"), &unmasked);
	dc->unmasked = str_equal_nocase(unmasked, S("true"));
	if (!dc->unmasked && !str_equal_nocase(unmasked, S("false")))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "UnMaskedData is true or false.");
	TRY(call_route(dc));
	TRY(row_policy_bypass_log(dc));
	return masked_reads_log(dc);
}

static err handle(struct web_call *web)
{
	struct data_call dc;
	int64_t began = now_ms();
	err e = data_call_begin(&dc, web, web->path_args[0], web->path_arg_count > 1 ? web->path_args[1] : S(""));
	if (!failed(e))
		e = data_call_run(&dc);
	if (failed(e))
		data_call_fail(&dc, e);
	if (dc.retry_after.len)
		web_set_header(web, S("retry-after"), dc.retry_after);
	if (dc.counted)
		usage_charge(dc.app->usage, dc.counted, now_ms(), now_ms() - began);
	return OK;
}

static void write_error(struct web_call *web, int status, err why)
{
	answer_error(web, NULL, NULL, status, why);
}

static const struct web_route routes[] = {
	{ 0, "/{}/*", handle },
	{ 0, "/{}", handle },
};

const struct web_surface data_api_surface = {
	.prefix = "/api/data", .routes = routes, .route_count = COUNT_OF(routes), .write_error = write_error,
};
