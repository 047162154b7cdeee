-- The order of all entries of all journals: one row per commit, 32 bytes per entry, the hash of its
-- journal's chain after it. The numbers run on without a gap from row to row.
CREATE TABLE log (
    first_index INTEGER PRIMARY KEY,
    leaves BLOB NOT NULL
) STRICT;

-- Signed notes over the log's first `size` entries, with what is needed to go on from there.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    frontier BLOB NOT NULL
) STRICT;
