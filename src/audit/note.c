#include "audit/note.h"

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/utf8.h"
#include "crypto/sign.h"

static const str dash = { "\xe2\x80\x94 ", 4 };
enum { KEY_TYPE_ED25519 = 1 };

static err check_text(str raw)
{
	if (raw.len > NOTE_BYTES_MAX)
		FAIL(ERR_LIMIT, "note larger than allowed");
	if (!utf8_is_valid(raw))
		FAIL(ERR_INVALID, "note that is not UTF-8");
	for (size_t i = 0; i < raw.len; i++)
		if ((uint8_t)raw.at[i] < 0x20 && raw.at[i] != '\n')
			FAIL(ERR_INVALID, "note with a control character");
	return OK;
}

/* A name has no blank and no plus sign (C2SP signed-note). */
static bool is_name(str name)
{
	return name.len > 0 && str_find_char(name, ' ', 0) == SIZE_MAX && str_find_char(name, '+', 0) == SIZE_MAX;
}

static err parse_signature(str line, struct arena *arena, struct note_signature *out)
{
	bytes raw;
	if (!str_starts_with(line, dash))
		FAIL(ERR_INVALID, "signature line without its dash");
	str rest = str_from(line, dash.len), name;
	if (!str_split(&rest, ' ', &name) || !is_name(name) || !rest.at)
		FAIL(ERR_INVALID, "signature line without a name");
	TRY(base64_parse(rest, arena, &raw));
	if (raw.len < 5)
		FAIL(ERR_INVALID, "signature without a key id");
	out->name = name;
	memcpy(out->key_id, raw.at, 4);
	out->signature = bytes_from(raw, 4);
	return OK;
}

/* The last empty line parts text and signatures. */
static size_t find_parting(str raw)
{
	size_t found = SIZE_MAX;
	for (size_t at = str_find(raw, S("\n\n"), 0); at != SIZE_MAX; at = str_find(raw, S("\n\n"), at + 1))
		found = at;
	return found;
}

err note_parse(str raw, struct arena *arena, struct note *out)
{
	struct note note = { .count = 0 };
	str line;
	TRY(check_text(raw));
	size_t parting = find_parting(raw);
	if (parting == SIZE_MAX || parting == 0 || raw.at[raw.len - 1] != '\n')
		FAIL(ERR_INVALID, "note without signatures");
	note.text = str_slice(raw, 0, parting + 1);
	str rest = str_slice(raw, parting + 2, raw.len - 1);
	if (rest.len == 0)
		FAIL(ERR_INVALID, "note without signatures");
	while (str_split(&rest, '\n', &line)) {
		if (note.count == NOTE_SIGNATURES_MAX)
			FAIL(ERR_LIMIT, "note with too many signatures");
		TRY(parse_signature(line, arena, &note.signatures[note.count++]));
	}
	*out = note;
	return OK;
}

struct note_key note_key_of(str name, const uint8_t public_key[static 32])
{
	static const uint8_t middle[2] = { '\n', KEY_TYPE_ED25519 };
	struct note_key key = { .name = name };
	struct sha256 digest = sha256_of_parts((bytes[]){ bytes_of_str(name), bytes_of(middle, 2), bytes_of(public_key, 32) }, 3);
	memcpy(key.id, digest.b, 4);
	memcpy(key.public_key, public_key, 32);
	return key;
}

err note_key_parse(str vkey, struct arena *arena, struct note_key *out)
{
	str rest = vkey, name, id;
	bytes raw;
	uint8_t said[4];
	TRY(check_text(vkey));
	if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &id) || !rest.at || !is_name(name))
		FAIL(ERR_INVALID, "verifier key without its three parts");
	TRY(hex_parse(id, said, sizeof said));
	TRY(base64_parse(rest, arena, &raw));
	if (raw.len != 33 || raw.at[0] != KEY_TYPE_ED25519)
		FAIL(ERR_INVALID, "verifier key that is not Ed25519");
	struct note_key key = note_key_of(name, raw.at + 1);
	if (memcmp(said, key.id, sizeof said) != 0)
		FAIL(ERR_INVALID, "verifier key whose id is not its own");
	*out = key;
	return OK;
}

void note_key_write(struct buffer *to, const struct note_key *key)
{
	uint8_t raw[33] = { KEY_TYPE_ED25519 };
	char id[9];
	memcpy(raw + 1, key->public_key, 32);
	hex_format(bytes_of(key->id, 4), id);
	buffer_append_str(to, key->name);
	buffer_append_format(to, "+%s+", id);
	base64_write(to, bytes_of(raw, sizeof raw));
}

err note_verify(const struct note *note, const struct note_key *key)
{
	struct public_numbers numbers = { .alg = SIGN_ED25519 };
	struct verify_key *verifier;
	bool found = false;
	err e = OK;
	memcpy(numbers.x, key->public_key, 32);
	TRY(verify_key_new(&numbers, &verifier));
	for (size_t i = 0; i < note->count && !failed(e); i++) {
		const struct note_signature *s = &note->signatures[i];
		if (!str_equal(s->name, key->name) || memcmp(s->key_id, key->id, 4) != 0)
			continue;
		found = true;
		e = s->signature.len == ED25519_SIGNATURE_BYTES ?
			    verify_message(verifier, bytes_of_str(note->text), s->signature) :
			    ERR(ERR_INVALID, "signature of another length");
	}
	verify_key_free(verifier);
	TRY(e);
	if (!found)
		FAIL(ERR_INVALID, "note that the key did not sign");
	return OK;
}

void note_signature_write(struct buffer *to, const struct note_key *key,
			  const uint8_t signature[static ED25519_SIGNATURE_BYTES])
{
	uint8_t raw[4 + ED25519_SIGNATURE_BYTES];
	memcpy(raw, key->id, 4);
	memcpy(raw + 4, signature, ED25519_SIGNATURE_BYTES);
	buffer_append_str(to, dash);
	buffer_append_str(to, key->name);
	buffer_append_char(to, ' ');
	base64_write(to, bytes_of(raw, sizeof raw));
	buffer_append_char(to, '\n');
}

err checkpoint_parse(str text, struct arena *arena, struct checkpoint *out)
{
	struct checkpoint c;
	str rest = text, size, root, end;
	bytes raw;
	if (!str_split(&rest, '\n', &c.origin) || !str_split(&rest, '\n', &size) || !str_split(&rest, '\n', &root) ||
	    !str_split(&rest, '\n', &end) || end.len || rest.at)
		FAIL(ERR_INVALID, "checkpoint that is not three lines");
	if (!is_name(c.origin) || !str_to_u64(size, &c.size) || (size.len > 1 && size.at[0] == '0'))
		FAIL(ERR_INVALID, "checkpoint without origin or size");
	TRY(base64_parse(root, arena, &raw));
	if (raw.len != SHA256_BYTES)
		FAIL(ERR_INVALID, "checkpoint whose root is no hash");
	memcpy(c.root.b, raw.at, SHA256_BYTES);
	*out = c;
	return OK;
}

void checkpoint_write(struct buffer *to, const struct checkpoint *c)
{
	buffer_append_str(to, c->origin);
	buffer_append_format(to, "\n%llu\n", (unsigned long long)c->size);
	base64_write(to, bytes_of(c->root.b, SHA256_BYTES));
	buffer_append_char(to, '\n');
}
