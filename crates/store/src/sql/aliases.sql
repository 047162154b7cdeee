INSERT OR IGNORE INTO alias (key, case_no)
SELECT substr($3, l.value ->> 1, 16), l.value ->> 0 FROM json_each($8) AS l;
