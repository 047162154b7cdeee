BEGIN IMMEDIATE;
CREATE TEMP TABLE IF NOT EXISTS forgotten (case_no INTEGER PRIMARY KEY);
DELETE FROM temp.forgotten;
INSERT INTO temp.forgotten
SELECT case_no FROM case_row WHERE closed_at < $1 AND due_at IS NULL ORDER BY closed_at, case_no
LIMIT $2;
SELECT count(*) FROM temp.forgotten;
DELETE FROM sealed WHERE case_no IN (SELECT case_no FROM temp.forgotten);
DELETE FROM entry WHERE case_no IN (SELECT case_no FROM temp.forgotten);
DELETE FROM inbox WHERE case_no IN (SELECT case_no FROM temp.forgotten);
DELETE FROM case_row WHERE case_no IN (SELECT case_no FROM temp.forgotten);
COMMIT;
