"""The tables of the state, and the steps from each schema to the next.

A step is never edited once it was released; `APPLICATION` in the header tells the file from other
programs' databases, ``user_version`` how many steps it went through.
"""

from typing import Final

APPLICATION: Final = 0x6C6F6774
"""``logt``: SQLite's application id."""

STEPS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE input (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        device INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        head_length INTEGER NOT NULL,
        head_digest TEXT NOT NULL,
        "offset" INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        tail_digest TEXT NOT NULL,
        last INTEGER,
        open_offset INTEGER,
        open_lines INTEGER NOT NULL,
        open_counts TEXT NOT NULL,
        seen_at INTEGER NOT NULL
    );
    CREATE TABLE progress (
        rotated_set TEXT PRIMARY KEY,
        read_until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE issue (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL UNIQUE,
        tag TEXT NOT NULL,
        category TEXT NOT NULL,
        title TEXT NOT NULL,
        component TEXT,
        template TEXT NOT NULL,
        by_place INTEGER NOT NULL,
        priority TEXT,
        confidence REAL NOT NULL,
        count INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        longest_gap INTEGER NOT NULL,
        resolved_at INTEGER,
        returned_at INTEGER,
        cause INTEGER REFERENCES issue ON DELETE SET NULL,
        sets TEXT NOT NULL,
        told_at INTEGER,
        grown_at INTEGER
    );
    CREATE INDEX issue_alive ON issue (resolved_at) WHERE resolved_at IS NULL;
    CREATE INDEX issue_kin ON issue (tag, category, component);
    CREATE TABLE member (
        key TEXT PRIMARY KEY,
        issue INTEGER NOT NULL REFERENCES issue ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE INDEX member_issue ON member (issue);
    CREATE TABLE hour (
        issue INTEGER NOT NULL REFERENCES issue ON DELETE CASCADE,
        hour INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (issue, hour)
    ) WITHOUT ROWID;
    CREATE TABLE day (
        issue INTEGER NOT NULL REFERENCES issue ON DELETE CASCADE,
        day INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (issue, day)
    ) WITHOUT ROWID;
    CREATE TABLE mute (
        fingerprint TEXT PRIMARY KEY,
        until INTEGER,
        why TEXT NOT NULL,
        created INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        key TEXT NOT NULL UNIQUE,
        destination TEXT NOT NULL,
        message TEXT NOT NULL,
        created INTEGER NOT NULL,
        next_try INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        failure TEXT,
        ended INTEGER
    );
    CREATE TABLE fact (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)
"""SQL that leads from schema k to schema k + 1."""
