-- What a caller sees. ?1 hash ?2 body ?3 time. Index: the primary key.
INSERT INTO delta_view (hash, body, time) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO UPDATE SET time = ?3
