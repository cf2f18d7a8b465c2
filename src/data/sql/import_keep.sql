-- Keeps what a batch answered. ?1 job ?2 batch ?3 answer ?4 time
INSERT INTO import_batch (job, batch, answer, time) VALUES (?1, ?2, ?3, ?4)
