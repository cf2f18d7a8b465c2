#include "codec/decision_point.h"

enum { URL_BYTES_MAX = 1024 };

void decision_point_identifier(struct buffer *out, str origin, str unique_name, bool own_host)
{
	size_t mark = str_find(origin, S("://"), 0);
	size_t host = mark == SIZE_MAX ? 0 : mark + 3;
	if (!own_host) {
		buffer_append_format(out, "%.*s/e/%.*s", STR_ARG(origin), STR_ARG(unique_name));
		return;
	}
	buffer_append_format(out, "%.*s%.*s.%.*s", STR_ARG(str_slice(origin, 0, host)), STR_ARG(unique_name), STR_ARG(str_from(origin, host)));
}

void decision_point_members(struct json_writer *w, str identifier)
{
	static const struct {
		str name;
		const char *path;
	} endpoints[] = { { { "access_evaluation_endpoint", 26 }, "evaluation" }, { { "access_evaluations_endpoint", 27 }, "evaluations" },
			  { { "search_subject_endpoint", 23 }, "search/subject" }, { { "search_resource_endpoint", 24 }, "search/resource" },
			  { { "search_action_endpoint", 22 }, "search/action" } };
	json_member_str(w, S("policy_decision_point"), identifier);
	for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
		SCOPED(buffer) url = { 0 };
		buffer_init(&url, URL_BYTES_MAX);
		buffer_append_format(&url, "%.*s/access/v1/%s", STR_ARG(identifier), endpoints[i].path);
		if (url.failed)
			w->to->failed = true;
		json_member_str(w, endpoints[i].name, buffer_str(&url));
	}
}
