export const schemaVersion = 1;

/**
 * `partitions.first` is the first offset that is still there; the next one is one past the last message or, where all were
 * removed, `first`: offsets never go back. `holds` says which member has which partition, under which lease (`epoch`).
 */
export const schema = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    retention_ms INTEGER
  );
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL REFERENCES topics (id),
    partition INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic_id, partition)
  );
  CREATE TABLE messages (
    partition_id INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    appended_ms INTEGER NOT NULL,
    key TEXT,
    value BLOB,
    headers TEXT,
    PRIMARY KEY (partition_id, offset)
  );
  CREATE TABLE groups (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    epoch INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE members (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    process TEXT NOT NULL,
    topics TEXT NOT NULL,
    renewed_ms INTEGER NOT NULL,
    lease_ms INTEGER NOT NULL
  );
  CREATE TABLE holds (
    group_name TEXT NOT NULL,
    partition_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (group_name, partition_id)
  ) WITHOUT ROWID;
  CREATE TABLE commits (
    group_name TEXT NOT NULL,
    partition_id INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (group_name, partition_id)
  ) WITHOUT ROWID;
`;
