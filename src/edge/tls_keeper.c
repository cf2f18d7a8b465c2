#include "edge/tls_keeper.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/log.h"
#include "ipc/channel.h"
#include "ipc/keeper_message.h"

#define TICKETS_AGAIN_NS (INT64_C(3600) * 1000000000)

struct waiting {
	uint64_t correlation; /* 0: free */
	struct tls_signature *signature;
};

struct tls_keeper {
	struct loop *loop;
	struct loop_watch watch; /* fd -1 while the keeper is away */
	struct loop_timer refresh;
	uint64_t next_correlation;
	void (*tickets)(void *self, const struct ticket_key *keys, size_t count);
	void *self;
	struct waiting waiting[TLS_SIGNATURES_WAITING_MAX];
};

static void channel_ready(struct loop_watch *watch, unsigned events);
static void refresh_tickets(struct loop_timer *timer);

err tls_keeper_new(struct loop *loop, void (*tickets)(void *self, const struct ticket_key *keys, size_t count), void *self,
		   struct tls_keeper **out)
{
	struct tls_keeper *k = calloc(1, sizeof *k);
	if (!k)
		FAIL(ERR_LIMIT, "no memory for the keeper's channel");
	k->loop = loop;
	k->tickets = tickets;
	k->self = self;
	k->next_correlation = 1;
	k->watch = (struct loop_watch){ .fd = -1, .ready = channel_ready, .owner = k };
	k->refresh = (struct loop_timer){ .fire = refresh_tickets, .owner = k };
	*out = k;
	return OK;
}

static void disconnect(struct tls_keeper *k)
{
	if (k->watch.fd < 0)
		return;
	loop_remove(k->loop, &k->watch);
	close(k->watch.fd);
	k->watch.fd = -1;
	loop_timer_stop(k->loop, &k->refresh);
	for (size_t i = 0; i < COUNT_OF(k->waiting); i++) {
		if (k->waiting[i].correlation == 0)
			continue;
		k->waiting[i].correlation = 0;
		tls_signature_done(k->waiting[i].signature, ERR(ERR_UNAVAILABLE, "the keeper went away"), bytes_of("", 0));
	}
}

void tls_keeper_free(struct tls_keeper *k)
{
	if (!k)
		return;
	disconnect(k);
	free(k);
}

static struct keeper_head head_of(struct tls_keeper *k, enum keeper_request_kind kind)
{
	return (struct keeper_head){ .version = KEEPER_MESSAGE_VERSION, .kind = (uint16_t)kind,
				     .correlation = k->next_correlation++ };
}

static void refresh_tickets(struct loop_timer *timer)
{
	struct tls_keeper *k = timer->owner;
	struct keeper_head request = head_of(k, KEEPER_TICKET_KEYS);
	err e = channel_send(k->watch.fd, bytes_of(&request, sizeof request), NULL);
	if (!failed(e))
		e = loop_timer_set(k->loop, &k->refresh, loop_now_ns(k->loop) + TICKETS_AGAIN_NS);
	if (failed(e))
		log_err("asking for ticket keys", e);
}

err tls_keeper_set_channel(struct tls_keeper *k, int fd)
{
	disconnect(k);
	k->watch.fd = fd;
	err e = loop_add(k->loop, &k->watch, LOOP_READ);
	if (failed(e)) {
		close(fd);
		k->watch.fd = -1;
		return e;
	}
	refresh_tickets(&k->refresh);
	return OK;
}

/* --- signatures --- */

static err start_signature(void *self, const struct sha256 *pin, uint16_t scheme, bytes content, struct tls_signature *signature)
{
	struct tls_keeper *k = self;
	struct waiting *place = NULL;
	if (k->watch.fd < 0 || content.len > TLS_CONTENT_BYTES_MAX)
		FAIL(ERR_UNAVAILABLE, "the keeper is away");
	for (size_t i = 0; i < COUNT_OF(k->waiting) && !place; i++)
		if (k->waiting[i].correlation == 0)
			place = &k->waiting[i];
	if (!place)
		FAIL(ERR_LIMIT, "too many signatures wait for the keeper");
	struct keeper_sign_tls request = { .head = head_of(k, KEEPER_SIGN_TLS), .scheme = scheme,
					   .content_len = (uint16_t)content.len };
	memcpy(request.pin, pin->b, sizeof request.pin);
	memcpy(request.content, content.at, content.len);
	TRY(channel_send(k->watch.fd, bytes_of(&request, sizeof request), NULL));
	*place = (struct waiting){ request.head.correlation, signature };
	return OK;
}

struct tls_signer tls_keeper_signer(struct tls_keeper *k)
{
	return (struct tls_signer){ start_signature, k };
}

static struct tls_signature *take_waiting(struct tls_keeper *k, uint64_t correlation)
{
	for (size_t i = 0; i < COUNT_OF(k->waiting); i++) {
		if (k->waiting[i].correlation != correlation || correlation == 0)
			continue;
		k->waiting[i].correlation = 0;
		return k->waiting[i].signature;
	}
	return NULL;
}

static void on_signature(struct tls_keeper *k, const struct keeper_head *head, bytes raw)
{
	struct keeper_sign_tls_answer answer;
	struct tls_signature *signature = take_waiting(k, head->correlation);
	if (!signature)
		return;
	bool good = head->result == 0 && raw.len == sizeof answer;
	if (good) {
		memcpy(&answer, raw.at, sizeof answer);
		good = answer.signature_len <= sizeof answer.signature;
	}
	if (good)
		tls_signature_done(signature, OK, bytes_of(answer.signature, answer.signature_len));
	else
		tls_signature_done(signature, ERR(ERR_DENIED, "the keeper did not sign"), bytes_of("", 0));
}

static void on_tickets(struct tls_keeper *k, const struct keeper_head *head, bytes raw)
{
	struct keeper_ticket_keys_answer answer;
	struct ticket_key keys[TICKET_KEYS_MAX];
	if (head->result != 0 || raw.len != sizeof answer) {
		log_line(LOG_WARNING, "the keeper gave no ticket keys: sessions are not resumed");
		return;
	}
	memcpy(&answer, raw.at, sizeof answer);
	size_t count = answer.count < TICKET_KEYS_MAX ? answer.count : TICKET_KEYS_MAX;
	for (size_t i = 0; i < count; i++) {
		memcpy(keys[i].name, answer.key[i].name, sizeof keys[i].name);
		memcpy(keys[i].aes, answer.key[i].aes, sizeof keys[i].aes);
		memcpy(keys[i].hmac, answer.key[i].hmac, sizeof keys[i].hmac);
	}
	k->tickets(k->self, keys, count);
	OPENSSL_cleanse(keys, sizeof keys);
	OPENSSL_cleanse(&answer, sizeof answer);
}

static void channel_ready(struct loop_watch *watch, unsigned events)
{
	struct tls_keeper *k = watch->owner;
	uint8_t raw[4096];
	struct keeper_head head;
	size_t len;
	(void)events;
	while (k->watch.fd >= 0) {
		err e = channel_receive(k->watch.fd, raw, sizeof raw, &len, NULL);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			break;
		if (failed(e) || len < sizeof head) {
			disconnect(k);
			break;
		}
		memcpy(&head, raw, sizeof head);
		if (head.version != KEEPER_MESSAGE_VERSION)
			continue;
		if (head.kind == KEEPER_SIGN_TLS)
			on_signature(k, &head, bytes_of(raw, len));
		else if (head.kind == KEEPER_TICKET_KEYS)
			on_tickets(k, &head, bytes_of(raw, len));
	}
	OPENSSL_cleanse(raw, sizeof raw);
}
