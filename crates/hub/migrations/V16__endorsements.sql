-- The word of a resident's device that one delivery may open the door of the apartment. Its code ends with the device.
CREATE TABLE endorsement (
    standing_grant BLOB PRIMARY KEY REFERENCES standing_grant,
    device BLOB NOT NULL REFERENCES device,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX endorsement_device ON endorsement (device);
