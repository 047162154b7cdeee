DELETE FROM inbox WHERE case_no IN (SELECT value FROM json_each($8));
