-- Whether what is delivered behind the door is left in the building's package room.
ALTER TABLE door ADD COLUMN package_room INTEGER NOT NULL DEFAULT 0;
