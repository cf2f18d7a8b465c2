#include "data/options.h"

static bool is_allowed(str name, str allowed)
{
	str item;
	while (str_split(&allowed, ' ', &item))
		if (str_equal(item, name) || (str_equal(item, S("@")) && str_starts_with(name, S("@"))))
			return true;
	return false;
}

err options_check(struct data_call *dc, const char *allowed)
{
	for (size_t i = 0; i < dc->params.count; i++) {
		str name = dc->params.items[i].name;
		if (!is_allowed(name, str_of(allowed)))
			return REFUSE(dc, 400, CODE_BAD_QUERY, "The query option '%.*s' is not supported here.", STR_ARG(name));
		if (url_param_count(&dc->params, name) > 1)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "A query option is given twice: '%.*s'.", STR_ARG(name));
	}
	return OK;
}
