/* Tile names, notes, entries, bundles, messages: the formats octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/entry.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "crypto/sign.h"
#include "ipc/audit_message.h"

static void tile_names(void **state)
{
	static const struct { const char *text; int level; uint64_t index; unsigned width; } good[] = {
		{ "0/000", 0, 0, 256 }, { "0/x001/x234/067", 0, 1234067, 256 }, { "entries/x001/x234/067", -1, 1234067, 256 },
		{ "0/273.p/112", 0, 273, 112 }, { "1/001.p/17", 1, 1, 17 }, { "2/000.p/1", 2, 0, 1 },
		{ "63/999.p/255", 63, 999, 255 }, { "5/x001/000", 5, 1000, 256 },
	};
	static const char *const bad[] = {
		"", "0", "0/", "0/0", "0/00", "0/0000", "0/x000/001", "0/x001", "0/x001/", "0/001/", "0/001/002", "64/000",
		"00/000", "-1/000", "+0/000", "0/000.p", "0/000.p/", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/1/2",
		"0/x001.p/1", "0/X001/002", "0/x01/002", "entries", "entrie/000", "0/000.P/1", "0/00a", "0/ 00", "0//000",
		"0/x999/x999/x999/x999/x999/x999/x999/999",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct tile_name name;
		struct buffer text;
		buffer_init(&text, 200);
		if (failed(tile_name_parse(str_of(good[i].text), &name)))
			fail_msg("%s", good[i].text);
		assert_int_equal(name.level, good[i].level);
		assert_int_equal(name.index, good[i].index);
		assert_int_equal(name.width, good[i].width);
		tile_name_write(&text, &name);
		assert_true(str_equal(buffer_str(&text), str_of(good[i].text)));
		buffer_release(&text);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct tile_name name;
		if (!failed(tile_name_parse(str_of(bad[i]), &name)))
			fail_msg("%s was taken", bad[i]);
	}
}

/* audit-and-trust 4.4: size 70 000. */
static void tiles_of_a_size(void **state)
{
	static const struct { int level; uint64_t index; unsigned want; } rows[] = {
		{ 0, 0, 256 }, { 0, 272, 256 }, { 0, 273, 112 }, { 0, 274, 0 }, { 1, 0, 256 }, { 1, 1, 17 }, { 1, 2, 0 },
		{ 2, 0, 1 }, { 2, 1, 0 }, { 3, 0, 0 }, { 63, 0, 0 }, { -1, 273, 112 }, { -1, 274, 0 }, { 0, UINT64_MAX, 0 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(tile_width_at(&(struct tile_name){ rows[i].level, rows[i].index, 0 }, 70000), rows[i].want);
}

static void public_verifier_key(void **state)
{
	static const char vkey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
	static const char *const bad[] = {
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", "example.com/foo+530d903a", "",
		"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	struct arena *arena = arena_new(65536);
	struct note_key key;
	struct buffer text;
	(void)state;
	buffer_init(&text, 400);
	assert_false(failed(note_key_parse(str_of(vkey), arena, &key)));
	note_key_write(&text, &key);
	assert_true(str_equal(buffer_str(&text), str_of(vkey)));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_true(failed(note_key_parse(str_of(bad[i]), arena, &key)));
	buffer_release(&text);
	arena_free(arena);
}

struct signer {
	struct sign_key *private;
	struct note_key key;
};

static void signer_make(struct signer *s, const char *name)
{
	struct public_numbers n;
	assert_false(failed(sign_key_generate(SIGN_ED25519, &s->private)));
	assert_false(failed(sign_key_public(s->private, &n)));
	s->key = note_key_of(str_of(name), n.x);
}

static void sign_note(const struct signer *s, str text, struct buffer *to)
{
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len;
	assert_false(failed(sign_message(s->private, bytes_of_str(text), signature, &len)));
	note_signature_write(to, &s->key, signature);
}

static void notes_verify_as_the_rules_say(void **state)
{
	struct signer mine, other;
	struct buffer note;
	struct note parsed;
	struct checkpoint c = { S("audit.example/1"), 70000, { { 7 } } }, read;
	struct arena *arena = arena_new(1 << 20);
	(void)state;
	signer_make(&mine, "audit.example/1");
	signer_make(&other, "witness.example/w");
	buffer_init(&note, NOTE_BYTES_MAX);
	checkpoint_write(&note, &c);
	str text = str_copy(arena, buffer_str(&note));
	assert_false(failed(checkpoint_parse(text, arena, &read)));
	assert_int_equal(read.size, 70000);
	buffer_append_char(&note, '\n');
	sign_note(&other, text, &note); /* unknown to the verifier: ignored */
	assert_false(failed(note_parse(buffer_str(&note), arena, &parsed)));
	assert_true(failed(note_verify(&parsed, &mine.key)));
	sign_note(&mine, text, &note);
	assert_false(failed(note_parse(buffer_str(&note), arena, &parsed)));
	assert_true(str_equal(parsed.text, text));
	assert_int_equal(parsed.count, 2);
	assert_false(failed(note_verify(&parsed, &mine.key)));
	sign_note(&mine, S("another text"), &note); /* one good and one bad of the same key: refused */
	assert_false(failed(note_parse(buffer_str(&note), arena, &parsed)));
	assert_true(failed(note_verify(&parsed, &mine.key)));
	for (int i = 0; i < 20; i++) /* at least 16 signatures are taken */
		sign_note(&other, text, &note);
	assert_false(failed(note_parse(buffer_str(&note), arena, &parsed)));
	assert_int_equal(parsed.count, 23);
	buffer_release(&note);
	sign_key_free(mine.private);
	sign_key_free(other.private);
	arena_free(arena);
}

static void malformed_notes(void **state)
{
	static const char *const notes[] = {
		"", "\n", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\xe2\x80\x94 n AAAAAAA=", "a\n\n- n AAAAAAA=\n",
		"a\n\n\xe2\x80\x94 n AAAAAAA\n", "a\n\n\xe2\x80\x94 n AAAAAAB=\n", "a\n\n\xe2\x80\x94 n+m AAAAAAA=\n",
		"a\r\n\n\xe2\x80\x94 n AAAAAAA=\n", "a\xff\n\n\xe2\x80\x94 n AAAAAAA=\n", "a\n\n\xe2\x80\x94 n AAAA\n",
		"a\n\n\xe2\x80\x94 n AAAAAAA= \n",
	};
	static const char *const checkpoints[] = {
		"", "o\n1\n", "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"o\n1\nAAAA\n", "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextra\n",
		"o\n18446744073709551616\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	};
	struct arena *arena = arena_new(1 << 20);
	struct note note;
	struct checkpoint c;
	(void)state;
	assert_false(failed(note_parse(S("a\n\n\xe2\x80\x94 n AAAAAAA=\n"), arena, &note)));
	assert_false(failed(checkpoint_parse(S("o\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), arena, &c)));
	for (size_t i = 0; i < COUNT_OF(notes); i++)
		if (!failed(note_parse(str_of(notes[i]), arena, &note)))
			fail_msg("note %zu was taken", i);
	for (size_t i = 0; i < COUNT_OF(checkpoints); i++)
		if (!failed(checkpoint_parse(str_of(checkpoints[i]), arena, &c)))
			fail_msg("checkpoint %zu was taken", i);
	arena_free(arena);
}

static void entry_byte_map(void **state)
{
	struct entry e = { .seq = 0x0102030405060708, .time_ms = 0x1112131415161718 };
	uint8_t raw[ENTRY_BYTES];
	struct entry back;
	(void)state;
	e.category = 2;
	e.severity = 5;
	memset(e.event_id.b, 0xa1, 16);
	memset(e.commitment.b, 0xa2, 32);
	memset(e.subject_key.b, 0xa3, 16);
	memset(e.chain.b, 0xa4, 32);
	memset(e.tag, 0xa5, 20);
	entry_encode(&e, raw);
	static const struct { size_t at, len; uint8_t first, last; } map[] = {
		{ 0, 1, 1, 1 }, { 1, 8, 1, 8 }, { 9, 8, 0x11, 0x18 }, { 17, 16, 0xa1, 0xa1 }, { 33, 1, 2, 2 }, { 34, 1, 0, 0 },
		{ 35, 1, 5, 5 }, { 36, 1, 0, 0 }, { 37, 32, 0xa2, 0xa2 }, { 69, 16, 0xa3, 0xa3 }, { 85, 32, 0xa4, 0xa4 },
		{ 117, 20, 0xa5, 0xa5 },
	};
	for (size_t i = 0; i < COUNT_OF(map); i++) {
		assert_int_equal(raw[map[i].at], map[i].first);
		assert_int_equal(raw[map[i].at + map[i].len - 1], map[i].last);
	}
	assert_false(failed(entry_decode(bytes_of(raw, sizeof raw), &back)));
	assert_int_equal(back.seq, e.seq);
	assert_memory_equal(back.tag, e.tag, 20);
	assert_true(failed(entry_decode(bytes_of(raw, sizeof raw - 1), &back)));
	static const struct { size_t at; uint8_t value; } wrong[] = { { 0, 2 }, { 33, 0 }, { 33, 8 }, { 34, 1 }, { 35, 7 }, { 36, 1 } };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t kept = raw[wrong[i].at];
		raw[wrong[i].at] = wrong[i].value;
		assert_true(failed(entry_decode(bytes_of(raw, sizeof raw), &back)));
		raw[wrong[i].at] = kept;
	}
}

static void batches_round_trip(void **state)
{
	struct audit_batch batch;
	struct audit_message_event events[AUDIT_BATCH_EVENTS_MAX];
	size_t count;
	uint8_t changed[256], ack[AUDIT_ACK_BYTES];
	uint64_t n;
	(void)state;
	audit_batch_init(&batch);
	assert_int_equal(audit_batch_message(&batch).len, 0);
	assert_true(audit_batch_add(&batch, 7, bytes_of("{}", 2)));
	assert_true(audit_batch_add(&batch, 9, bytes_of("{1}", 3)));
	bytes raw = audit_batch_message(&batch);
	assert_int_equal(raw.len, 4 + 12 + 13);
	assert_false(failed(audit_batch_decode(raw, events, &count)));
	assert_int_equal(count, 2);
	assert_int_equal(events[1].n, 9);
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{ 0, 2 }, { 1, 2 }, { 3, 0 }, { 3, 1 }, { 3, 3 }, { 2, 1 }, { 11, 9 }, { 11, 0 }, { 13, 0 }, { 13, 3 }, { 12, 0xff },
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		memcpy(changed, raw.at, raw.len);
		changed[wrong[i].at] = wrong[i].value;
		if (!failed(audit_batch_decode(bytes_of(changed, raw.len), events, &count)))
			fail_msg("row %zu", i);
	}
	audit_ack_encode(0x0102030405060708, ack);
	assert_false(failed(audit_ack_decode(bytes_of(ack, sizeof ack), &n)));
	assert_int_equal(n, 0x0102030405060708);
	assert_true(failed(audit_ack_decode(bytes_of(ack, sizeof ack - 1), &n)));
	audit_batch_release(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tile_names), cmocka_unit_test(tiles_of_a_size), cmocka_unit_test(public_verifier_key),
		cmocka_unit_test(notes_verify_as_the_rules_say), cmocka_unit_test(malformed_notes),
		cmocka_unit_test(entry_byte_map), cmocka_unit_test(batches_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
