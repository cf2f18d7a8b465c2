/* The development authority and what it signs, read back by our own reader and checked as a client would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "crypto/x509.h"

static const struct instant now = { 1795500000000 }; /* 2026-11-24 */
static const int64_t day_ms = 86400000;

struct bench {
	struct arena *arena;
	struct sign_key *authority_key, *key;
	str authority_pem;
};

static int bench_open(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	assert_non_null(b);
	b->arena = arena_new(1 << 20);
	assert_false(failed(sign_key_generate(SIGN_ES256, &b->authority_key)));
	assert_false(failed(sign_key_generate(SIGN_ES256, &b->key)));
	assert_false(failed(certificate_make_authority(b->authority_key, S("a test's authority"), now, b->arena,
						       &b->authority_pem)));
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;
	sign_key_free(b->authority_key);
	sign_key_free(b->key);
	arena_free(b->arena);
	free(b);
	return 0;
}

static struct server_certificate_wish wish_of(const struct bench *b, const str *names, size_t count)
{
	return (struct server_certificate_wish){
		.authority_key = b->authority_key, .authority_pem = b->authority_pem, .key = b->key, .names = names,
		.name_count = count, .now = now, .days = 397,
	};
}

static bytes der_of(struct bench *b, str pem)
{
	struct certificate_chain chain;
	assert_false(failed(certificate_chain_parse(bytes_of_str(pem), b->arena, &chain)));
	assert_int_equal(chain.count, 1);
	return chain.der[0];
}

static void server_certificate_is_the_authoritys(void **state)
{
	static const str names[] = { { "localhost", 9 }, { "*.localhost", 11 }, { "127.0.0.1", 9 }, { "::1", 3 },
				     { "LOCALHOST", 9 } };
	struct bench *b = *state;
	struct server_certificate_wish wish = wish_of(b, names, COUNT_OF(names));
	struct certificate_facts facts, authority;
	str pem;
	assert_false(failed(certificate_make_server(&wish, b->arena, &pem)));
	bytes der = der_of(b, pem), authority_der = der_of(b, b->authority_pem);
	assert_true(certificate_is_signed_by(der, authority_der));
	assert_true(certificate_is_signed_by(authority_der, authority_der));
	assert_false(certificate_is_signed_by(authority_der, der));
	assert_true(certificate_fits_key(der, b->key));
	assert_false(certificate_fits_key(der, b->authority_key));
	assert_false(failed(certificate_facts_of(der, b->arena, &facts)));
	assert_false(failed(certificate_facts_of(authority_der, b->arena, &authority)));
	assert_false(facts.is_authority);
	assert_true(authority.is_authority);
	assert_int_equal(facts.name_count, 4);
	for (size_t i = 0; i < facts.name_count; i++)
		assert_true(str_equal(facts.names[i], names[i]));
	assert_true(instant_before(facts.not_before, now));
	assert_int_equal(facts.not_after.ms - facts.not_before.ms, 397 * day_ms);
	assert_int_equal(authority.not_after.ms - authority.not_before.ms, 3652 * day_ms);
}

static void a_certificate_of_another_authority_is_not_ours(void **state)
{
	static const str name = { "localhost", 9 };
	struct bench *b = *state;
	struct sign_key *other;
	str other_pem, pem;
	assert_false(failed(sign_key_generate(SIGN_ES256, &other)));
	assert_false(failed(certificate_make_authority(other, S("a test's authority"), now, b->arena, &other_pem)));
	struct server_certificate_wish wish = wish_of(b, &name, 1);
	assert_false(failed(certificate_make_server(&wish, b->arena, &pem)));
	assert_false(certificate_is_signed_by(der_of(b, pem), der_of(b, other_pem))); /* the same name, another key */
	wish.authority_key = other;
	assert_int_equal(err_kind_of(certificate_make_server(&wish, b->arena, &pem)), ERR_INVALID);
	sign_key_free(other);
}

static void names_are_dns_names_or_addresses(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
		{ "a.example", true }, { "*.a.example", true }, { "A-1.example", true }, { "10.0.0.1", true },
		{ "2001:db8::1", true }, { "", false }, { ".example", false }, { "a..example", false }, { "a.example.", false },
		{ "a.*.example", false }, { "*", false }, { "*.", false }, { "-a.example", false }, { "a-.example", false },
		{ "a b", false }, { "a/b", false }, { "DNS:a", false }, { "a,DNS:b", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	struct bench *b = *state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		str name = str_of(rows[i].name), pem;
		struct server_certificate_wish wish = wish_of(b, &name, 1);
		if (failed(certificate_make_server(&wish, b->arena, &pem)) == rows[i].good)
			fail_msg("name \"%s\"", rows[i].name);
	}
}

static void wishes_beyond_bounds_are_refused(void **state)
{
	struct bench *b = *state;
	str name = S("localhost"), many[CERTIFICATE_NAMES_MAX + 1], pem;
	struct server_certificate_wish wish = wish_of(b, &name, 0);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = name;
	assert_true(failed(certificate_make_server(&wish, b->arena, &pem)));
	wish = wish_of(b, many, COUNT_OF(many));
	assert_int_equal(err_kind_of(certificate_make_server(&wish, b->arena, &pem)), ERR_LIMIT);
	wish = wish_of(b, &name, 1);
	wish.days = 826;
	assert_int_equal(err_kind_of(certificate_make_server(&wish, b->arena, &pem)), ERR_INVALID);
	assert_int_equal(err_kind_of(certificate_make_authority(b->key, S(""), now, b->arena, &pem)), ERR_INVALID);
}

static void chains(void **state)
{
	struct bench *b = *state;
	struct certificate_chain chain;
	str one = b->authority_pem, two = str_join(b->arena, one, one), many = S("");
	for (size_t i = 0; i <= CERTIFICATE_CHAIN_MAX; i++)
		many = str_join(b->arena, many, one);
	const struct {
		const char *name;
		str text;
		int want;
		size_t count;
	} rows[] = {
		{ "one", one, 0, 1 },
		{ "two", two, 0, 2 },
		{ "text around", str_join(b->arena, S("a comment\n"), one), 0, 1 },
		{ "empty", S(""), ERR_INVALID, 0 },
		{ "no certificate", S("hello\n"), ERR_INVALID, 0 },
		{ "cut off", str_slice(one, 0, one.len / 2), ERR_INVALID, 0 },
		{ "the second cut off", str_slice(two, 0, two.len - one.len / 2), ERR_INVALID, 0 },
		{ "too many", many, ERR_LIMIT, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		chain.count = 0;
		int got = err_kind_of(certificate_chain_parse(bytes_of_str(rows[i].text), b->arena, &chain));
		if (got != rows[i].want || chain.count != rows[i].count)
			fail_msg("%s: kind %d", rows[i].name, got);
	}
	struct certificate_facts facts;
	bytes der = der_of(b, one);
	uint8_t *longer = arena_alloc(b->arena, der.len + 1);
	memcpy(longer, der.at, der.len);
	assert_false(failed(certificate_facts_of(bytes_of(longer, der.len), b->arena, &facts)));
	assert_int_equal(err_kind_of(certificate_facts_of(bytes_of(longer, der.len + 1), b->arena, &facts)), ERR_INVALID);
	assert_int_equal(err_kind_of(certificate_facts_of(bytes_of(longer, der.len - 1), b->arena, &facts)), ERR_INVALID);
}

static void a_private_key_survives_its_pem(void **state)
{
	struct bench *b = *state;
	struct sign_key *again;
	struct public_numbers before, after;
	str pem;
	assert_false(failed(sign_key_to_pem(b->key, b->arena, &pem)));
	assert_false(failed(sign_key_import_pem(bytes_of_str(pem), &again)));
	assert_false(failed(sign_key_public(b->key, &before)));
	assert_false(failed(sign_key_public(again, &after)));
	assert_memory_equal(before.x, after.x, 32);
	sign_key_free(again);
}

#define WITH_BENCH(test_) cmocka_unit_test_setup_teardown(test_, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(server_certificate_is_the_authoritys),
		WITH_BENCH(a_certificate_of_another_authority_is_not_ours),
		WITH_BENCH(names_are_dns_names_or_addresses),
		WITH_BENCH(wishes_beyond_bounds_are_refused),
		WITH_BENCH(chains),
		WITH_BENCH(a_private_key_survives_its_pem),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
