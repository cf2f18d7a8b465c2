#include "cli/audit_source.h"

#include "codec/base64.h"
#include "codec/json_read.h"

enum { ANSWER_VALUES_MAX = 20000, MOMENT_TRIES = 50 };

/* ERR_NOT_FOUND for an answer that says that there is none, or that it cannot be read; ERR_UNAVAILABLE when the service is not
 * able to answer now. */
static err get(const struct audit_source *source, str path, struct arena *arena, bytes *out)
{
	int status;
	TRY_NEW(path.at);
	TRY(cli_http(&source->target, S("GET"), path, S(""), (bytes){ NULL, 0 }, arena, &status, out));
	if (status == 502 || status == 503 || status == 504)
		FAIL(ERR_UNAVAILABLE, "the recorder is not able to answer");
	if (status != 200)
		FAIL(ERR_NOT_FOUND, "the recorder cannot show it");
	return OK;
}

static err get_json(const struct audit_source *source, str path, struct arena *arena, const struct json **out)
{
	bytes raw;
	TRY(get(source, path, arena, &raw));
	return json_parse(raw, (struct json_limits){ .depth_max = 8, .values_max = ANSWER_VALUES_MAX }, arena, out, NULL);
}

static err checkpoint(void *self, struct arena *arena, str *out)
{
	const struct audit_source *source = self;
	if (!source->checkpoint.at)
		FAIL(ERR_NOT_FOUND, "the log has no checkpoint");
	*out = str_copy(arena, source->checkpoint);
	TRY_NEW(out->at);
	return OK;
}

static err tile(void *self, const struct tile_name *name, struct arena *arena, bytes *out)
{
	const struct audit_source *source = self;
	struct buffer path;
	buffer_init(&path, 512);
	buffer_append_str(&path, source->prefix);
	buffer_append_str(&path, S("/tile/"));
	tile_name_write(&path, name);
	err e = get(source, str_copy(arena, buffer_str(&path)), arena, out);
	buffer_release(&path);
	return e;
}

static err read_body(const struct json *item, struct arena *arena, struct verify_body *out)
{
	int64_t seq = -1;
	str id = { 0 }, salt = { 0 }, body = { 0 };
	if (!json_member_is_i64(item, S("seq"), &seq) || seq < 0)
		FAIL(ERR_INVALID, "the recorder's answer is malformed");
	*out = (struct verify_body){ .seq = (uint64_t)seq };
	json_member_is_bool(item, S("unreadable"), &out->unreadable);
	if (out->unreadable)
		return OK;
	if (!json_member_is_str(item, S("id"), &id) || !json_member_is_str(item, S("salt"), &salt) ||
	    !json_member_is_str(item, S("body"), &body))
		FAIL(ERR_INVALID, "the recorder's answer is malformed");
	TRY(uuid_parse(id, &out->id));
	TRY(base64_parse(salt, arena, &out->salt));
	return base64_parse(body, arena, &out->body);
}

static err bodies(void *self, uint64_t from, size_t count, struct arena *arena, struct verify_body *out, size_t *out_count)
{
	const struct audit_source *source = self;
	const struct json *answer;
	size_t n = 0;
	*out_count = 0;
	err e = get_json(source, str_format(arena, "%.*s/bodies?from=%llu&limit=%zu", STR_ARG(source->prefix),
					    (unsigned long long)from, count), arena, &answer);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK; /* none can be shown: each is missing */
	TRY(e);
	const struct json *list = json_member(answer, S("value"));
	for (const struct json *item = list ? list->first : NULL; item && n < VERIFY_BODIES_MAX; item = item->next)
		TRY(read_body(item, arena, &out[n++]));
	*out_count = n;
	return OK;
}

static err read_key(struct audit_source *source, struct arena *arena)
{
	bytes raw;
	TRY(get(source, str_join(arena, source->prefix, S("/vkeys")), arena, &raw));
	str line, rest = str_of_bytes(raw);
	if (!str_split(&rest, '\n', &line))
		FAIL(ERR_INVALID, "a log without a verifier key");
	return note_key_parse(line, arena, &source->verify.key);
}

static err read_state(struct audit_source *source, struct arena *arena)
{
	const struct json *answer;
	int64_t size = -1;
	str root = { 0 };
	bytes raw;
	TRY(get_json(source, str_join(arena, source->prefix, S("/state")), arena, &answer));
	if (!json_member_is_str(answer, S("origin"), &source->verify.origin) ||
	    !json_member_is_i64(answer, S("signedSize"), &size) || size < 0 ||
	    !json_member_is_str(answer, S("signedRoot"), &root))
		FAIL(ERR_INVALID, "the recorder's answer is malformed");
	TRY(base64_parse(root, arena, &raw));
	if (raw.len != SHA256_BYTES)
		FAIL(ERR_INVALID, "the recorder's answer is malformed");
	source->verify.signed_size = (uint64_t)size;
	memcpy(source->verify.signed_root.b, raw.at, SHA256_BYTES);
	return OK;
}

static err read_checkpoint(struct audit_source *source, struct arena *arena)
{
	bytes raw = { 0 };
	err e = get(source, str_join(arena, source->prefix, S("/checkpoint")), arena, &raw);
	source->checkpoint = str_of_bytes(raw);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		source->checkpoint = (str){ 0 };
	return err_kind_of(e) == ERR_NOT_FOUND ? OK : e;
}

/* A log grows while it is read, not least by the reading: state and checkpoint count as of one moment when the state was the same
 * before and after. Where it never is, they are taken as they are, and the verifier says what does not fit. */
static err read_moment(struct audit_source *source, struct arena *arena)
{
	TRY(read_state(source, arena));
	for (int i = 0; i < MOMENT_TRIES; i++) {
		uint64_t before = source->verify.signed_size;
		TRY(read_checkpoint(source, arena));
		TRY(read_state(source, arena));
		if (source->verify.signed_size == before)
			break;
	}
	return OK;
}

err audit_source_open(const char *folder, str tenant, str log, struct arena *arena, struct audit_source *out)
{
	*out = (struct audit_source){ .target = { .folder = folder } };
	out->prefix = tenant.len ? str_format(arena, "/%.*s/audit/log/%.*s", STR_ARG(tenant), STR_ARG(log))
				 : str_format(arena, "/audit/log/%.*s", STR_ARG(log));
	TRY_NEW(out->prefix.at);
	TRY(read_moment(out, arena));
	TRY(read_key(out, arena));
	out->verify.checkpoint = checkpoint;
	out->verify.tile = tile;
	out->verify.bodies = bodies;
	out->verify.self = out;
	return OK;
}
