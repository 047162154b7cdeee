INSERT INTO entry (case_no, first_seq, count, lines)
SELECT a.value ->> 0,
    (SELECT c.entries FROM case_row AS c
     WHERE c.case_no = a.value ->> 0 AND c.entries = a.value ->> 1),
    a.value ->> 2, substr($1, a.value ->> 3, a.value ->> 4)
FROM json_each($4) AS a WHERE a.value ->> 5 = 0;
