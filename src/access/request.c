#include "access/request.h"

static const struct json_limits limits = { .depth_max = 32, .values_max = 100000 };

/* What is said of an entity that is none. */
struct entity_texts {
	const char *object, *type, *id, *properties;
};
#define ENTITY_TEXTS(name_)                                                                                                 \
	{ name_ " must be an object.", name_ " needs a type, a string.", name_ " needs an id, a string.",                   \
	  name_ ".properties must be an object." }
static const struct entity_texts subject_texts = ENTITY_TEXTS("subject"), resource_texts = ENTITY_TEXTS("resource"),
				 behalf_texts = ENTITY_TEXTS("context.on_behalf_of");

/* --- one question; each function answers null, or what is wrong --- */

static const char *entity_parse(const struct json *in, const struct entity_texts *texts, bool id_needed, struct access_entity *out)
{
	const struct json *properties = json_member(in, S("properties"));
	if (!json_is(in, JSON_OBJECT))
		return texts->object;
	if (!json_member_is_str(in, S("type"), &out->type))
		return texts->type;
	if (id_needed && !json_member_is_str(in, S("id"), &out->id))
		return texts->id;
	out->properties = properties;
	return properties && !json_is(properties, JSON_OBJECT) ? texts->properties : NULL;
}

static const char *action_parse(const struct json *in, struct access_question *q)
{
	const struct json *properties = json_member(in, S("properties"));
	if (!json_is(in, JSON_OBJECT))
		return "action must be an object.";
	if (!json_member_is_str(in, S("name"), &q->action))
		return "action needs a name, a string.";
	if (properties && !json_is(properties, JSON_OBJECT))
		return "action.properties must be an object.";
	q->action_properties = properties;
	return NULL;
}

static const char *context_parse(const struct json *in, struct access_question *q)
{
	q->context = in;
	return in && !json_is(in, JSON_OBJECT) ? "context must be an object." : NULL;
}

/* --- what a question about a table's row has besides --- */

static const char *parties_parse(struct access_question *q)
{
	const struct json *channel = json_member(q->context, S("channel")), *behalf = json_member(q->context, S("on_behalf_of"));
	q->interactive = json_is(channel, JSON_STRING) && str_equal(channel->text, S("interactive"));
	if (channel && !q->interactive && !(json_is(channel, JSON_STRING) && str_equal(channel->text, S("api"))))
		return "context.channel must be \"api\" or \"interactive\".";
	q->on_behalf = behalf != NULL;
	return behalf ? entity_parse(behalf, &behalf_texts, true, &q->on_behalf_of) : NULL;
}

static const char *columns_parse(struct access_question *q)
{
	q->columns = json_member(q->action_properties, S("columns"));
	bool good = !q->columns || json_is(q->columns, JSON_ARRAY);
	for (const struct json *c = good && q->columns ? q->columns->first : NULL; c; c = c->next)
		good = good && json_is(c, JSON_STRING);
	return good ? NULL : "action.properties.columns must be an array of strings.";
}

static const char *unmasked_parse(struct access_question *q)
{
	bool given = json_member(q->action_properties, S("unmasked")) != NULL;
	bool good = json_member_is_bool(q->action_properties, S("unmasked"), &q->unmasked);
	return good || !given ? NULL : "action.properties.unmasked must be a boolean.";
}

static const char *row_to_be_parse(struct access_question *q)
{
	const struct json *properties = q->resource.properties;
	const struct json *owner = json_member(properties, S("ownerid")), *unit = json_member(properties, S("owningbusinessunit"));
	if ((owner && !json_is(owner, JSON_STRING)) || (unit && !json_is(unit, JSON_STRING)))
		return "ownerid and owningbusinessunit of resource.properties must be strings.";
	if (owner)
		q->owner = owner->text;
	if (unit)
		q->unit = unit->text;
	return NULL;
}

static const char *row_question_parse(struct access_question *q)
{
	const char *wrong = columns_parse(q);
	if (!wrong)
		wrong = unmasked_parse(q);
	if (!wrong && str_equal(q->action, S("create")))
		wrong = row_to_be_parse(q);
	return wrong ? wrong : parties_parse(q);
}

/* A member of the item, or else of the whole request, taken whole. */
static const struct json *member_of(const struct json *item, const struct json *root, str name)
{
	const struct json *own = json_member(item, name);
	return own ? own : json_member(root, name);
}

static const char *question_parse(const struct json *item, const struct json *root, enum access_api api, struct access_question *q)
{
	const char *wrong = entity_parse(member_of(item, root, S("subject")), &subject_texts, api != ACCESS_SEARCH_SUBJECT, &q->subject);
	if (!wrong && api != ACCESS_SEARCH_ACTION)
		wrong = action_parse(member_of(item, root, S("action")), q);
	const struct json *resource = member_of(item, root, S("resource"));
	bool searched = api == ACCESS_SEARCH_RESOURCE, creates = str_equal(q->action, S("create"));
	if (!wrong)
		wrong = entity_parse(resource, &resource_texts, !searched && !creates, &q->resource);
	if (!wrong && !searched && creates)
		(void)json_member_is_str(resource, S("id"), &q->resource.id); /* an external one may have its id already */
	if (!wrong)
		wrong = context_parse(member_of(item, root, S("context")), q);
	if (!wrong)
		q->row_wrong = row_question_parse(q);
	return wrong;
}

/* --- the batch --- */

static const char *defaults_check(const struct json *root)
{
	static const struct {
		str name;
		const char *wrong;
	} defaults[] = { { S("subject"), "subject must be an object." }, { S("action"), "action must be an object." },
			 { S("resource"), "resource must be an object." }, { S("context"), "context must be an object." } };
	for (size_t i = 0; i < COUNT_OF(defaults); i++) {
		const struct json *v = json_member(root, defaults[i].name);
		if (v && !json_is(v, JSON_OBJECT))
			return defaults[i].wrong;
	}
	return NULL;
}

static const char *options_parse(const struct json *root, struct access_request *r)
{
	static const char *const semantics[] = { [EXECUTE_ALL] = "execute_all", [DENY_ON_FIRST_DENY] = "deny_on_first_deny",
						 [PERMIT_ON_FIRST_PERMIT] = "permit_on_first_permit" };
	const struct json *options = json_member(root, S("options")), *semantic = json_member(options, S("evaluations_semantic"));
	if (options && !json_is(options, JSON_OBJECT))
		return "options must be an object.";
	if (!semantic)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(semantics); i++) {
		if (!json_is(semantic, JSON_STRING) || !str_equal(semantic->text, str_of(semantics[i])))
			continue;
		r->semantic = (enum access_semantic)i;
		return NULL;
	}
	return "options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit.";
}

static void items_parse(const struct json *items, const struct json *root, struct access_question *out)
{
	for (const struct json *item = items->first; item; item = item->next, out++) {
		*out = (struct access_question){ 0 };
		out->wrong = json_is(item, JSON_OBJECT) ? question_parse(item, root, ACCESS_EVALUATIONS, out)
							: "An evaluation must be an object.";
	}
}

static err batch_parse(const struct json *items, struct arena *arena, struct access_request *r, const char **out_wrong)
{
	const char *wrong = defaults_check(r->root);
	if (!wrong)
		wrong = options_parse(r->root, r);
	if (!wrong && items->count > EVALUATIONS_MAX)
		wrong = "A request takes 1000 evaluations at most.";
	*out_wrong = wrong;
	if (wrong)
		return OK;
	r->batch = true;
	r->count = items->count;
	r->questions = NEW_ARRAY(arena, struct access_question, items->count);
	TRY_NEW(r->questions);
	items_parse(items, r->root, r->questions);
	return OK;
}

/* --- the whole --- */

static const char *page_parse(const struct json *root, struct access_page_wish *out)
{
	const struct json *page = json_member(root, S("page")), *token = json_member(page, S("token")),
			  *limit = json_member(page, S("limit"));
	*out = (struct access_page_wish){ .limit = -1 };
	if (page && !json_is(page, JSON_OBJECT))
		return "page must be an object.";
	if (token && !json_is(token, JSON_STRING))
		return "page.token must be a string.";
	if (limit && (!json_is(limit, JSON_NUMBER) || !json_to_i64(limit, &out->limit) || out->limit < 0))
		return "page.limit must be a non-negative integer.";
	if (token)
		out->token = token->text;
	return NULL;
}

static err single_parse(enum access_api api, struct arena *arena, struct access_request *r, const char **out_wrong)
{
	r->questions = NEW(arena, struct access_question);
	TRY_NEW(r->questions);
	*r->questions = (struct access_question){ 0 };
	r->count = 1;
	*out_wrong = question_parse(NULL, r->root, api, r->questions);
	if (!*out_wrong && api >= ACCESS_SEARCH_SUBJECT)
		*out_wrong = page_parse(r->root, &r->page);
	return OK;
}

static err request_parse(enum access_api api, struct arena *arena, struct access_request *r, const char **out_wrong)
{
	const struct json *items = api == ACCESS_EVALUATIONS ? json_member(r->root, S("evaluations")) : NULL;
	*out_wrong = NULL;
	if (!json_is(r->root, JSON_OBJECT))
		*out_wrong = "The body must be a JSON object.";
	else if (items && !json_is(items, JSON_ARRAY))
		*out_wrong = "evaluations must be an array.";
	else if (items && items->count > 0)
		return batch_parse(items, arena, r, out_wrong);
	else
		return single_parse(api, arena, r, out_wrong);
	return OK;
}

err access_request_parse(bytes body, enum access_api api, struct arena *arena, struct access_request *out, const char **out_wrong)
{
	struct access_request r = { .page.limit = -1 };
	*out_wrong = "The body is not valid JSON.";
	if (failed(json_parse(body, limits, arena, &r.root, NULL)))
		FAIL(ERR_INVALID, "not JSON");
	TRY(request_parse(api, arena, &r, out_wrong));
	if (*out_wrong)
		FAIL(ERR_INVALID, "not an AuthZEN request");
	*out = r;
	return OK;
}
