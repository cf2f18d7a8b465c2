#include "edge/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "edge/edge_internal.h"
#include "host/log.h"

enum { EXCHANGE_ARENA_BYTES = 512 * 1024 };

/* --- the request as a worker sees it --- */

/* True for a cookie that the worker of this tenant may see: its name ends in "_" and the tenant's first 8 digits. */
static bool cookie_belongs_to(str cookie, str suffix)
{
	size_t cut = str_find_char(cookie, '=', 0);
	str name = str_trim(str_slice(cookie, 0, cut == SIZE_MAX ? cookie.len : cut));
	return cut != SIZE_MAX && name.len > suffix.len && str_ends_with(name, suffix);
}

/* All cookie fields (HTTP/2 may send several) as one, with only the tenant's own cookies. */
static err filter_cookies(struct exchange *x, const struct http_head *head, const struct uuid *tenant, str *out)
{
	char id[UUID_TEXT_LEN + 1], suffix[10];
	struct buffer kept;
	uuid_format(tenant, id);
	snprintf(suffix, sizeof suffix, "_%.8s", id);
	buffer_init(&kept, HTTP_COOKIE_BYTES_MAX * 2);
	for (size_t i = 0; i < head->header_count && !uuid_is_nil(tenant); i++) {
		str rest = head->headers[i].value, one;
		if (!str_equal(head->headers[i].name, S("cookie")))
			continue;
		while (str_split(&rest, ';', &one)) {
			if (!cookie_belongs_to(one, str_of(suffix)))
				continue;
			if (kept.len)
				buffer_append_str(&kept, S("; "));
			buffer_append_str(&kept, str_trim(one));
		}
	}
	*out = kept.failed ? (str){ NULL, 0 } : str_copy(x->arena, buffer_str(&kept));
	buffer_release(&kept);
	TRY_NEW(out->at);
	return OK;
}

static err copy_headers(struct exchange *x, const struct http_head *head, const struct uuid *tenant)
{
	struct http_request_message *m = &x->message;
	str cookies;
	TRY(filter_cookies(x, head, tenant, &cookies));
	for (size_t i = 0; i < head->header_count; i++) {
		const struct http_header *h = &head->headers[i];
		if (http_field_is_dropped(h->name) || str_equal(h->name, S("cookie")))
			continue;
		struct http_header *to = &m->headers[m->header_count++];
		*to = (struct http_header){ str_copy(x->arena, h->name), str_copy(x->arena, h->value) };
		TRY_NEW(to->name.at);
		TRY_NEW(to->value.at);
	}
	if (cookies.len) /* at most what it replaces, so it fits */
		m->headers[m->header_count++] = (struct http_header){ S("cookie"), cookies };
	return OK;
}

static err fill_message(struct exchange *x, const struct exchange_start *start)
{
	struct http_request_message *m = &x->message;
	m->method = start->head->method;
	m->request_id = *start->request_id;
	memcpy(m->client_address, start->client.address, sizeof m->client_address);
	m->client_port = start->client.port;
	m->deadline_ms = x->edge->settings.request_ms;
	m->origin = str_copy(x->arena, routing_table_origin(x->edge->routes));
	m->base = str_copy(x->arena, start->route->base);
	m->path = str_copy(x->arena, start->route->path);
	m->query = str_copy(x->arena, start->head->query);
	if (!m->origin.at || !m->base.at || !m->path.at || !m->query.at)
		FAIL(ERR_LIMIT, "memory budget of this request is spent");
	m->body = (struct http_body){ .memory_fd = -1 };
	return copy_headers(x, start->head, &start->route->worker.tenant);
}

/* --- life --- */

static void forget_debt(struct exchange *x)
{
	if (!x->debts || !x->owed)
		return;
	*(x->previous_debt ? &x->previous_debt->next_debt : &x->debts->first) = x->next_debt;
	if (x->next_debt)
		x->next_debt->previous_debt = x->previous_debt;
	x->debts->count--;
	x->owed = false;
}

/* A worker has it and its client has gone. A table of sources that is full does not count it: then no connection is admitted
 * from a new source either. */
static void owe(struct exchange *x)
{
	x->owed_by_source = source_table_add(x->edge->sources, x->source_hash) > 0;
	if (!x->debts)
		return;
	x->owed = true;
	x->next_debt = x->debts->first;
	if (x->next_debt)
		x->next_debt->previous_debt = x;
	x->debts->first = x;
	x->debts->count++;
}

void exchange_debts_forget(struct exchange_debts *debts)
{
	for (struct exchange *x = debts->first, *next; x; x = next) {
		next = x->next_debt;
		x->debts = NULL;
		x->next_debt = x->previous_debt = NULL;
	}
	*debts = (struct exchange_debts){ 0 };
}

/* --- how many at once --- */

/* False: one too many. A token is a caller: who it really belongs to is not known here, and what others forge must not count for them.
 * A table that is full counts no further callers. */
static bool caller_count(struct exchange *x)
{
	struct edge *edge = x->edge;
	str token = { 0 };
	if (!edge->settings.caller_concurrent_max || edge->lane == LANE_OPERATOR || !x->for_data)
		return true;
	for (size_t i = 0; i < x->message.header_count; i++)
		if (str_equal(x->message.headers[i].name, S("authorization")))
			token = x->message.headers[i].value;
	if (!token.len)
		return true;
	uint64_t hash = siphash(edge->seed, bytes_of_str(token)) | 1;
	uint32_t n = source_table_add(edge->callers, hash);
	if (n)
		x->caller_hash = hash;
	return n <= edge->settings.caller_concurrent_max;
}

static void caller_uncount(struct exchange *x)
{
	if (x->caller_hash)
		source_table_remove(x->edge->callers, x->caller_hash);
	x->caller_hash = 0;
}

static void exchange_free(struct exchange *x)
{
	forget_debt(x);
	caller_uncount(x);
	if (x->owed_by_source)
		source_table_remove(x->edge->sources, x->source_hash);
	loop_timer_stop(x->edge->loop, &x->deadline);
	x->edge->body_bytes -= x->body.size;
	spool_release(&x->body);
	memory_view_release(&x->view);
	arena_free(x->arena);
	free(x);
}

static void free_when_unused(struct exchange *x)
{
	if (!x->owner && !x->in_worker && !x->entry.outlet)
		exchange_free(x);
}

static void deadline_passed(struct loop_timer *timer)
{
	struct exchange *x = timer->owner;
	bool queued = x->state == EXCHANGE_QUEUED;
	worker_pool_cancel(x->edge->pool, x);
	exchange_refuse(x, queued ? REFUSE_OVERLOAD : REFUSE_WORKER_SLOW);
}

err exchange_new(struct edge *edge, const struct exchange_start *start, struct exchange **out)
{
	struct exchange *x = calloc(1, sizeof *x);
	if (!x)
		FAIL(ERR_LIMIT, "no memory for a request");
	x->edge = edge;
	x->owner = start->owner;
	x->answered = start->answered;
	x->source_hash = start->client.source_hash;
	x->debts = start->debts;
	x->for_data = start->route->worker.role == ROLE_DATA;
	x->deadline = (struct loop_timer){ .fire = deadline_passed, .owner = x };
	spool_init(&x->body, start->route->large_body ? edge->settings.upload_bytes_max : edge->settings.body_bytes_max);
	uuid_format(start->request_id, x->request_id);
	x->arena = arena_new(EXCHANGE_ARENA_BYTES);
	err e = x->arena ? fill_message(x, start) : ERR(ERR_LIMIT, "no memory for a request");
	if (!failed(e))
		e = worker_pool_link(edge->pool, &start->route->worker, &x->link);
	if (failed(e))
		exchange_free(x);
	else
		*out = x;
	return e;
}

/* All bodies together have a bound as well: many uploads at once must not eat the machine. */
enum refusal exchange_take_body(struct exchange *x, bytes octets)
{
	struct edge *edge = x->edge;
	if (octets.len > edge->settings.bodies_bytes_max - edge->body_bytes)
		return REFUSE_OVERLOAD;
	err e = spool_append(&x->body, octets);
	if (failed(e))
		return err_kind_of(e) == ERR_LIMIT ? REFUSE_BODY_SIZE : REFUSE_UNAVAILABLE;
	edge->body_bytes += octets.len;
	return REFUSE_NONE;
}

void exchange_submit(struct exchange *x)
{
	x->submitted_ns = loop_now_ns(x->edge->loop);
	if (failed(spool_finish(&x->body, &x->message.body)) ||
	    failed(loop_timer_set(x->edge->loop, &x->deadline,
				  x->submitted_ns + x->edge->settings.request_ms * INT64_C(1000000)))) {
		exchange_refuse(x, REFUSE_UNAVAILABLE);
		return;
	}
	if (!caller_count(x)) {
		exchange_refuse(x, REFUSE_CONCURRENCY);
		return;
	}
	x->edge->counters.to_workers++;
	x->state = EXCHANGE_QUEUED;
	worker_pool_submit(x->edge->pool, x);
}

void exchange_release(struct exchange *x)
{
	if (!x)
		return;
	x->owner = NULL;
	if (x->in_worker)
		owe(x);
	if (x->state != EXCHANGE_ANSWERED && x->state != EXCHANGE_COLLECTING)
		worker_pool_cancel(x->edge->pool, x);
	free_when_unused(x);
}

static void answer(struct exchange *x)
{
	loop_timer_stop(x->edge->loop, &x->deadline);
	caller_uncount(x);
	x->state = EXCHANGE_ANSWERED;
	if (x->owner)
		x->answered(x);
	else
		free_when_unused(x);
}

void exchange_refuse(struct exchange *x, enum refusal refusal)
{
	struct client client = { .source_hash = x->source_hash };
	if (x->state == EXCHANGE_ANSWERED)
		return;
	memcpy(client.address, x->message.client_address, sizeof client.address);
	edge_count_refusal(x->edge, refusal, &client);
	response_of_refusal(refusal, &x->response);
	answer(x);
}

void exchange_left_worker(struct exchange *x)
{
	x->in_worker = false;
	free_when_unused(x);
}

/* --- a worker's answer, read like hostile input --- */

static err take_body(struct exchange *x, struct http_body *body)
{
	if (body->memory_fd < 0) {
		x->response.body = bytes_copy(x->arena, body->inline_body);
		TRY_NEW(x->response.body.at);
		return OK;
	}
	TRY(memory_view_open(body->memory_fd, HTTP_BODY_BYTES_MAX, &x->view));
	x->response.body = bytes_of(x->view.at, x->view.len);
	if (x->view.len != body->memory_size)
		FAIL(ERR_INVALID, "size of a worker's memory file");
	return OK;
}

static err take_response(struct exchange *x, const struct http_response_message *m)
{
	struct http_header *headers = NEW_ARRAY(x->arena, struct http_header, m->header_count + 1);
	TRY_NEW(headers);
	x->response = (struct edge_response){ .status = m->status, .closes = m->flags & HTTP_RESPONSE_CLOSE,
					      .headers = headers };
	for (size_t i = 0; i < m->header_count; i++) {
		if (response_field_is_ours(m->headers[i].name))
			continue;
		if (!http_is_token(m->headers[i].name) || !http_is_field_value(m->headers[i].value))
			FAIL(ERR_INVALID, "field of a worker's answer");
		struct http_header *to = &headers[x->response.header_count++];
		*to = (struct http_header){ str_copy(x->arena, m->headers[i].name), str_copy(x->arena, m->headers[i].value) };
		TRY_NEW(to->name.at);
		TRY_NEW(to->value.at);
	}
	return OK;
}

void exchange_respond(struct exchange *x, bytes raw, struct channel_fds *fds)
{
	struct http_response_message m;
	if (x->state == EXCHANGE_ANSWERED)
		return;
	err e = http_response_decode(raw, fds, &m);
	if (!failed(e)) {
		SCOPED(fd) body = { m.body.memory_fd };
		e = take_response(x, &m);
		if (!failed(e))
			e = take_body(x, &m.body);
	}
	if (failed(e)) {
		log_err("answer of a worker", e);
		exchange_refuse(x, REFUSE_WORKER_FAILED);
		return;
	}
	answer(x);
}
