-- Which of the building's secrets the code is hashed with; none for one of before there were secrets.
ALTER TABLE door_code ADD COLUMN code_key BLOB CHECK (length(code_key) = 8);
