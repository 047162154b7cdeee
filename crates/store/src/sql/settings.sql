INSERT INTO setting (name, value)
SELECT s.value ->> 0, s.value ->> 1 FROM json_each($10) AS s WHERE true
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
