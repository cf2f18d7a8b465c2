#include "ipc/hasher_client.h"

#include "ipc/channel.h"

static err ask(int channel, struct hasher_request *request, str password, str phc)
{
	if (password.len > sizeof request->password || phc.len > sizeof request->phc)
		FAIL(ERR_LIMIT, "password or stored hash too long for the hasher");
	if (channel < 0)
		FAIL(ERR_UNAVAILABLE, "the hasher is away");
	request->version = HASHER_MESSAGE_VERSION;
	request->password_len = (uint16_t)password.len;
	request->phc_len = (uint16_t)phc.len;
	if (password.len)
		memcpy(request->password, password.at, password.len);
	if (phc.len)
		memcpy(request->phc, phc.at, phc.len);
	err e = channel_send(channel, bytes_of(request, sizeof *request), NULL);
	hasher_request_wipe(request);
	return e;
}

err hasher_ask_hash(int channel, uint64_t correlation, enum hasher_profile profile, str password)
{
	struct hasher_request r = { .kind = HASHER_HASH, .profile = profile, .correlation = correlation };
	return ask(channel, &r, password, (str){ NULL, 0 });
}

err hasher_ask_verify(int channel, uint64_t correlation, enum hasher_profile profile, str password, str phc)
{
	struct hasher_request r = { .kind = HASHER_VERIFY, .profile = profile, .correlation = correlation };
	if (phc.len == 0)
		FAIL(ERR_INVALID, "no stored hash to check against");
	return ask(channel, &r, password, phc);
}

err hasher_ask_nobody(int channel, uint64_t correlation, enum hasher_profile profile, str password)
{
	struct hasher_request r = { .kind = HASHER_NOBODY, .profile = profile, .correlation = correlation };
	return ask(channel, &r, password, (str){ NULL, 0 });
}

err hasher_answer_receive(int channel, struct hasher_answer *out, bool *out_closed)
{
	struct hasher_answer raw;
	size_t len;
	*out_closed = false;
	TRY(channel_receive(channel, (uint8_t *)&raw, sizeof raw, &len, NULL));
	if (len == 0) {
		*out_closed = true;
		FAIL(ERR_UNAVAILABLE, "the hasher has gone");
	}
	return hasher_answer_decode(bytes_of(&raw, len), out);
}
