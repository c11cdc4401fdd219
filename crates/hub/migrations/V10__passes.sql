-- What a resident's pass has beyond its grant and its code. The link's token is nowhere, and the code is sealed under it.
CREATE TABLE pass (
    standing_grant BLOB PRIMARY KEY REFERENCES standing_grant,
    resident BLOB NOT NULL REFERENCES resident,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    link BLOB NOT NULL UNIQUE,
    sealed_code BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_resident ON pass (resident);
