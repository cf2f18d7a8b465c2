#include "audit/tile.h"

/* Three digits, exactly. */
static bool three_digits(str s, uint64_t *out)
{
	return s.len == 3 && str_to_u64(s, out);
}

static bool small_decimal(str s, uint64_t max, uint64_t *out)
{
	return s.len >= 1 && s.len <= 3 && (s.len == 1 || s.at[0] != '0') && str_to_u64(s, out) && *out <= max;
}

static err parse_level(str head, int *out)
{
	uint64_t level;
	if (str_equal(head, S("entries"))) {
		*out = TILE_LEVEL_ENTRIES;
		return OK;
	}
	if (!small_decimal(head, 63, &level))
		FAIL(ERR_INVALID, "tile of an impossible level");
	*out = (int)level;
	return OK;
}

/* Groups up to the last, which has no 'x' and may end in ".p". */
static err parse_index(str *rest, uint64_t *out, bool *out_partial)
{
	static const uint64_t before_overflow = UINT64_MAX / 1000;
	uint64_t index = 0, group;
	str part;
	for (bool first = true; str_split(rest, '/', &part); first = false) {
		bool last = !str_starts_with(part, S("x"));
		*out_partial = last && str_ends_with(part, S(".p"));
		str digits = last ? str_slice(part, 0, *out_partial ? part.len - 2 : part.len) : str_from(part, 1);
		if (!three_digits(digits, &group) || index >= before_overflow || (first && !last && group == 0))
			FAIL(ERR_INVALID, "tile of an impossible index");
		index = index * 1000 + group;
		if (last) {
			*out = index;
			return OK;
		}
	}
	FAIL(ERR_INVALID, "tile without an index");
}

err tile_name_parse(str path, struct tile_name *out)
{
	struct tile_name name = { .width = TILE_WIDTH };
	str rest = path, head;
	bool partial;
	uint64_t width;
	if (!str_split(&rest, '/', &head))
		FAIL(ERR_INVALID, "tile without a name");
	TRY(parse_level(head, &name.level));
	TRY(parse_index(&rest, &name.index, &partial));
	if (partial) {
		if (!rest.at || !small_decimal(rest, TILE_WIDTH - 1, &width) || width == 0)
			FAIL(ERR_INVALID, "partial tile of an impossible width");
		name.width = (unsigned)width;
	} else if (rest.at) {
		FAIL(ERR_INVALID, "text behind the name of a tile");
	}
	*out = name;
	return OK;
}

void tile_name_write(struct buffer *to, const struct tile_name *name)
{
	unsigned groups[8], count = 0;
	uint64_t rest = name->index;
	do {
		groups[count++] = (unsigned)(rest % 1000);
		rest /= 1000;
	} while (rest);
	if (name->level == TILE_LEVEL_ENTRIES)
		buffer_append_str(to, S("entries"));
	else
		buffer_append_format(to, "%d", name->level);
	while (count--)
		buffer_append_format(to, count ? "/x%03u" : "/%03u", groups[count]);
	if (name->width < TILE_WIDTH)
		buffer_append_format(to, ".p/%u", name->width);
}

unsigned tile_width_at(const struct tile_name *name, uint64_t size)
{
	unsigned shift = name->level > 0 ? 8 * (unsigned)name->level : 0;
	uint64_t hashes = shift < 64 ? size >> shift : 0;
	if (name->index > UINT64_MAX / TILE_WIDTH || hashes <= name->index * TILE_WIDTH)
		return 0;
	uint64_t width = hashes - name->index * TILE_WIDTH;
	return width < TILE_WIDTH ? (unsigned)width : TILE_WIDTH;
}
