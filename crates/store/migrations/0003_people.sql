-- The row under which the office keeps its own journal. Its standing is none that a case can have, so
-- that no list, count or wake-up sees it.
INSERT INTO case_row (case_no, worker, version, status, opened_at, changed_at, entries, title, note,
    spend_micro_usd)
VALUES (0, '', zeroblob(32), 99, 0, 0, 0, '', '', 0);

-- Who may sign in. `roles` is a JSON list of words; `password` is a salted hash in PHC form.
CREATE TABLE person (
    who TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    mail TEXT NOT NULL,
    roles TEXT NOT NULL,
    password TEXT,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What opens the door: one-time links and the sign-ins of browsers, by the hash of their secret.
CREATE TABLE pass (
    hash TEXT PRIMARY KEY,
    who TEXT NOT NULL,
    is_link INTEGER NOT NULL,
    proof TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    proved_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
