#include "keys/root.h"

#include <sys/stat.h>

#include "crypto/kdf.h"
#include "host/file.h"
#include "host/random.h"

/* root.passphrase: "BWRP" · u8 version=1 · salt[16] · nonce[12] · cipher[32] · tag[16] */
enum { PASSPHRASE_FILE_BYTES = 5 + PASSPHRASE_SALT_BYTES + AEAD_KEY_BYTES + WRAPPED_OVERHEAD };
static const uint8_t passphrase_magic[5] = { 'B', 'W', 'R', 'P', 1 };

err root_file_create(const char *path)
{
	SECRET(wrapping_key) key;
	struct stat info;
	if (stat(path, &info) == 0)
		FAIL(ERR_CONFLICT, "there is a root key already");
	random_bytes(key.k, sizeof key.k);
	return file_write(path, bytes_of(key.k, sizeof key.k), 0400);
}

err root_file_open(const char *path, struct wrapping_key *out)
{
	struct stat info;
	bytes raw;
	if (stat(path, &info) == 0 && (info.st_mode & 077) != 0)
		FAIL(ERR_DENIED, "the root key's file can be read by others than its owner");
	struct arena *arena = arena_new(8192);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = file_read(path, 64, arena, &raw);
	if (!failed(e) && raw.len != sizeof out->k)
		e = ERR(ERR_CORRUPT, "the root key's file does not hold 32 octets");
	if (!failed(e))
		memcpy(out->k, raw.at, sizeof out->k);
	arena_free(arena); /* wipes */
	return e;
}

static struct key_meta passphrase_meta(void)
{
	return (struct key_meta){ .version = 1, .kind = KEY_EPOCH, .state = KEY_ACTIVE, .alg = 0xff };
}

err root_passphrase_create(const char *path, bytes passphrase)
{
	SECRET(wrapping_key) root;
	SECRET(wrapping_key) by;
	struct key_meta meta = passphrase_meta();
	uint8_t content[PASSPHRASE_FILE_BYTES], *salt = content + sizeof passphrase_magic;
	struct stat info;
	if (passphrase.len < PASSPHRASE_BYTES_MIN || passphrase.len > PASSPHRASE_BYTES_MAX)
		FAIL(ERR_INVALID, "a root passphrase has 12 to 1024 octets");
	if (stat(path, &info) == 0)
		FAIL(ERR_CONFLICT, "there is a root key already");
	memcpy(content, passphrase_magic, sizeof passphrase_magic);
	random_bytes(salt, PASSPHRASE_SALT_BYTES);
	random_bytes(root.k, sizeof root.k);
	TRY(passphrase_derive(passphrase, salt, by.k));
	TRY(key_wrap(&by, &meta, bytes_of(root.k, sizeof root.k), salt + PASSPHRASE_SALT_BYTES));
	return file_write(path, bytes_of(content, sizeof content), 0600);
}

err root_passphrase_open(const char *path, bytes passphrase, struct wrapping_key *out)
{
	SECRET(wrapping_key) by;
	struct key_meta meta = passphrase_meta();
	bytes raw;
	struct arena *arena = arena_new(8192);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = file_read(path, PASSPHRASE_FILE_BYTES, arena, &raw);
	if (!failed(e) && (raw.len != PASSPHRASE_FILE_BYTES ||
			   memcmp(raw.at, passphrase_magic, sizeof passphrase_magic) != 0))
		e = ERR(ERR_CORRUPT, "not a passphrase-wrapped root key");
	if (!failed(e))
		e = passphrase_derive(passphrase, raw.at + sizeof passphrase_magic, by.k);
	if (!failed(e) && failed(key_unwrap(&by, &meta, bytes_from(raw, sizeof passphrase_magic + PASSPHRASE_SALT_BYTES),
					    out->k)))
		e = ERR(ERR_DENIED, "the passphrase does not open the root key");
	arena_free(arena);
	return e;
}

bool root_shares_filesystem(const char *root_path, const char *data_path)
{
	struct stat a, b;
	return stat(root_path, &a) == 0 && stat(data_path, &b) == 0 && a.st_dev == b.st_dev;
}
