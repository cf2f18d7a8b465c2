/* The Web API end to end inside one process: definitions, rows, rights, paging, concurrency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server.h"

#define LABEL(text_) "{\"LocalizedLabels\":[{\"Label\":\"" text_ "\",\"LanguageCode\":1033}]}"
static const char case_table[] =
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.EntityMetadata\",\"SchemaName\":\"new_Case\",\"EntitySetName\":\"new_cases\","
	"\"DisplayName\":" LABEL("Case") ",\"DisplayCollectionName\":" LABEL("Cases") ",\"OwnershipType\":\"UserOwned\","
	"\"IsActivity\":false,\"HasNotes\":false,\"Attributes\":[{\"@odata.type\":\"Microsoft.Dynamics.CRM.StringAttributeMetadata\","
	"\"SchemaName\":\"new_Name\",\"IsPrimaryName\":true,\"RequiredLevel\":{\"Value\":\"None\"},\"MaxLength\":100,\"DisplayName\":"
	LABEL("Name") "}]}";
static const char price_column[] = "{\"@odata.type\":\"Microsoft.Dynamics.CRM.MoneyAttributeMetadata\",\"SchemaName\":\"new_Price\","
	"\"Precision\":2,\"DisplayName\":" LABEL("Price") "}";
static const char parent_lookup[] =
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata\",\"SchemaName\":\"new_case_case\","
	"\"ReferencedEntity\":\"new_case\",\"ReferencedAttribute\":\"new_caseid\",\"ReferencingEntity\":\"new_case\",\"Lookup\":"
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.LookupAttributeMetadata\",\"SchemaName\":\"new_ParentId\",\"DisplayName\":"
	LABEL("Parent") ",\"RequiredLevel\":{\"Value\":\"None\"}}}";

static int setup(void **state)
{
	struct server *s = server_new();
	*state = s;
	EXPECT(server_ask(s, (struct ask){ "POST", "/EntityDefinitions", .body = case_table }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/EntityDefinitions(LogicalName='new_case')/Attributes", .body = price_column }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/RelationshipDefinitions", .body = parent_lookup }), 204);
	return 0;
}

static int teardown(void **state)
{
	server_free(*state);
	return 0;
}

static const char *row_path(struct server *s, const char *id)
{
	return str_format(s->arena, "/new_cases(%s)", id).at;
}

static void a_row_is_created_read_changed_and_deleted(void **state)
{
	struct server *s = *state;
	struct answer a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"Zo\\u00eb\",\"new_price\":12.345}" });
	EXPECT(a, 204);
	const char *path = row_path(s, new_id(s, a));
	a = server_ask(s, (struct ask){ "GET", path, .prefer = "odata.include-annotations=\"*\"" });
	EXPECT(a, 200);
	assert_true(str_equal(member_str(a.json, "new_name"), S("Zo\xc3\xab")));
	assert_true(str_equal(json_member(a.json, S("new_price"))->text, S("12.35")));
	assert_true(str_equal(member_str(a.json, "statecode@OData.Community.Display.V1.FormattedValue"), S("Active")));
	assert_true(str_equal(member_str(a.json, "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"), S("systemuser")));
	str etag = member_str(a.json, "@odata.etag");
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_price\":null}", .if_match = "W/\"1\"" }), 412);
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_price\":null,\"statecode\":1}", .if_match = etag.at }), 204);
	a = server_ask(s, (struct ask){ "GET", path, "$select=new_price,statuscode" });
	assert_true(json_is(json_member(a.json, S("new_price")), JSON_NULL));
	assert_true(str_equal(json_member(a.json, S("statuscode"))->text, S("2")));
	str fresh = str_copy(s->arena, a.etag);
	assert_false(str_equal(fresh, etag));
	EXPECT(server_ask(s, (struct ask){ "GET", path, .if_none_match = fresh.at }), 304);
	EXPECT(server_ask(s, (struct ask){ "GET", path, .if_none_match = "null" }), 200);
	const char *column = str_format(s->arena, "%s/new_name", path).at;
	EXPECT(server_ask(s, (struct ask){ "PUT", column, .body = "{\"value\":\"put\"}" }), 204);
	a = server_ask(s, (struct ask){ "GET", column });
	assert_true(str_equal(member_str(a.json, "value"), S("put")));
	EXPECT(server_ask(s, (struct ask){ "DELETE", column }), 204);
	EXPECT(server_ask(s, (struct ask){ "GET", column }), 204);
	EXPECT(server_ask(s, (struct ask){ "DELETE", path }), 204);
	EXPECT(server_ask(s, (struct ask){ "PUT", column, .body = "{\"value\":\"put\"}" }), 404);
	a = server_ask(s, (struct ask){ "GET", path });
	EXPECT(a, 404);
	assert_true(code_is(a, "0x80040217"));
}

static void patch_creates_unless_if_match_forbids(void **state)
{
	struct server *s = *state;
	const char *path = row_path(s, "00000000-0000-4000-8000-00000000cafe");
	struct answer a = server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"a\"}", .if_match = "*" });
	EXPECT(a, 404);
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"a\"}" }), 204);
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"b\"}", .if_none_match = "*" }), 412);
	a = server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"c\"}", .prefer = "return=representation" });
	EXPECT(a, 200);
	assert_true(str_equal(member_str(a.json, "new_name"), S("c")));
	a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_caseid\":\"00000000-0000-4000-8000-00000000CAFE\"}" });
	EXPECT(a, 412);
	assert_true(code_is(a, "0x80040237"));
	EXPECT(server_ask(s, (struct ask){ "DELETE", path }), 204);
}

static const struct {
	const char *body;
	int status;
} refused[] = {
	{ "{\"new_nope\":1}", 400 },
	{ "{\"new_name\":5}", 400 },
	{ "{\"new_price\":\"5\"}", 400 },
	{ "{\"new_price\":1e400}", 400 },
	{ "{\"versionnumber\":5}", 400 },
	{ "{\"createdon\":\"2026-01-01T00:00:00Z\"}", 400 },
	{ "{\"new_parentid\":\"00000000-0000-4000-8000-00000000cafe\"}", 400 },
	{ "{\"new_ParentId@odata.bind\":\"/teams(00000000-0000-4000-8000-00000000cafe)\"}", 400 },
	{ "{\"new_ParentId@odata.bind\":\"/new_cases(00000000-0000-4000-8000-00000000cafe)\"}", 404 },
	{ "{\"new_ParentId\":{\"new_nothing\":1}}", 400 },
	{ "{\"statecode\":0,\"statuscode\":2}", 400 },
	{ "{\"statecode\":7}", 400 },
	{ "{\"new_name\":\"a\",\"new_name\":\"b\"}", 400 },
	{ "{\"new_caseid\":\"00000000-0000-0000-0000-000000000000\"}", 400 },
	{ "[]", 400 },
	{ "{", 400 },
};

static int64_t count_rows(struct server *s, const char *token)
{
	int64_t n;
	struct answer a = server_ask(s, (struct ask){ "GET", "/new_cases", "$count=true&$top=1", .token = token });
	EXPECT(a, 200);
	assert_true(json_to_i64(json_member(a.json, S("@odata.count")), &n));
	return n;
}

static void bad_bodies_are_refused_and_change_nothing(void **state)
{
	struct server *s = *state;
	int64_t before = count_rows(s, NULL);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct answer a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = refused[i].body });
		if (a.status != refused[i].status)
			fail_msg("%s: %d %.*s", refused[i].body, a.status, STR_ARG(a.text));
	}
	assert_int_equal(count_rows(s, NULL), before);
}

static const struct {
	const char *method, *path, *query;
	int status;
	const char *code; /* null: any */
} requests[] = {
	{ "GET", "", NULL, 200, NULL },
	{ "GET", "/", NULL, 200, NULL },
	{ "GET", "/$metadata", NULL, 200, NULL },
	{ "GET", "/WhoAmI", NULL, 200, NULL },
	{ "GET", "/WhoAmI()", NULL, 200, NULL },
	{ "GET", "/RetrieveCurrentOrganization(AccessType=@p1)", "@p1=Microsoft.Dynamics.CRM.EndpointAccessType'Default'", 200, NULL },
	{ "POST", "/WhoAmI", NULL, 405, "0x80040227" },
	{ "GET", "/nothing", NULL, 404, "0x8006088a" },
	{ "GET", "/new_cases/$count", NULL, 200, NULL },
	{ "GET", "/new_cases", "$select=new_nope", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_ParentId", 200, NULL },
	{ "GET", "/new_cases", "$expand=new_ParentId($select=new_name),new_case_case($filter=contains(new_name,'a;b');$orderby=new_name desc;$top=3)", 200, NULL },
	{ "GET", "/new_cases", "$expand=new_case_case($expand=new_case_case($expand=new_ParentId))", 200, NULL },
	{ "GET", "/new_cases", "$expand=new_case_case($expand=new_case_case($expand=new_case_case($expand=new_ParentId)))", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=owninguser($select=domainname)", 200, NULL },
	{ "GET", "/new_cases", "$expand=ownerid", 200, NULL },
	{ "GET", "/new_cases", "$expand=ownerid($select=fullname,name)", 200, NULL },
	{ "GET", "/new_cases", "$expand=ownerid($select=nothing)", 400, NULL },
	{ "GET", "/new_cases", "$expand=ownerid($filter=name%20eq%20%27x%27)", 400, NULL },
	{ "GET", "/new_cases", "$expand=new_nope", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_parentid", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_ParentId,", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_ParentId,new_ParentId", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_ParentId($top=1)", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_ParentId($select=new_nope)", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_case_case($filter=new_name eq 'x'", 400, "0x80060888" },
	{ "GET", "/new_cases", "$expand=new_case_case($skip=1)", 400, "0x80060888" },
	{ "GET", "/new_cases/$count", "$expand=new_ParentId", 400, NULL },
	{ "GET", "/new_cases", "$skiptoken=abc", 400, "0x80060888" },
	{ "GET", "/new_cases(1)", NULL, 400, NULL },
	{ "GET", "/new_cases(new_name='x')", NULL, 400, NULL },
	{ "GET", "/systemusers(applicationid=00000000-0000-4000-8000-0000000000ff)", NULL, 404, "0x80040217" },
	{ "GET", "/systemusers(applicationid=5)", NULL, 400, NULL },
	{ "GET", "/systemusers(domainname='operator')", NULL, 400, NULL },
	{ "PUT", "/new_cases", NULL, 405, NULL },
	{ "GET", "/businessunits", NULL, 200, NULL },
	{ "GET", "/systemusers", "$select=domainname", 200, NULL },
	{ "GET", "/teams", "$filter=isdefault eq true", 200, NULL },
	{ "GET", "/roles", "$orderby=name", 200, NULL },
	{ "GET", "/privileges", "$filter=contains(name,'new_Case')", 200, NULL },
	{ "GET", "/organizations", NULL, 200, NULL },
	{ "GET", "/EntityDefinitions", "$select=LogicalName&$filter=EntitySetName eq 'new_cases'", 200, NULL },
	{ "GET", "/EntityDefinitions(LogicalName='new_case')", "$select=ObjectTypeCode,Privileges", 200, NULL },
	{ "GET", "/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_price')/Microsoft.Dynamics.CRM.MoneyAttributeMetadata", NULL, 200, NULL },
	{ "GET", "/EntityDefinitions(LogicalName='nope')", NULL, 404, NULL },
};

static void paths_answer_as_the_table_says(void **state)
{
	struct server *s = *state;
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		struct answer a = server_ask(s, (struct ask){ requests[i].method, requests[i].path, requests[i].query });
		if (a.status != requests[i].status || (requests[i].code && !code_is(a, requests[i].code)))
			fail_msg("%s: %d %.*s", requests[i].path, a.status, STR_ARG(a.text));
	}
	EXPECT(server_ask(s, (struct ask){ "GET", "/new_cases", .surface = "/api/data/v8.2" }), 404);
}

static const struct {
	const char *oid, *audience;
	int status;
} tokens[] = {
	{ "00000000-0000-4000-8000-0000000000a1", ENVIRONMENT, 200 },
	{ "00000000-0000-4000-8000-0000000000a1", "https://localhost:8443/e/sales", 200 },
	{ "00000000-0000-4000-8000-0000000000a1", "https://sales.localhost:8443/", 200 },
	{ "00000000-0000-4000-8000-0000000000a1", "https://localhost:8443/e/other", 401 },
	{ "00000000-0000-4000-8000-0000000000a1", TENANT, 401 },
};

static void only_tokens_for_this_environment_are_taken(void **state)
{
	struct server *s = *state;
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		str t = server_token(s, tokens[i].oid, "admin@contoso.example", tokens[i].audience, true);
		struct answer a = server_ask(s, (struct ask){ "GET", "/WhoAmI", .token = t.at });
		if (a.status != tokens[i].status)
			fail_msg("%s: %d %.*s", tokens[i].audience, a.status, STR_ARG(a.text));
	}
	EXPECT(server_ask(s, (struct ask){ "GET", "/WhoAmI", .token = "e.e.e" }), 401);
}

static const char *id_where(struct server *s, const char *set, const char *filter, const char *id_column)
{
	struct answer a = server_ask(s, (struct ask){ "GET", str_format(s->arena, "/%s", set).at, str_format(s->arena, "$filter=%s", filter).at });
	EXPECT(a, 200);
	const struct json *first = json_member(a.json, S("value"))->first;
	if (!first)
		fail_msg("%s where %s: none", set, filter);
	return member_str(first, id_column).at;
}

/* --- filters that depend on who asks --- */

static int64_t rows_where(struct server *s, const char *filter)
{
	int64_t n = -1;
	struct answer a = server_ask(s, (struct ask){ "GET", "/new_cases", str_format(s->arena, "$filter=%s&$count=true", filter).at });
	EXPECT(a, 200);
	assert_true(json_to_i64(json_member(a.json, S("@odata.count")), &n));
	return n;
}

static void conditions_know_who_asks_and_when(void **state)
{
	struct server *s = *state;
	struct answer team = server_ask(s, (struct ask){ "GET", "/teams", "$filter=isdefault eq true&$select=teamid" });
	EXPECT(team, 200);
	const char *id = member_str(json_member(team.json, S("value"))->first, "teamid").at;
	int64_t before = rows_where(s, "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')");
	/* who owns a row must hold Read: the default team gets a role that everybody in the unit then shares */
	const char *role = id_where(s, "roles", "name eq 'System Administrator'", "roleid");
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "/teams(%s)/teamroles_association/$ref", id).at,
		.body = str_format(s->arena, "{\"@odata.id\":\"roles(%s)\"}", role).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"mine\"}" }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/new_cases", .body = str_format(s->arena,
		"{\"new_name\":\"ours\",\"ownerid@odata.bind\":\"teams(%s)\"}", id).at }), 204);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')"), before + 1);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.EqualUserTeams(PropertyName='ownerid')"), 1);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.EqualUserOrUserTeams(PropertyName='ownerid')"), before + 2);
	assert_int_equal(rows_where(s, "not Microsoft.Dynamics.CRM.EqualUserOrUserTeams(PropertyName='ownerid')"), 0);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.EqualBusinessId(PropertyName='owningbusinessunit')"), before + 2);
	assert_int_equal(rows_where(s, "_owningteam_value ne null"), 1);
	assert_int_equal(rows_where(s, "_owninguser_value eq null"), 1);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.Today(PropertyName='createdon')"), before + 2);
	assert_int_equal(rows_where(s, "Microsoft.Dynamics.CRM.Yesterday(PropertyName='createdon')"), 0);
	EXPECT(server_ask(s, (struct ask){ "DELETE", str_format(s->arena, "/teams(%s)/teamroles_association(%s)/$ref", id, role).at }), 204);
}

/* --- rights --- */

/* A seller in a unit of her own, with a role of which Read reaches the unit and Create, Write, AppendTo, Append only her own rows. */
static const char *seller_make(struct server *s, const char *oid, const char *upn, const char *unit, const char *role)
{
	static const struct {
		const char *name, *depth;
	} grants[] = { { "prvReadnew_Case", "Local" }, { "prvCreatenew_Case", "Basic" }, { "prvWritenew_Case", "Basic" } };
	SCOPED(buffer) b;
	buffer_init(&b, 8192);
	struct answer a = server_ask(s, (struct ask){ "POST", "/businessunits", .body = str_format(s->arena,
		"{\"name\":\"%s\",\"parentbusinessunitid@odata.bind\":\"/businessunits(%s)\"}", unit,
		id_where(s, "businessunits", "_parentbusinessunitid_value eq null", "businessunitid")).at });
	EXPECT(a, 204);
	const char *unit_id = new_id(s, a);
	a = server_ask(s, (struct ask){ "POST", "/systemusers", .body = str_format(s->arena, "{\"domainname\":\"%s\","
		"\"azureactivedirectoryobjectid\":\"%s\",\"businessunitid@odata.bind\":\"/businessunits(%s)\"}", upn, oid, unit_id).at });
	EXPECT(a, 204);
	const char *user = new_id(s, a);
	a = server_ask(s, (struct ask){ "POST", "/roles", .body = str_format(s->arena, "{\"name\":\"%s\","
		"\"businessunitid@odata.bind\":\"/businessunits(%s)\"}", role, unit_id).at });
	EXPECT(a, 204);
	const char *role_id = new_id(s, a);
	buffer_append_str(&b, S("{\"Privileges\":["));
	for (size_t i = 0; i < COUNT_OF(grants); i++)
		buffer_append_format(&b, "%s{\"PrivilegeId\":\"%s\",\"Depth\":\"%s\"}", i ? "," : "",
			id_where(s, "privileges", str_format(s->arena, "name eq '%s'", grants[i].name).at, "privilegeid"), grants[i].depth);
	buffer_append_str(&b, S("]}"));
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "/roles(%s)/Microsoft.Dynamics.CRM.AddPrivilegesRole", role_id).at,
		.body = str_copy(s->arena, buffer_str(&b)).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "/systemusers(%s)/systemuserroles_association/$ref", user).at,
		.body = str_format(s->arena, "{\"@odata.id\":\"https://localhost:8443/e/sales/api/data/v9.2/roles(%s)\"}", role_id).at }), 204);
	return user;
}

static void each_seller_sees_and_changes_what_the_role_allows(void **state)
{
	struct server *s = *state;
	static const char *const oids[] = { "00000000-0000-4000-8000-0000000000b1", "00000000-0000-4000-8000-0000000000b2" };
	const char *anna = seller_make(s, oids[0], "anna@contoso.example", "North", "Seller north");
	(void)seller_make(s, oids[1], "bo@contoso.example", "South", "Seller south");
	const char *token_a = server_token(s, oids[0], "anna@contoso.example", ENVIRONMENT, false).at;
	const char *token_b = server_token(s, oids[1], "bo@contoso.example", ENVIRONMENT, false).at;
	const char *stranger = server_token(s, "00000000-0000-4000-8000-0000000000b9", "eve@contoso.example", ENVIRONMENT, false).at;
	struct answer a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"of anna\"}", .token = token_a });
	EXPECT(a, 204);
	const char *path = row_path(s, new_id(s, a));
	EXPECT(server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"of bo\"}", .token = token_b }), 204);
	assert_int_equal(count_rows(s, token_a), 1);
	assert_int_equal(count_rows(s, token_b), 1);
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"still of anna\"}", .token = token_a }), 204);
	a = server_ask(s, (struct ask){ "GET", path, .token = token_b });
	EXPECT(a, 403);
	assert_true(code_is(a, "0x80048306"));
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = "{\"new_name\":\"taken\"}", .token = token_b }), 403);
	a = server_ask(s, (struct ask){ "DELETE", path, .token = token_a });
	EXPECT(a, 403);
	assert_true(code_is(a, "0x80040220"));
	assert_true(str_find(a.text, S("prvDeletenew_Case"), 0) != SIZE_MAX);
	a = server_ask(s, (struct ask){ "GET", "/new_cases", .token = stranger });
	EXPECT(a, 403);
	assert_true(code_is(a, "0x80042f09"));
	a = server_ask(s, (struct ask){ "POST", "/EntityDefinitions", .body = case_table, .token = token_a });
	EXPECT(a, 403);
	a = server_ask(s, (struct ask){ "GET", str_format(s->arena, "/systemusers(%s)/systemuserroles_association", anna).at, "$select=name" });
	EXPECT(a, 200);
	assert_int_equal(json_member(a.json, S("value"))->count, 1);
	/* assigned away, it is gone from the one list and in the other */
	EXPECT(server_ask(s, (struct ask){ "PATCH", path, .body = str_format(s->arena, "{\"ownerid@odata.bind\":\"/systemusers(%s)\"}",
		id_where(s, "systemusers", "domainname eq 'bo@contoso.example'", "systemuserid")).at }), 204);
	assert_int_equal(count_rows(s, token_a), 0);
	assert_int_equal(count_rows(s, token_b), 2);
}

/* --- paging --- */

static void next_links_visit_every_row_once(void **state)
{
	struct server *s = *state;
	for (int i = 0; i < 95; i++)
		EXPECT(server_ask(s, (struct ask){ "POST", "/new_cases",
			.body = str_format(s->arena, "{\"new_name\":\"page %02d\",\"new_price\":%d}", i, i % 7).at }), 204);
	bool seen[95] = { false };
	str query = S("$select=new_name&$orderby=new_price%20desc,new_name&$filter=startswith(new_name,'page')"), link;
	for (int pages = 0;; pages++) {
		struct answer a = server_ask(s, (struct ask){ "GET", "/new_cases", str_copy(s->arena, query).at,
			.prefer = pages ? NULL : "odata.maxpagesize=10" });
		EXPECT(a, 200);
		for (const struct json *row = json_member(a.json, S("value"))->first; row; row = row->next) {
			str name = member_str(row, "new_name");
			int i = (name.at[5] - '0') * 10 + name.at[6] - '0';
			assert_false(seen[i]);
			seen[i] = true;
		}
		if (!json_member_is_str(a.json, S("@odata.nextLink"), &link)) {
			assert_int_equal(pages, 9);
			break;
		}
		query = str_from(link, str_find_char(link, '?', 0) + 1);
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		assert_true(seen[i]);
	/* another query with the same token */
	EXPECT(server_ask(s, (struct ask){ "GET", "/new_cases", str_format(s->arena, "$select=new_price&%.*s",
		STR_ARG(str_from(query, str_find(query, S("$skiptoken"), 0)))).at }), 400);
}

static void users_are_named_by_object_id_too(void **state)
{
	struct server *s = *state;
	static const char oid[] = "00000000-0000-4000-8000-0000000000e1";
	static const char by_oid[] = "/systemusers(azureactivedirectoryobjectid=00000000-0000-4000-8000-0000000000e1)";
	EXPECT(server_ask(s, (struct ask){ "POST", "/systemusers", .body = str_format(s->arena,
		"{\"domainname\":\"key@x.example\",\"azureactivedirectoryobjectid\":\"%s\"}", oid).at }), 204);
	struct answer a = server_ask(s, (struct ask){ "GET", by_oid, "$select=domainname" });
	EXPECT(a, 200);
	assert_true(str_equal(member_str(a.json, "domainname"), S("key@x.example")));
	const char *role = id_where(s, "roles", "name eq 'System Administrator'", "roleid");
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "%s/systemuserroles_association/$ref", by_oid).at,
		.body = str_format(s->arena, "{\"@odata.id\":\"roles(%s)\"}", role).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/new_cases", .body = str_format(s->arena,
		"{\"new_name\":\"k\",\"ownerid@odata.bind\":\"%s\"}", by_oid).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "/roles(%s)/systemuserroles_association/$ref", role).at,
		.body = "{\"@odata.id\":\"systemusers(azureactivedirectoryobjectid=00000000-0000-4000-8000-0000000000e2)\"}" }), 404);
	EXPECT(server_ask(s, (struct ask){ "PATCH", by_oid, .body = "{\"isdisabled\":true}" }), 204);
	/* who may not read users is not told whether there is one */
	str nobody = server_token(s, "00000000-0000-4000-8000-0000000000e3", "nobody@x.example", ENVIRONMENT, false);
	EXPECT(server_ask(s, (struct ask){ "GET", by_oid, .token = nobody.at }), 403);
	EXPECT(server_ask(s, (struct ask){ "GET", "/systemusers(applicationid=00000000-0000-4000-8000-0000000000ff)", .token = nobody.at }), 403);
}

static void lookups_are_followed_set_and_cleared(void **state)
{
	struct server *s = *state;
	struct answer a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"above\"}" });
	const char *above = new_id(s, a);
	a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = str_format(s->arena,
		"{\"new_name\":\"under\",\"new_ParentId@odata.bind\":\"new_cases(%s)\"}", above).at });
	EXPECT(a, 204);
	const char *path = row_path(s, new_id(s, a));
	const char *nav = str_format(s->arena, "%s/new_ParentId", path).at, *reference = str_format(s->arena, "%s/$ref", nav).at;
	a = server_ask(s, (struct ask){ "GET", nav, "$select=new_name" });
	EXPECT(a, 200);
	assert_true(str_equal(member_str(a.json, "new_name"), S("above")));
	a = server_ask(s, (struct ask){ "GET", reference });
	EXPECT(a, 200);
	assert_true(str_ends_with(member_str(a.json, "@odata.id"), str_format(s->arena, "/new_cases(%s)", above)));
	EXPECT(server_ask(s, (struct ask){ "DELETE", reference }), 204);
	EXPECT(server_ask(s, (struct ask){ "GET", nav }), 204);
	EXPECT(server_ask(s, (struct ask){ "PUT", reference, .body = str_format(s->arena, "{\"@odata.id\":\"new_cases(%s)\"}", above).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "PUT", reference, .body = "{\"@odata.id\":\"systemusers(1)\"}" }), 400);
	EXPECT(server_ask(s, (struct ask){ "PUT", reference, .body = "{}" }), 400);
	EXPECT(server_ask(s, (struct ask){ "POST", reference, .body = "{}" }), 405);
	EXPECT(server_ask(s, (struct ask){ "GET", str_format(s->arena, "%s/ownerid", path).at, "$select=fullname" }), 200);
	EXPECT(server_ask(s, (struct ask){ "GET", str_format(s->arena, "%s/owningteam", path).at }), 204);
	EXPECT(server_ask(s, (struct ask){ "GET", str_format(s->arena, "%s/owningbusinessunit", path).at, "$select=name" }), 200);
	EXPECT(server_ask(s, (struct ask){ "DELETE", str_format(s->arena, "%s/ownerid/$ref", path).at }), 400);
	EXPECT(server_ask(s, (struct ask){ "GET", str_format(s->arena, "%s/new_ParentId/nothing", path).at }), 404);
}

static void names_shown_follow_a_renaming(void **state)
{
	struct server *s = *state;
	static const char *const titles[] = { "Before", "After" };
	const char *unit = id_where(s, "businessunits", "_parentbusinessunitid_value eq null", "businessunitid");
	struct answer a = server_ask(s, (struct ask){ "POST", "/new_cases", .body = "{\"new_name\":\"named\"}" });
	const char *path = row_path(s, new_id(s, a));
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		EXPECT(server_ask(s, (struct ask){ "PATCH", str_format(s->arena, "/businessunits(%s)", unit).at,
			.body = str_format(s->arena, "{\"name\":\"%s\"}", titles[i]).at }), 204);
		a = server_ask(s, (struct ask){ "GET", path, .prefer = "odata.include-annotations=\"*\"" });
		EXPECT(a, 200);
		assert_true(str_equal(member_str(a.json, "_owningbusinessunit_value@OData.Community.Display.V1.FormattedValue"), str_of(titles[i])));
	}
}

/* --- definitions that go --- */

static const char box_table[] =
	"{\"SchemaName\":\"new_Box\",\"OwnershipType\":\"OrganizationOwned\",\"Attributes\":[{\"@odata.type\":"
	"\"Microsoft.Dynamics.CRM.StringAttributeMetadata\",\"SchemaName\":\"new_Name\",\"IsPrimaryName\":true}]}";
static const char box_lookup[] =
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata\",\"SchemaName\":\"new_box_case\","
	"\"ReferencedEntity\":\"new_box\",\"ReferencingEntity\":\"new_case\",\"Lookup\":{\"@odata.type\":"
	"\"Microsoft.Dynamics.CRM.LookupAttributeMetadata\",\"SchemaName\":\"new_BoxId\"}}";

static struct answer definition(struct server *s, const char *method, const char *path, const char *body)
{
	return server_ask(s, (struct ask){ method, path, .body = body });
}

static int64_t outbox_has(struct server *s, const char *op)
{
	SCOPED(statement) q = { 0 };
	bool row;
	str like = str_format(s->arena, "%%%s%%", op);
	MUST(statement_open_text(s->store, S("SELECT count(*) FROM audit_outbox WHERE CAST(body AS TEXT) LIKE ?1"), &q));
	MUST(bind_text(&q, 1, like));
	MUST(statement_step(&q, &row));
	return column_i64(&q, 0);
}

static void definitions_go_with_what_stands_under_them(void **state)
{
	struct server *s = *state;
	EXPECT(definition(s, "POST", "/EntityDefinitions", box_table), 204);
	EXPECT(definition(s, "POST", "/RelationshipDefinitions", box_lookup), 204);
	struct answer a = server_ask(s, (struct ask){ "GET", "/EntityDefinitions(LogicalName='new_case')",
		"$select=LogicalName&$expand=ManyToOneRelationships($select=SchemaName,ReferencedEntity),Keys" });
	EXPECT(a, 200);
	const struct json *list = json_member(a.json, S("ManyToOneRelationships"));
	assert_int_equal(list->count, 2);
	assert_true(str_equal(member_str(list->first, "ReferencedEntity"), S("new_box")));
	assert_int_equal(json_member(a.json, S("Keys"))->count, 0);
	a = definition(s, "GET", "/RelationshipDefinitions(SchemaName='new_box_case')", NULL);
	EXPECT(a, 200);
	assert_true(str_equal(member_str(a.json, "ReferencingEntityNavigationPropertyName"), S("new_BoxId")));
	a = definition(s, "DELETE", "/EntityDefinitions(LogicalName='new_box')", NULL);
	EXPECT(a, 405);
	assert_true(code_is(a, "0x80040227"));
	EXPECT(definition(s, "DELETE", "/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_boxid')", NULL), 400);
	EXPECT(definition(s, "DELETE", "/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_name')", NULL), 400);
	EXPECT(definition(s, "DELETE", "/EntityDefinitions(LogicalName='systemuser')", NULL), 400);
	EXPECT(definition(s, "DELETE", "/RelationshipDefinitions(SchemaName='new_box_case')", NULL), 204);
	EXPECT(definition(s, "DELETE", "/RelationshipDefinitions(SchemaName='new_box_case')", NULL), 404);
	EXPECT(server_ask(s, (struct ask){ "GET", "/new_cases", "$select=_new_boxid_value" }), 400);
	EXPECT(definition(s, "POST", "/new_boxes", "{\"new_name\":\"full\"}"), 204);
	EXPECT(definition(s, "DELETE", "/EntityDefinitions(LogicalName='new_box')", NULL), 204);
	EXPECT(definition(s, "GET", "/new_boxes", NULL), 404);
	a = server_ask(s, (struct ask){ "GET", "/privileges", "$filter=contains(name,'new_Box')" });
	assert_int_equal(json_member(a.json, S("value"))->count, 0);
	EXPECT(definition(s, "POST", "/EntityDefinitions", box_table), 204); /* the name is free again, and the table empty */
	a = definition(s, "GET", "/new_boxes/$count", NULL);
	assert_true(str_equal(a.text, S("0")));
	assert_int_equal(outbox_has(s, "delete.table"), 1);
	assert_int_equal(outbox_has(s, "delete.relationship"), 1);
}

static void a_column_goes_with_its_values(void **state)
{
	struct server *s = *state;
	static const char column[] = "{\"@odata.type\":\"Microsoft.Dynamics.CRM.StringAttributeMetadata\",\"SchemaName\":\"new_Gone\"}";
	static const char attributes[] = "/EntityDefinitions(LogicalName='new_case')/Attributes";
	static const char gone[] = "/EntityDefinitions(LogicalName='new_case')/Attributes(LogicalName='new_gone')";
	EXPECT(definition(s, "POST", attributes, column), 204);
	EXPECT(definition(s, "POST", "/new_cases", "{\"new_name\":\"g\",\"new_gone\":\"value\"}"), 204);
	EXPECT(definition(s, "DELETE", gone, NULL), 204);
	EXPECT(definition(s, "DELETE", gone, NULL), 404);
	EXPECT(definition(s, "POST", "/new_cases", "{\"new_name\":\"g\",\"new_gone\":\"value\"}"), 400);
	EXPECT(definition(s, "POST", attributes, column), 204);
	struct answer a = server_ask(s, (struct ask){ "GET", "/new_cases", "$filter=new_gone ne null" });
	EXPECT(a, 200);
	assert_int_equal(json_member(a.json, S("value"))->count, 0);
}

static void a_restart_finds_everything_again(void **state)
{
	struct server *s = *state;
	int64_t before = count_rows(s, NULL);
	server_close(s);
	server_open(s);
	assert_int_equal(count_rows(s, NULL), before);
	EXPECT(server_ask(s, (struct ask){ "POST", "/EntityDefinitions", .body = case_table }), 412);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_created_read_changed_and_deleted),
		cmocka_unit_test(patch_creates_unless_if_match_forbids),
		cmocka_unit_test(bad_bodies_are_refused_and_change_nothing),
		cmocka_unit_test(paths_answer_as_the_table_says),
		cmocka_unit_test(only_tokens_for_this_environment_are_taken),
		cmocka_unit_test(conditions_know_who_asks_and_when),
		cmocka_unit_test(each_seller_sees_and_changes_what_the_role_allows),
		cmocka_unit_test(next_links_visit_every_row_once),
		cmocka_unit_test(users_are_named_by_object_id_too),
		cmocka_unit_test(lookups_are_followed_set_and_cleared),
		cmocka_unit_test(names_shown_follow_a_renaming),
		cmocka_unit_test(definitions_go_with_what_stands_under_them),
		cmocka_unit_test(a_column_goes_with_its_values),
		cmocka_unit_test(a_restart_finds_everything_again),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
