#include "web/inner.h"

#include "web/response_internal.h"

void web_inner_begin(const struct web_call *outer, struct arena *arena, struct web_call *inner)
{
	*inner = (struct web_call){ .request = outer->request, .arena = arena, .now = outer->now, .app = outer->app, .route = outer->route,
				    .caller = outer->caller, .surface = outer->surface };
	web_reset_response(inner);
}

void web_inner_check(struct web_call *inner)
{
	web_check_response(inner);
}

void web_inner_release(struct web_call *inner)
{
	buffer_release(&inner->response.body);
}
