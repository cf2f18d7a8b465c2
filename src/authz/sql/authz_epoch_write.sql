-- A change of rights moves the epoch. ?1 the new one.
UPDATE authz_state SET epoch = ?1 WHERE one = 1
