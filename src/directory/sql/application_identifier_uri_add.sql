-- ?1 uri, ?2 application key, ?3 position. Primary key: one application per URI.
INSERT INTO application_identifier_uri(uri, application_key, position) VALUES(?1, ?2, ?3)
