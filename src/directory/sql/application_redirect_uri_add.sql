-- ?1 application key, ?2 uri, ?3 platform.
INSERT INTO application_redirect_uri(application_key, uri, platform) VALUES(?1, ?2, ?3)
