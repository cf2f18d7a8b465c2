#include "edge/refusal.h"

#define PROBLEM S("application/problem+json")
#define BODY(status_, title_) S("{\"type\":\"about:blank\",\"status\":" #status_ ",\"title\":\"" title_ "\"}")

static const struct refusal_text texts[REFUSAL_COUNT] = {
	[REFUSE_BAD_REQUEST] = { 400, true, false, PROBLEM, BODY(400, "Malformed request"), { 0 }, { 0 } },
	[REFUSE_UNAUTHENTICATED] = { 401, false, false, PROBLEM, BODY(401, "A bearer token is required"),
				     S("www-authenticate"), S("Bearer") },
	[REFUSE_NOT_FOUND] = { 404, false, false, PROBLEM, BODY(404, "Not found"), { 0 }, { 0 } },
	[REFUSE_METHOD] = { 405, true, false, PROBLEM, BODY(405, "Method not allowed"), S("allow"),
			    S("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") },
	[REFUSE_READ_ONLY] = { 405, false, false, PROBLEM, BODY(405, "This can only be read"), S("allow"), S("GET, HEAD") },
	[REFUSE_TIMEOUT] = { 408, true, false, PROBLEM, BODY(408, "The request did not arrive in time"), { 0 }, { 0 } },
	[REFUSE_BODY_SIZE] = { 413, true, false, PROBLEM, BODY(413, "Body too large"), { 0 }, { 0 } },
	[REFUSE_URI_SIZE] = { 414, true, false, PROBLEM, BODY(414, "Request target too long"), { 0 }, { 0 } },
	[REFUSE_EXPECTATION] = { 417, true, false, PROBLEM, BODY(417, "Unknown expectation"), { 0 }, { 0 } },
	[REFUSE_MISDIRECTED] = { 421, true, false, PROBLEM, BODY(421, "This origin is not served here"), { 0 }, { 0 } },
	[REFUSE_HEAD_SIZE] = { 431, true, false, PROBLEM, BODY(431, "Request header fields too large"), { 0 }, { 0 } },
	[REFUSE_CODING] = { 501, true, false, PROBLEM, BODY(501, "Unknown transfer coding"), { 0 }, { 0 } },
	[REFUSE_WORKER_FAILED] = { 502, false, true, PROBLEM, BODY(502, "The service was interrupted"), { 0 }, { 0 } },
	[REFUSE_CONCURRENCY] = { 429, false, true, S("application/json"),
				 S("{\"error\":{\"code\":\"0x80072326\",\"message\":"
				   "\"There are too many requests of this user at once.\"}}"), { 0 }, { 0 } },
	[REFUSE_OVERLOAD] = { 503, false, true, PROBLEM, BODY(503, "Too busy"), { 0 }, { 0 } },
	[REFUSE_UNAVAILABLE] = { 503, false, true, PROBLEM, BODY(503, "Temporarily unavailable"), { 0 }, { 0 } },
	[REFUSE_NO_IDENTITY] = { 503, false, true, S("application/json"),
				 S("{\"error\":\"temporarily_unavailable\",\"error_description\":"
				   "\"The organization's sign-in service is not available just now.\"}"), { 0 }, { 0 } },
	[REFUSE_NO_DATA] = { 503, false, true, S("application/json"),
			     S("{\"error\":{\"code\":\"ServiceUnavailable\",\"message\":"
			       "\"The environment is not available just now.\"}}"), { 0 }, { 0 } },
	[REFUSE_WORKER_SLOW] = { 504, false, true, PROBLEM, BODY(504, "No answer in time"), { 0 }, { 0 } },
	[REFUSE_TENANT] = { 400, false, false, S("application/json"),
			    S("{\"error\":\"invalid_tenant\",\"error_description\":\"There is no such tenant.\","
			      "\"error_codes\":[90002]}"), { 0 }, { 0 } },
	[REFUSE_TENANT_PAGE] = { 400, false, false, S("text/html; charset=utf-8"),
				 S("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
				   "<meta name=\"bwk-step\" content=\"error\"><title>Unknown organization</title>"
				   "<main><h1>Unknown organization</h1><p role=\"alert\">There is no such tenant. Check the "
				   "address that brought you here.</p></main></html>\n"), { 0 }, { 0 } },
	[REFUSE_ENVIRONMENT] = { 404, false, false, PROBLEM, BODY(404, "There is no such environment"), { 0 }, { 0 } },
};

const struct refusal_text *refusal_text_of(enum refusal refusal)
{
	if (refusal <= REFUSE_NONE || refusal >= REFUSAL_COUNT)
		return &texts[REFUSE_BAD_REQUEST];
	return &texts[refusal];
}

const char *refusal_reason(enum refusal refusal)
{
	static const char *const reasons[REFUSAL_COUNT] = {
		[REFUSE_BAD_REQUEST] = "malformed_request", [REFUSE_UNAUTHENTICATED] = "no_token", [REFUSE_TIMEOUT] = "too_slow",
		[REFUSE_BODY_SIZE] = "body_too_large", [REFUSE_URI_SIZE] = "uri_too_long", [REFUSE_HEAD_SIZE] = "head_too_large",
		[REFUSE_MISDIRECTED] = "misdirected", [REFUSE_CODING] = "unknown_coding", [REFUSE_OVERLOAD] = "overload", [REFUSE_CONCURRENCY] = "concurrency",
		[REFUSE_TENANT] = "unknown_tenant", [REFUSE_TENANT_PAGE] = "unknown_tenant",
		[REFUSE_ENVIRONMENT] = "unknown_environment",
	};
	return (size_t)refusal < REFUSAL_COUNT ? reasons[refusal] : NULL;
}
