#include "edge/static_file.h"

const struct static_file *static_file_find(const struct static_files *files, str path)
{
	for (size_t i = 0; i < files->count; i++)
		if (str_equal(files->rows[i].path, path))
			return &files->rows[i];
	return NULL;
}

/* ";q=0", "; Q=0.000": the only weight that matters here is none at all. */
static bool weighs_nothing(str parameters)
{
	str one;
	while (str_split(&parameters, ';', &one)) {
		str text = str_trim(one);
		if (text.len < 3 || !str_equal_nocase(str_slice(text, 0, 2), S("q=")))
			continue;
		for (size_t i = 2; i < text.len; i++)
			if (text.at[i] != '0' && text.at[i] != '.')
				return false;
		return true;
	}
	return false;
}

bool accepts_gzip(str accept_encoding)
{
	bool any = false;
	str item;
	while (str_split(&accept_encoding, ',', &item)) {
		size_t cut = str_find_char(item, ';', 0);
		str coding = str_trim(str_slice(item, 0, cut == SIZE_MAX ? item.len : cut));
		bool wanted = !weighs_nothing(cut == SIZE_MAX ? S("") : str_from(item, cut + 1));
		if (str_equal_nocase(coding, S("gzip")) || str_equal_nocase(coding, S("x-gzip")))
			return wanted;
		any |= wanted && str_equal(coding, S("*"));
	}
	return any;
}

bool static_file_is_known(const struct static_file *file, str if_none_match)
{
	str item;
	while (str_split(&if_none_match, ',', &item)) { /* our own tags hold no comma */
		str tag = str_trim(item);
		if (str_starts_with(tag, S("W/")))
			tag = str_from(tag, 2);
		if (tag.len && (str_equal(tag, S("*")) || str_equal(tag, file->etag) || str_equal(tag, file->compressed_etag)))
			return true;
	}
	return false;
}
