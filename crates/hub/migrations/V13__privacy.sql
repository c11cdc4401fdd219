-- The last day on which the device asked for anything, in its building's time zone: no finer than that.
ALTER TABLE device ADD COLUMN seen_on TEXT;

-- Live watches, as the doors recorded them.
CREATE TABLE watch (
    building BLOB NOT NULL REFERENCES building,
    door BLOB NOT NULL REFERENCES door,
    seq INTEGER NOT NULL,
    device BLOB NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (door, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_door_from ON watch (door, from_ms);
CREATE INDEX watch_device ON watch (device);

-- Logs whose watches were recorded before this table was there, and how far they have been read.
CREATE TABLE watch_backlog (
    building BLOB PRIMARY KEY REFERENCES building,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO watch_backlog (building, position) SELECT id, 0 FROM building WHERE log_size > 0;
