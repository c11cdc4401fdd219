-- Ids and keys are their raw bytes; times are unix seconds unless they end in _ms.
CREATE TABLE building (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    key BLOB NOT NULL,
    resident_records TEXT NOT NULL,
    log_size INTEGER NOT NULL DEFAULT 0,
    checkpoint TEXT
) STRICT;

CREATE TABLE unit (
    id BLOB PRIMARY KEY,
    building BLOB NOT NULL REFERENCES building,
    name TEXT NOT NULL,
    UNIQUE (building, name)
) STRICT;

CREATE TABLE door (
    id BLOB PRIMARY KEY,
    building BLOB NOT NULL REFERENCES building,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit BLOB REFERENCES unit,
    unlock_s INTEGER NOT NULL,
    signing_key BLOB,
    door_key BLOB,
    stream_address TEXT,
    durable_seq INTEGER NOT NULL DEFAULT 0,
    last_hash BLOB NOT NULL DEFAULT (zeroblob(32)),
    UNIQUE (building, name),
    CHECK ((kind = 'unit') = (unit IS NOT NULL)),
    CHECK ((signing_key IS NULL) = (door_key IS NULL))
) STRICT;

CREATE TABLE resident (
    id BLOB PRIMARY KEY,
    unit BLOB NOT NULL REFERENCES unit,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE carrier (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    key BLOB
) STRICT;

-- A resident's grant follows the doors of the building and the unit; the others list theirs.
CREATE TABLE standing_grant (
    id BLOB PRIMARY KEY,
    building BLOB NOT NULL REFERENCES building,
    class TEXT NOT NULL,
    carrier BLOB REFERENCES carrier,
    person TEXT,
    holder_key BLOB,
    not_before INTEGER NOT NULL,
    not_after INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX standing_grant_building ON standing_grant (building);

CREATE TABLE granted_door (
    standing_grant BLOB NOT NULL REFERENCES standing_grant,
    door BLOB NOT NULL REFERENCES door,
    PRIMARY KEY (standing_grant, door)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id BLOB PRIMARY KEY,
    resident BLOB NOT NULL REFERENCES resident,
    name TEXT NOT NULL,
    holder_key BLOB NOT NULL UNIQUE,
    viewer_key BLOB NOT NULL,
    standing_grant BLOB NOT NULL UNIQUE REFERENCES standing_grant
) STRICT;

-- One key is one client. Exactly one subject is set.
CREATE TABLE client (
    id TEXT PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    device BLOB UNIQUE REFERENCES device,
    door BLOB UNIQUE REFERENCES door,
    carrier BLOB UNIQUE REFERENCES carrier,
    CHECK ((device IS NOT NULL) + (door IS NOT NULL) + (carrier IS NOT NULL) = 1)
) STRICT;

CREATE TABLE invite (
    code_hash BLOB PRIMARY KEY,
    resident BLOB REFERENCES resident,
    door BLOB REFERENCES door,
    carrier BLOB REFERENCES carrier,
    expires_at INTEGER NOT NULL,
    used_by BLOB,
    CHECK ((resident IS NOT NULL) + (door IS NOT NULL) + (carrier IS NOT NULL) = 1)
) STRICT;

-- The newest bundle of each building.
CREATE TABLE bundle (
    building BLOB PRIMARY KEY REFERENCES building,
    version INTEGER NOT NULL,
    content BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
