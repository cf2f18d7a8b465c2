/* The keeper's process: opens the key store with the root, then answers requests on the channels that the supervisor bound. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/hex.h"
#include "crypto/secret.h"
#include "host/clock.h"
#include "host/config.h"
#include "host/file.h"
#include "host/log.h"
#include "host/secret_memory.h"
#include "keys/keeper.h"
#include "keys/passphrase.h"
#include "keys/root.h"
#include "proc/child.h"
#include "proc/confinement.h"
#include "proc/own_events.h"

enum { CLIENTS_MAX = 8192, REQUESTS_PER_TURN = 32, LOCKED_BYTES_MIN = 128 << 20, TLS_KEY_BYTES_MAX = 64 * 1024 };

struct client {
	struct keeper_process *process;
	struct loop_watch watch;
	struct channel_binding binding;
	bool open;
};

struct keeper_process {
	struct child *child;
	struct keeper *keeper;
	struct client *clients;
	struct own_events *events;
	uint8_t request[sizeof(struct keeper_sign_token) + 64];
	uint8_t answer[KEEPER_ANSWER_BYTES_MAX];
};

static int64_t now_ms(void)
{
	return clock_now(&clock_system).ms;
}

static void close_client(struct client *c)
{
	loop_remove(c->process->child->loop, &c->watch);
	close(c->watch.fd);
	c->open = false;
}

static void tell_refusal(const struct client *c, const uint8_t *answer)
{
	struct keeper_head head;
	char tenant[UUID_TEXT_LEN + 1];
	memcpy(&head, answer, sizeof head);
	uuid_format(&c->binding.tenant, tenant);
	log_line(LOG_WARNING, "refused request %u of %s of tenant %s: %s", (unsigned)head.kind,
		 process_role_name(c->binding.peer), tenant, err_kind_name(head.result));
	struct tally_key key = { .op = "refuse.key", .reason = err_kind_name(head.result), .who = process_role_name(c->binding.peer),
				 .tenant = c->binding.tenant };
	own_events_refused(c->process->events, &key);
}

static void tell_created(struct keeper_process *p, const char *what, const struct uuid *tenant, const struct uuid *of)
{
	char tenant_text[UUID_TEXT_LEN + 1], database_text[UUID_TEXT_LEN + 1];
	uuid_format(tenant, tenant_text);
	uuid_format(of, database_text);
	own_events_say(p->events, (struct audit_event){
		.category = AUDIT_KEY, .op = S("create.key"), .result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE,
		.actor_type = AUDIT_ACTOR_SYSTEM, .actor_id = S("control"), .target_type = str_of(what),
		.target_id = str_of(database_text), .target_name = str_of(tenant_text) });
}

/* Only control makes keys; that it asks again for those that are there changes nothing and says nothing. */
static void tell_made(struct keeper_process *p, bytes request, uint64_t made_before)
{
	struct keeper_head head;
	if (p->keeper->keys_made == made_before)
		return;
	memcpy(&head, request.at, sizeof head);
	if (head.kind == KEEPER_CREATE_TENANT) {
		struct keeper_create_tenant m;
		memcpy(&m, request.at, sizeof m);
		tell_created(p, "tenant_key", &m.tenant, &m.tenant);
	} else if (head.kind == KEEPER_CREATE_DATABASE) {
		struct keeper_create_database m;
		memcpy(&m, request.at, sizeof m);
		tell_created(p, "database_key", &m.tenant, &m.database);
	}
}

static bool serve_one(struct client *c)
{
	struct keeper_process *p = c->process;
	size_t len, answer_len;
	bool refused;
	err e = channel_receive(c->watch.fd, p->request, sizeof p->request, &len, NULL);
	if (err_kind_of(e) == ERR_UNAVAILABLE)
		return false;
	if (!failed(e) && len == 0) {
		close_client(c);
		return false;
	}
	if (failed(e)) /* longer than any request: nobody of ours sends that */
		len = 0;
	uint64_t made_before = p->keeper->keys_made;
	keeper_answer(p->keeper, &c->binding, bytes_of(p->request, len), p->answer, &answer_len, &refused);
	if (refused)
		tell_refusal(c, p->answer);
	tell_made(p, bytes_of(p->request, len), made_before);
	e = channel_send(c->watch.fd, bytes_of(p->answer, answer_len), NULL);
	explicit_bzero(p->answer, answer_len);
	if (failed(e))
		close_client(c); /* does not take its answers */
	return c->open;
}

static void on_client(struct loop_watch *watch, unsigned events)
{
	(void)events;
	for (int i = 0; i < REQUESTS_PER_TURN; i++)
		if (!serve_one(watch->owner))
			return;
}

static err on_channel(struct child *child, const struct channel_binding *binding, int fd)
{
	struct keeper_process *p = child->self;
	for (size_t i = 0; binding->kind == CHANNEL_KEEPER && i < CLIENTS_MAX; i++) {
		struct client *c = &p->clients[i];
		if (c->open)
			continue;
		*c = (struct client){ p, { fd, on_client, c }, *binding, true };
		return loop_add(child->loop, &c->watch, LOOP_READ);
	}
	if (binding->kind == CHANNEL_RECORDER)
		return own_events_set_channel(p->events, fd);
	close(fd);
	if (binding->kind == CHANNEL_KEEPER)
		FAIL(ERR_LIMIT, "too many clients of the keeper");
	return OK;
}

static err open_root(const struct child *child, struct arena *arena, struct wrapping_key *out)
{
	struct config config;
	char path[PATH_TEXT_MAX * 2];
	bytes passphrase;
	TRY(config_load(child->start.folder, arena, &config, NULL));
	if (str_equal(config.root_provider, S("passphrase"))) {
		snprintf(path, sizeof path, "%s/keys/root.passphrase", child->start.folder);
		TRY(passphrase_read(child_handed(child, HANDED_PASSPHRASE), arena, &passphrase));
		return root_passphrase_open(path, passphrase, out);
	}
	if (config.root_file.len && config.root_file.at[0] == '/')
		snprintf(path, sizeof path, "%.*s", STR_ARG(config.root_file));
	else
		snprintf(path, sizeof path, "%s/%.*s", child->start.folder,
			 STR_ARG(config.root_file.len ? config.root_file : S("keys/root.key")));
	if (root_shares_filesystem(path, child->start.folder))
		log_line(LOG_WARNING, "the root key lies on the file system of the data that it opens");
	return root_file_open(path, out);
}

/* Where only little may be locked, later allocations would fail instead: then only the secrets' own pages are locked, and it is
 * said. */
static uint32_t protect_memory(void)
{
	struct rlimit limit;
	uint32_t bits = secret_memory_offered() == SECRET_MEMORY_HIDDEN ? CONFINED_HIDDEN_SECRETS : 0;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= LOCKED_BYTES_MIN &&
	    mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
		bits |= CONFINED_LOCKED_MEMORY;
	else
		log_line(LOG_WARNING, "the keeper's whole memory cannot be locked (RLIMIT_MEMLOCK): only its key pages are");
	err e = secret_heap_start();
	if (failed(e))
		log_err("memory", e);
	else
		bits |= CONFINED_KEY_HEAP;
	return bits;
}

/* --- the operator's own TLS key --- */

static err read_tls_key(int fd, struct arena *arena, struct sign_key **out)
{
	struct stat info;
	bytes pem;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || lseek(fd, 0, SEEK_SET) != 0)
		FAIL(ERR_INVALID, "the TLS key is not a regular file");
	if (info.st_mode & 004)
		FAIL(ERR_DENIED, "the TLS key's file can be read by everybody");
	TRY(fd_read_all(fd, TLS_KEY_BYTES_MAX, arena, &pem));
	return sign_key_import_pem(pem, out);
}

/* A key that cannot be used leaves those in use that were there before. */
static err load_tls_key(struct keeper_process *p)
{
	int fd = child_handed(p->child, HANDED_TLS_KEY);
	struct arena *arena;
	struct sign_key *key;
	if (fd < 0)
		return OK;
	arena = arena_new(2 * TLS_KEY_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the TLS key");
	err e = read_tls_key(fd, arena, &key);
	arena_free(arena); /* wipes */
	TRY(e);
	TRY(keeper_hold_tls_key(p->keeper, key));
	char pin[65];
	hex_format(bytes_of(p->keeper->tls_held[0].pin, 32), pin);
	log_line(LOG_INFO, "the operator's TLS key is held (public key SHA-256 %s)", pin);
	return OK;
}

static void on_reload(struct child *child)
{
	struct keeper_process *p = child->self;
	enum supervisor_message_kind done = CHILD_RELOADED;
	err e = load_tls_key(p);
	if (failed(e))
		log_err("TLS key; the old one stays in use", e);
	e = child_send(child, &done, sizeof done);
	if (failed(e))
		log_err("reload", e);
}

static err on_open(struct child *child)
{
	SECRET(wrapping_key) root;
	struct keeper_process *p = child->self;
	struct arena *arena = arena_new(1 << 20);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the keeper");
	p->child = child;
	child->confinement |= protect_memory();
	err e = open_root(child, arena, &root);
	arena_free(arena);
	if (!failed(e))
		e = keeper_open(child->start.path, &root, now_ms, &p->keeper);
	TRY(e);
	TRY(own_events_new(child->loop, &p->events));
	own_events_say(p->events, (struct audit_event){
		.category = AUDIT_KEY, .op = S("unseal.keys"), .result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE,
		.actor_type = AUDIT_ACTOR_SYSTEM, .actor_id = S("keeper") });
	e = load_tls_key(p);
	if (failed(e)) /* without it handshakes fail; keys and tokens go on */
		log_err("TLS key", e);
	return OK;
}

static void on_close(struct child *child)
{
	struct keeper_process *p = child->self;
	own_events_close(p->events);
	keeper_close(p->keeper);
}

int keeper_main(void)
{
	static const struct child_hooks hooks = { .role = ROLE_KEEPER, .open = on_open, .channel = on_channel,
						   .reload = on_reload, .close = on_close };
	struct keeper_process *p = calloc(1, sizeof *p);
	if (p)
		p->clients = calloc(CLIENTS_MAX, sizeof *p->clients);
	return p && p->clients ? child_run(&hooks, p) : 1;
}
