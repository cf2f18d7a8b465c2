/* The verifier against tokens signed here with a real key, good ones and each kind of bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <cmocka.h>

#include "codec/base64.h"
#include "crypto/sign.h"
#include "ipc/channel.h"
#include "ipc/keeper_message.h"
#include "token/verify.h"

#define ISSUER "https://h/1f3a09bc-0000-4000-8000-000000000001/v2.0"
#define IDS "\"oid\":\"aaaaaaaa-0000-4000-8000-000000000001\",\"azp\":\"bbbbbbbb-0000-4000-8000-000000000001\",\"idtyp\":\"user\""
#define HEAD "{\"iss\":\"" ISSUER "\",\"tid\":\"1f3a09bc-0000-4000-8000-000000000001\","
#define GOOD HEAD "\"aud\":\"res\",\"exp\":2000,\"nbf\":1000," IDS ",\"scp\":\"A B\",\"roles\":[\"R\"],\"amr\":[\"pwd\",\"otp\"]," \
	"\"wids\":[\"cccccccc-0000-4000-8000-000000000001\"],\"uti\":\"u\",\"auth_time\":900}"
#define ES256(typ_) "{\"alg\":\"ES256\",\"typ\":\"" typ_ "\",\"kid\":\"k1\"}"

struct state {
	struct sign_key *key;
	struct token_verifier *verifier;
	struct arena *arena;
};

static int set_up(void **out)
{
	static struct state s;
	struct public_numbers numbers = { 0 };
	struct public_keys keys = { .count = 1, .key = { { .alg = TOKEN_ES256, .kid = "k1", .active = true } } };
	const str audiences[] = { S("res"), S("https://res") };
	struct token_verifier_options options = { .issuer = S(ISSUER), .audiences = audiences, .audience_count = 2 };

	assert_false(failed(sign_key_generate(SIGN_ES256, &s.key)));
	assert_false(failed(sign_key_public(s.key, &numbers)));
	memcpy(keys.key[0].x, numbers.x, 32);
	memcpy(keys.key[0].y, numbers.y, 32);
	assert_false(failed(uuid_parse(S("1f3a09bc-0000-4000-8000-000000000001"), &options.tenant)));
	assert_false(failed(token_verifier_new(&options, &s.verifier)));
	s.arena = arena_new(8 << 20);
	const struct principal *p = NULL;
	assert_int_equal(err_kind_of(token_verify(s.verifier, S("a.b.c"), (struct instant){ 0 }, s.arena, &p)), ERR_UNAVAILABLE);
	assert_false(failed(token_verifier_set_keys(s.verifier, &keys)));
	*out = &s;
	return 0;
}

static int tear_down(void **out)
{
	struct state *s = *out;
	token_verifier_free(s->verifier);
	sign_key_free(s->key);
	arena_free(s->arena);
	return 0;
}

static str make(struct state *s, const char *header, const char *claims)
{
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len = 0;
	str head = base64url_text(s->arena, bytes_of_str(str_of(header)));
	str body = base64url_text(s->arena, bytes_of_str(str_of(claims)));
	str input = str_format(s->arena, "%.*s.%.*s", STR_ARG(head), STR_ARG(body));

	assert_false(failed(sign_message(s->key, bytes_of_str(input), signature, &len)));
	return str_format(s->arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(base64url_text(s->arena, bytes_of(signature, len))));
}

static void each_token_is_judged(void **state)
{
	static const struct { const char *name, *header, *claims; bool want; } rows[] = {
		{ "good", ES256("at+jwt"), GOOD, true },
		{ "typ spelt out", ES256("application/at+jwt"), GOOD, true },
		{ "an ID token", ES256("JWT"), GOOD, false },
		{ "unknown kid", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k2\"}", GOOD, false },
		{ "none", "{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", GOOD, false },
		{ "HS256", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", GOOD, false },
		{ "RS256 on an EC key", "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", GOOD, false },
		{ "crit", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k1\",\"crit\":[\"x\"]}", GOOD, false },
		{ "other issuer", ES256("at+jwt"), "{\"iss\":\"https://evil\",\"tid\":\"1f3a09bc-0000-4000-8000-000000000001\",\"aud\":\"res\",\"exp\":2000," IDS "}", false },
		{ "other tenant", ES256("at+jwt"), "{\"iss\":\"" ISSUER "\",\"tid\":\"1f3a09bc-0000-4000-8000-000000000002\",\"aud\":\"res\",\"exp\":2000," IDS "}", false },
		{ "other audience", ES256("at+jwt"), HEAD "\"aud\":\"res2\",\"exp\":2000," IDS "}", false },
		{ "audience in a list", ES256("at+jwt"), HEAD "\"aud\":[\"res\"],\"exp\":2000," IDS "}", false },
		{ "expired this second", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":1500," IDS "}", false },
		{ "good for one second more", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":1501," IDS "}", true },
		{ "no exp", ES256("at+jwt"), HEAD "\"aud\":\"res\"," IDS "}", false },
		{ "exp a text", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":\"2000\"," IDS "}", false },
		{ "from the future", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":2000,\"nbf\":1561," IDS "}", false },
		{ "at the edge of skew", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":2000,\"nbf\":1560," IDS "}", true },
		{ "aud twice", ES256("at+jwt"), HEAD "\"aud\":\"res2\",\"aud\":\"res\",\"exp\":2000," IDS "}", false },
		{ "no oid", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":2000,\"azp\":\"bbbbbbbb-0000-4000-8000-000000000001\",\"idtyp\":\"user\"}", false },
		{ "neither person nor app", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":2000,\"oid\":\"aaaaaaaa-0000-4000-8000-000000000001\",\"azp\":\"bbbbbbbb-0000-4000-8000-000000000001\"}", false },
		{ "roles a text", ES256("at+jwt"), HEAD "\"aud\":\"res\",\"exp\":2000,\"roles\":\"R\"," IDS "}", false },
	};
	struct state *s = *state;
	struct instant now = { 1500 * 1000 };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct principal *p = NULL;
		str token = make(s, rows[i].header, rows[i].claims);
		for (int pass = 0; pass < 2; pass++) { /* the second time out of the cache, with the same answer */
			err e = token_verify(s->verifier, token, now, s->arena, &p);
			if (failed(e) == rows[i].want || (failed(e) && err_kind_of(e) != ERR_INVALID))
				fail_msg("%s, pass %d: %s", rows[i].name, pass, err_why(e));
		}
	}
}

static void the_principal_is_what_the_token_says(void **state)
{
	struct state *s = *state;
	const struct principal *p = NULL;
	struct uuid role;

	assert_false(failed(token_verify(s->verifier, make(s, ES256("at+jwt"), GOOD), (struct instant){ 1500000 }, s->arena, &p)));
	assert_false(failed(uuid_parse(S("cccccccc-0000-4000-8000-000000000001"), &role)));
	assert_int_equal(p->kind, PRINCIPAL_USER);
	assert_true(principal_has_scope(p, S("A")) && principal_has_scope(p, S("B")) && !principal_has_scope(p, S("A B")));
	assert_false(principal_has_scope(p, S("")));
	assert_true(principal_has_role(p, S("R")) && principal_has_wid(p, &role));
	assert_true(str_equal(principal_amr_text(p, s->arena), S("pwd,otp")));
	assert_int_equal(p->expires_at, 2000);
}

static void every_flipped_octet_is_noticed(void **state)
{
	struct state *s = *state;
	str good = make(s, ES256("at+jwt"), GOOD);
	const struct principal *p = NULL;

	assert_false(failed(token_verify(s->verifier, good, (struct instant){ 1500000 }, s->arena, &p)));
	for (size_t i = 0; i < good.len; i++) {
		struct arena *arena = arena_new(1 << 20);
		char *bad = (char *)(uintptr_t)str_copy(arena, good).at;
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		if (bad[i] != good.at[i])
			assert_true(failed(token_verify(s->verifier, (str){ bad, good.len }, (struct instant){ 1500000 }, arena, &p)));
		arena_free(arena);
	}
}

static void a_remembered_token_still_expires_and_new_keys_forget_it(void **state)
{
	struct state *s = *state;
	str token = make(s, ES256("at+jwt"), GOOD);
	struct public_keys none = { .count = 0 };
	const struct principal *p = NULL;

	assert_false(failed(token_verify(s->verifier, token, (struct instant){ 1999999 }, s->arena, &p)));
	assert_int_equal(err_kind_of(token_verify(s->verifier, token, (struct instant){ 2000000 }, s->arena, &p)), ERR_INVALID);
	assert_false(failed(token_verifier_set_keys(s->verifier, &none)));
	assert_int_equal(err_kind_of(token_verify(s->verifier, token, (struct instant){ 1500000 }, s->arena, &p)), ERR_INVALID);
}

/* --- keys that follow each other: the far end of a keeper's channel, with the answer that the test wants given --- */

struct far_end {
	int fd;
	atomic_int asked;
	struct keeper_public_keys_answer answer;
};

static void *answer_all(void *self)
{
	struct far_end *far = self;
	struct keeper_head head;
	size_t len = 0;
	while (!failed(channel_wait(far->fd, 10000)) && !failed(channel_receive(far->fd, (uint8_t *)&head, sizeof head, &len, NULL)) &&
	       len == sizeof head) {
		far->answer.head = head;
		atomic_fetch_add(&far->asked, 1);
		if (failed(channel_send(far->fd, bytes_of(&far->answer, sizeof far->answer), NULL)))
			break;
	}
	return NULL;
}

static void tell(struct far_end *far, size_t at, const struct sign_key *key, const char *kid)
{
	struct public_numbers n = { 0 };
	struct keeper_public_key *to = &far->answer.key[at];
	assert_false(failed(sign_key_public(key, &n)));
	*to = (struct keeper_public_key){ .alg = (uint8_t)n.alg, .n_len = (uint32_t)n.n_len };
	strcpy(to->kid, kid);
	memcpy(to->x, n.x, 32);
	memcpy(to->y, n.y, 32);
	memcpy(to->n, n.n, sizeof to->n);
	far->answer.count = (uint32_t)at + 1;
}

static bool verifies(struct token_verifier *v, struct state *s, str token, int64_t ms)
{
	const struct principal *p = NULL;
	return !failed(token_verify(v, token, (struct instant){ ms }, s->arena, &p));
}

static void new_keys_are_asked_for_at_a_bounded_rate_and_removed_ones_go(void **state)
{
	struct state *s = *state;
	static struct far_end far;
	int ends[2];
	pthread_t thread;
	struct keys keys = { .channel = -1 };
	const str audiences[] = { S("res") };
	struct token_verifier_options options = { .issuer = S(ISSUER), .audiences = audiences, .audience_count = 1, .keys = &keys };
	struct token_verifier *v;
	struct sign_key *first = s->key, *next, *rsa;
	assert_false(failed(uuid_parse(S("1f3a09bc-0000-4000-8000-000000000001"), &options.tenant)));
	assert_false(failed(token_verifier_new(&options, &v)));
	assert_false(failed(sign_key_generate(SIGN_ES256, &next)));
	assert_false(failed(sign_key_generate(SIGN_RS256, &rsa)));
	assert_false(failed(channel_pair(ends)));
	keys.channel = ends[0];
	far.fd = ends[1];
	tell(&far, 0, first, "k1");
	assert_int_equal(pthread_create(&thread, NULL, answer_all, &far), 0);

	str old = make(s, ES256("at+jwt"), GOOD);
	assert_true(verifies(v, s, old, 1500000));
	assert_int_equal(far.asked, 1);
	tell(&far, 1, next, "k2");
	tell(&far, 2, rsa, "r1");
	s->key = next;
	str fresh = make(s, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k2\"}", GOOD);
	s->key = rsa;
	str by_rsa = make(s, "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"r1\"}", GOOD);
	str mixed = make(s, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"r1\"}", GOOD);
	s->key = first;
	str of_nobody = make(s, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k9\"}", GOOD);

	for (int i = 0; i < 20; i++) /* asked a moment ago: not again */
		assert_false(verifies(v, s, of_nobody, 1500000 + i));
	assert_int_equal(far.asked, 1);
	assert_true(verifies(v, s, fresh, 1505000)); /* unknown kid: asked */
	assert_int_equal(far.asked, 2);
	assert_true(verifies(v, s, by_rsa, 1505000));
	assert_false(verifies(v, s, mixed, 1505000)); /* the header does not choose */
	assert_true(verifies(v, s, old, 1505000));
	for (int i = 0; i < 1000; i++)
		assert_false(verifies(v, s, of_nobody, 1510000 + i * 10)); /* ten seconds of a flood */
	assert_int_equal(far.asked, 4);

	tell(&far, 0, next, "k2"); /* k1 has been removed */
	tell(&far, 1, rsa, "r1");
	assert_true(verifies(v, s, old, 1520000));
	assert_false(verifies(v, s, old, 1515000 + 60000)); /* a minute after the last time, though it was remembered */
	assert_true(verifies(v, s, fresh, 1515000 + 60000));
	assert_int_equal(far.asked, 5); /* for its age; the kid that is unknown now must wait its five seconds */

	close(ends[0]);
	keys.channel = -1;
	assert_true(verifies(v, s, fresh, 1900000)); /* the keeper is away: the keys that it told last */
	pthread_join(thread, NULL);
	close(ends[1]);
	token_verifier_free(v);
	sign_key_free(next);
	sign_key_free(rsa);
}

#define TEST(f_) cmocka_unit_test_setup_teardown(f_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_token_is_judged), TEST(the_principal_is_what_the_token_says), TEST(every_flipped_octet_is_noticed),
		TEST(a_remembered_token_still_expires_and_new_keys_forget_it),
		TEST(new_keys_are_asked_for_at_a_bounded_rate_and_removed_ones_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
