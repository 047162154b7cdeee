-- The journal of an open case, one row per append, in the order of commits: what is saved together
-- stands together, so a commit touches few pages. The index is the fence: the same first number
-- twice is refused. Rows of a closed case are dropped some time after its journal was sealed.
CREATE TABLE entry_in_order (
    entry_no INTEGER PRIMARY KEY,
    case_no INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    lines BLOB NOT NULL
) STRICT;
INSERT INTO entry_in_order (case_no, first_seq, count, lines)
SELECT case_no, first_seq, count, lines FROM entry ORDER BY case_no, first_seq;
DROP TABLE entry;
ALTER TABLE entry_in_order RENAME TO entry;
CREATE UNIQUE INDEX entry_case ON entry (case_no, first_seq);
