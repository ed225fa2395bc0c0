-- The tables of 0001_first.postgres.sql, in SQLite's words: text is compared bytewise anyway, moments are text in UTC
-- ("2026-11-24 12:00:00.000000+00:00"), truth is 0 or 1, and AUTOINCREMENT never gives a key of a deleted row again.

CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE internet_order_settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    permissions TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX internet_order_settings_one_default ON internet_order_settings (is_default) WHERE is_default;

CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,
    number_key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    settings_id INTEGER REFERENCES internet_order_settings ON DELETE RESTRICT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX customer_by_number ON customer (number_key, id);
CREATE INDEX customer_by_name ON customer (name_key, id);
CREATE INDEX customer_by_created_at ON customer (created_at, id);
CREATE INDEX customer_by_settings ON customer (settings_id);

-- One row holds the password of all references with the same username.
CREATE TABLE login (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    has_password INTEGER NOT NULL GENERATED ALWAYS AS (password_hash IS NOT NULL) STORED,
    hash_scheme TEXT,
    epoch INTEGER NOT NULL DEFAULT 1,
    cleared_hash TEXT,
    cleared_at TEXT,
    temporary_since TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    last_login_at TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT login_password_status UNIQUE (id, has_password),
    CONSTRAINT login_cleared CHECK (cleared_hash IS NULL OR cleared_at IS NOT NULL),
    CONSTRAINT login_never_both CHECK (password_hash IS NULL OR cleared_hash IS NULL)
) STRICT;
CREATE INDEX login_by_locked_until ON login (locked_until) WHERE locked_until IS NOT NULL;

-- A reference can't say otherwise than its login whether there is a password: the login's generated column is what
-- reference_login points at, and a change of it comes along.
CREATE TABLE reference (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer ON DELETE RESTRICT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    login_id INTEGER,
    has_password INTEGER NOT NULL DEFAULT 0 CHECK (has_password IN (0, 1)),
    internet_user INTEGER NOT NULL DEFAULT 0 CHECK (internet_user IN (0, 1)),
    settings_id INTEGER REFERENCES internet_order_settings ON DELETE RESTRICT,
    denied_permissions TEXT NOT NULL,
    phone TEXT,
    mobile TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_login_at TEXT,
    -- Lists are ordered by what is never missing: the last text and moment stand for none.
    email_order TEXT NOT NULL GENERATED ALWAYS AS (COALESCE(email_key, char(1114111))) VIRTUAL,
    last_login_order TEXT NOT NULL GENERATED ALWAYS AS (
        COALESCE(last_login_at, '9999-12-31 00:00:00.000000+00:00')
    ) VIRTUAL,
    CONSTRAINT reference_once_a_customer UNIQUE (customer_id, login_id),
    CONSTRAINT reference_login FOREIGN KEY (login_id, has_password)
        REFERENCES login (id, has_password) ON UPDATE CASCADE ON DELETE RESTRICT,
    CONSTRAINT reference_password_needs_login CHECK (login_id IS NOT NULL OR NOT has_password),
    CONSTRAINT reference_internet_user_needs_login CHECK (login_id IS NOT NULL OR NOT internet_user),
    CONSTRAINT reference_login_is_email CHECK ((login_id IS NULL) = (email IS NULL)),
    CONSTRAINT reference_email_key CHECK ((email_key IS NULL) = (email IS NULL))
) STRICT;
CREATE UNIQUE INDEX reference_by_name ON reference (name_key, id);
CREATE INDEX reference_by_email ON reference (email_order, id);
CREATE INDEX reference_by_created_at ON reference (created_at, id);
CREATE INDEX reference_by_last_login_at ON reference (last_login_order, id);
CREATE INDEX reference_by_customer ON reference (customer_id, name_key, id);
CREATE INDEX reference_by_login ON reference (login_id);
CREATE INDEX reference_by_settings ON reference (settings_id);

CREATE TABLE staff_member (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    password_hash TEXT NOT NULL,
    hash_scheme TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1,
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    last_login_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT staff_member_role CHECK (role IN ('ADMIN', 'EDITOR', 'AUDITOR'))
) STRICT;
CREATE INDEX staff_member_by_name ON staff_member (name_key, id);

CREATE TABLE access_token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    created_by_id INTEGER NOT NULL REFERENCES staff_member ON DELETE RESTRICT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    last_used_at TEXT,
    CONSTRAINT access_token_role CHECK (role IN ('ADMIN', 'EDITOR', 'AUDITOR'))
) STRICT;
CREATE INDEX access_token_by_maker ON access_token (created_by_id);

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    login_id INTEGER REFERENCES login ON DELETE CASCADE,
    reference_id INTEGER REFERENCES reference ON DELETE CASCADE,
    staff_id INTEGER REFERENCES staff_member ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    cookie INTEGER NOT NULL CHECK (cookie IN (0, 1)),
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    wrong_passwords INTEGER NOT NULL DEFAULT 0,
    previous_login_at TEXT,
    failed_since INTEGER NOT NULL DEFAULT 0,
    user_agent TEXT,
    ip_address TEXT,
    CONSTRAINT session_of_portal_or_staff CHECK (
        (login_id IS NULL) = (reference_id IS NULL) AND (login_id IS NULL) <> (staff_id IS NULL)
    )
) STRICT;
CREATE INDEX session_by_login ON session (login_id);
CREATE INDEX session_by_reference ON session (reference_id);
CREATE INDEX session_by_staff ON session (staff_id);
CREATE INDEX session_by_expires_at ON session (expires_at);

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_hash BLOB NOT NULL UNIQUE,
    login_id INTEGER NOT NULL REFERENCES login ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    reference_ids TEXT NOT NULL,
    cookie INTEGER NOT NULL CHECK (cookie IN (0, 1)),
    cookie_hash BLOB,
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    previous_login_at TEXT,
    failed_since INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ticket_by_login ON ticket (login_id);
CREATE INDEX ticket_by_expires_at ON ticket (expires_at);

-- Every start that a search may have: of the number, the e-mail, and each word of the name; and where the row stands in
-- the list, which can't be said otherwise than the row says it. So the first ones that a broad search finds can be read
-- in order, whatever number there is.
CREATE TABLE customer_search (
    key TEXT NOT NULL,
    order_key TEXT NOT NULL,
    customer_id INTEGER NOT NULL,
    PRIMARY KEY (key, customer_id),
    FOREIGN KEY (order_key, customer_id) REFERENCES customer (number_key, id) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_search_by_customer ON customer_search (customer_id);
CREATE INDEX customer_search_by_letter ON customer_search (substr(key, 1, 1), order_key, customer_id);
CREATE INDEX customer_search_by_two_letters ON customer_search (substr(key, 1, 2), order_key, customer_id);
CREATE INDEX customer_search_by_three_letters ON customer_search (substr(key, 1, 3), order_key, customer_id);

CREATE TABLE reference_search (
    key TEXT NOT NULL,
    order_key TEXT NOT NULL,
    reference_id INTEGER NOT NULL,
    PRIMARY KEY (key, reference_id),
    FOREIGN KEY (order_key, reference_id) REFERENCES reference (name_key, id) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_search_by_reference ON reference_search (reference_id);
CREATE INDEX reference_search_by_letter ON reference_search (substr(key, 1, 1), order_key, reference_id);
CREATE INDEX reference_search_by_two_letters ON reference_search (substr(key, 1, 2), order_key, reference_id);
CREATE INDEX reference_search_by_three_letters ON reference_search (substr(key, 1, 3), order_key, reference_id);

-- The audit: 64 chains, the head of each in a row of its own. JSON is text here: digests cover its very bytes.
CREATE TABLE audit_head (
    lane INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    digest BLOB NOT NULL,
    CONSTRAINT audit_head_lane CHECK (lane BETWEEN 0 AND 63)
) STRICT;
WITH RECURSIVE lanes (lane) AS (SELECT 0 UNION ALL SELECT lane + 1 FROM lanes WHERE lane < 63)
INSERT INTO audit_head (lane, seq, at, digest)
SELECT lane, 0, '1970-01-01 00:00:00.000000+00:00', zeroblob(32) FROM lanes;

CREATE TABLE audit_event (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_key BLOB,
    username_key BLOB,
    data TEXT NOT NULL,
    subjects TEXT NOT NULL,
    person TEXT,
    person_salt BLOB,
    person_hash BLOB,
    digest BLOB NOT NULL,
    CONSTRAINT audit_event_id CHECK (id = seq * 64 + lane)
) STRICT;
CREATE INDEX audit_event_by_at ON audit_event (at, id);
CREATE INDEX audit_event_by_action ON audit_event (action, at, id);
CREATE INDEX audit_event_by_actor ON audit_event (actor_key, at, id) WHERE actor_key IS NOT NULL;
CREATE INDEX audit_event_by_username ON audit_event (username_key, at, id) WHERE username_key IS NOT NULL;

CREATE TABLE audit_subject (
    subject TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (subject, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_checkpoint (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    heads TEXT NOT NULL,
    digest BLOB NOT NULL
) STRICT;
