-- The one row of settings. ?1 id ?2 name ?3 version.
INSERT INTO organization (one, id, name, settings, version) VALUES (1, ?1, ?2, '<OrgSettings></OrgSettings>', ?3)
