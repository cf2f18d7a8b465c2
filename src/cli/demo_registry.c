#include "cli/demo_registry.h"

#include "host/file.h"

enum { FILE_BYTES_MAX = 64 << 20, COUNTRIES_BYTES_MAX = 1 << 20, HEAD_COLUMNS = 4 };

static const char *const paths[DEMO_REGISTRIES] = { "/usr/share/ieee-data/oui.csv", "/usr/share/ieee-data/mam.csv",
						    "/usr/share/ieee-data/oui36.csv" };
static const char countries_path[] = "/usr/share/iso-codes/json/iso_3166-1.json";

/* The last two are ours. */
static const str columns[DEMO_COLUMNS] = { { "Registry", 8 }, { "Assignment", 10 }, { "Organization Name", 17 },
					   { "Organization Address", 20 }, { "Country", 7 }, { "Unit", 4 } };

str demo_unit_of(const struct demo_registry *registry, size_t country)
{
	return country < COUNTRY_CODES ? registry->countries.name[country] : S(DEMO_UNIT_NO_COUNTRY);
}

/* --- one file after another --- */

static int64_t fill(void *self, uint8_t *to, size_t capacity)
{
	bytes *rest = self;
	size_t n = rest->len < capacity ? rest->len : capacity;
	if (n)
		memcpy(to, rest->at, n);
	*rest = bytes_from(*rest, n);
	return (int64_t)n;
}

static err head_check(struct demo_registry *r)
{
	bool end;
	TRY(csv_next(&r->reader, &r->record, &end));
	bool good = !end && !r->record.problem && r->record.count == HEAD_COLUMNS;
	for (size_t i = 0; good && i < HEAD_COLUMNS; i++)
		good = str_equal(r->record.fields[i], columns[i]);
	if (!good)
		FAIL(ERR_INVALID, "a registry of ieee-data has another head than expected");
	return OK;
}

static err file_begin(struct demo_registry *r, size_t index)
{
	r->file_at = index;
	r->rest = r->file[index];
	csv_init(&r->reader, fill, &r->rest, 1, 0);
	r->reading = true;
	return head_check(r);
}

static void file_end(struct demo_registry *r)
{
	if (r->reading)
		csv_release(&r->reader);
	r->reading = false;
}

static err rewind_all(struct demo_registry *r)
{
	file_end(r);
	r->octets_before = 0;
	return file_begin(r, 0);
}

static err record_next(struct demo_registry *r, bool *out_end)
{
	for (;;) {
		TRY(csv_next(&r->reader, &r->record, out_end));
		if (!*out_end || r->file_at + 1 == DEMO_REGISTRIES)
			return OK;
		r->octets_before += r->file[r->file_at].len;
		file_end(r);
		TRY(file_begin(r, r->file_at + 1));
	}
}

/* --- as a source --- */

static err next(void *self, struct import_record *out, bool *out_end)
{
	struct demo_registry *r = self;
	TRY(record_next(r, out_end));
	*out = (struct import_record){ .line = r->record.line, .octets = r->octets_before + r->record.end_offset,
				       .problem = r->record.problem, .fields = r->fields };
	if (*out_end || r->record.problem)
		return OK;
	if (r->record.count != HEAD_COLUMNS) {
		out->problem = "not as many fields as the head names";
		return OK;
	}
	for (size_t i = 0; i < HEAD_COLUMNS; i++)
		r->fields[i] = str_trim(r->record.fields[i]);
	size_t country = country_of_address(&r->countries, r->fields[3]);
	r->fields[4] = country_code(country, r->code);
	r->fields[5] = demo_unit_of(r, country);
	out->count = DEMO_COLUMNS;
	return OK;
}

err demo_registry_source(struct demo_registry *registry, struct import_source *out)
{
	struct sha256 digest = sha256_of_parts(registry->file, DEMO_REGISTRIES);
	size_t octets = 0;
	for (size_t i = 0; i < DEMO_REGISTRIES; i++)
		octets += registry->file[i].len;
	TRY(rewind_all(registry));
	*out = (struct import_source){ .name = S("ieee-data"), .digest = digest, .columns = columns, .column_count = DEMO_COLUMNS,
				       .octets = octets, .self = registry, .next = next };
	return OK;
}

/* --- opening --- */

static err load(struct demo_registry *r)
{
	bytes json;
	err e = file_read(countries_path, COUNTRIES_BYTES_MAX, r->arena, &json);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_NOT_FOUND, "the demo needs the Debian package iso-codes");
	TRY(e);
	TRY(countries_parse(json, r->arena, &r->countries));
	for (size_t i = 0; i < DEMO_REGISTRIES; i++) {
		e = file_read(paths[i], FILE_BYTES_MAX, r->arena, &r->file[i]);
		if (err_kind_of(e) == ERR_NOT_FOUND)
			FAIL(ERR_NOT_FOUND, "the demo needs the Debian package ieee-data");
		TRY(e);
	}
	return OK;
}

static err count_all(struct demo_registry *r)
{
	bool end = false;
	TRY(rewind_all(r));
	for (;;) {
		TRY(record_next(r, &end));
		if (end)
			return OK;
		if (r->record.problem || r->record.count != HEAD_COLUMNS)
			continue; /* the import will say so */
		r->organisations[country_of_address(&r->countries, str_trim(r->record.fields[3]))]++;
		r->total++;
	}
}

err demo_registry_open(struct arena *arena, struct demo_registry *out)
{
	*out = (struct demo_registry){ .arena = arena };
	TRY(load(out));
	return count_all(out);
}

void demo_registry_close(struct demo_registry *registry)
{
	file_end(registry);
}
