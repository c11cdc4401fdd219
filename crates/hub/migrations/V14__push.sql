-- Where a device's system is woken, and what for only it can read.
CREATE TABLE push (
    device BLOB PRIMARY KEY REFERENCES device,
    endpoint TEXT NOT NULL,
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Nobody is woken there again, however the device's grant ended.
CREATE TRIGGER push_ends AFTER UPDATE OF revoked_at ON standing_grant
WHEN NEW.revoked_at IS NOT NULL
BEGIN
    DELETE FROM push WHERE device IN (SELECT id FROM device WHERE standing_grant = NEW.id);
END;

-- The last event for which devices were woken; none before the operator turned that on.
CREATE TABLE push_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    event INTEGER NOT NULL
) STRICT;
