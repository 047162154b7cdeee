INSERT INTO unclaimed (arrival_no, signal)
SELECT i.value ->> 1, i.value ->> 4 FROM json_each($6) AS i WHERE i.value ->> 0 IS NULL;
