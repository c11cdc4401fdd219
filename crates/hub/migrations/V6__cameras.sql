-- Whether the door has a camera, as the door says itself.
ALTER TABLE door ADD COLUMN camera INTEGER NOT NULL DEFAULT 0;
