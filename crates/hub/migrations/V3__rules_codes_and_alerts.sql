ALTER TABLE building ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
-- Of all codes of the building; none before its first bundle.
ALTER TABLE building ADD COLUMN code_salt BLOB;

ALTER TABLE door ADD COLUMN lockdown TEXT NOT NULL DEFAULT 'off';
ALTER TABLE door ADD COLUMN held_open_s INTEGER NOT NULL DEFAULT 30;

-- Days are bits, Monday's is 1; minutes count from midnight.
CREATE TABLE door_hours (
    door BLOB NOT NULL REFERENCES door,
    class TEXT NOT NULL,
    days INTEGER NOT NULL,
    from_min INTEGER NOT NULL,
    to_min INTEGER NOT NULL,
    PRIMARY KEY (door, class, days, from_min, to_min)
) STRICT, WITHOUT ROWID;

-- What a grant with a keypad code has beyond its row. The code itself is nowhere.
CREATE TABLE door_code (
    standing_grant BLOB PRIMARY KEY REFERENCES standing_grant,
    hash BLOB NOT NULL,
    single_use INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- How the request came, and what happened to the door itself, as JSON.
ALTER TABLE entry ADD COLUMN link TEXT;
ALTER TABLE entry ADD COLUMN alert TEXT;
