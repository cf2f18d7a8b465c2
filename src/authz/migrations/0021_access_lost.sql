-- What synchronization with the directory knows of a user row (authz/synchronize.c). access_lost: it was disabled because a gate no longer lets
-- the person in, and is enabled again when all do. known: the directory has known the person, so that one whom it no longer knows is gone,
-- and no stub.
ALTER TABLE systemuser ADD COLUMN access_lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE systemuser ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
