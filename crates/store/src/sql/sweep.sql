BEGIN IMMEDIATE;
DELETE FROM alias WHERE case_no NOT IN (SELECT case_no FROM case_row);
DELETE FROM body WHERE digest IN (
    SELECT digest FROM case_body WHERE case_no NOT IN (SELECT case_no FROM case_row)
    EXCEPT
    SELECT digest FROM case_body WHERE case_no IN (SELECT case_no FROM case_row));
DELETE FROM case_body WHERE case_no NOT IN (SELECT case_no FROM case_row);
COMMIT;
PRAGMA incremental_vacuum;
PRAGMA wal_checkpoint(TRUNCATE);
