/* `bailiwick init`: the only command that writes into an installation's folder by itself, since nothing runs there yet.
 *
 *   DIR/bailiwick.conf     0644, written last: its presence says that the folder is initialised
 *   DIR/keys/              0700: root.key or root.passphrase, keys.store
 *   DIR/tls/               0711: ca.pem (give it to clients), server.pem (leaf and authority), 0644
 *
 * The TLS keys are made here, go into the sealed key store and are never a file. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/init_config.h"
#include "cli/remote.h"
#include "codec/url.h"
#include "crypto/x509.h"
#include "host/clock.h"
#include "host/config.h"
#include "host/file.h"
#include "ipc/database_id.h"
#include "keys/keeper.h"
#include "keys/passphrase.h"
#include "keys/root.h"

enum { CERTIFICATE_DAYS = 397, PATH_BYTES_MAX = 4096, TLS_INDEX_SERVER = 0, TLS_INDEX_AUTHORITY = 1 };

struct init {
	struct arena *arena;
	const char *folder;
	struct config config;
	str config_text;
	const char *passphrase_file; /* null: from elsewhere (keys/passphrase.h) */
};

static err path_of(const struct init *in, const char *name, const char **out)
{
	str path = str_format(in->arena, "%s/%s", in->folder, name);
	TRY_NEW(path.at);
	if (path.len >= PATH_BYTES_MAX)
		FAIL(ERR_LIMIT, "the folder's path is too long");
	*out = path.at;
	return OK;
}

static err make_folder(const struct init *in, const char *name, mode_t mode)
{
	const char *path;
	TRY(path_of(in, name, &path));
	TRY(folder_make(path, mode));
	if (chmod(path, mode) != 0)
		FAIL(ERR_DENIED, "a folder's mode cannot be set");
	return OK;
}

static err refuse_initialised(const struct init *in)
{
	static const char *const marks[] = { "bailiwick.conf", "keys/keys.store", "keys/root.key", "keys/root.passphrase" };
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		const char *path;
		TRY(path_of(in, marks[i], &path));
		if (access(path, F_OK) == 0)
			FAIL(ERR_CONFLICT, "the folder holds an installation already");
	}
	return OK;
}

/* --- the root --- */

static err read_passphrase(const struct init *in, bytes *out)
{
	SCOPED(fd) source = { -1 };
	TRY(passphrase_open(in->passphrase_file, &source.n));
	return passphrase_read(source.n, in->arena, out);
}

static err make_root(const struct init *in, struct wrapping_key *out)
{
	const char *path;
	if (str_equal(in->config.root_provider, S("passphrase"))) {
		bytes passphrase;
		TRY(path_of(in, "keys/root.passphrase", &path));
		TRY(read_passphrase(in, &passphrase));
		TRY(root_passphrase_create(path, passphrase));
		return root_passphrase_open(path, passphrase, out);
	}
	TRY(path_of(in, "keys/root.key", &path));
	TRY(root_file_create(path));
	return root_file_open(path, out);
}

/* --- certificates --- */

static str origin_host(str origin)
{
	struct url url;
	return failed(url_parse(origin, &url)) ? S("") : url.host;
}

static bool is_address(str host)
{
	return host.len && (host.at[host.len - 1] <= '9' || str_find_char(host, ':', 0) != SIZE_MAX);
}

/* The origin's host and the names of environments below it; on this machine also the loopback addresses. */
static size_t server_names(const struct init *in, str host, str out[static 5])
{
	size_t count = 0;
	out[count++] = host;
	if (!is_address(host))
		out[count++] = str_join(in->arena, S("*."), host);
	if (str_equal(host, S("localhost"))) {
		out[count++] = S("127.0.0.1");
		out[count++] = S("::1");
	}
	return count;
}

static err write_certificates(const struct init *in, const struct sign_key *server, const struct sign_key *authority)
{
	const char *authority_path, *server_path;
	str authority_pem, server_pem, names[5], host = origin_host(in->config.origin);
	struct instant now = clock_now(&clock_system);
	if (host.len >= 2 && host.at[0] == '[')
		host = str_slice(host, 1, host.len - 1);
	str common_name = str_format(in->arena, "Bailiwick development authority of %.*s", STR_ARG(str_slice(host, 0, 20)));
	TRY_NEW(common_name.at);
	size_t count = server_names(in, host, names);
	TRY(certificate_make_authority(authority, common_name, now, in->arena, &authority_pem));
	struct server_certificate_wish wish = { .authority_key = authority, .authority_pem = authority_pem, .key = server,
						.names = names, .name_count = count, .now = now, .days = CERTIFICATE_DAYS };
	TRY(certificate_make_server(&wish, in->arena, &server_pem));
	str chain = str_join(in->arena, server_pem, authority_pem);
	TRY_NEW(chain.at);
	TRY(path_of(in, "tls/ca.pem", &authority_path));
	TRY(path_of(in, "tls/server.pem", &server_path));
	TRY(file_write(authority_path, bytes_of_str(authority_pem), 0644));
	return file_write(server_path, bytes_of_str(chain), 0644);
}

static err make_tls(const struct init *in, struct keeper *keeper)
{
	struct sign_key *server = NULL, *authority = NULL;
	err e = sign_key_generate(SIGN_ES256, &server);
	if (!failed(e))
		e = sign_key_generate(SIGN_ES256, &authority);
	if (!failed(e))
		e = keeper_put_tls_key(keeper, TLS_INDEX_SERVER, server);
	if (!failed(e))
		e = keeper_put_tls_key(keeper, TLS_INDEX_AUTHORITY, authority);
	if (!failed(e))
		e = write_certificates(in, server, authority);
	sign_key_free(server);
	sign_key_free(authority);
	return e;
}

/* --- keys --- */

static err make_databases(struct keeper *keeper, str origin)
{
	static const enum process_role roles[] = { ROLE_CONTROL, ROLE_RECORDER };
	const struct uuid installation = { { 0 } };
	TRY(keeper_create_tenant(keeper, &installation, origin));
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct uuid id = database_id_of(roles[i], &installation, &installation);
		TRY(keeper_create_database(keeper, &installation, &id));
	}
	return OK;
}

static int64_t now_ms(void)
{
	return clock_now(&clock_system).ms;
}

static err make_keys(const struct init *in)
{
	SECRET(wrapping_key) root = { { 0 } };
	struct keeper *keeper = NULL;
	const char *store;
	TRY(path_of(in, "keys/keys.store", &store));
	TRY(make_root(in, &root));
	TRY(key_store_create(store, &root));
	TRY(keeper_open(store, &root, now_ms, &keeper));
	err e = make_databases(keeper, in->config.origin);
	if (!failed(e))
		e = make_tls(in, keeper);
	keeper_close(keeper);
	return e;
}

static err make_installation(const struct init *in)
{
	const char *path;
	TRY(refuse_initialised(in));
	TRY(make_folder(in, "", 0711)); /* processes of other uids pass through and cannot list it */
	TRY(make_folder(in, "keys", 0700));
	TRY(make_folder(in, "tls", 0711));
	TRY(make_keys(in));
	TRY(path_of(in, "bailiwick.conf", &path));
	return file_write(path, bytes_of_str(in->config_text), 0644);
}

static void report(struct cli_call *call, const struct init *in)
{
	if (call->json) {
		SCOPED(buffer) b = { 0 };
		buffer_init(&b, REMOTE_BODY_BYTES_MAX);
		struct json_writer w = json_writer_to(&b);
		json_open_object(&w);
		json_member_str(&w, S("folder"), str_of(in->folder));
		json_member_str(&w, S("origin"), in->config.origin);
		json_member_str(&w, S("root"), in->config.root_provider);
		json_close_object(&w);
		fprintf(call->out, "%.*s\n", STR_ARG(buffer_str(&b)));
		return;
	}
	fprintf(call->out, "%s is ready for %.*s.\nClients trust it by %s/tls/ca.pem. Start it with: bailiwick serve %s\n",
		in->folder, STR_ARG(in->config.origin), in->folder, in->folder);
	if (str_equal(in->config.root_provider, S("file")))
		fprintf(call->out, "Whoever holds %s/keys/root.key opens everything: keep a copy elsewhere, and not beside backups.\n",
			in->folder);
}

int cli_init(struct cli_call *call)
{
	struct init in = { .arena = call->arena, .folder = call->position[0],
			   .passphrase_file = cli_value(call, "passphrase-file") };
	struct init_wish wish = { cli_text(call, "origin"), cli_text(call, "listen"), cli_text(call, "root") };
	bool demo = cli_has(call, "demo");
	err e = init_config_text(&wish, call->arena, &in.config_text);
	if (!failed(e))
		e = config_parse(in.config_text, call->arena, &in.config, NULL);
	if (failed(e))
		return cli_usage(call, "%s", err_why(e));
	if (demo)
		e = demo_prepare(call);
	if (!failed(e))
		e = make_installation(&in);
	if (failed(e))
		return cli_fail(call, "init", e);
	int status = demo ? demo_build(call, in.config.origin) : CLI_OK;
	if (status == CLI_OK)
		report(call, &in);
	return status;
}
