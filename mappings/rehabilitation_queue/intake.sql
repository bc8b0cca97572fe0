-- What an <intake> with connection and table reads and writes: docs/operating.md. PostgreSQL and SQLite. Tilts makes none of it:
-- tables, or views of these names and columns on what the municipal system has already.

-- id: the system's own, any type; it names the row for good. entry: XML or JSON by entry.xsd, UTF-8.
CREATE TABLE rehabilitation_entry (id TEXT PRIMARY KEY, entry TEXT NOT NULL);

-- The documents that an entry names as files: entry is its id. Written before the entry, or in one transaction with it.
CREATE TABLE rehabilitation_entry_document (
  entry TEXT NOT NULL, name TEXT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (entry, name));

-- What became of it. state: refused, warned, prepared, sending, unknown, received, declined. number: the registry's, received alone.
-- text: Latvian, for the social worker. xml: urn:tilts:answer:1, with everything that was found. changed: when this was written, UTC.
CREATE TABLE rehabilitation_entry_answer (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, number TEXT, text TEXT NOT NULL, xml TEXT NOT NULL, changed TEXT NOT NULL);

-- The user that Tilts comes as needs no other rights (PostgreSQL):
--   GRANT SELECT ON rehabilitation_entry, rehabilitation_entry_document TO tilts;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON rehabilitation_entry_answer TO tilts;
