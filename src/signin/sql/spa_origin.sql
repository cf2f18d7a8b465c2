-- Is this the origin of a single-page application's redirect URI? ?1 origin followed by '/'. Reads the redirect URIs of this
-- tenant's applications, hundreds at most, and only for requests that carry a foreign Origin.
SELECT 1 FROM application_redirect_uri WHERE platform = 2 AND substr(uri || '/', 1, length(?1)) = ?1 LIMIT 1
