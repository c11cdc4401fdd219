-- How far a clip that is still recorded is signed.
CREATE TABLE clip_prefix (
    clip BLOB PRIMARY KEY REFERENCES clip,
    fragments INTEGER NOT NULL,
    signed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A clip's sealed picture.
CREATE TABLE clip_thumbnail (
    clip BLOB PRIMARY KEY REFERENCES clip,
    signed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
