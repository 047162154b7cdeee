INSERT OR IGNORE INTO case_body (case_no, digest)
SELECT l.value ->> 0, substr($1, l.value ->> 1, 32) FROM json_each($7) AS l;
