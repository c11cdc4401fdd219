-- The latest time that the door noted: after a power cut it is at least that.
CREATE TABLE noted_time (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    utc_ms INTEGER NOT NULL
) STRICT;
