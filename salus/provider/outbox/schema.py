"""The tables of an outbox, and how a file of an earlier format is brought to the present one."""

from __future__ import annotations

import json
import sqlite3

from salus.provider.outbox.entry import likeness_of
from salus.types import Diagnosis

FORMAT = 3
_CONVERTED_AT_ONCE = 1_000
_NEXT = "SELECT id, diagnosis FROM line WHERE id > ? ORDER BY id LIMIT ?"
_TABLES = """
CREATE TABLE IF NOT EXISTS outbox (
    format INTEGER, chain_id INTEGER, genesis TEXT, desk TEXT, provider INTEGER);
CREATE TABLE IF NOT EXISTS identity (
    id INTEGER PRIMARY KEY, key TEXT, bills TEXT, patients TEXT, UNIQUE (key, bills, patients));
CREATE TABLE IF NOT EXISTS binding (
    id INTEGER PRIMARY KEY, at INTEGER, reason TEXT, key TEXT, bills TEXT, patients TEXT);
CREATE TABLE IF NOT EXISTS cover (
    policy BLOB, member BLOB, content BLOB, number INTEGER, PRIMARY KEY (policy, member));
CREATE TABLE IF NOT EXISTS benefit (
    policy BLOB, member BLOB, id BLOB, content TEXT, proof BLOB, PRIMARY KEY (policy, member, id));
CREATE TABLE IF NOT EXISTS attestation (
    id INTEGER PRIMARY KEY, root BLOB, issued_at INTEGER, expires_at INTEGER, attestor TEXT, signature BLOB,
    block INTEGER, withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, claim TEXT, number INTEGER, diagnosis TEXT, policy BLOB, bill_line BLOB,
    attestation INTEGER REFERENCES attestation, proof BLOB, filing TEXT,
    status INTEGER, reason INTEGER, decision TEXT, withdrawn INTEGER DEFAULT 0,
    likeness BLOB, identity INTEGER REFERENCES identity, released INTEGER);
CREATE TABLE IF NOT EXISTS record (line INTEGER PRIMARY KEY REFERENCES line, sealed BLOB);
CREATE TABLE IF NOT EXISTS alias (claim TEXT, name TEXT, PRIMARY KEY (name, claim)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS read_to (block INTEGER, hash TEXT);
CREATE TABLE IF NOT EXISTS elsewhere (
    policy BLOB, bill_line BLOB, likeness BLOB, PRIMARY KEY (policy, bill_line));
CREATE TABLE IF NOT EXISTS withdrawn_elsewhere (
    policy BLOB, bill_line BLOB, likeness BLOB, PRIMARY KEY (policy, bill_line));
CREATE TABLE IF NOT EXISTS system (name TEXT PRIMARY KEY, since INTEGER);
CREATE TABLE IF NOT EXISTS head (block INTEGER, hash TEXT);
"""
_PREFIX = "rtrim({0}claim, replace({0}claim, '|', ''))"
"""SQL: what stands before the own number, the last `|` included."""
SYSTEM = f"substr({_PREFIX}, 1, length({_PREFIX}) - 1)"
"""SQL: `entry.system_of` a claim number."""
OWN_NUMBER = f"substr({{0}}claim, length({_PREFIX}) + 1)"
"""SQL: `entry.own_number` of a claim number."""
CARE = (
    "{0}policy",
    "json_extract({0}diagnosis, '$.member')",
    "json_extract({0}diagnosis, '$.serviceFrom')",
    "json_extract({0}diagnosis, '$.serviceTo')",
)
"""SQL: whose care a line bills, and of which days."""
_INDICES = f"""
CREATE INDEX IF NOT EXISTS claim ON line (claim);
CREATE INDEX IF NOT EXISTS bill ON line (policy, bill_line);
CREATE UNIQUE INDEX IF NOT EXISTS standing ON line (policy, bill_line) WHERE NOT withdrawn;
CREATE INDEX IF NOT EXISTS undecided ON line (bill_line) WHERE withdrawn = 0 AND released IS NULL;
CREATE INDEX IF NOT EXISTS taken_back ON line (bill_line) WHERE withdrawn;
CREATE INDEX IF NOT EXISTS stage ON line (withdrawn, status, attestation, filing);
CREATE INDEX IF NOT EXISTS likeness ON line (likeness);
CREATE INDEX IF NOT EXISTS likeness_elsewhere ON elsewhere (likeness);
CREATE INDEX IF NOT EXISTS own_number ON line ({OWN_NUMBER.format("")});
CREATE INDEX IF NOT EXISTS care ON line ({", ".join(CARE).format("")});
"""
_SINCE_3 = (
    "ALTER TABLE cover ADD COLUMN number INTEGER",
    "ALTER TABLE line ADD COLUMN likeness BLOB",
    "ALTER TABLE line ADD COLUMN identity INTEGER REFERENCES identity",
    "ALTER TABLE line ADD COLUMN released INTEGER",
)


def make_tables(db: sqlite3.Connection) -> None:
    """Creates what is not there. The caller holds a transaction."""
    known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'withdrawn_elsewhere'").fetchone()
    for statement in (_TABLES + _INDICES).split(";"):
        db.execute(statement)
    if known is None:
        # A file from before kept no withdrawals of other outboxes: they are read again. Nor did it keep since
        # when it has a system of numbers: those that it has are taken for systems of one hospital.
        db.execute("DELETE FROM read_to")
        db.execute(f"INSERT INTO system SELECT DISTINCT {SYSTEM.format('')}, 0 FROM line")


def convert(db: sqlite3.Connection) -> None:
    """Brings a file of format 2 to the present one. The caller holds a transaction.

    Nothing in it is lost or decided anew. Which key made its lines is not known until a key proves it.
    """
    for statement in _SINCE_3:
        db.execute(statement)
    last = 0
    while part := db.execute(_NEXT, (last, _CONVERTED_AT_ONCE)).fetchall():
        lines = [(row["id"], Diagnosis.from_json(json.loads(row["diagnosis"]))) for row in part]
        db.executemany(
            "UPDATE line SET likeness = ? WHERE id = ?",
            [(likeness_of(line.policy, line), number) for number, line in lines],
        )
        last = part[-1]["id"]
    db.execute("UPDATE outbox SET format = ?", (FORMAT,))
