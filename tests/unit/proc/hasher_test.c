/* A real hasher process behind a real channel: what it answers, that it turns away a flood at once, that it is fair, and
 * that it leaves when its supervisor does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "ipc/channel.h"
#include "ipc/hasher_client.h"
#include "proc/child.h"

enum { WAIT_MS = 30000, SUPERVISOR_FD = 3 };

struct process {
	pid_t pid;
	int supervisor;
};

static void process_start(struct process *p)
{
	static struct supervisor_start start = { .kind = SUPERVISOR_START, .role = ROLE_HASHER };
	uint8_t raw[64];
	int ends[2];
	size_t len;
	assert_false(failed(channel_pair(ends)));
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		if (ends[1] != SUPERVISOR_FD)
			dup2(ends[1], SUPERVISOR_FD);
		if (ends[0] != SUPERVISOR_FD)
			close(ends[0]); /* or it would never see the supervisor go */
		_exit(hasher_main());
	}
	close(ends[1]);
	p->supervisor = ends[0];
	assert_false(failed(channel_send(p->supervisor, bytes_of(&start, sizeof start), NULL)));
	assert_false(failed(channel_wait(p->supervisor, WAIT_MS)));
	assert_false(failed(channel_receive(p->supervisor, raw, sizeof raw, &len, NULL)));
	assert_int_equal(len, sizeof(struct child_ready));
}

static int channel_to(struct process *p, enum process_role peer)
{
	struct supervisor_channel message = {
		.kind = SUPERVISOR_CHANNEL, .binding = { .kind = CHANNEL_HASHER, .peer = peer },
	};
	int ends[2];
	assert_false(failed(channel_pair(ends)));
	struct channel_fds fds = { { ends[1] }, 1 };
	assert_false(failed(channel_send(p->supervisor, bytes_of(&message, sizeof message), &fds)));
	close(ends[1]);
	return ends[0];
}

/* Closing the supervisor's end is what ends it. */
static void process_end(struct process *p)
{
	int status;
	close(p->supervisor);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static struct hasher_answer next_answer(int channel)
{
	struct hasher_answer answer;
	bool closed;
	assert_false(failed(channel_wait(channel, WAIT_MS)));
	assert_false(failed(hasher_answer_receive(channel, &answer, &closed)));
	return answer;
}

static void a_hash_verifies_and_another_password_does_not(void **state)
{
	struct process p;
	(void)state;
	process_start(&p);
	int c = channel_to(&p, ROLE_IDENTITY);
	assert_false(failed(hasher_ask_hash(c, 7, HASHER_STANDARD, S("correct horse"))));
	struct hasher_answer made = next_answer(c);
	assert_int_equal(made.correlation, 7);
	assert_int_equal(made.result, HASHER_DONE);
	assert_true(str_starts_with(hasher_answer_phc(&made), S("$argon2id$v=19$m=19456,t=2,p=1$")));
	static const struct {
		const char *password;
		enum hasher_profile profile;
		bool matches, outdated;
	} rows[] = {
		{ "correct horse", HASHER_STANDARD, true, false },
		{ "correct horsf", HASHER_STANDARD, false, false },
		{ "correct hors", HASHER_STANDARD, false, false },
		{ "", HASHER_STANDARD, false, false },
		{ "correct horse", HASHER_HIGH, true, true },
		{ "wrong", HASHER_HIGH, false, false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_false(failed(hasher_ask_verify(c, 100 + i, rows[i].profile, str_of(rows[i].password),
						      hasher_answer_phc(&made))));
		struct hasher_answer a = next_answer(c);
		assert_int_equal(a.correlation, 100 + i);
		assert_int_equal(a.result, HASHER_DONE);
		assert_int_equal(a.matches, rows[i].matches);
		assert_int_equal(a.outdated, rows[i].outdated);
	}
	assert_false(failed(hasher_ask_nobody(c, 9, HASHER_STANDARD, S("x"))));
	struct hasher_answer nobody = next_answer(c);
	assert_int_equal(nobody.result, HASHER_DONE);
	assert_false(nobody.matches);
	assert_false(failed(hasher_ask_verify(c, 10, HASHER_STANDARD, S("x"), S("$2y$10$abcdefghijklmnopqrstuv"))));
	assert_int_equal(next_answer(c).result, HASHER_REFUSED);
	close(c);
	process_end(&p);
}

/* Twenty at once on one channel: at least those beyond the one being worked on and the four waiting are busy at once; each
 * gets exactly one answer. */
static void a_flood_is_turned_away_and_everyone_is_answered_once(void **state)
{
	enum { FLOOD = 20 };
	struct process p;
	size_t answered[FLOOD] = { 0 }, busy = 0, done = 0;
	(void)state;
	process_start(&p);
	int c = channel_to(&p, ROLE_IDENTITY);
	for (uint64_t i = 0; i < FLOOD; i++)
		assert_false(failed(hasher_ask_nobody(c, i, HASHER_STANDARD, S("x"))));
	for (size_t i = 0; i < FLOOD; i++) {
		struct hasher_answer a = next_answer(c);
		assert_true(a.correlation < FLOOD);
		assert_int_equal(answered[a.correlation]++, 0);
		busy += a.result == HASHER_BUSY;
		done += a.result == HASHER_DONE;
	}
	assert_int_equal(busy + done, FLOOD);
	assert_true(busy >= FLOOD / 2 && done >= 4);
	close(c);
	process_end(&p);
}

static void malformed_requests_and_strange_peers_lose_their_channel(void **state)
{
	struct process p;
	uint8_t raw[16];
	size_t len = 1;
	(void)state;
	process_start(&p);
	int data = channel_to(&p, ROLE_DATA), c = channel_to(&p, ROLE_IDENTITY), good = channel_to(&p, ROLE_IDENTITY);
	assert_false(failed(channel_wait(data, WAIT_MS)));
	assert_false(failed(channel_receive(data, raw, sizeof raw, &len, NULL)));
	assert_int_equal(len, 0);
	assert_false(failed(channel_send(c, bytes_of_str(S("nonsense")), NULL)));
	assert_false(failed(channel_wait(c, WAIT_MS)));
	err e = channel_receive(c, raw, sizeof raw, &len, NULL);
	assert_true(failed(e) || len == 0);
	assert_false(failed(hasher_ask_nobody(good, 1, HASHER_STANDARD, S("x"))));
	assert_int_equal(next_answer(good).result, HASHER_DONE);
	close(data);
	close(c);
	close(good);
	process_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_verifies_and_another_password_does_not),
		cmocka_unit_test(a_flood_is_turned_away_and_everyone_is_answered_once),
		cmocka_unit_test(malformed_requests_and_strange_peers_lose_their_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
