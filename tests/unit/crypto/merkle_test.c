/* The public proof vectors (folder $VECTORS/merkle), and the hashes of RFC 9162 2.1.1 worked by hand. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/json_read.h"
#include "crypto/merkle.h"
#include "host/file.h"

enum { PROOF_MAX = 128 };

struct tally {
	size_t files, agreed;
};

/* Some consistency vectors write a short text where "any root" is meant; our type holds 32 octets only, so its hash stands
 * for it. In inclusion vectors another length must be refused. */
static bool read_hash(const struct json *object, const char *name, bool any_length, struct arena *arena,
		      struct sha256 *out)
{
	str text = S("");
	bytes raw = { 0 };
	json_member_is_str(object, str_of(name), &text);
	if (failed(base64_parse(text, arena, &raw)) || (raw.len != SHA256_BYTES && !any_length))
		return false;
	if (raw.len == SHA256_BYTES)
		memcpy(out->b, raw.at, raw.len);
	else
		*out = sha256_of(raw);
	return true;
}

static bool read_proof(const struct json *object, struct arena *arena, struct sha256 *out, size_t *out_count)
{
	const struct json *list = json_member(object, S("proof"));
	*out_count = 0;
	if (!json_is(list, JSON_ARRAY))
		return true; /* null */
	for (const struct json *item = list->first; item; item = item->next) {
		bytes raw;
		if (*out_count == PROOF_MAX || failed(base64_parse(item->text, arena, &raw)) || raw.len != SHA256_BYTES)
			return false;
		memcpy(out[(*out_count)++].b, raw.at, raw.len);
	}
	return true;
}

static uint64_t read_number(const struct json *object, const char *name)
{
	uint64_t value = UINT64_MAX;
	const struct json *m = json_member(object, str_of(name));
	if (m)
		str_to_u64(m->text, &value);
	return value;
}

static bool verdict(const struct json *v, bool inclusion, struct arena *arena)
{
	struct sha256 proof[PROOF_MAX], a, b;
	size_t count;
	if (!read_proof(v, arena, proof, &count))
		return false;
	if (inclusion)
		return read_hash(v, "leafHash", false, arena, &a) && read_hash(v, "root", false, arena, &b) &&
		       !failed(merkle_verify_inclusion(read_number(v, "leafIdx"), read_number(v, "treeSize"), &a, proof,
						       count, &b));
	return read_hash(v, "root1", true, arena, &a) && read_hash(v, "root2", true, arena, &b) &&
	       !failed(merkle_verify_consistency(read_number(v, "size1"), read_number(v, "size2"), &a, &b, proof, count));
}

static void run_file(const char *path, bool inclusion, struct tally *tally)
{
	struct arena *arena = arena_new(1 << 20);
	const struct json *v;
	bytes raw;
	bool want_error = false;
	assert_false(failed(file_read(path, 1 << 18, arena, &raw)));
	assert_false(failed(json_parse(raw, JSON_LIMITS_DEFAULT, arena, &v, NULL)));
	json_member_is_bool(v, S("wantErr"), &want_error);
	tally->files++;
	if (verdict(v, inclusion, arena) == !want_error)
		tally->agreed++;
	else
		print_error("%s: expected %s\n", path, want_error ? "refusal" : "acceptance");
	arena_free(arena);
}

static void run_folder(const char *folder, bool inclusion, struct tally *tally)
{
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_DIR)
			run_folder(path, inclusion, tally);
		else
			run_file(path, inclusion, tally);
	}
	closedir(dir);
}

static void public_vectors_all_agree(void **state)
{
	char folder[4096];
	const char *vectors = getenv("VECTORS");
	struct tally tally = { 0 };
	(void)state;
	snprintf(folder, sizeof folder, "%s/merkle/testdata/inclusion", vectors ? vectors : "");
	DIR *there = vectors ? opendir(folder) : NULL;
	if (!there) {
		print_message("SKIPPED: no vectors at %s\n", folder);
		skip();
	}
	closedir(there);
	run_folder(folder, true, &tally);
	snprintf(folder, sizeof folder, "%s/merkle/testdata/consistency", vectors);
	run_folder(folder, false, &tally);
	print_message("%zu of %zu vectors agree\n", tally.agreed, tally.files);
	assert_int_equal(tally.files, 196);
	assert_int_equal(tally.agreed, tally.files);
}

static void leaf_node_and_empty_hashes(void **state)
{
	char text[65];
	struct sha256 empty = merkle_empty_root(), leaf = merkle_leaf((bytes){ 0 });
	(void)state;
	hex_format(bytes_of(empty.b, 32), text);
	assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hex_format(bytes_of(leaf.b, 32), text);
	assert_string_equal(text, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	struct sha256 node = merkle_node(&leaf, &leaf);
	assert_memory_not_equal(node.b, leaf.b, 32);
}

static void proof_from_the_empty_tree_is_an_error(void **state)
{
	struct sha256 empty = merkle_empty_root();
	(void)state;
	assert_true(failed(merkle_verify_consistency(0, 0, &empty, &empty, NULL, 0)));
	assert_true(failed(merkle_verify_consistency(0, 5, &empty, &empty, NULL, 0)));
	assert_true(failed(merkle_verify_consistency(5, 4, &empty, &empty, NULL, 0)));
	assert_false(failed(merkle_verify_consistency(3, 3, &empty, &empty, NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_node_and_empty_hashes),
		cmocka_unit_test(proof_from_the_empty_tree_is_an_error),
		cmocka_unit_test(public_vectors_all_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
