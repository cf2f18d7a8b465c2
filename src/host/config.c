#include "host/config.h"

#include <stddef.h>
#include <stdio.h>

#include "host/file.h"

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_LISTEN };

struct key_rule {
	const char *section, *key;
	enum value_kind kind;
	size_t offset;
	uint32_t least, most, standard;
};

#define NUMBER(section_, key_, member_, least_, most_, standard_)                                    \
	{ section_, key_, VALUE_NUMBER, offsetof(struct config, member_), least_, most_, standard_ }
#define TEXT(section_, key_, member_) { section_, key_, VALUE_TEXT, offsetof(struct config, member_), 0, 0, 0 }

static const struct key_rule rules[] = {
	{ "server", "listen", VALUE_LISTEN, 0, 0, 0, 0 },
	TEXT("server", "origin", origin),
	NUMBER("server", "edges", edges, 0, 64, 0),
	NUMBER("server", "hashers", hashers, 0, 64, 0),
	TEXT("tls", "certificate", certificate),
	TEXT("tls", "key", key),
	TEXT("root", "provider", root_provider),
	TEXT("root", "file", root_file),
	NUMBER("workers", "idle", idle_s, 0, 86400, 300),
	NUMBER("workers", "uid_base", uid_base, 1000, 4000000000u, 620000),
	NUMBER("limits", "max_connections", max_connections, 16, 1000000, 10000),
	NUMBER("limits", "connections_per_source", connections_per_source, 1, 1000000, 512),
	NUMBER("limits", "head", head_s, 1, 300, 10),
	NUMBER("limits", "idle_connection", idle_connection_s, 1, 3600, 15),
	NUMBER("limits", "body_grace", body_grace_s, 1, 300, 5),
	NUMBER("limits", "body_min_rate", body_min_rate, 0, 1000000000, 1024),
	NUMBER("limits", "handshake", handshake_s, 1, 300, 5),
	NUMBER("limits", "response_stall", response_stall_s, 1, 3600, 20),
	NUMBER("limits", "body", body_bytes_max, 1024, 128u << 20, 1u << 20),
	NUMBER("limits", "upload", upload_bytes_max, 1024, 128u << 20, 128u << 20),
	NUMBER("limits", "queue_per_tenant", queue_per_tenant, 1, 100000, 1024),
	NUMBER("limits", "queue_total", queue_total, 1, 1000000, 16384),
	NUMBER("limits", "user_requests", user_requests, 0, 1000000000, 6000),
	NUMBER("limits", "user_execution", user_execution_s, 0, 1000000, 1200),
	NUMBER("limits", "user_concurrent", user_concurrent, 0, 100000, 52),
};

static err parse_listen_one(str text, struct config_listen *out)
{
	size_t cut = SIZE_MAX;
	uint64_t port;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == ':')
			cut = i;
	if (cut == SIZE_MAX || !str_to_u64(str_from(text, cut + 1), &port) || port == 0 || port > 65535)
		FAIL(ERR_INVALID, "listen wants ADDRESS:PORT");
	str host = str_slice(text, 0, cut);
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = str_slice(host, 1, host.len - 1);
	if (host.len == 0 || host.len > 45)
		FAIL(ERR_INVALID, "listen wants ADDRESS:PORT");
	*out = (struct config_listen){ host, (uint16_t)port };
	return OK;
}

static err parse_listen(str text, struct config *out)
{
	str item;
	out->listen_count = 0;
	while (str_split(&text, ',', &item)) {
		if (out->listen_count == CONFIG_LISTEN_MAX)
			FAIL(ERR_LIMIT, "too many addresses to listen on");
		TRY(parse_listen_one(str_trim(item), &out->listen[out->listen_count]));
		out->listen_count++;
	}
	return OK;
}

static err set_value(const struct key_rule *rule, str value, struct arena *arena, struct config *out)
{
	char *member = (char *)out + rule->offset;
	uint64_t number;
	value = str_copy(arena, value);
	TRY_NEW(value.at);
	if (rule->kind == VALUE_LISTEN)
		return parse_listen(value, out);
	if (rule->kind == VALUE_TEXT) {
		*(str *)(void *)member = value;
		return OK;
	}
	if (!str_to_u64(value, &number) || number < rule->least || number > rule->most)
		FAIL(ERR_INVALID, "number missing or out of range");
	*(uint32_t *)(void *)member = (uint32_t)number;
	return OK;
}

static err set_key(str section, str key, str value, bool *seen, struct arena *arena, struct config *out)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		if (!str_equal(section, str_of(rules[i].section)) || !str_equal(key, str_of(rules[i].key)))
			continue;
		if (seen[i])
			FAIL(ERR_INVALID, "key given twice");
		seen[i] = true;
		return set_value(&rules[i], value, arena, out);
	}
	FAIL(ERR_INVALID, "unknown section or key");
}

static void set_defaults(struct config *out)
{
	*out = (struct config){ .origin = S("https://localhost:8443"), .root_provider = S("file") };
	out->listen[0] = (struct config_listen){ S("127.0.0.1"), 8443 };
	out->listen_count = 1;
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (rules[i].kind == VALUE_NUMBER)
			*(uint32_t *)(void *)((char *)out + rules[i].offset) = rules[i].standard;
}

static err check_whole(const struct config *c)
{
	if (!str_starts_with(c->origin, S("https://")) || str_find_char(c->origin, '/', 8) != SIZE_MAX)
		FAIL(ERR_INVALID, "origin wants https://HOST[:PORT] and nothing after it");
	if (!str_equal(c->root_provider, S("file")) && !str_equal(c->root_provider, S("passphrase")))
		FAIL(ERR_INVALID, "root provider is file or passphrase");
	if (str_is_empty(c->certificate) != str_is_empty(c->key))
		FAIL(ERR_INVALID, "certificate and key come together");
	return OK;
}

err config_parse(str text, struct arena *arena, struct config *out, int *out_line)
{
	bool seen[COUNT_OF(rules)] = { false };
	struct config config;
	str section = S(""), line;
	int number = 0;
	set_defaults(&config);
	while (str_split(&text, '\n', &line)) {
		number++;
		if (out_line)
			*out_line = number;
		line = str_trim(line);
		if (line.len && line.at[line.len - 1] == '\r')
			line = str_trim(str_slice(line, 0, line.len - 1));
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[') {
			if (line.at[line.len - 1] != ']')
				FAIL(ERR_INVALID, "section without its bracket");
			section = str_trim(str_slice(line, 1, line.len - 1));
			continue;
		}
		size_t cut = str_find_char(line, '=', 0);
		if (cut == SIZE_MAX)
			FAIL(ERR_INVALID, "line that is neither a section nor KEY = VALUE");
		TRY(set_key(section, str_trim(str_slice(line, 0, cut)), str_trim(str_from(line, cut + 1)), seen,
			    arena, &config));
	}
	TRY(check_whole(&config));
	*out = config;
	return OK;
}

err config_load(const char *folder, struct arena *arena, struct config *out, int *out_line)
{
	char path[4096];
	bytes raw;
	if (out_line)
		*out_line = 0;
	if (snprintf(path, sizeof path, "%s/bailiwick.conf", folder) >= (int)sizeof path)
		FAIL(ERR_LIMIT, "path too long");
	TRY(file_read(path, CONFIG_BYTES_MAX, arena, &raw));
	return config_parse(str_of_bytes(raw), arena, out, out_line);
}
