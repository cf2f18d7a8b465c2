-- Classic mode: whoever moves leaves the roles behind. ?1 principal. Index: primary key.
DELETE FROM principalrole WHERE principal = ?1
