#include "ipc/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

void channel_fds_close(struct channel_fds *fds)
{
	for (size_t i = 0; i < fds->count; i++)
		close(fds->fd[i]);
	fds->count = 0;
}

err channel_pair(int out_ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, out_ends) != 0)
		FAIL(ERR_LIMIT, "no socket pair to be had");
	return OK;
}

union control_space {
	char raw[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
	struct cmsghdr align;
};

err channel_send(int channel, bytes message, const struct channel_fds *fds)
{
	union control_space control = { 0 };
	struct iovec part = { (void *)(uintptr_t)message.at, message.len };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	if (message.len == 0 || message.len > CHANNEL_MESSAGE_BYTES_MAX)
		FAIL(ERR_LIMIT, "message of an impossible length");
	if (fds && fds->count) {
		header.msg_control = control.raw;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * fds->count);
		struct cmsghdr *c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * fds->count);
		memcpy(CMSG_DATA(c), fds->fd, sizeof(int) * fds->count);
	}
	ssize_t n;
	do
		n = sendmsg(channel, &header, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
		FAIL(ERR_UNAVAILABLE, "the other process does not keep up");
	if (n < 0)
		FAIL(ERR_UNAVAILABLE, "the other process is gone");
	return OK;
}

static void take_fds(struct msghdr *header, struct channel_fds *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
			if (out->count < CHANNEL_FDS_MAX)
				out->fd[out->count++] = fd;
			else
				close(fd);
		}
	}
}

err channel_receive(int channel, uint8_t *to, size_t capacity, size_t *out_len, struct channel_fds *fds)
{
	union control_space control = { 0 };
	struct iovec part = { to, capacity };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.raw,
				 .msg_controllen = sizeof control.raw };
	struct channel_fds received = { .count = 0 };
	ssize_t n;
	do
		n = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		FAIL(ERR_UNAVAILABLE, "no message is waiting");
	if (n < 0)
		n = 0; /* ECONNRESET and the like: the peer is gone */
	take_fds(&header, &received);
	if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || (!fds && received.count)) {
		channel_fds_close(&received);
		FAIL(ERR_INVALID, "message longer, or with more descriptors, than agreed");
	}
	if (fds)
		*fds = received;
	*out_len = (size_t)n;
	return OK;
}

err channel_wait(int channel, int timeout_ms)
{
	struct pollfd p = { .fd = channel, .events = POLLIN };
	int n;
	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		FAIL(ERR_UNAVAILABLE, "the other process did not answer in time");
	return OK;
}

err channel_call(int channel, bytes message, uint8_t *to, size_t capacity, size_t *out_len, int timeout_ms)
{
	TRY(channel_send(channel, message, NULL));
	TRY(channel_wait(channel, timeout_ms));
	TRY(channel_receive(channel, to, capacity, out_len, NULL));
	if (*out_len == 0)
		FAIL(ERR_UNAVAILABLE, "the other process is gone");
	return OK;
}
