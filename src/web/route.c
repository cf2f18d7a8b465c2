/* web/route.c - finds the row for a path and runs it. */
#include "web/route.h"

#include "web/response_internal.h"

enum { PATH_ARGS_MAX = 8 };

struct match {
	const struct web_surface *surface;
	const struct web_route *route;
	str args[PATH_ARGS_MAX]; /* raw */
	size_t arg_count;
	bool rest; /* the last argument is the undecoded rest */
};

/* Cuts "/segment" off the front. False when nothing is left. */
static bool next_segment(str *path, str *out)
{
	if (!path->len || path->at[0] != '/')
		return false;
	size_t end = str_find_char(*path, '/', 1);
	if (end == SIZE_MAX)
		end = path->len;
	*out = str_slice(*path, 1, end);
	*path = str_from(*path, end);
	return true;
}

static bool segment_matches(str pattern, str segment, struct match *m)
{
	size_t hole = str_find(pattern, S("{}"), 0);

	if (hole == SIZE_MAX)
		return str_equal(pattern, segment);
	str before = str_slice(pattern, 0, hole), after = str_from(pattern, hole + 2);
	if (segment.len <= before.len + after.len || !str_starts_with(segment, before) || !str_ends_with(segment, after) ||
	    m->arg_count == PATH_ARGS_MAX)
		return false;
	m->args[m->arg_count++] = str_slice(segment, before.len, segment.len - after.len);
	return true;
}

static bool pattern_matches(str pattern, str path, struct match *m)
{
	str want = { 0 }, have = { 0 };

	m->arg_count = 0;
	m->rest = false;
	while (next_segment(&pattern, &want)) {
		if (str_equal(want, S("*")) && !pattern.len) {
			if (!path.len || m->arg_count == PATH_ARGS_MAX)
				return false;
			m->args[m->arg_count++] = str_from(path, 1);
			m->rest = true;
			return true;
		}
		if (!next_segment(&path, &have) || !segment_matches(want, have, m))
			return false;
	}
	return path.len == 0;
}

static bool under_prefix(str prefix, str path, str *out_rest)
{
	if (!str_starts_with(path, prefix) || (path.len > prefix.len && prefix.len && path.at[prefix.len] != '/'))
		return false;
	*out_rest = str_from(path, prefix.len);
	return true;
}

static bool method_fits(enum http_method row, enum http_method method)
{
	return !row || row == method || (row == HTTP_GET && method == HTTP_HEAD);
}

/* The first row of the surface for this path and method. */
static bool find_in_surface(const struct web_surface *s, str path, enum http_method method, struct match *m)
{
	for (size_t i = 0; i < s->route_count; i++) {
		if (method_fits(s->routes[i].method, method) && pattern_matches(str_of(s->routes[i].pattern), path, m)) {
			m->surface = s;
			m->route = &s->routes[i];
			return true;
		}
	}
	return false;
}

static str methods_of_path(struct web_call *call, const struct web_surface *const *surfaces, size_t count)
{
	struct buffer allow = { 0 };
	struct match m = { 0 };
	str rest = { 0 };

	buffer_init(&allow, 128);
	for (int method = HTTP_GET; method <= HTTP_OPTIONS; method++) {
		for (size_t i = 0; i < count; i++) {
			if (!under_prefix(str_of(surfaces[i]->prefix), call->request.path, &rest) ||
			    !find_in_surface(surfaces[i], rest, (enum http_method)method, &m))
				continue;
			buffer_append_format(&allow, "%s%s", allow.len ? ", " : "", http_method_name((enum http_method)method));
			break;
		}
	}
	str text = allow.len ? str_copy(call->arena, buffer_str(&allow)) : (str){ 0 };
	buffer_release(&allow);
	return text;
}

static void refuse(struct web_call *call, const struct web_surface *const *surfaces, size_t count)
{
	str allow = methods_of_path(call, surfaces, count);
	int status = allow.len ? 405 : 404;
	err why = allow.len ? ERR(ERR_INVALID, "this resource does not have that method") :
			      ERR(ERR_NOT_FOUND, "there is no such resource");

	if (call->surface && call->surface->write_error)
		call->surface->write_error(call, status, why);
	else
		web_problem(call, status, why);
	if (allow.len)
		web_set_header(call, S("allow"), allow);
}

static err decode_args(struct web_call *call, const struct match *m)
{
	str *args = NEW_ARRAY(call->arena, str, m->arg_count + 1);

	TRY_NEW(args);
	for (size_t i = 0; i < m->arg_count; i++) {
		if (m->rest && i + 1 == m->arg_count)
			args[i] = m->args[i];
		else
			TRY(url_decode(m->args[i], false, call->arena, &args[i]));
	}
	call->path_args = args;
	call->path_arg_count = m->arg_count;
	return OK;
}

static err run(struct web_call *call, const struct match *m)
{
	bool answered = false;

	TRY(decode_args(call, m));
	if (m->surface->enter)
		TRY(m->surface->enter(call, &answered));
	return answered ? OK : m->route->handle(call);
}

void web_dispatch(const struct web_surface *const *surfaces, size_t count, struct web_call *call)
{
	struct match m = { 0 };
	size_t longest = 0;
	str rest = { 0 };

	web_reset_response(call);
	for (size_t i = 0; i < count && !m.route; i++) {
		str prefix = str_of(surfaces[i]->prefix);
		if (!under_prefix(prefix, call->request.path, &rest))
			continue;
		if (!call->surface || prefix.len > longest) {
			call->surface = surfaces[i];
			longest = prefix.len;
		}
		find_in_surface(surfaces[i], rest, call->request.method, &m);
	}
	if (!m.route) {
		refuse(call, surfaces, count);
		return;
	}
	call->surface = m.surface;
	call->route = m.route->pattern;
	err e = run(call, &m);
	if (failed(e)) {
		call->parked = false;
		web_answer_err(call, e);
	}
	if (!call->parked)
		web_check_response(call);
}
