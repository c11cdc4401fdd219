-- Whether the door has a keypad, as the door says itself.
ALTER TABLE door ADD COLUMN keypad INTEGER NOT NULL DEFAULT 0;
-- The grant of the device that a resident's own code was made for; the code ends with it.
ALTER TABLE door_code ADD COLUMN device_grant BLOB REFERENCES standing_grant;
CREATE INDEX door_code_device ON door_code (device_grant) WHERE device_grant IS NOT NULL;
