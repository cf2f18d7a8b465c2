-- ?1 unit. One row: is it enabled?
SELECT disabled = 0 FROM unit WHERE key = ?1
