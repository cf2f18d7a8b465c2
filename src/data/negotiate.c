/* data/negotiate.c - may the request be read, and its answer be given, in the forms that the client speaks?
 *
 * Source:  OData 4.0 part 1, sections 8.1.5, 8.2.1, 8.2.6, 8.2.7; RFC 9110 sections 12.5.1, 15.5.7, 15.5.16. Absent fields are
 *          tolerated (authorization-and-data 4.1). Quality values are not weighed: each resource has one form. */
#include "data/negotiate.h"

static str parameter_of(str pair, str name)
{
	size_t equals = str_find_char(pair, '=', 0);
	if (equals == SIZE_MAX || !str_equal_nocase(str_trim(str_slice(pair, 0, equals)), name))
		return S("");
	str value = str_trim(str_from(pair, equals + 1));
	bool quoted = value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
	return quoted ? str_slice(value, 1, value.len - 1) : value;
}

/* JSON in UTF-8: the only form of a body. */
static bool is_json_in_utf8(str content_type)
{
	str rest = content_type, piece;
	if (!str_split(&rest, ';', &piece) || !str_equal_nocase(str_trim(piece), S("application/json")))
		return false;
	while (str_split(&rest, ';', &piece)) {
		str charset = parameter_of(piece, S("charset"));
		if (charset.len && !str_equal_nocase(charset, S("utf-8")))
			return false;
	}
	return true;
}

static bool range_takes(str range, str form)
{
	str group = str_slice(form, 0, str_find_char(form, '/', 0) + 1);
	return str_equal(range, S("*/*")) || str_equal_nocase(range, form) ||
	       (str_ends_with(range, S("/*")) && str_equal_nocase(str_slice(range, 0, range.len - 1), group));
}

static bool accepts(str accept, str form)
{
	str rest = accept, range, type;
	while (str_split(&rest, ',', &range))
		if (str_split(&range, ';', &type) && range_takes(str_trim(type), form))
			return true;
	return false;
}

static str form_of_answer(const struct data_call *dc)
{
	str last = dc->path.count ? dc->path.segment[dc->path.count - 1].name : S("");
	if (str_equal(last, S("$metadata")))
		return S("application/xml");
	return str_equal(last, S("$count")) ? S("text/plain") : S("application/json");
}

err data_negotiate(struct data_call *dc)
{
	const struct web_request *request = &dc->web->request;
	str value;
	if (web_header(request, S("odata-version"), &value) && !str_equal(str_trim(value), S("4.0")))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "OData-Version must be 4.0.");
	if (web_header(request, S("odata-maxversion"), &value) && !str_starts_with(str_trim(value), S("4.")))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Version 4.0 is served, which OData-MaxVersion does not allow.");
	if (dc->path.count == 1 && str_equal(dc->path.segment[0].name, S("$batch")))
		return OK; /* multipart both ways: data/batch_parse.h */
	if (request->body.len && (!web_header(request, S("content-type"), &value) || !is_json_in_utf8(value)))
		return REFUSE(dc, 415, CODE_BAD_QUERY, "The body must be application/json in UTF-8.");
	/* An error is JSON whatever was asked for, so a client that takes JSON is never refused here. */
	if (web_header(request, S("accept"), &value) && !accepts(value, form_of_answer(dc)) &&
	    !accepts(value, S("application/json")))
		return REFUSE(dc, 406, CODE_BAD_QUERY, "The answer is %.*s, which the request does not accept.",
			      STR_ARG(form_of_answer(dc)));
	return OK;
}
