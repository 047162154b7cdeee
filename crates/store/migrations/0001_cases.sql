-- The numbers that are given next; one row.
CREATE TABLE counter (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    case_no INTEGER NOT NULL,
    arrival_no INTEGER NOT NULL
) STRICT;
INSERT INTO counter VALUES (1, 0, 0);

-- One row per case: what lists and wake-ups need. Statuses below 16 are open, see `status.rs`.
CREATE TABLE case_row (
    case_no INTEGER PRIMARY KEY,
    worker TEXT NOT NULL,
    version BLOB NOT NULL,
    status INTEGER NOT NULL,
    due_at INTEGER,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    closed_at INTEGER,
    entries INTEGER NOT NULL,
    head BLOB,
    title TEXT NOT NULL,
    party TEXT,
    note TEXT NOT NULL,
    spend_micro_usd INTEGER NOT NULL,
    ask TEXT
) STRICT;
CREATE INDEX case_due ON case_row (worker, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX case_open ON case_row (status, worker) WHERE status < 16;
CREATE INDEX case_closed ON case_row (closed_at, worker, status) WHERE closed_at IS NOT NULL;

-- The journal of a case until it closes: one row per append. The key is the fence: the same first
-- number twice is refused.
CREATE TABLE entry (
    case_no INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    lines BLOB NOT NULL,
    PRIMARY KEY (case_no, first_seq)
) STRICT, WITHOUT ROWID;

-- The journal of a closed case in one compressed piece; `dictionary` says how to read it.
CREATE TABLE sealed (
    case_no INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    dictionary INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    compressed BLOB NOT NULL
) STRICT;

-- Signals that no journal holds yet.
CREATE TABLE inbox (
    case_no INTEGER NOT NULL,
    arrival_no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key BLOB NOT NULL,
    signal TEXT NOT NULL,
    PRIMARY KEY (case_no, arrival_no)
) STRICT, WITHOUT ROWID;

-- Every signal ever taken in, by the digest of its key, and the case it went to. Kept for ever.
CREATE TABLE signal (
    key BLOB PRIMARY KEY,
    case_no INTEGER
) STRICT, WITHOUT ROWID;

-- Further keys under which later signals find a case: a sent message's.
CREATE TABLE alias (
    key BLOB NOT NULL,
    case_no INTEGER NOT NULL,
    PRIMARY KEY (key, case_no)
) STRICT, WITHOUT ROWID;

-- Signals nobody's trigger took.
CREATE TABLE unclaimed (
    arrival_no INTEGER PRIMARY KEY,
    signal TEXT NOT NULL
) STRICT;

-- Original bytes by digest; no bytes means erased.
CREATE TABLE body (
    digest BLOB PRIMARY KEY,
    raw_bytes INTEGER NOT NULL,
    compressed BLOB
) STRICT, WITHOUT ROWID;

-- Which bodies came with which case's signals.
CREATE TABLE case_body (
    case_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (case_no, digest)
) STRICT, WITHOUT ROWID;

-- Small named values; no value means removed.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT
) STRICT, WITHOUT ROWID;

-- What people's answers taught.
CREATE TABLE lesson (
    lesson_no INTEGER PRIMARY KEY,
    worker TEXT NOT NULL,
    step TEXT NOT NULL,
    text TEXT NOT NULL,
    answer TEXT NOT NULL,
    who TEXT NOT NULL,
    case_no INTEGER NOT NULL
) STRICT;
CREATE INDEX lesson_worker ON lesson (worker);
