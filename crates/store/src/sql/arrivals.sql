UPDATE counter SET case_no = $2, arrival_no = $3;
INSERT INTO case_row (case_no, worker, version, status, due_at, opened_at, changed_at, entries,
    title, party, note, spend_micro_usd)
SELECT o.value ->> 0, o.value ->> 1, substr($1, o.value ->> 2, 32), 0, o.value ->> 3,
    o.value ->> 3, o.value ->> 3, 0, o.value ->> 4, o.value ->> 5, '', 0
FROM json_each($4) AS o;
UPDATE case_row SET due_at = min(coalesce(due_at, j.value ->> 1), j.value ->> 1)
FROM json_each($5) AS j WHERE case_row.case_no = j.value ->> 0;
INSERT INTO inbox (case_no, arrival_no, at, key, signal)
SELECT i.value ->> 0, i.value ->> 1, i.value ->> 2, substr($1, i.value ->> 3, 16), i.value ->> 4
FROM json_each($6) AS i WHERE i.value ->> 0 IS NOT NULL;
INSERT INTO signal (key, case_no)
SELECT substr($1, i.value ->> 3, 16), i.value ->> 0 FROM json_each($6) AS i WHERE true
ON CONFLICT (key) DO UPDATE SET case_no = excluded.case_no;
