-- Back in classic mode: roles of other units than the holder's. A scan.
DELETE FROM principalrole WHERE unit <> (SELECT unit FROM principal WHERE key = principalrole.principal)
