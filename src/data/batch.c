/* data/batch.c - $batch: the operations one after the other, each judged and answered as if it had come alone; a change set in one
 * transaction (OData 4.0 part 1, 11.7; authorization-and-data 4.4).
 *
 * Who asks is the batch's own caller: an Authorization inside a part is not read. A part of a change set begins its own transaction,
 * which the store makes a part of the set's (transaction_open_to_parts), so its rights are judged on what the parts before it have
 * done. When one fails the set is rolled back first and only then is the refusal audited, so that the refusal stays and the events of
 * what was undone go with it. Definitions do not change inside a change set: they are reloaded between requests. */
#include "data/answer.h"
#include "data/api.h"
#include "data/batch_parse.h"
#include "host/fault.h"
#include "host/random.h"
#include "web/inner.h"

enum { PART_ARENA_BYTES = 16 << 20 };

struct run {
	struct data_call *dc;        /* of the batch */
	const struct batch *batch;
	struct references references; /* of the present change set */
	str boundary, inner_boundary;
	bool go_on;
};

/* --- the answer --- */

static str boundary_new(struct arena *arena, const char *name)
{
	char id[UUID_TEXT_LEN + 1];
	struct uuid fresh = random_uuid_v7();
	uuid_format(&fresh, id);
	return str_format(arena, "%s_%s", name, id);
}

static void header_write(struct buffer *b, str name, str value)
{
	buffer_append_format(b, "%.*s: ", STR_ARG(name));
	buffer_append_str(b, value);
	buffer_append_str(b, S("\r\n"));
}

static void part_write(struct buffer *b, str boundary, const struct batch_operation *op, const struct web_call *part)
{
	const struct web_response *r = &part->response;
	buffer_append_format(b, "--%.*s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n", STR_ARG(boundary));
	if (op->content_id.len)
		header_write(b, S("Content-ID"), op->content_id);
	buffer_append_format(b, "\r\nHTTP/1.1 %u %s\r\n", r->status, http_reason(r->status));
	for (size_t i = 0; i < r->header_count; i++)
		header_write(b, r->headers[i].name, r->headers[i].value);
	buffer_append_str(b, S("\r\n"));
	buffer_append(b, buffer_bytes(&r->body));
	buffer_append_str(b, S("\r\n"));
}

/* --- one operation --- */

/* What stands behind "/api/data/v9.x/", for an absolute URL of this service, one of this host, or one relative to the service. */
static bool url_resolve(const struct data_call *dc, str url, str *out_version, str *out_rest)
{
	str base = str_slice(dc->root, dc->web->request.origin.len, dc->root.len); /* "/e/x/api/data/v9.2/" */
	size_t mark = str_find(base, S("/api/data/"), 0);
	if (str_starts_with(url, dc->web->request.origin))
		url = str_from(url, dc->web->request.origin.len);
	else if (str_find(url, S("://"), 0) != SIZE_MAX)
		return false;
	*out_version = str_slice(base, mark + 10, base.len - 1);
	*out_rest = url;
	if (!str_starts_with(url, S("/")))
		return true;
	if (str_starts_with(url, str_slice(base, 0, mark + 10)))
		url = str_from(url, mark + 10);
	else if (str_starts_with(url, S("/api/data/")))
		url = str_from(url, 10);
	else
		return false;
	size_t slash = str_find_char(url, '/', 0);
	if (slash == SIZE_MAX)
		return false;
	*out_version = str_slice(url, 0, slash);
	*out_rest = str_from(url, slash + 1);
	return true;
}

static bool names_caller(str header)
{
	return str_equal(header, S("callerobjectid")) || str_equal(header, S("mscrmcallerid"));
}

/* What a batch sets holds for each part, whatever the part says. */
static bool always_passed_on(str header)
{
	return str_equal(header, S("authorization")) || str_equal(header, S("rowpolicycontext"));
}

/* The part's own headers, and who asks: whom the batch acts for stands for each part that does not say otherwise. */
static err headers_of(struct run *run, struct arena *arena, const struct batch_operation *op, struct web_request *request)
{
	const struct web_request *outer = &run->dc->web->request;
	struct http_header *list = NEW_ARRAY(arena, struct http_header, op->header_count + outer->header_count);
	bool own = false;
	size_t n = 0;
	TRY_NEW(list);
	for (size_t i = 0; i < op->header_count; i++) {
		own = own || names_caller(op->headers[i].name);
		if (!str_equal(op->headers[i].name, S("authorization")))
			list[n++] = op->headers[i];
	}
	for (size_t i = 0; i < outer->header_count; i++)
		if (always_passed_on(outer->headers[i].name) || (!own && names_caller(outer->headers[i].name)))
			list[n++] = outer->headers[i];
	request->headers = list;
	request->header_count = n;
	return OK;
}

static bool is_of_definitions(str rest)
{
	return str_starts_with(rest, S("EntityDefinitions")) || str_starts_with(rest, S("RelationshipDefinitions")) ||
	       str_starts_with(rest, S("ImportSolution"));
}

static err operation_run(struct run *run, const struct batch_operation *op, struct web_call *part, struct data_call *dc)
{
	str url = references_resolve(&run->references, op->url, part->arena), version = { 0 }, rest = { 0 };
	struct web_request *request = &part->request;
	TRY_NEW(url.at);
	request->method = op->method;
	request->body = op->body;
	request->query = (str){ "", 0 };
	*dc = (struct data_call){ .app = part->app, .web = part, .arena = part->arena };
	TRY(headers_of(run, part->arena, op, request));
	if (!url_resolve(run->dc, url, &version, &rest))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "A request in a batch must be to this service.");
	size_t query = str_find_char(rest, '?', 0);
	if (query != SIZE_MAX) {
		request->query = str_from(rest, query + 1);
		rest = str_slice(rest, 0, query);
	}
	if (op->change_set && is_of_definitions(rest))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Definitions cannot change inside a change set.");
	if (str_starts_with(rest, S("$batch")))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Batches do not nest.");
	TRY(data_call_begin(dc, part, version, rest));
	dc->references = &run->references;
	return data_call_run(dc);
}

/* Of a row made or changed, for "$1" in the parts behind it. */
static err reference_note(struct run *run, const struct batch_operation *op, const struct web_call *part)
{
	struct references *refs = &run->references;
	for (size_t i = 0; op->content_id.len && i < part->response.header_count; i++) {
		const struct http_header *h = &part->response.headers[i];
		size_t start = str_find(h->value, S("/api/data/v9."), 0);
		if (!str_equal(h->name, S("odata-entityid")) || start == SIZE_MAX)
			continue;
		struct reference *one = &refs->items[refs->count++];
		one->id = op->content_id;
		one->path = str_copy(run->dc->arena, str_from(h->value, start + 15)); /* behind "/api/data/v9.2/" */
		TRY_NEW(one->path.at);
		break;
	}
	return OK;
}

/* Runs one operation and writes its answer. `tx` not null: the change set's, which is undone before the failure is told.
 * *out_good: it was not refused. */
static err operation_answer(struct run *run, const struct batch_operation *op, struct transaction *tx, struct buffer *to, bool *out_good)
{
	struct arena *arena = arena_new(PART_ARENA_BYTES);
	struct web_call part;
	struct data_call dc;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for a part of a batch");
	web_inner_begin(run->dc->web, arena, &part);
	err e = operation_run(run, op, &part, &dc), noted = OK;
	*out_good = !failed(e);
	if (failed(e) && tx) {
		transaction_release(tx);
		buffer_clear(to);
	}
	if (failed(e))
		data_call_fail(&dc, e);
	else if (tx)
		noted = reference_note(run, op, &part);
	web_inner_check(&part);
	part_write(to, tx && *out_good ? run->inner_boundary : run->boundary, op, &part);
	web_inner_release(&part);
	arena_free(arena);
	return noted;
}

/* --- change sets --- */

static err set_commit(struct run *run, struct transaction *tx, struct buffer *to, const struct batch_operation *last)
{
	struct web_call part;
	err e = transaction_commit(tx);
	if (!failed(e))
		return OK;
	/* nothing of it is there: told once, in place of the whole set */
	web_inner_begin(run->dc->web, run->dc->arena, &part);
	answer_error(&part, NULL, NULL, web_status_of_kind(err_kind_of(e)), e);
	buffer_clear(to);
	part_write(to, run->boundary, last, &part);
	web_inner_release(&part);
	return e;
}

static err set_run(struct run *run, size_t first, size_t end, struct buffer *to, bool *out_good)
{
	SCOPED(transaction) tx = { 0 };
	run->references.count = 0;
	run->inner_boundary = boundary_new(run->dc->arena, "changesetresponse");
	TRY_NEW(run->inner_boundary.at);
	TRY(transaction_begin(run->dc->app->store, &tx));
	transaction_open_to_parts(&tx);
	for (size_t i = first; i < end; i++) {
		TRY(operation_answer(run, &run->batch->operations[i], &tx, to, out_good));
		if (!*out_good)
			return OK;
		FAULT("data.batch.after_part");
	}
	*out_good = !failed(set_commit(run, &tx, to, &run->batch->operations[end - 1]));
	return OK;
}

static err set_answer(struct run *run, size_t first, size_t end, struct buffer *body, bool *out_good)
{
	SCOPED(buffer) set = { 0 };
	buffer_init(&set, WEB_RESPONSE_BYTES_MAX);
	TRY(set_run(run, first, end, &set, out_good));
	run->references.count = 0;
	if (*out_good)
		buffer_append_format(body, "--%.*s\r\nContent-Type: multipart/mixed; boundary=%.*s\r\n\r\n", STR_ARG(run->boundary),
				     STR_ARG(run->inner_boundary));
	buffer_append(body, buffer_bytes(&set));
	body->failed = body->failed || set.failed;
	if (*out_good)
		buffer_append_format(body, "--%.*s--\r\n\r\n", STR_ARG(run->inner_boundary));
	return OK;
}

static size_t set_end(const struct batch *batch, size_t first)
{
	size_t end = first + 1;
	while (end < batch->count && batch->operations[end].change_set == batch->operations[first].change_set)
		end++;
	return end;
}

err batch_handle(struct data_call *dc)
{
	struct batch batch = { 0 };
	struct run run = { .dc = dc, .batch = &batch, .go_on = dc->prefer.continue_on_error, .boundary = boundary_new(dc->arena, "batchresponse") };
	struct buffer *body = &dc->web->response.body;
	str type = { 0 };
	bool good = true;
	TRY_NEW(run.boundary.at);
	(void)web_header(&dc->web->request, S("content-type"), &type);
	TRY(batch_parse(type.at ? type : S(""), dc->web->request.body, dc->arena, &dc->problem, &batch));
	run.references.items = NEW_ARRAY(dc->arena, struct reference, batch.count + 1);
	TRY_NEW(run.references.items);
	for (size_t i = 0, end; i < batch.count && (good || run.go_on); i = end) {
		bool set = batch.operations[i].change_set != 0;
		end = set ? set_end(&batch, i) : i + 1;
		TRY(set ? set_answer(&run, i, end, body, &good) : operation_answer(&run, &batch.operations[i], NULL, body, &good));
	}
	buffer_append_format(body, "--%.*s--\r\n", STR_ARG(run.boundary));
	str content_type = str_format(dc->arena, "multipart/mixed; boundary=%.*s", STR_ARG(run.boundary));
	TRY_NEW(content_type.at);
	web_status(dc->web, 200);
	web_set_header(dc->web, S("content-type"), content_type);
	web_set_header(dc->web, S("odata-version"), S("4.0"));
	web_no_store(dc->web);
	return OK;
}
