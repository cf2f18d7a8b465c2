-- ?1 application key. Row: uri, platform.
SELECT uri, platform FROM application_redirect_uri WHERE application_key = ?1
