-- Keeps what a batch answered. ?1 job ?2 batch ?3 answer ?4 time ?5 SHA-256 of what was sent
INSERT INTO import_batch (job, batch, answer, time, digest) VALUES (?1, ?2, ?3, ?4, ?5)
