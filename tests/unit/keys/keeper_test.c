/* The keeper: its request table, its store across restarts and kills, and what it refuses to sign. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "codec/base64.h"
#include "crypto/merkle.h"
#include "host/file.h"
#include "host/random.h"
#include "keys/client.h"
#include "keys/keeper.h"
#include "keys/root.h"

static const char issuer[] = "https://localhost:8443/t/v2.0";

static int64_t time_ms = 1700000000000;

static int64_t now_ms(void)
{
	return time_ms;
}

struct fixture {
	char folder[64], path[96];
	struct wrapping_key root;
	struct keeper *keeper;
	struct uuid tenant, other, environment;
};

static void open_keeper(struct fixture *f)
{
	assert_false(failed(keeper_open(f->path, &f->root, now_ms, &f->keeper)));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct uuid nil = { { 0 } };
	struct sign_key *tls;
	strcpy(f->folder, "/tmp/keeper-test-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/keys.store", f->folder);
	random_bytes(&f->root, sizeof f->root);
	f->tenant = random_uuid_v4();
	f->other = random_uuid_v4();
	f->environment = random_uuid_v4();
	assert_false(failed(key_store_create(f->path, &f->root)));
	open_keeper(f);
	assert_false(failed(keeper_create_tenant(f->keeper, &nil, S("https://localhost:8443"))));
	assert_false(failed(keeper_create_tenant(f->keeper, &f->tenant, str_of(issuer))));
	assert_false(failed(keeper_create_tenant(f->keeper, &f->other, S("https://localhost:8443/o/v2.0"))));
	assert_false(failed(keeper_create_database(f->keeper, &f->tenant, &f->tenant)));
	assert_false(failed(keeper_create_database(f->keeper, &f->tenant, &f->environment)));
	assert_false(failed(sign_key_generate(SIGN_ES256, &tls)));
	assert_false(failed(keeper_put_tls_key(f->keeper, 0, tls)));
	sign_key_free(tls);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char cut[sizeof f->path + 8];
	snprintf(cut, sizeof cut, "%s.cut", f->path);
	keeper_close(f->keeper);
	unlink(f->path);
	unlink(cut);
	rmdir(f->folder);
	free(f);
	return 0;
}

static struct channel_binding as(const struct fixture *f, enum process_role role, const struct uuid *database)
{
	return (struct channel_binding){ .kind = CHANNEL_KEEPER, .peer = role, .tenant = f->tenant, .database = *database };
}

static int ask(struct fixture *f, const struct channel_binding *who, const void *request, size_t size, void *answer,
	       size_t answer_size)
{
	static uint8_t out[KEEPER_ANSWER_BYTES_MAX];
	struct keeper_head head;
	size_t len = 0;
	bool refused;
	keeper_answer(f->keeper, who, bytes_of(request, size), out, &len, &refused);
	assert_true(len >= sizeof head);
	memcpy(&head, out, sizeof head);
	if (head.result == 0 && answer) {
		assert_int_equal(len, answer_size);
		memcpy(answer, out, answer_size);
	}
	return head.result;
}

static struct keeper_head head_of(enum keeper_request_kind kind)
{
	return (struct keeper_head){ KEEPER_MESSAGE_VERSION, (uint16_t)kind, 0, 7 };
}

/* --- the table --- */

static const struct {
	enum keeper_request_kind kind;
	size_t size;
	unsigned allowed;
} table[] = {
	{ KEEPER_DATABASE_KEYS, sizeof(struct keeper_head), 1 << ROLE_CONTROL | 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER },
	{ KEEPER_ANCHOR_PUT, sizeof(struct keeper_anchor), 1 << ROLE_CONTROL | 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER },
	{ KEEPER_ANCHOR_GET, sizeof(struct keeper_head), 1 << ROLE_CONTROL | 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER },
	{ KEEPER_SIGN_TOKEN, sizeof(struct keeper_sign_token), 1 << ROLE_IDENTITY },
	{ KEEPER_PUBLIC_KEYS, sizeof(struct keeper_head), 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER },
	{ KEEPER_SIGN_CHECKPOINT, sizeof(struct keeper_sign_checkpoint), 1 << ROLE_RECORDER },
	{ KEEPER_CHECKPOINT_STATE, sizeof(struct keeper_checkpoint_state), 1 << ROLE_RECORDER },
	{ KEEPER_SIGN_TLS, sizeof(struct keeper_sign_tls), 1 << ROLE_EDGE },
	{ KEEPER_TICKET_KEYS, sizeof(struct keeper_head), 1 << ROLE_EDGE },
	{ KEEPER_CREATE_TENANT, sizeof(struct keeper_create_tenant), 1 << ROLE_CONTROL },
	{ KEEPER_CREATE_DATABASE, sizeof(struct keeper_create_database), 1 << ROLE_CONTROL },
	{ KEEPER_ROTATE, sizeof(struct keeper_rotate), 1 << ROLE_CONTROL },
	{ KEEPER_SIGN_METADATA, sizeof(struct keeper_sign_metadata), 1 << ROLE_DATA },
};

static void every_request_is_refused_to_every_role_without_a_row(void **state)
{
	struct fixture *f = *state;
	static uint8_t request[sizeof(struct keeper_sign_token) + 8];
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		for (int role = 0; role <= ROLE_COUNT; role++) {
			struct channel_binding who = as(f, (enum process_role)role, &f->environment);
			struct keeper_head head = head_of(table[i].kind);
			memset(request, 0, sizeof request);
			memcpy(request, &head, sizeof head);
			int result = ask(f, &who, request, table[i].size, NULL, 0);
			bool allowed = role > 0 && role < ROLE_COUNT && (table[i].allowed & 1u << role);
			if (!allowed)
				assert_int_equal(result, ERR_DENIED);
			if (allowed) {
				assert_int_equal(ask(f, &who, request, table[i].size + 1, NULL, 0), ERR_INVALID);
				assert_int_equal(ask(f, &who, request, table[i].size - 1, NULL, 0), ERR_INVALID);
			}
		}
	}
}

static void unknown_kinds_versions_and_sizes_are_refused(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_IDENTITY, &f->tenant);
	struct keeper_head head = head_of(KEEPER_REQUEST_KIND_COUNT);
	assert_int_equal(ask(f, &who, &head, sizeof head, NULL, 0), ERR_DENIED);
	head = head_of(KEEPER_PUBLIC_KEYS);
	head.version = 2;
	assert_int_equal(ask(f, &who, &head, sizeof head, NULL, 0), ERR_DENIED);
	assert_int_equal(ask(f, &who, &head, 3, NULL, 0), ERR_INVALID);
}

/* --- databases --- */

static void a_channel_gets_the_keys_of_its_own_database_only(void **state)
{
	struct fixture *f = *state;
	struct keeper_database_keys_answer mine, again, directory;
	struct keeper_head head = head_of(KEEPER_DATABASE_KEYS);
	struct channel_binding who = as(f, ROLE_DATA, &f->environment), theirs = who, identity = as(f, ROLE_IDENTITY, &f->tenant);
	assert_int_equal(ask(f, &who, &head, sizeof head, &mine, sizeof mine), 0);
	assert_int_equal(ask(f, &identity, &head, sizeof head, &directory, sizeof directory), 0);
	assert_memory_not_equal(mine.page[0], directory.page[0], 32);
	assert_memory_not_equal(mine.page[0], mine.wal_header[0], 32);
	theirs.tenant = f->other; /* another tenant's channel does not find it */
	assert_int_equal(ask(f, &theirs, &head, sizeof head, NULL, 0), ERR_NOT_FOUND);
	keeper_close(f->keeper);
	open_keeper(f);
	assert_int_equal(ask(f, &who, &head, sizeof head, &again, sizeof again), 0);
	assert_memory_equal(&mine, &again, sizeof mine);
}

static void anchors_are_kept_per_database(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_DATA, &f->environment), identity = as(f, ROLE_IDENTITY, &f->tenant);
	struct keeper_anchor put = { .head = head_of(KEEPER_ANCHOR_PUT), .change_counter = 5, .page_count = 9 }, got = { .change_counter = 0 };
	struct keeper_head get = head_of(KEEPER_ANCHOR_GET);
	assert_int_equal(ask(f, &who, &get, sizeof get, NULL, 0), ERR_NOT_FOUND);
	for (uint64_t i = 1; i <= 20; i++) {
		put.change_counter = i;
		assert_int_equal(ask(f, &who, &put, sizeof put, NULL, 0), 0);
	}
	keeper_close(f->keeper);
	open_keeper(f);
	assert_int_equal(ask(f, &who, &get, sizeof get, &got, sizeof got), 0);
	assert_int_equal(got.change_counter, 20);
	assert_int_equal(got.page_count, 9);
	assert_int_equal(ask(f, &identity, &get, sizeof get, NULL, 0), ERR_NOT_FOUND);
}

/* --- tokens --- */

static int sign_claims(struct fixture *f, const char *claims, const struct uuid *tenant, struct keeper_sign_token_answer *out)
{
	struct keeper_sign_token m = { .head = head_of(KEEPER_SIGN_TOKEN), .type = TOKEN_ACCESS, .alg = TOKEN_ES256 };
	struct channel_binding who = as(f, ROLE_IDENTITY, tenant);
	who.tenant = *tenant;
	m.claims_len = (uint16_t)strlen(claims);
	memcpy(m.claims, claims, strlen(claims));
	return ask(f, &who, &m, sizeof m, out, sizeof *out);
}

static void only_claims_of_the_own_tenant_are_signed(void **state)
{
	struct fixture *f = *state;
	static struct keeper_sign_token_answer answer;
	char own[64], foreign[64], claims[1024];
	uuid_format(&f->tenant, own);
	uuid_format(&f->other, foreign);
	const struct {
		const char *issuer, *tid, *rest;
		int want;
	} rows[] = {
		{ issuer, own, "\"sub\":\"x\"}", 0 },
		{ issuer, own, "\"name\":\"tab\\u0009\"}", 0 },
		{ issuer, own, "\"name\":\"a \\\"iss\\\": quoted\"}", 0 },
		{ issuer, foreign, "\"sub\":\"x\"}", ERR_DENIED },
		{ "https://localhost:8443/o/v2.0", own, "\"sub\":\"x\"}", ERR_DENIED },
		{ issuer, own, "\"iss\":\"other\"}", ERR_DENIED },
		{ issuer, own, "\"a\":1,\"tid\" :\"other\"}", ERR_DENIED },
		{ issuer, own, "\"\\u0069ss\":\"other\"}", ERR_DENIED },
		{ issuer, own, "\"sub\":\"x\"", ERR_INVALID },
		{ issuer, own, "", ERR_INVALID },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(claims, sizeof claims, "{\"iss\":\"%s\",\"tid\":\"%s\",%s", rows[i].issuer, rows[i].tid, rows[i].rest);
		assert_int_equal(sign_claims(f, claims, &f->tenant, &answer), rows[i].want);
	}
	assert_int_equal(sign_claims(f, "{\"sub\":\"x\"}", &f->tenant, &answer), ERR_DENIED);
	assert_int_equal(sign_claims(f, " {\"iss\":\"x\"}", &f->tenant, &answer), ERR_DENIED);
}

/* With the one key of the two published that signs. */
static void assert_signed(struct fixture *f, const struct keeper_sign_token_answer *answer)
{
	static struct keeper_public_keys_answer published;
	struct keeper_head head = head_of(KEEPER_PUBLIC_KEYS);
	struct channel_binding data = as(f, ROLE_DATA, &f->environment);
	struct public_numbers n = { .alg = SIGN_ES256 };
	struct verify_key *key;
	assert_int_equal(ask(f, &data, &head, sizeof head, &published, sizeof published), 0);
	assert_int_equal(published.count, 2); /* the one that signs, and the next */
	size_t signs = published.key[0].active ? 0 : 1;
	assert_true(published.key[signs].active && !published.key[1 - signs].active);
	memcpy(n.x, published.key[signs].x, 32);
	memcpy(n.y, published.key[signs].y, 32);
	assert_false(failed(verify_key_new(&n, &key)));
	str token = { answer->token, answer->token_len };
	size_t dot = token.len;
	while (dot && token.at[dot - 1] != '.')
		dot--;
	struct arena *arena = arena_new(16384);
	bytes signature;
	assert_false(failed(base64url_parse(str_from(token, dot), arena, &signature)));
	assert_false(failed(verify_message(key, bytes_of(token.at, dot - 1), signature)));
	arena_free(arena);
	verify_key_free(key);
}

static void a_token_verifies_with_the_published_key(void **state)
{
	struct fixture *f = *state;
	static struct keeper_sign_token_answer answer;
	char own[64], claims[256];
	uuid_format(&f->tenant, own);
	snprintf(claims, sizeof claims, "{\"iss\":\"%s\",\"tid\":\"%s\",\"sub\":\"x\"}", issuer, own);
	assert_int_equal(sign_claims(f, claims, &f->tenant, &answer), 0);
	assert_signed(f, &answer);
}

/* --- metadata of decision points --- */

static int sign_metadata(struct fixture *f, const char *name, size_t len, bool own_host, struct keeper_sign_token_answer *out)
{
	struct keeper_sign_metadata m = { .head = head_of(KEEPER_SIGN_METADATA), .own_host = own_host, .name_len = (uint8_t)len };
	struct channel_binding who = as(f, ROLE_DATA, &f->environment);
	memcpy(m.name, name, len < sizeof m.name ? len : sizeof m.name);
	return ask(f, &who, &m, sizeof m, out, sizeof *out);
}

static void assert_part(str token, int part, const char *want)
{
	struct arena *arena = arena_new(16384);
	str rest = token, text = { 0 };
	bytes octets;
	for (int i = 0; i <= part; i++)
		assert_true(str_split(&rest, '.', &text));
	assert_false(failed(base64url_parse(text, arena, &octets)));
	if (!str_starts_with(str_of_bytes(octets), str_of(want)))
		fail_msg("%.*s is not %s", STR_ARG(str_of_bytes(octets)), want);
	arena_free(arena);
}

/* Whatever the worker says, every claim is the keeper's, and none makes a token of it. */
static void metadata_hold_addresses_of_the_own_issuer_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	static struct keeper_sign_token_answer answer;
	char own[64], want[1024];
	uuid_format(&f->tenant, own);
	for (int host = 0; host <= 1; host++) {
		const char *at = host ? "https://sales.localhost:8443" : "https://localhost:8443/e/sales";
		assert_int_equal(sign_metadata(f, "sales", 5, host, &answer), 0);
		assert_signed(f, &answer);
		str token = { answer.token, answer.token_len };
		assert_part(token, 0, "{\"alg\":\"ES256\",\"typ\":\"authzen-metadata+jwt\",\"kid\":\"");
		snprintf(want, sizeof want, "{\"iss\":\"%s\",\"tid\":\"%s\",\"iat\":%lld,\"policy_decision_point\":\"%s\","
			 "\"access_evaluation_endpoint\":\"%s/access/v1/evaluation\",\"access_evaluations_endpoint\":\"%s/access/v1/evaluations\","
			 "\"search_subject_endpoint\":\"%s/access/v1/search/subject\",\"search_resource_endpoint\":\"%s/access/v1/search/resource\","
			 "\"search_action_endpoint\":\"%s/access/v1/search/action\"}", issuer, own, (long long)(f->keeper->now_ms() / 1000), at, at, at, at, at, at);
		assert_part(token, 1, want);
	}
}

static void metadata_are_of_a_name_that_an_environment_can_have(void **state)
{
	struct fixture *f = *state;
	static struct keeper_sign_token_answer answer;
	static const char *const names[] = { "", "a", "Sales", "sales-", "-sales", "1sales", "sa.les", "sa/les", "sa les", "sales\"", "sa\\les", "s\xc3\xa4les",
					     "sales\",\"sub\":\"x", "abcdefghijklmnopqrstuvwxyzabcdefghijklmno" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(sign_metadata(f, names[i], strlen(names[i]), false, &answer), ERR_INVALID);
	assert_int_equal(sign_metadata(f, "sa\0es", 5, false, &answer), ERR_INVALID);
	static const char long_name[255] = "sales"; /* its length runs past the field */
	assert_int_equal(sign_metadata(f, long_name, sizeof long_name, false, &answer), ERR_INVALID);
	assert_int_equal(sign_metadata(f, "abcdefghijklmnopqrstuvwxyzabcdefghijklmn", 40, true, &answer), 0);
}

/* --- rotation --- */

enum { HOUR = 3600 * 1000 };

static struct keeper_public_keys_answer keys_now(struct fixture *f)
{
	static struct keeper_public_keys_answer a;
	struct keeper_head head = head_of(KEEPER_PUBLIC_KEYS);
	struct channel_binding data = as(f, ROLE_DATA, &f->environment);
	assert_int_equal(ask(f, &data, &head, sizeof head, &a, sizeof a), 0);
	return a;
}

static int rotate(struct fixture *f, enum key_rotation mode, struct keeper_rotate_answer *out)
{
	struct keeper_rotate m = { .head = head_of(KEEPER_ROTATE), .tenant = f->tenant, .mode = mode };
	struct channel_binding control = as(f, ROLE_CONTROL, &f->environment);
	if (mode == ROTATE_DUE)
		memset(&m.tenant, 0, sizeof m.tenant);
	return ask(f, &control, &m, sizeof m, out, sizeof *out);
}

static bool has_kid(const struct keeper_public_keys_answer *a, const char *kid)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->key[i].kid, kid) == 0)
			return true;
	return false;
}

/* The kid in the header of a token that is signed now; its signature is checked against the published key. */
static void signing_kid(struct fixture *f, char out[static 44])
{
	static struct keeper_sign_token_answer answer;
	struct keeper_public_keys_answer published = keys_now(f);
	struct arena *arena = arena_new(32768);
	char own[64], claims[256];
	bytes header, signature;
	uuid_format(&f->tenant, own);
	snprintf(claims, sizeof claims, "{\"iss\":\"%s\",\"tid\":\"%s\",\"sub\":\"x\"}", issuer, own);
	assert_int_equal(sign_claims(f, claims, &f->tenant, &answer), 0);
	str token = { answer.token, answer.token_len };
	size_t first = str_find_char(token, '.', 0), second = str_find_char(token, '.', first + 1);
	assert_false(failed(base64url_parse(str_slice(token, 0, first), arena, &header)));
	assert_false(failed(base64url_parse(str_from(token, second + 1), arena, &signature)));
	size_t at = str_find(str_of_bytes(header), S("\"kid\":\""), 0) + 7;
	memcpy(out, header.at + at, 43);
	out[43] = 0;
	for (size_t i = 0; i < published.count; i++) {
		struct public_numbers n = { .alg = SIGN_ES256 };
		struct verify_key *key;
		if (strcmp(published.key[i].kid, out) != 0)
			continue;
		memcpy(n.x, published.key[i].x, 32);
		memcpy(n.y, published.key[i].y, 32);
		assert_false(failed(verify_key_new(&n, &key)));
		assert_false(failed(verify_message(key, bytes_of(token.at, second), signature)));
		verify_key_free(key);
		arena_free(arena);
		return;
	}
	fail_msg("signed by a key that is not published");
}

static void the_next_key_signs_only_when_it_has_been_published_for_a_day(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a;
	char before[44], after[44];
	signing_kid(f, before);
	assert_int_equal(rotate(f, ROTATE_PUBLISHED, &a), ERR_CONFLICT);
	time_ms += 24 * (int64_t)HOUR - 1;
	assert_int_equal(rotate(f, ROTATE_PUBLISHED, &a), ERR_CONFLICT);
	time_ms += 1;
	struct keeper_public_keys_answer known = keys_now(f);
	assert_int_equal(rotate(f, ROTATE_PUBLISHED, &a), 0);
	signing_kid(f, after);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.key[0].before, before);
	assert_string_equal(a.key[0].after, after);
	assert_true(has_kid(&known, after)); /* whoever had asked before knows it already */
	assert_int_equal(rotate(f, ROTATE_PUBLISHED, &a), ERR_CONFLICT);
}

static void a_retired_key_is_published_until_its_tokens_have_ended(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a;
	assert_int_equal(rotate(f, ROTATE_NOW, &a), 0);
	struct keeper_public_keys_answer published = keys_now(f);
	assert_int_equal(published.count, 3);
	assert_true(has_kid(&published, a.key[0].before));
	time_ms += 30 * (int64_t)HOUR - 1;
	published = keys_now(f);
	assert_true(has_kid(&published, a.key[0].before));
	time_ms += 1;
	published = keys_now(f);
	assert_false(has_kid(&published, a.key[0].before));
	assert_int_equal(published.count, 2);
	keeper_close(f->keeper);
	open_keeper(f);
	published = keys_now(f);
	assert_int_equal(published.count, 2);
}

static void keys_are_rotated_when_they_are_due(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a, b;
	assert_int_equal(rotate(f, ROTATE_DUE, &a), ERR_NOT_FOUND);
	time_ms += 60 * 24 * (int64_t)HOUR;
	assert_int_equal(rotate(f, ROTATE_DUE, &a), 0); /* two tenants, one after the other */
	assert_int_equal(rotate(f, ROTATE_DUE, &b), 0);
	assert_false(uuid_equal(&a.tenant, &b.tenant));
	assert_int_equal(rotate(f, ROTATE_DUE, &a), ERR_NOT_FOUND);
}

static void removal_voids_what_was_signed_before(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a, b;
	assert_int_equal(rotate(f, ROTATE_NOW, &a), 0);
	assert_int_equal(rotate(f, ROTATE_REMOVE, &b), 0);
	struct keeper_public_keys_answer published = keys_now(f);
	assert_int_equal(published.count, 2);
	assert_false(has_kid(&published, a.key[0].before));
	assert_false(has_kid(&published, b.key[0].before));
}

static void retired_keys_are_never_more_than_can_be_published(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a;
	int result = 0, done = 0;
	while (done < 100 && (result = rotate(f, ROTATE_NOW, &a)) == 0)
		done++;
	assert_int_equal(result, ERR_LIMIT);
	struct keeper_public_keys_answer published = keys_now(f);
	assert_int_equal(published.count, PUBLIC_KEYS_MAX);
	assert_int_equal(done, PUBLIC_KEYS_MAX - 2);
}

/* The file, read by hand: only two private halves of the tenant are left in it, however many keys there have been. */
static void the_private_half_of_a_retired_key_is_gone_from_the_file(void **state)
{
	struct fixture *f = *state;
	struct keeper_rotate_answer a;
	struct stat before, after;
	assert_int_equal(stat(f->path, &before), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rotate(f, ROTATE_NOW, &a), 0);
	assert_int_equal(stat(f->path, &after), 0);
	/* written anew: an inode may come back, a moment does not */
	assert_true(before.st_ino != after.st_ino || before.st_ctim.tv_sec != after.st_ctim.tv_sec || before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
	keeper_close(f->keeper);
	struct key_store *store;
	size_t private_halves = 0, public_halves = 0;
	const struct record *r;
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	for (size_t i = 0; (r = key_store_at(store, i)); i++) {
		if (r->kind != RECORD_KEY || r->key.meta.kind != KEY_TOKEN || !uuid_equal(&r->key.meta.tenant, &f->tenant))
			continue;
		private_halves += r->key.wrapped_len > 64;
		public_halves += r->key.wrapped_len == 64 && r->key.meta.state == KEY_RETIRED;
	}
	key_store_close(store);
	assert_int_equal(private_halves, 2);
	assert_int_equal(public_halves, 3);
	open_keeper(f);
}

/* An identity worker finds an RS256 key, others do not make one; it signs after the same checks, and is rotated like the other. */
static void rs256_is_offered_once_an_identity_worker_asks(void **state)
{
	struct fixture *f = *state;
	static struct keeper_public_keys_answer published;
	static struct keeper_sign_token_answer token;
	struct keeper_head head = head_of(KEEPER_PUBLIC_KEYS);
	struct channel_binding identity = as(f, ROLE_IDENTITY, &f->environment);
	struct keeper_sign_token m = { .head = head_of(KEEPER_SIGN_TOKEN), .type = TOKEN_ID, .alg = TOKEN_RS256 };
	struct keeper_rotate_answer a;
	struct keeper_public_keys_answer before = keys_now(f);
	char own[64];
	assert_int_equal(before.count, 2);
	uuid_format(&f->tenant, own);
	m.claims_len = (uint16_t)snprintf(m.claims, sizeof m.claims, "{\"iss\":\"%s\",\"tid\":\"%s\",\"sub\":\"x\"}", issuer, own);
	assert_int_equal(ask(f, &identity, &m, sizeof m, &token, sizeof token), ERR_NOT_FOUND);
	assert_int_equal(ask(f, &identity, &head, sizeof head, &published, sizeof published), 0);
	assert_int_equal(published.count, 3);
	assert_int_equal(ask(f, &identity, &m, sizeof m, &token, sizeof token), 0);
	m.claims[2] = 'x'; /* no longer "iss" */
	assert_int_equal(ask(f, &identity, &m, sizeof m, &token, sizeof token), ERR_DENIED);
	assert_int_equal(rotate(f, ROTATE_NOW, &a), 0);
	assert_int_equal(a.count, 2);
	published = keys_now(f);
	assert_int_equal(published.count, 6); /* of each algorithm: signs, next, retired */
	size_t rsa = 0;
	for (size_t i = 0; i < published.count; i++) {
		struct public_numbers n = { .alg = (enum sign_alg)published.key[i].alg, .n_len = published.key[i].n_len };
		struct verify_key *key;
		if (published.key[i].alg != TOKEN_RS256)
			continue;
		rsa++;
		assert_int_equal(n.n_len, 256);
		memcpy(n.n, published.key[i].n, n.n_len);
		assert_false(failed(verify_key_new(&n, &key)));
		str text = { token.token, token.token_len };
		size_t second = str_find_char(text, '.', str_find_char(text, '.', 0) + 1);
		struct arena *arena = arena_new(16384);
		bytes signature;
		assert_false(failed(base64url_parse(str_from(text, second + 1), arena, &signature)));
		bool fits = !failed(verify_message(key, bytes_of(text.at, second), signature));
		assert_true(fits == (strcmp(published.key[i].kid, a.key[1].before) == 0)); /* the retired one, from its public half */
		arena_free(arena);
		verify_key_free(key);
	}
	assert_int_equal(rsa, 3);
}

#ifdef BAILIWICK_FAULTS
/* Killed at each step of a rotation: what is there afterwards signs with a published key, and what had been signed before still
 * verifies unless it was to be removed; a further rotation works. */
static void killed_at_any_step_of_a_rotation_the_keys_are_usable(void **state)
{
	struct fixture *f = *state;
	static const char *const points[] = { "keys.rotate.activated", "keys.rotate.retired", "keys.rotate.forgotten",
					      "keys.rotate.done", "keys.store.before_append", "keys.store.written",
					      "keys.store.appended", "keys.store.before_append:2", "keys.store.written:2",
					      "keys.store.appended:2", "keys.store.compacting", "keys.store.compacted" };
	for (size_t i = 0; i < COUNT_OF(points); i++) {
		struct keeper_rotate_answer a;
		char before[44], after[44];
		int status;
		signing_kid(f, before);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			open_keeper(f); /* secret pages are not inherited */
			setenv("BAILIWICK_FAULT", points[i], 1);
			(void)rotate(f, ROTATE_NOW, &a);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail_msg("not killed at %s", points[i]);
		keeper_close(f->keeper);
		open_keeper(f);
		struct keeper_public_keys_answer published = keys_now(f);
		signing_kid(f, after);
		assert_true(has_kid(&published, before));
		assert_true(published.count == 2 || published.count == 3);
		size_t active = 0;
		for (size_t k = 0; k < published.count; k++)
			active += published.key[k].active;
		assert_int_equal(active, 1);
		assert_int_equal(rotate(f, ROTATE_NOW, &a), 0);
		assert_string_equal(a.key[0].before, after);
		time_ms += 31 * (int64_t)HOUR; /* room for the next */
	}
}
#endif

/* --- checkpoints --- */

static int sign_tree(struct fixture *f, uint64_t size, const struct sha256 *root, const struct sha256 *proof, size_t count)
{
	struct keeper_sign_checkpoint m = { .head = head_of(KEEPER_SIGN_CHECKPOINT), .log_id = f->tenant, .size = size,
					    .proof_count = (uint32_t)count };
	struct channel_binding who = as(f, ROLE_RECORDER, &f->tenant);
	memcpy(m.root, root->b, 32);
	for (size_t i = 0; i < count; i++)
		memcpy(m.proof[i], proof[i].b, 32);
	struct keeper_sign_checkpoint_answer answer;
	return ask(f, &who, &m, sizeof m, &answer, sizeof answer);
}

static void no_two_inconsistent_checkpoints_are_signed(void **state)
{
	struct fixture *f = *state;
	struct sha256 a = merkle_leaf(bytes_of_str(S("a"))), b = merkle_leaf(bytes_of_str(S("b")));
	struct sha256 ab = merkle_node(&a, &b), ba = merkle_node(&b, &a);
	assert_int_equal(sign_tree(f, 1, &a, NULL, 0), 0);
	assert_int_equal(sign_tree(f, 2, &ba, &a, 1), ERR_CONFLICT); /* another history */
	assert_int_equal(sign_tree(f, 2, &ab, NULL, 0), ERR_CONFLICT); /* no proof */
	assert_int_equal(sign_tree(f, 2, &ab, &b, 1), 0);
	keeper_close(f->keeper);
	open_keeper(f);
	assert_int_equal(sign_tree(f, 1, &a, NULL, 0), ERR_CONFLICT); /* shorter than signed, after a restart too */
	assert_int_equal(sign_tree(f, 2, &ab, NULL, 0), 0);
}

static void a_recorder_signs_logs_of_its_tenant_only(void **state)
{
	struct fixture *f = *state;
	struct keeper_checkpoint_state m = { .head = head_of(KEEPER_CHECKPOINT_STATE), .log_id = f->environment };
	struct keeper_checkpoint_state_answer answer;
	struct channel_binding who = as(f, ROLE_RECORDER, &f->tenant);
	assert_int_equal(ask(f, &who, &m, sizeof m, &answer, sizeof answer), 0);
	assert_int_equal(answer.size, 0);
	m.log_id = f->other;
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_DENIED);
}

/* --- TLS --- */

static void tls_signs_only_what_tls_signs(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_EDGE, &f->tenant);
	struct keeper_sign_tls m = { .head = head_of(KEEPER_SIGN_TLS), .scheme = 0x0403 };
	struct keeper_sign_tls_answer answer = { .signature_len = 0 };
	const struct sign_key *tls;
	assert_false(failed(keeper_tls_key(f->keeper, 0, &tls)));
	assert_false(failed(sign_key_pin(tls, m.pin)));
	memset(m.content, ' ', 64);
	memcpy(m.content + 64, "TLS 1.3, server CertificateVerify", 34);
	m.content_len = 64 + 34 + 32;
	assert_int_equal(ask(f, &who, &m, sizeof m, &answer, sizeof answer), 0);
	assert_true(answer.signature_len >= 68 && answer.signature_len <= 72);
	m.content_len++;
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_DENIED);
	m.content_len--;
	m.content[70] ^= 1; /* "client" or any other context */
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_DENIED);
	m.content[70] ^= 1;
	m.scheme = 0x0804;
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_INVALID);
	m.scheme = 0x0403;
	memset(m.content, 7, 64);
	memcpy(m.content + 64, (uint8_t[]){ 3, 0, 29, 32 }, 4);
	m.content_len = 68 + 32;
	assert_int_equal(ask(f, &who, &m, sizeof m, &answer, sizeof answer), 0);
	m.content[67] = 33;
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_DENIED);
	m.content_len = 600;
	assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_INVALID);
}

/* The last three that were handed over, and the store's own: whichever certificate an edge still has in use. */
static void tls_keys_that_were_handed_over_are_held_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_EDGE, &f->tenant);
	struct keeper_sign_tls m = { .head = head_of(KEEPER_SIGN_TLS), .scheme = 0x0403 };
	uint8_t pins[5][32];
	const struct sign_key *stored;
	memset(m.content, ' ', 64);
	memcpy(m.content + 64, "TLS 1.3, server CertificateVerify", 34);
	m.content_len = 64 + 34 + 32;
	assert_false(failed(keeper_tls_key(f->keeper, 0, &stored)));
	assert_false(failed(sign_key_pin(stored, pins[4])));
	for (size_t i = 0; i < 4; i++) {
		struct sign_key *key;
		assert_false(failed(sign_key_generate(SIGN_ES256, &key)));
		assert_false(failed(sign_key_pin(key, pins[i])));
		memcpy(m.pin, pins[i], sizeof m.pin);
		assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), ERR_NOT_FOUND);
		assert_false(failed(keeper_hold_tls_key(f->keeper, key)));
	}
	static const int want[] = { ERR_NOT_FOUND, 0, 0, 0, 0 };
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		memcpy(m.pin, pins[i], sizeof m.pin);
		assert_int_equal(ask(f, &who, &m, sizeof m, NULL, 0), want[i]);
	}
}

/* --- the file --- */

static void a_wrong_root_and_altered_bytes_are_noticed(void **state)
{
	struct fixture *f = *state;
	struct keeper *other;
	struct wrapping_key wrong = f->root;
	struct stat info;
	wrong.k[0] ^= 1;
	assert_int_equal(err_kind_of(keeper_open(f->path, &wrong, now_ms, &other)), ERR_DENIED);
	int fd = open(f->path, O_RDWR);
	assert_true(fd >= 0 && fstat(fd, &info) == 0);
	for (off_t at = 100; at < info.st_size / 2; at += 97) {
		uint8_t octet, changed;
		assert_int_equal(pread(fd, &octet, 1, at), 1);
		changed = octet ^ 0x10;
		assert_int_equal(pwrite(fd, &changed, 1, at), 1);
		assert_true(failed(keeper_open(f->path, &f->root, now_ms, &other)));
		assert_int_equal(pwrite(fd, &octet, 1, at), 1);
	}
	close(fd);
}

/* A child appends anchors until it is killed at a random moment; what it had acknowledged through the pipe is there. */
static void nothing_acknowledged_is_lost_to_a_kill(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_DATA, &f->environment);
	struct keeper_head get = head_of(KEEPER_ANCHOR_GET);
	keeper_close(f->keeper);
	for (int round = 0; round < 20; round++) {
		int ends[2];
		uint64_t acknowledged = 0, value;
		struct keeper_anchor got = { .change_counter = 0 };
		assert_int_equal(pipe(ends), 0);
		pid_t pid = fork();
		if (pid == 0) {
			struct keeper_anchor put = { .head = head_of(KEEPER_ANCHOR_PUT) };
			open_keeper(f);
			for (put.change_counter = 1;; put.change_counter++)
				if (ask(f, &who, &put, sizeof put, NULL, 0) != 0 ||
				    write(ends[1], &put.change_counter, sizeof put.change_counter) < 0)
					_exit(1);
		}
		close(ends[1]);
		for (int i = 0; i < 5 + round * 3 && read(ends[0], &value, sizeof value) == sizeof value; i++)
			acknowledged = value;
		kill(pid, SIGKILL);
		while (read(ends[0], &value, sizeof value) == sizeof value)
			acknowledged = value;
		close(ends[0]);
		waitpid(pid, NULL, 0);
		open_keeper(f);
		assert_int_equal(ask(f, &who, &get, sizeof get, &got, sizeof got), 0);
		assert_true(got.change_counter == acknowledged || got.change_counter == acknowledged + 1);
		keeper_close(f->keeper);
	}
	open_keeper(f);
}

static void a_torn_tail_is_cut_off_and_the_rest_stays(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_DATA, &f->environment);
	struct keeper_anchor put = { .head = head_of(KEEPER_ANCHOR_PUT), .change_counter = 41 }, got = { .change_counter = 0 };
	struct keeper_head get = head_of(KEEPER_ANCHOR_GET);
	struct stat before, after;
	assert_int_equal(ask(f, &who, &put, sizeof put, NULL, 0), 0);
	assert_int_equal(stat(f->path, &before), 0);
	put.change_counter = 42;
	assert_int_equal(ask(f, &who, &put, sizeof put, NULL, 0), 0);
	assert_int_equal(stat(f->path, &after), 0);
	keeper_close(f->keeper);
	assert_int_equal(truncate(f->path, after.st_size - 5), 0);
	open_keeper(f);
	assert_int_equal(ask(f, &who, &get, sizeof get, &got, sizeof got), 0);
	assert_int_equal(got.change_counter, 41);
	put.change_counter = 43;
	assert_int_equal(ask(f, &who, &put, sizeof put, NULL, 0), 0);
	keeper_close(f->keeper);
	open_keeper(f);
	assert_int_equal(ask(f, &who, &get, sizeof get, &got, sizeof got), 0);
	assert_int_equal(got.change_counter, 43);
}

static void compaction_keeps_everything(void **state)
{
	struct fixture *f = *state;
	struct channel_binding who = as(f, ROLE_DATA, &f->environment);
	struct keeper_anchor put = { .head = head_of(KEEPER_ANCHOR_PUT) }, got = { .change_counter = 0 };
	struct keeper_head get = head_of(KEEPER_ANCHOR_GET), keys = head_of(KEEPER_DATABASE_KEYS);
	struct keeper_database_keys_answer first, last;
	struct stat info;
	assert_int_equal(ask(f, &who, &keys, sizeof keys, &first, sizeof first), 0);
	for (put.change_counter = 1; put.change_counter <= 4200; put.change_counter++)
		assert_int_equal(ask(f, &who, &put, sizeof put, NULL, 0), 0);
	assert_int_equal(stat(f->path, &info), 0);
	assert_true(info.st_size < 100000); /* 4200 records of 100 octets were written */
	keeper_close(f->keeper);
	open_keeper(f);
	assert_int_equal(ask(f, &who, &get, sizeof get, &got, sizeof got), 0);
	assert_int_equal(got.change_counter, 4200);
	assert_int_equal(ask(f, &who, &keys, sizeof keys, &last, sizeof last), 0);
	assert_memory_equal(&first, &last, sizeof first);
}

/* --- roots --- */

static void roots_open_with_the_right_secret_only(void **state)
{
	struct fixture *f = *state;
	struct wrapping_key a, b;
	char path[128];
	snprintf(path, sizeof path, "%s/root.key", f->folder);
	assert_false(failed(root_file_create(path)));
	assert_int_equal(err_kind_of(root_file_create(path)), ERR_CONFLICT);
	assert_false(failed(root_file_open(path, &a)));
	assert_false(failed(root_file_open(path, &b)));
	assert_memory_equal(&a, &b, sizeof a);
	assert_int_equal(chmod(path, 0440), 0);
	assert_int_equal(err_kind_of(root_file_open(path, &a)), ERR_DENIED);
	unlink(path);
	bytes right = bytes_of_str(S("correct horse battery")), wrong = bytes_of_str(S("correct horse batterx"));
	assert_int_equal(err_kind_of(root_passphrase_create(path, bytes_of_str(S("short")))), ERR_INVALID);
	assert_false(failed(root_passphrase_create(path, right)));
	assert_false(failed(root_passphrase_open(path, right, &a)));
	assert_int_equal(err_kind_of(root_passphrase_open(path, wrong, &b)), ERR_DENIED);
	unlink(path);
}

static void key_states_follow_the_arrows(void **state)
{
	(void)state;
	const struct {
		enum key_state from, to;
	} arrows[] = { { KEY_PREACTIVE, KEY_ACTIVE }, { KEY_ACTIVE, KEY_RETIRED }, { KEY_RETIRED, KEY_SUSPENDED },
		       { KEY_SUSPENDED, KEY_DESTROYED }, { KEY_SUSPENDED, KEY_ACTIVE } };
	for (int from = 0; from <= KEY_STATE_COUNT; from++) {
		for (int to = 0; to <= KEY_STATE_COUNT; to++) {
			bool want = false;
			for (size_t i = 0; i < COUNT_OF(arrows); i++)
				want |= (int)arrows[i].from == from && (int)arrows[i].to == to;
			assert_int_equal(key_state_may_become((enum key_state)from, (enum key_state)to), want);
		}
	}
}

static void a_wrapped_key_opens_in_its_own_place_only(void **state)
{
	struct wrapping_key by;
	struct key_meta meta = { .version = 1, .kind = KEY_DATABASE, .state = KEY_ACTIVE }, moved;
	uint8_t wrapped[32 + WRAPPED_OVERHEAD], plain[32] = { 1, 2, 3 }, out[32];
	(void)state;
	random_bytes(&by, sizeof by);
	meta.tenant = random_uuid_v4();
	assert_false(failed(key_wrap(&by, &meta, bytes_of(plain, 32), wrapped)));
	assert_false(failed(key_unwrap(&by, &meta, bytes_of(wrapped, sizeof wrapped), out)));
	assert_memory_equal(plain, out, 32);
	moved = meta;
	moved.tenant.b[0] ^= 1;
	assert_true(failed(key_unwrap(&by, &moved, bytes_of(wrapped, sizeof wrapped), out)));
	moved = meta;
	moved.kind = KEY_TOKEN;
	assert_true(failed(key_unwrap(&by, &moved, bytes_of(wrapped, sizeof wrapped), out)));
	moved = meta;
	moved.wrapping_version = 9;
	assert_true(failed(key_unwrap(&by, &moved, bytes_of(wrapped, sizeof wrapped), out)));
	assert_true(failed(key_unwrap(&by, &meta, bytes_of(wrapped, 10), out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_request_is_refused_to_every_role_without_a_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_kinds_versions_and_sizes_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_channel_gets_the_keys_of_its_own_database_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(anchors_are_kept_per_database, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_claims_of_the_own_tenant_are_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_token_verifies_with_the_published_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(metadata_hold_addresses_of_the_own_issuer_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(metadata_are_of_a_name_that_an_environment_can_have, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_key_signs_only_when_it_has_been_published_for_a_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_retired_key_is_published_until_its_tokens_have_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_are_rotated_when_they_are_due, set_up, tear_down),
		cmocka_unit_test_setup_teardown(removal_voids_what_was_signed_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rs256_is_offered_once_an_identity_worker_asks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(retired_keys_are_never_more_than_can_be_published, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_private_half_of_a_retired_key_is_gone_from_the_file, set_up, tear_down),
#ifdef BAILIWICK_FAULTS
		cmocka_unit_test_setup_teardown(killed_at_any_step_of_a_rotation_the_keys_are_usable, set_up, tear_down),
#endif
		cmocka_unit_test_setup_teardown(no_two_inconsistent_checkpoints_are_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_recorder_signs_logs_of_its_tenant_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tls_signs_only_what_tls_signs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tls_keys_that_were_handed_over_are_held_for_a_while, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wrong_root_and_altered_bytes_are_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost_to_a_kill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_torn_tail_is_cut_off_and_the_rest_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compaction_keeps_everything, set_up, tear_down),
		cmocka_unit_test_setup_teardown(roots_open_with_the_right_secret_only, set_up, tear_down),
		cmocka_unit_test(key_states_follow_the_arrows),
		cmocka_unit_test(a_wrapped_key_opens_in_its_own_place_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
