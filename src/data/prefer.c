/* data/prefer.c */
#include "data/prefer.h"

/* The next piece up to a comma outside quotes. */
static bool piece_next(str *rest, str *out)
{
	bool quoted = false;
	size_t i = 0;
	if (!rest->at)
		return false;
	for (; i < rest->len && (quoted || rest->at[i] != ','); i++)
		if (rest->at[i] == '"')
			quoted = !quoted;
	*out = str_trim(str_slice(*rest, 0, i));
	*rest = i < rest->len ? str_from(*rest, i + 1) : (str){ 0 };
	return true;
}

static str unquoted(str s)
{
	return s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"' ? str_slice(s, 1, s.len - 1) : s;
}

/* "*", "OData.*" or the full name. */
static bool pattern_fits(str pattern, str name)
{
	if (str_ends_with(pattern, S("*")))
		return str_starts_with(name, str_slice(pattern, 0, pattern.len - 1));
	return str_equal(pattern, name);
}

static void annotations_parse(str list, struct prefer *out)
{
	str item, rest = list;
	out->annotations = list;
	while (str_split(&rest, ',', &item)) {
		item = str_trim(item);
		out->formatted |= pattern_fits(item, S("OData.Community.Display.V1.FormattedValue"));
		out->lookup_names |= pattern_fits(item, S("Microsoft.Dynamics.CRM.lookuplogicalname"));
		out->navigation_names |= pattern_fits(item, S("Microsoft.Dynamics.CRM.associatednavigationproperty"));
		out->all_annotations |= str_equal(item, S("*"));
	}
}

void prefer_parse(str header, struct prefer *out)
{
	str piece;
	while (piece_next(&header, &piece)) {
		size_t equals = str_find_char(piece, '=', 0);
		str name = str_trim(str_slice(piece, 0, equals == SIZE_MAX ? piece.len : equals));
		str value = equals == SIZE_MAX ? (str){ 0 } : unquoted(str_trim(str_from(piece, equals + 1)));
		uint64_t n;
		if (str_equal_nocase(name, S("odata.maxpagesize")) && str_to_u64(value, &n) && n > 0)
			out->page_size_max = n > 5000 ? 5000 : (int64_t)n;
		else if (str_equal_nocase(name, S("return")))
			out->representation = str_equal_nocase(value, S("representation"));
		else if (str_equal_nocase(name, S("odata.track-changes")) || str_equal_nocase(name, S("track-changes")))
			out->track_changes = true;
		else if (str_equal_nocase(name, S("odata.continue-on-error")) || str_equal_nocase(name, S("continue-on-error")))
			out->continue_on_error = !str_equal_nocase(value, S("false"));
		else if (str_equal_nocase(name, S("odata.include-annotations")))
			annotations_parse(value, out);
	}
}
