"""Fills a fresh database with documents, legs, cases and the rest, in the proportions of a real house.

One in ten documents is on a case with two legs that do not agree; one in fifty waits. Made by the
database itself out of row numbers, so that every run makes the same rows.
"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTHS = 24

_FILL = """
SET synchronous_commit = off;
SET work_mem = '256MB';
SELECT set_config('tieout.company', '*', false);
SELECT tieout_make_month(parent, (date '2024-12-01' + make_interval(months => m))::date)
    FROM generate_series(0, 26) m, unnest(array['events', 'attempts', 'effects', 'legs']) parent;

CREATE TEMPORARY TABLE made AS
SELECT n, CASE WHEN n %% 5 = 0 THEN 'BETA' ELSE 'ACME' END AS company,
    (array['return', 'return', 'return', 'return', 'return', 'return', 'return', 'refund', 'credit note', 'goods'])
        [1 + n %% 10] AS kind,
    to_char(n, 'FM"RMA-"0000000') AS key, at, date_trunc('month', at AT TIME ZONE 'UTC')::date AS opened_month,
    CASE WHEN is_on_case THEN 'blocked' WHEN hash %% 1000 < 120 THEN 'waiting' ELSE 'done' END AS state,
    1000 + hash %% 20000 AS minor, hash, is_on_case
FROM (
    SELECT n, h.hash, h.hash %% 1000 < 100 AS is_on_case,
        timestamptz '{now}' - CASE WHEN h.hash %% 1000 < 100 THEN interval '60 days' ELSE interval '700 days' END
            * ((%(documents)s - n) / %(documents)s::float) AS at
    FROM generate_series(1, %(documents)s) n, LATERAL (SELECT abs(hashint4(n))::bigint AS hash) h
) rows;

INSERT INTO documents (company, kind, key, opened_month, lane_key, lane, state, due_at, touched_at, opened_at,
        settled_at, title, stake_minor, currency)
    SELECT company, kind, key, opened_month, key, 0, state,
        CASE state WHEN 'waiting' THEN timestamptz '{now}' + interval '1 hour' END, at, at,
        CASE state WHEN 'done' THEN at + interval '3 days' END,
        'Return on order #' || (200000 + n), minor, 'GBP' FROM made;

INSERT INTO cross_references (company, document_kind, document_key, system, kind, value)
    SELECT company, kind, key, 'portal', 'rma', key FROM made
    UNION ALL SELECT company, kind, key, 'storefront', 'order name', '#' || (200000 + n) FROM made;

INSERT INTO legs (company, document_kind, document_key, opened_month, system, kind, ref, owner, currency,
        expected_minor, expected_quantity, due_by, declared_at, seen_minor, seen_quantity, seen_reference, seen_at)
    SELECT company, m.kind, key, opened_month, l.system, l.kind, key || '-' || l.number, l.owner,
        CASE WHEN l.is_money THEN 'GBP' END, CASE WHEN l.is_money THEN minor END,
        CASE WHEN NOT l.is_money THEN 1 END,
        CASE state WHEN 'waiting' THEN timestamptz '{now}' + interval '2 days' ELSE at + interval '2 days' END,
        at, CASE WHEN is_seen AND l.is_money THEN minor - CASE WHEN is_wrong THEN 50 ELSE 0 END END,
        CASE WHEN is_seen AND NOT l.is_money THEN 1 END,
        CASE WHEN is_seen THEN l.kind || ' ' || n END, CASE WHEN is_seen THEN at + interval '1 day' END
    FROM made m, (VALUES (1, 'portal', 'received', 'operations', false), (2, 'sage', 'stock in', 'operations', false),
        (3, 'sage', 'credit note', 'finance', true), (4, 'storefront', 'refund', 'finance', true))
        l (number, system, kind, owner, is_money),
    LATERAL (SELECT CASE state WHEN 'done' THEN true WHEN 'waiting' THEN l.number < 4
        ELSE l.number < 3 OR (hash %% 3 = 0 AND l.number = 3) END AS is_seen,
        state = 'blocked' AND hash %% 3 = 0 AND l.number = 3 AS is_wrong) s;

INSERT INTO attempts (company, document_kind, document_key, opened_month, number, process, started_at, finished_at,
        ended, note)
    SELECT company, kind, key, opened_month, 1, 'returns.settle/1', at, at + interval '2 seconds', state, '' FROM made;
INSERT INTO effects (company, key, opened_month, document_kind, document_key, attempt, command, system, content,
        content_hash, state, intended_at, settled_at, reference)
    SELECT company, key || '-3', opened_month, kind, key, 1, 'raise_credit_note', 'sage', '{{}}', '', 'done', at, at,
        'CN' || n FROM made WHERE state <> 'blocked';
INSERT INTO events (received_at, company, document_kind, document_key, account, external_id, kind, occurred_at,
        payload, content_type, handled_at)
    SELECT at, company, kind, key, 'portal', key, 'rma.changed', at, '{{}}', 'application/json', at FROM made;

INSERT INTO cases (company, document_kind, document_key, code, owner, fault_class, faults, stake_minor, currency,
        opened_at, state, assignee, cause, due_at, snoozed_until)
    SELECT company, kind, key, c.code, c.owner, c.fault_class,
        jsonb_build_array(
            jsonb_build_object('code', c.code, 'at', 'line 1', 'saw', 'SKU-' || hash %% 400, 'wanted', '')),
        minor, 'GBP', at, 'open',
        CASE WHEN hash %% 7 = 0 THEN 'user-' || hash %% 20 END, c.code || ':' || hash / 13 %% 60,
        at + interval '4 days', CASE WHEN hash %% 50 = 0 THEN timestamptz '{now}' + interval '1 day' END
    FROM made, LATERAL (SELECT * FROM codes WHERE number = hash / 7 %% (SELECT count(*) FROM codes)) c
    WHERE is_on_case;

INSERT INTO unit_lags (company, document_kind, document_key, unit, metric, sku, began_at, ended_at, ended_on, seconds,
        target_hours)
    SELECT company, kind, key, '1', metric, 'SKU-' || hash %% 400, at, at + make_interval(secs => seconds),
        ((at + make_interval(secs => seconds)) AT TIME ZONE 'Europe/London')::date, seconds, 48
    FROM made, unnest(array['refund_to_saleable', 'receipt_to_credit']) metric,
        LATERAL (SELECT (hash %% 200000 + length(metric))::bigint AS seconds) s
    WHERE state = 'done' AND kind = 'return';
SELECT tieout_fold_tallies(timestamptz '{now}');
"""


def fill(administrator: str, documents: int, codes: list[tuple[str, str, str]]) -> None:
    """Fill a migrated database; `codes` are fault code, owner and class of the cases to open."""
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE codes (number bigint, code text, owner text, fault_class text)")
        with connection.cursor() as cursor:
            rows = [(number, *code) for number, code in enumerate(codes)]
            cursor.executemany("INSERT INTO codes VALUES (%s, %s, %s, %s)", rows)
        for statement in _FILL.format(now=NOW.isoformat()).split(";\n"):
            if statement.strip():
                values = {"documents": documents} if "%(documents)s" in statement else None
                connection.execute(statement if values else statement.replace("%%", "%"), values)
        # What a schedule does every few minutes leaves no room of a million rows in the tables of a few.
        connection.execute("VACUUM FULL case_tallies, age_tallies, cause_tallies, document_tallies")
        connection.execute("VACUUM ANALYZE")
