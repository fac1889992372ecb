-- Counts that stay right while rows change, how long units took, and what lists and searches are ordered by.

-- The rule that keeps companies apart, worded so that the planner takes half of the rows to pass it. Of `company = x
-- OR x = '*'` it expects one row in two hundred when all companies are seen, and sorts whole tables for one page.
CREATE OR REPLACE FUNCTION tieout_keep_apart(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rule text := 'USING (CASE WHEN current_setting(''tieout.company'', true) = ''*'' THEN true'
        ' ELSE company = current_setting(''tieout.company'', true) END)';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('DROP POLICY IF EXISTS one_company ON %s', guarded);
    EXECUTE format('CREATE POLICY one_company ON %s %s', guarded, rule);
END;
$$;
SELECT tieout_keep_apart(polrelid::regclass) FROM pg_policy WHERE polname = 'one_company';

CREATE TABLE case_tallies (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    code TEXT NOT NULL,
    owner TEXT NOT NULL,
    fault_class TEXT NOT NULL,
    assignee TEXT,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    currency TEXT,
    cases INTEGER NOT NULL,
    stake_minor BIGINT NOT NULL,
    CONSTRAINT case_tallies_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE case_tallies IS 'Open cases counted: every change of a case adds rows, which are folded now and then; their sums are exact';
COMMENT ON COLUMN case_tallies.id IS 'Rises in order of change';
COMMENT ON COLUMN case_tallies.company IS 'The Sage company';
COMMENT ON COLUMN case_tallies.document_kind IS 'Kind of document';
COMMENT ON COLUMN case_tallies.code IS 'Code of the first fault';
COMMENT ON COLUMN case_tallies.owner IS 'The role that settles them';
COMMENT ON COLUMN case_tallies.fault_class IS 'technical, data or policy';
COMMENT ON COLUMN case_tallies.assignee IS 'Who is on them';
COMMENT ON COLUMN case_tallies.snoozed_until IS 'They sleep until then; null when awake';
COMMENT ON COLUMN case_tallies.currency IS 'Currency of the stakes';
COMMENT ON COLUMN case_tallies.cases IS 'How many open cases more or fewer';
COMMENT ON COLUMN case_tallies.stake_minor IS 'How much money at stake more or less, minor units';

SELECT tieout_keep_apart('case_tallies');

CREATE TABLE age_tallies (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    owner TEXT NOT NULL,
    opened_on DATE NOT NULL,
    currency TEXT,
    cases INTEGER NOT NULL,
    stake_minor BIGINT NOT NULL,
    CONSTRAINT age_tallies_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE age_tallies IS 'Open cases counted by owner and day, kept as case_tallies are';
COMMENT ON COLUMN age_tallies.id IS 'Rises in order of change';
COMMENT ON COLUMN age_tallies.company IS 'The Sage company';
COMMENT ON COLUMN age_tallies.owner IS 'The role that settles them';
COMMENT ON COLUMN age_tallies.opened_on IS 'The UK day on which they were opened';
COMMENT ON COLUMN age_tallies.currency IS 'Currency of the stakes';
COMMENT ON COLUMN age_tallies.cases IS 'How many open cases more or fewer';
COMMENT ON COLUMN age_tallies.stake_minor IS 'How much money at stake more or less, minor units';

SELECT tieout_keep_apart('age_tallies');

CREATE TABLE cause_tallies (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    cause TEXT NOT NULL,
    code TEXT NOT NULL,
    owner TEXT NOT NULL,
    fault_class TEXT NOT NULL,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    currency TEXT,
    cases INTEGER NOT NULL,
    stake_minor BIGINT NOT NULL,
    CONSTRAINT cause_tallies_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE cause_tallies IS 'Open cases counted by cause, kept as case_tallies are';
COMMENT ON COLUMN cause_tallies.id IS 'Rises in order of change';
COMMENT ON COLUMN cause_tallies.company IS 'The Sage company';
COMMENT ON COLUMN cause_tallies.cause IS 'What the cases have in common';
COMMENT ON COLUMN cause_tallies.code IS 'Code of the first fault';
COMMENT ON COLUMN cause_tallies.owner IS 'The role that settles them';
COMMENT ON COLUMN cause_tallies.fault_class IS 'technical, data or policy';
COMMENT ON COLUMN cause_tallies.snoozed_until IS 'They sleep until then; null when awake';
COMMENT ON COLUMN cause_tallies.currency IS 'Currency of the stakes';
COMMENT ON COLUMN cause_tallies.cases IS 'How many open cases more or fewer';
COMMENT ON COLUMN cause_tallies.stake_minor IS 'How much money at stake more or less, minor units';

SELECT tieout_keep_apart('cause_tallies');

CREATE TABLE document_tallies (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    documents INTEGER NOT NULL,
    CONSTRAINT document_tallies_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE document_tallies IS 'Documents counted by kind and state, kept as case_tallies are';
COMMENT ON COLUMN document_tallies.id IS 'Rises in order of change';
COMMENT ON COLUMN document_tallies.company IS 'The Sage company';
COMMENT ON COLUMN document_tallies.kind IS 'Kind of document';
COMMENT ON COLUMN document_tallies.state IS 'new, waiting, blocked or done';
COMMENT ON COLUMN document_tallies.documents IS 'How many documents more or fewer';

SELECT tieout_keep_apart('document_tallies');

CREATE TABLE unit_lags (
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    unit TEXT NOT NULL,
    metric TEXT NOT NULL,
    sku TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_on DATE NOT NULL,
    seconds BIGINT NOT NULL,
    target_hours INTEGER NOT NULL,
    CONSTRAINT unit_lags_pkey PRIMARY KEY (company, document_kind, document_key, unit, metric)
);
CREATE INDEX unit_lags_day_idx ON unit_lags (metric, ended_on, seconds, document_key, unit);
COMMENT ON TABLE unit_lags IS 'How long each returned unit took, by the definition of the lag report';
COMMENT ON COLUMN unit_lags.company IS 'The Sage company';
COMMENT ON COLUMN unit_lags.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN unit_lags.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN unit_lags.unit IS 'The unit, as the portal numbers it';
COMMENT ON COLUMN unit_lags.metric IS 'refund_to_saleable or receipt_to_credit';
COMMENT ON COLUMN unit_lags.sku IS 'What it is';
COMMENT ON COLUMN unit_lags.began_at IS 'When its time began to run';
COMMENT ON COLUMN unit_lags.ended_at IS 'When it ended';
COMMENT ON COLUMN unit_lags.ended_on IS 'The UK day on which it ended';
COMMENT ON COLUMN unit_lags.seconds IS 'How long it took; 0 when the end came first';
COMMENT ON COLUMN unit_lags.target_hours IS 'How long the house says that it may take';

SELECT tieout_keep_apart('unit_lags');

CREATE TABLE lag_days (
    company TEXT NOT NULL,
    metric TEXT NOT NULL,
    day DATE NOT NULL,
    units INTEGER NOT NULL,
    median_seconds BIGINT NOT NULL,
    p90_seconds BIGINT NOT NULL,
    beyond_target INTEGER NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT lag_days_pkey PRIMARY KEY (company, metric, day)
);
COMMENT ON TABLE lag_days IS 'Lag of every day, counted from unit_lags';
COMMENT ON COLUMN lag_days.company IS 'The Sage company, or * for all of them together';
COMMENT ON COLUMN lag_days.metric IS 'refund_to_saleable or receipt_to_credit';
COMMENT ON COLUMN lag_days.day IS 'The UK day on which the units reached their end';
COMMENT ON COLUMN lag_days.units IS 'How many units';
COMMENT ON COLUMN lag_days.median_seconds IS 'Half of them took no longer (nearest rank)';
COMMENT ON COLUMN lag_days.p90_seconds IS 'Nine of ten took no longer (nearest rank)';
COMMENT ON COLUMN lag_days.beyond_target IS 'How many took longer than the house says';
COMMENT ON COLUMN lag_days.taken_at IS 'When it was counted';

SELECT tieout_keep_apart('lag_days');

ALTER TABLE cross_references ADD COLUMN value_folded TEXT COLLATE "C" GENERATED ALWAYS AS (lower(value)) STORED NOT NULL;
COMMENT ON COLUMN cross_references.value_folded IS 'The value in lower case, to be found by';
ALTER TABLE documents ADD COLUMN key_folded TEXT COLLATE "C" GENERATED ALWAYS AS (lower(key)) STORED NOT NULL;
COMMENT ON COLUMN documents.key_folded IS 'The key in lower case, to be found by';
CREATE INDEX attempts_started_idx ON attempts (started_at);
CREATE INDEX cases_assignee_idx ON cases (assignee, (CASE WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE due_at END), id) WHERE state = 'open';
CREATE INDEX cases_cause_idx ON cases (cause, (CASE WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE due_at END), id) WHERE state = 'open';
CREATE INDEX cases_code_idx ON cases (code, (CASE WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE due_at END), id) WHERE state = 'open';
CREATE INDEX cases_due_idx ON cases (state, (CASE WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE due_at END), id);
CREATE INDEX cases_opened_idx ON cases (state, opened_at, id);
CREATE INDEX cases_owner_due_idx ON cases (owner, (CASE WHEN due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE due_at END), id) WHERE state = 'open';
CREATE INDEX cases_stake_idx ON cases (state, (CASE WHEN stake_minor IS NULL THEN 0::bigint ELSE stake_minor END), id);
CREATE INDEX cross_references_folded_idx ON cross_references (value_folded);
CREATE INDEX documents_folded_idx ON documents (key_folded);
CREATE INDEX documents_opened_idx ON documents (kind, state, opened_at, company, key);
CREATE INDEX documents_stake_idx ON documents (kind, state, (CASE WHEN stake_minor IS NULL THEN 0::bigint ELSE stake_minor END), company, key);

-- Every change adds rows instead of changing a sum: two workers never wait for one another's counts. What is
-- summed up is exact at every moment; tieout_fold_tallies only makes it fewer rows.
CREATE FUNCTION tieout_tally_case(c cases, times integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stake bigint := times * coalesce(c.stake_minor, 0);
BEGIN
    INSERT INTO case_tallies (company, document_kind, code, owner, fault_class, assignee, snoozed_until, currency, cases,
            stake_minor)
        VALUES (c.company, c.document_kind, c.code, c.owner, c.fault_class, c.assignee, c.snoozed_until, c.currency,
            times, stake);
    INSERT INTO age_tallies (company, owner, opened_on, currency, cases, stake_minor)
        VALUES (c.company, c.owner, (c.opened_at AT TIME ZONE 'Europe/London')::date, c.currency, times, stake);
    INSERT INTO cause_tallies (company, cause, code, owner, fault_class, snoozed_until, currency, cases, stake_minor)
        VALUES (c.company, c.cause, c.code, c.owner, c.fault_class, c.snoozed_until, c.currency, times, stake);
END;
$$;

CREATE FUNCTION tieout_tally_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.state = 'open' THEN
            PERFORM tieout_tally_case(OLD, -1);
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.state = 'open' THEN
            PERFORM tieout_tally_case(NEW, 1);
        END IF;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER cases_tallied AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION tieout_tally_cases();
CREATE TRIGGER cases_tallied_again AFTER UPDATE ON cases FOR EACH ROW
    WHEN ((OLD.state, OLD.company, OLD.document_kind, OLD.code, OLD.owner, OLD.fault_class, OLD.assignee,
            OLD.snoozed_until, OLD.opened_at, OLD.cause, OLD.currency, OLD.stake_minor)
        IS DISTINCT FROM
          (NEW.state, NEW.company, NEW.document_kind, NEW.code, NEW.owner, NEW.fault_class, NEW.assignee,
            NEW.snoozed_until, NEW.opened_at, NEW.cause, NEW.currency, NEW.stake_minor))
    EXECUTE FUNCTION tieout_tally_cases();

CREATE FUNCTION tieout_tally_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO document_tallies (company, kind, state, documents) VALUES (OLD.company, OLD.kind, OLD.state, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO document_tallies (company, kind, state, documents) VALUES (NEW.company, NEW.kind, NEW.state, 1);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER documents_tallied AFTER INSERT OR DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION tieout_tally_documents();
CREATE TRIGGER documents_tallied_again AFTER UPDATE ON documents FOR EACH ROW
    WHEN ((OLD.company, OLD.kind, OLD.state) IS DISTINCT FROM (NEW.company, NEW.kind, NEW.state))
    EXECUTE FUNCTION tieout_tally_documents();

-- Makes many rows of one group into one; who slept until a time that has passed (as_at) is awake. Only one folds at a time:
-- who comes second leaves it.
CREATE FUNCTION tieout_fold_tallies(as_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(7163042003) THEN
        RETURN;
    END IF;
    WITH many AS (
        SELECT id, count(*) OVER (PARTITION BY company, document_kind, code, owner, fault_class, assignee, CASE WHEN snoozed_until > as_at THEN snoozed_until END, currency) AS n
        FROM case_tallies
    ), gone AS (DELETE FROM case_tallies USING many WHERE case_tallies.id = many.id AND many.n > 1 RETURNING case_tallies.*)
    INSERT INTO case_tallies (company, document_kind, code, owner, fault_class, assignee, snoozed_until, currency, cases, stake_minor)
        SELECT company, document_kind, code, owner, fault_class, assignee, CASE WHEN snoozed_until > as_at THEN snoozed_until END, currency, sum(cases), sum(stake_minor)
        FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        HAVING sum(cases) <> 0 OR sum(stake_minor) <> 0;
    WITH many AS (
        SELECT id, count(*) OVER (PARTITION BY company, owner, opened_on, currency) AS n
        FROM age_tallies
    ), gone AS (DELETE FROM age_tallies USING many WHERE age_tallies.id = many.id AND many.n > 1 RETURNING age_tallies.*)
    INSERT INTO age_tallies (company, owner, opened_on, currency, cases, stake_minor)
        SELECT company, owner, opened_on, currency, sum(cases), sum(stake_minor)
        FROM gone GROUP BY 1, 2, 3, 4
        HAVING sum(cases) <> 0 OR sum(stake_minor) <> 0;
    WITH many AS (
        SELECT id, count(*) OVER (PARTITION BY company, cause, code, owner, fault_class, CASE WHEN snoozed_until > as_at THEN snoozed_until END, currency) AS n
        FROM cause_tallies
    ), gone AS (DELETE FROM cause_tallies USING many WHERE cause_tallies.id = many.id AND many.n > 1 RETURNING cause_tallies.*)
    INSERT INTO cause_tallies (company, cause, code, owner, fault_class, snoozed_until, currency, cases, stake_minor)
        SELECT company, cause, code, owner, fault_class, CASE WHEN snoozed_until > as_at THEN snoozed_until END, currency, sum(cases), sum(stake_minor)
        FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7
        HAVING sum(cases) <> 0 OR sum(stake_minor) <> 0;
    WITH many AS (
        SELECT id, count(*) OVER (PARTITION BY company, kind, state) AS n
        FROM document_tallies
    ), gone AS (DELETE FROM document_tallies USING many WHERE document_tallies.id = many.id AND many.n > 1 RETURNING document_tallies.*)
    INSERT INTO document_tallies (company, kind, state, documents)
        SELECT company, kind, state, sum(documents)
        FROM gone GROUP BY 1, 2, 3
        HAVING sum(documents) <> 0;
END;
$$;

INSERT INTO case_tallies (company, document_kind, code, owner, fault_class, assignee, snoozed_until, currency, cases, stake_minor)
    SELECT company, document_kind, code, owner, fault_class, assignee, snoozed_until, currency, count(*), sum(coalesce(stake_minor, 0))
    FROM cases WHERE state = 'open' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO age_tallies (company, owner, opened_on, currency, cases, stake_minor)
    SELECT company, owner, (opened_at AT TIME ZONE 'Europe/London')::date, currency, count(*), sum(coalesce(stake_minor, 0))
    FROM cases WHERE state = 'open' GROUP BY 1, 2, 3, 4;
INSERT INTO cause_tallies (company, cause, code, owner, fault_class, snoozed_until, currency, cases, stake_minor)
    SELECT company, cause, code, owner, fault_class, snoozed_until, currency, count(*), sum(coalesce(stake_minor, 0))
    FROM cases WHERE state = 'open' GROUP BY 1, 2, 3, 4, 5, 6, 7;
INSERT INTO document_tallies (company, kind, state, documents)
    SELECT company, kind, state, count(*)
    FROM documents GROUP BY 1, 2, 3;
