#include "data/argument.h"

str argument_text(const struct data_call *dc, const struct path_segment *s, str name)
{
	const struct path_argument *a = path_argument_find(s, name);
	str text = a ? a->value : (str){ "", 0 };
	if (str_starts_with(text, S("@")) && !url_param_find(&dc->params, text, &text))
		return (str){ "", 0 };
	return text;
}

bool argument_quoted(str *rest, str *out)
{
	*rest = str_trim(*rest);
	char quote = rest->len ? rest->at[0] : 0;
	size_t end = quote == '\'' || quote == '"' ? str_find_char(*rest, quote, 1) : SIZE_MAX;
	if (end == SIZE_MAX)
		return false;
	*out = str_slice(*rest, 1, end);
	*rest = str_trim(str_from(*rest, end + 1));
	return true;
}

static bool list_read(str text, str *items, size_t most, size_t *out_count)
{
	text = str_trim(text);
	if (text.len < 2 || text.at[0] != '[' || text.at[text.len - 1] != ']')
		return false;
	text = str_slice(text, 1, text.len - 1);
	for (size_t n = 0; n < most; n++) {
		if (!argument_quoted(&text, &items[n]))
			return false;
		*out_count = n + 1;
		if (text.len == 0)
			return true;
		if (text.at[0] != ',')
			return false;
		text = str_from(text, 1);
	}
	return false;
}

err argument_list(struct data_call *dc, const struct path_segment *s, str name, size_t most, str **out, size_t *out_count)
{
	*out = NEW_ARRAY(dc->arena, str, most);
	TRY_NEW(*out);
	*out_count = 0;
	if (list_read(argument_text(dc, s, name), *out, most, out_count))
		return OK;
	return REFUSE(dc, 400, CODE_BAD_QUERY, "%.*s must be a list like ['a','b'] of at most %zu names.", STR_ARG(name), most);
}
