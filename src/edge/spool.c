#include "edge/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/file.h"

void spool_init(struct spool *s, uint64_t size_max)
{
	*s = (struct spool){ .file = -1, .size_max = size_max };
	buffer_init(&s->memory, SPOOL_MEMORY_BYTES_MAX);
}

void spool_release(struct spool *s)
{
	buffer_release(&s->memory);
	if (s->file >= 0)
		close(s->file);
	s->file = -1;
}

static err move_to_file(struct spool *s)
{
	s->file = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->file < 0)
		return err_of_errno(errno);
	TRY(fd_write_all(s->file, buffer_bytes(&s->memory)));
	buffer_release(&s->memory);
	return OK;
}

err spool_append(struct spool *s, bytes octets)
{
	if (octets.len > s->size_max - s->size)
		FAIL(ERR_LIMIT, "body larger than the route takes");
	if (s->file < 0 && s->size + octets.len > SPOOL_MEMORY_BYTES_MAX)
		TRY(move_to_file(s));
	if (s->file >= 0)
		TRY(fd_write_all(s->file, octets));
	else
		buffer_append(&s->memory, octets);
	if (s->memory.failed)
		FAIL(ERR_UNAVAILABLE, "no memory for a body");
	s->size += octets.len;
	return OK;
}

err spool_finish(struct spool *s, struct http_body *out)
{
	*out = (struct http_body){ .inline_body = buffer_bytes(&s->memory), .memory_fd = s->file };
	if (s->file < 0)
		return OK;
	out->inline_body = (bytes){ NULL, 0 };
	out->memory_size = s->size;
	if (fcntl(s->file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
		return err_of_errno(errno);
	return OK;
}
