/* Files that only a privileged process can open: the supervisor opens them and hands the descriptors over. It reads none. */
#include "proc/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/file.h"
#include "host/log.h"
#include "keys/passphrase.h"

static err open_configured(const struct supervisor *s, str configured, const char *otherwise, int *out_fd)
{
	char path[PATH_TEXT_MAX * 2];
	str name = str_is_empty(configured) ? str_of(otherwise) : configured;
	if (name.at[0] == '/')
		snprintf(path, sizeof path, "%.*s", STR_ARG(name));
	else
		snprintf(path, sizeof path, "%s/%.*s", s->folder, STR_ARG(name));
	*out_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*out_fd >= 0)
		return OK;
	err e = err_of_errno(errno);
	log_line(LOG_ERROR, "%s: %s", path, err_why(e));
	return e;
}

/* `opened` says whether there is a descriptor. */
static err add(enum handed_file file, err opened, int fd, uint32_t *handed, struct channel_fds *out)
{
	TRY(opened);
	*handed |= file;
	out->fd[out->count++] = fd;
	return OK;
}

static err duplicate(int from, int *out_fd)
{
	*out_fd = fcntl(from, F_DUPFD_CLOEXEC, 3);
	return *out_fd < 0 ? err_of_errno(errno) : OK;
}

err files_for(const struct supervisor *s, enum process_role role, uint32_t *out_handed, struct channel_fds *out)
{
	int fd = -1;
	err e = OK, opened;
	*out_handed = 0;
	out->count = 0;
	if (role == ROLE_KEEPER && s->passphrase_fd >= 0) {
		opened = duplicate(s->passphrase_fd, &fd);
		e = add(HANDED_PASSPHRASE, opened, fd, out_handed, out);
	}
	if (role == ROLE_KEEPER && !str_is_empty(s->config.key)) {
		opened = open_configured(s, s->config.key, "", &fd);
		opened = add(HANDED_TLS_KEY, opened, fd, out_handed, out);
		e = failed(e) ? e : opened;
	}
	if (role == ROLE_EDGE) {
		opened = open_configured(s, s->config.certificate, "tls/server.pem", &fd);
		opened = add(HANDED_CERTIFICATE, opened, fd, out_handed, out);
		e = failed(e) ? e : opened;
		opened = open_configured(s, S("bailiwick.conf"), "", &fd);
		opened = add(HANDED_CONFIG, opened, fd, out_handed, out);
		e = failed(e) ? e : opened;
		opened = duplicate(s->routes_fd, &fd);
		opened = add(HANDED_ROUTES, opened, fd, out_handed, out);
		e = failed(e) ? e : opened;
	}
	return e;
}

/* Before anything is started: what is missing now would be missing for every process. */
err files_check(struct supervisor *s, const char *passphrase_file)
{
	static const enum process_role with_files[] = { ROLE_KEEPER, ROLE_EDGE };
	s->passphrase_fd = -1;
	if (str_equal(s->config.root_provider, S("passphrase")))
		TRY(passphrase_open(passphrase_file, &s->passphrase_fd));
	unsetenv("BAILIWICK_PASSPHRASE_FD"); /* no process but the keeper is to learn where it came from */
	unsetenv("CREDENTIALS_DIRECTORY");
	for (size_t i = 0; i < COUNT_OF(with_files); i++) {
		struct channel_fds fds = { .count = 0 };
		uint32_t handed;
		err e = files_for(s, with_files[i], &handed, &fds);
		channel_fds_close(&fds);
		TRY(e);
	}
	return OK;
}
