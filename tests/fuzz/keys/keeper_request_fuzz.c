/* Any octets, from any role, at a keeper with real keys: it always answers, with at least a head; what it answers with more
 * than a head it was asked for by someone whom the table names; and what it signs as a token begins with the asker's tenant, and is of nobody and for nobody when a
 * data worker asked.
 * The first octet is the asker's role, the rest the request. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec/base64.h"
#include "host/random.h"
#include "keys/keeper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct uuid tenant = { { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x41, 0x11, 0x81, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11 } };
static const char claims_start[] = "{\"iss\":\"https://h/t\",\"tid\":\"11111111-1111-4111-8111-111111111111\",";

static int64_t now_ms(void)
{
	return 1700000000000;
}

static void must(err e)
{
	if (failed(e))
		abort();
}

static struct keeper *keeper_with_keys(void)
{
	char folder[] = "/tmp/keeper-fuzz-XXXXXX", path[64];
	struct wrapping_key root;
	struct keeper *keeper;
	struct sign_key *tls;
	struct uuid nil = { { 0 } };
	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof path, "%s/keys.store", folder);
	random_bytes(&root, sizeof root);
	must(key_store_create(path, &root));
	must(keeper_open(path, &root, now_ms, &keeper));
	must(keeper_create_tenant(keeper, &nil, S("https://h")));
	must(keeper_create_tenant(keeper, &tenant, S("https://h/t")));
	must(keeper_create_database(keeper, &tenant, &tenant));
	must(sign_key_generate(SIGN_ES256, &tls));
	must(keeper_put_tls_key(keeper, 0, tls));
	sign_key_free(tls);
	unlink(path); /* the keeper holds it open; nothing stays behind */
	rmdir(folder);
	return keeper;
}

static bool says(bytes claims, str name)
{
	return str_find(str_of_bytes(claims), name, 0) != SIZE_MAX;
}

static void check_token(const uint8_t *answer, bool metadata)
{
	struct keeper_sign_token_answer a;
	struct arena *arena = arena_new(1 << 16);
	bytes claims;
	memcpy(&a, answer, sizeof a);
	str token = { a.token, a.token_len };
	size_t first = str_find_char(token, '.', 0), second = first == SIZE_MAX ? first : str_find_char(token, '.', first + 1);
	if (second == SIZE_MAX || failed(base64url_parse(str_slice(token, first + 1, second), arena, &claims)) ||
	    !str_starts_with(str_of_bytes(claims), S(claims_start)))
		abort();
	if (metadata && (says(claims, S("\"sub\"")) || says(claims, S("\"aud\"")) || says(claims, S("\"exp\"")) || says(claims, S("\\"))))
		abort();
	arena_free(arena);
}

static void check_answer(const struct channel_binding *who, const uint8_t *answer, size_t len)
{
	struct keeper_head head;
	if (len < sizeof head || len > KEEPER_ANSWER_BYTES_MAX)
		abort();
	memcpy(&head, answer, sizeof head);
	if (head.result != 0) {
		if (len != sizeof head)
			abort();
		return;
	}
	if ((head.kind == KEEPER_SIGN_TOKEN && who->peer != ROLE_IDENTITY) || (head.kind == KEEPER_SIGN_TLS && who->peer != ROLE_EDGE) ||
	    (head.kind == KEEPER_SIGN_CHECKPOINT && who->peer != ROLE_RECORDER) ||
	    (head.kind == KEEPER_SIGN_METADATA && who->peer != ROLE_DATA) ||
	    (head.kind >= KEEPER_CREATE_TENANT && head.kind <= KEEPER_ROTATE && who->peer != ROLE_CONTROL))
		abort();
	if (head.kind == KEEPER_SIGN_TOKEN || head.kind == KEEPER_SIGN_METADATA)
		check_token(answer, head.kind == KEEPER_SIGN_METADATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keeper *keeper;
	static uint8_t answer[KEEPER_ANSWER_BYTES_MAX];
	size_t len = 0;
	bool refused;
	if (!keeper)
		keeper = keeper_with_keys();
	if (size == 0)
		return 0;
	struct channel_binding who = {
		.kind = CHANNEL_KEEPER, .peer = (enum process_role)(data[0] % (ROLE_COUNT + 1)), .tenant = tenant, .database = tenant,
	};
	keeper_answer(keeper, &who, bytes_of(data + 1, size - 1), answer, &len, &refused);
	check_answer(&who, answer, len);
	return 0;
}
