-- What the hub itself puts into a building's log: a chain of its own, numbered from 1.
CREATE TABLE hub_record (
    building BLOB NOT NULL REFERENCES building,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    position INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    salt BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (building, seq),
    UNIQUE (building, position)
) STRICT, WITHOUT ROWID;

-- The building's log: every leaf with its record, of a door or, without one, of the hub.
CREATE VIEW logged AS
    SELECT building, door, seq, position, leaf, salt, body FROM record
    UNION ALL
    SELECT building, NULL, seq, position, leaf, salt, body FROM hub_record;

-- Since when a clip is held, and why; both or neither.
ALTER TABLE clip ADD COLUMN held_at INTEGER;
ALTER TABLE clip ADD COLUMN held_reason TEXT;
-- Whether it was deleted before its time, for want of room.
ALTER TABLE clip ADD COLUMN gave_way INTEGER NOT NULL DEFAULT 0;
