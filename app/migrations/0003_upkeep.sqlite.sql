-- Cleared passwords that can still be put back: few at a time, and emptied for good when their hours are over.
CREATE INDEX login_by_cleared_at ON login (cleared_at) WHERE cleared_hash IS NOT NULL;
