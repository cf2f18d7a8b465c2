-- Keeps a new key of sign-in. ?1 name, ?2 32 octets.
INSERT INTO signin_secret(name, value) VALUES(?1, ?2)
