CREATE TABLE record (
    building BLOB NOT NULL REFERENCES building,
    door BLOB NOT NULL REFERENCES door,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    position INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    salt BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (building, door, seq),
    UNIQUE (building, position)
) STRICT, WITHOUT ROWID;

-- The hashes of the building's Merkle tree, in the order in which a growing tree stores them.
CREATE TABLE log_hash (
    building BLOB NOT NULL REFERENCES building,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (building, position)
) STRICT, WITHOUT ROWID;

-- What residents may see of the records: never a resident's own entry.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    building BLOB NOT NULL REFERENCES building,
    door BLOB NOT NULL REFERENCES door,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    class TEXT,
    standing_grant BLOB,
    carrier BLOB,
    driver TEXT,
    reason TEXT,
    clip BLOB,
    UNIQUE (door, seq)
) STRICT;
CREATE INDEX entry_door ON entry (door, id);
CREATE INDEX entry_clip ON entry (clip);

CREATE TABLE clip (
    id BLOB PRIMARY KEY,
    building BLOB NOT NULL REFERENCES building,
    door BLOB NOT NULL REFERENCES door,
    state TEXT NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0,
    recorded_hash BLOB,
    final_hash BLOB,
    signed_index BLOB,
    started_at INTEGER NOT NULL
) STRICT;
CREATE INDEX clip_state ON clip (state, started_at);
CREATE INDEX clip_building ON clip (building);

CREATE TABLE fragment (
    clip BLOB NOT NULL REFERENCES clip,
    n INTEGER NOT NULL,
    len INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (clip, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    audience TEXT NOT NULL,
    subject BLOB NOT NULL,
    notice TEXT NOT NULL
) STRICT;
CREATE INDEX event_audience ON event (audience, subject, id);

-- A door offered a second record under a number that was taken.
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    building BLOB NOT NULL REFERENCES building,
    door BLOB NOT NULL REFERENCES door,
    seq INTEGER NOT NULL,
    held_hash BLOB NOT NULL,
    offered_hash BLOB NOT NULL,
    UNIQUE (door, seq, offered_hash)
) STRICT;
