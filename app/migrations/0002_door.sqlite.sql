-- The tables of 0002_door.postgres.sql, in SQLite's words.

-- Tries, by keyed hashes of what they are counted for. Moments are milliseconds since 1970, so that one statement on
-- both databases can reckon with them.
CREATE TABLE throttle (
    key BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    username_hash BLOB,
    tries INTEGER NOT NULL,
    recent TEXT,
    last_try_at INTEGER NOT NULL,
    locked_until INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT throttle_kind CHECK (kind IN ('PAIR', 'ADDRESS', 'USERNAME', 'DEVICE')),
    CONSTRAINT throttle_of_username CHECK ((username_hash IS NULL) = (kind = 'ADDRESS'))
) STRICT;
CREATE INDEX throttle_by_username ON throttle (username_hash) WHERE username_hash IS NOT NULL;

-- `sealed_secret` is encrypted under a key that may lie outside the database; `sealed_under` names that key.
CREATE TABLE staff_second_factor (
    staff_id INTEGER PRIMARY KEY REFERENCES staff_member ON DELETE CASCADE,
    sealed_secret BLOB NOT NULL,
    sealed_under TEXT NOT NULL,
    last_step INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    confirmed_at TEXT
) STRICT;

CREATE TABLE staff_recovery_code (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL REFERENCES staff_second_factor ON DELETE CASCADE,
    code_hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX staff_recovery_code_by_staff ON staff_recovery_code (staff_id);

CREATE TABLE staff_ticket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_hash BLOB NOT NULL UNIQUE,
    staff_id INTEGER NOT NULL REFERENCES staff_member ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    cookie INTEGER NOT NULL CHECK (cookie IN (0, 1)),
    cookie_hash BLOB,
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX staff_ticket_by_staff ON staff_ticket (staff_id);
CREATE INDEX staff_ticket_by_expires_at ON staff_ticket (expires_at);

-- The last event of each lane that was cut away, which the first one that is left follows. Lane -1 is the checkpoints.
CREATE TABLE audit_beginning (
    lane INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    CONSTRAINT audit_beginning_lane CHECK (lane BETWEEN -1 AND 63)
) STRICT;
