/* Only one encoding of each message: what decodes is, octet for octet, what came, within its lengths. */
#include <stdlib.h>

#include "ipc/hasher_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hasher_request request;
	struct hasher_answer answer;
	if (!failed(hasher_request_decode(bytes_of(data, size), &request))) {
		if (size != sizeof request || memcmp(&request, data, size) != 0 || request.kind < HASHER_HASH ||
		    request.kind > HASHER_NOBODY || request.password_len > sizeof request.password ||
		    request.phc_len > sizeof request.phc)
			abort();
	}
	if (!failed(hasher_answer_decode(bytes_of(data, size), &answer))) {
		if (size != sizeof answer || memcmp(&answer, data, size) != 0 || answer.phc_len > sizeof answer.phc ||
		    (answer.result != HASHER_DONE && answer.matches))
			abort();
	}
	return 0;
}
