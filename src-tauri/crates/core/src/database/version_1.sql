-- Ids are hyphenated text, times milliseconds since 1970, orders, costs and failures JSON.

CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    project_id TEXT NOT NULL,
    shot TEXT NOT NULL,
    "order" TEXT NOT NULL,
    parent TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'paused', 'running', 'done', 'failed', 'cancelled')),
    asked TEXT CHECK (asked IN ('pause', 'cancel')),
    position INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    engine TEXT,
    failure TEXT,
    cost TEXT,
    added_unix_ms INTEGER NOT NULL,
    started_unix_ms INTEGER,
    finished_unix_ms INTEGER,
    CHECK (asked IS NULL OR state = 'running')
) STRICT;
CREATE INDEX jobs_in_state ON jobs (state, position);
CREATE INDEX jobs_in_order ON jobs (position);

-- A folder may be copied: two folders then hold one project id, and the same take ids.
CREATE TABLE projects (
    folder TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX projects_with_id ON projects (id);

CREATE TABLE takes (
    id TEXT NOT NULL,
    project TEXT NOT NULL REFERENCES projects (folder) ON UPDATE CASCADE ON DELETE CASCADE,
    shot TEXT NOT NULL,
    goal TEXT NOT NULL,
    parent TEXT,
    description TEXT NOT NULL,
    model TEXT,
    seconds REAL NOT NULL,
    created_unix_ms INTEGER NOT NULL,
    cost_seconds REAL NOT NULL,
    peak_memory_bytes INTEGER,
    peak_device_bytes INTEGER,
    energy_joules REAL,
    PRIMARY KEY (project, id)
) STRICT;
CREATE INDEX takes_by_time ON takes (created_unix_ms);
