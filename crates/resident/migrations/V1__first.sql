-- The building this device belongs to, and the keys of an enrolment that is not finished.
CREATE TABLE enrolment (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    body TEXT NOT NULL
) STRICT;

CREATE TABLE pending_keys (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    storage TEXT NOT NULL
) STRICT;

-- What the hub last said, as JSON.
CREATE TABLE doors (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- Several come from one grant, each for some of its doors.
CREATE TABLE credentials (
    body TEXT NOT NULL
) STRICT;

-- Entries by others (entry_id is the hub's number) and own unlocks (known to this device only).
-- The cursor is at_ms * 1000 and the first free thousandth after it: it orders the list and never changes.
CREATE TABLE activity (
    cursor INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entry_id INTEGER UNIQUE,
    clip_id TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX activity_clip ON activity (clip_id) WHERE clip_id IS NOT NULL;

-- How far this device has followed the hub.
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_event_id INTEGER,
    newest_entry INTEGER,
    older_than INTEGER,
    credentials_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO progress (one) VALUES (1);
