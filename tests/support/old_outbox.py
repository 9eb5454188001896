"""Outboxes as the first version wrote them (format 2), to see that this one takes them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    format INTEGER, chain_id INTEGER, genesis TEXT, desk TEXT, provider INTEGER);
CREATE TABLE IF NOT EXISTS cover (policy BLOB, member BLOB, content BLOB, PRIMARY KEY (policy, member));
CREATE TABLE IF NOT EXISTS benefit (
    policy BLOB, member BLOB, id BLOB, content TEXT, proof BLOB, PRIMARY KEY (policy, member, id));
CREATE TABLE IF NOT EXISTS attestation (
    id INTEGER PRIMARY KEY, root BLOB, issued_at INTEGER, expires_at INTEGER, attestor TEXT, signature BLOB,
    block INTEGER, withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, claim TEXT, number INTEGER, diagnosis TEXT, policy BLOB, bill_line BLOB,
    attestation INTEGER REFERENCES attestation, proof BLOB, filing TEXT,
    status INTEGER, reason INTEGER, decision TEXT, withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS record (line INTEGER PRIMARY KEY REFERENCES line, sealed BLOB);
CREATE TABLE IF NOT EXISTS alias (claim TEXT, name TEXT, PRIMARY KEY (name, claim)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim ON line (claim);
CREATE INDEX IF NOT EXISTS bill ON line (policy, bill_line);
CREATE UNIQUE INDEX IF NOT EXISTS standing ON line (policy, bill_line) WHERE NOT withdrawn;
CREATE INDEX IF NOT EXISTS taken_back ON line (bill_line) WHERE withdrawn;
"""
_TABLES = ("outbox", "cover", "benefit", "attestation", "line", "record", "alias")


def as_before(path: Path) -> None:
    """Writes the outbox again as that version did, with nothing that it did not write."""
    new = path.with_suffix(".new")
    path.rename(new)
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    db.execute("ATTACH ? AS new", (str(new),))
    for table in _TABLES:
        columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    db.execute("UPDATE main.outbox SET format = 2")
    db.commit()
    db.close()
    new.unlink()
