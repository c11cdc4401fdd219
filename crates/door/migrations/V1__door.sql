-- The chain: one row a signed record, seq from 1 without gaps.
CREATE TABLE records (
    seq  INTEGER PRIMARY KEY CHECK (seq >= 1),
    hash BLOB    NOT NULL CHECK (length(hash) = 32),
    body BLOB    NOT NULL
) STRICT;

-- How far the hub has confirmed the chain.
CREATE TABLE outbox (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    durable_seq INTEGER NOT NULL CHECK (durable_seq >= 0)
) STRICT;
INSERT INTO outbox (only, durable_seq) VALUES (1, 0);

-- The newest bundle that this door has accepted.
CREATE TABLE bundle (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL,
    body    BLOB    NOT NULL
) STRICT;

-- Clips that are still on this disk. A row begins in the transaction of the record that names the
-- clip; it goes when the hub holds the clip or the clip gave way.
CREATE TABLE clips (
    clip      TEXT    PRIMARY KEY,
    entry_seq INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('recording', 'closed', 'uploaded')),
    bytes     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX clips_by_state ON clips (state, entry_seq);
