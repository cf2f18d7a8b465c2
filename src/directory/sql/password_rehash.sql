-- The same password under better parameters, unless it was changed meanwhile. ?1 user key, ?2 old PHC, ?3 new PHC.
UPDATE credential_password SET phc = ?3 WHERE user_key = ?1 AND phc = ?2
