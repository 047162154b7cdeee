INSERT INTO sealed (case_no, entries, dictionary, raw_bytes, compressed)
SELECT a.value ->> 0,
    (SELECT c.entries + (a.value ->> 2) FROM case_row AS c
     WHERE c.case_no = a.value ->> 0 AND c.entries = a.value ->> 1),
    a.value ->> 6, a.value ->> 7, substr($2, a.value ->> 8, a.value ->> 9)
FROM json_each($4) AS a WHERE a.value ->> 5 = 1
ON CONFLICT (case_no) DO UPDATE SET entries = excluded.entries,
    dictionary = excluded.dictionary, raw_bytes = excluded.raw_bytes, compressed = excluded.compressed;
