INSERT INTO lesson (worker, step, text, answer, who, case_no)
SELECT c.worker, l.value ->> 1, l.value ->> 2, l.value ->> 3, l.value ->> 4, l.value ->> 5
FROM json_each($12) AS l JOIN case_row AS c ON c.case_no = l.value ->> 0;
