/* ipc/channel.h - messages between two of our processes, over a SOCK_SEQPACKET socket pair.
 *
 * The kernel keeps message boundaries; the end of the peer shows as `closed`. A message is 1 to
 * CHANNEL_MESSAGE_BYTES_MAX octets and may carry descriptors. Larger bodies go in a sealed memory file
 * (host/file.h). Who made the channel decides what it may be used for: a channel is bound to one database or one
 * lane when the supervisor makes it, so a message never says who its sender is.
 *
 * Errors: ERR_UNAVAILABLE when the peer is gone, the queue is full (non-blocking) or time ran out. */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "base/err.h"
#include "base/str.h"

enum { CHANNEL_MESSAGE_BYTES_MAX = 96 * 1024, CHANNEL_FDS_MAX = 4 };

struct channel_fds {
	int fd[CHANNEL_FDS_MAX];
	size_t count;
};

/* Closes them. For what was received and is not wanted. */
NONNULL void channel_fds_close(struct channel_fds *fds);

/* Both ends close-on-exec and non-blocking. */
MUST_USE NONNULL err channel_pair(int out_ends[2]);
/* `fds` may be null. They stay the caller's. */
MUST_USE err channel_send(int channel, bytes message, const struct channel_fds *fds);
/* Receives one message into `to`. *out_len == 0 says that the peer has closed. ERR_UNAVAILABLE when nothing is
 * there. A message longer than `capacity` or with more descriptors than allowed is dropped: ERR_INVALID. `fds` may be
 * null: then descriptors are refused. */
MUST_USE err channel_receive(int channel, uint8_t *to, size_t capacity, size_t *out_len, struct channel_fds *fds);
/* Waits for readability. ERR_UNAVAILABLE after timeout_ms. */
MUST_USE err channel_wait(int channel, int timeout_ms);
/* Sends and waits for the one answer; what was there from an earlier call that timed out is for the caller to tell
 * apart by a correlation number. */
MUST_USE err channel_call(int channel, bytes message, uint8_t *to, size_t capacity, size_t *out_len, int timeout_ms);

#endif
