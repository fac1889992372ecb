-- Row-level security, partitions and append-only rules.

-- Keeps companies apart in one table: its rows can be read and written only by a transaction that has
-- named their company (or *). FORCE, because the application's role owns its tables.
CREATE FUNCTION tieout_keep_apart(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY one_company ON %s USING (company = current_setting(''tieout.company'', true)'
        ' OR current_setting(''tieout.company'', true) = ''*'')', guarded);
END;
$$;

-- Makes the partition for one month; false when it exists, or when rows of that month have already gone to
-- the default partition (they stay there: nothing depends on which partition holds a row).
CREATE FUNCTION tieout_make_month(parent text, first_day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    month text := parent || to_char(first_day, '"_"YYYY"_"MM');
    next_month date := (first_day + interval '1 month')::date;
    by_column text;
    occupied boolean;
BEGIN
    IF to_regclass(month) IS NOT NULL THEN
        RETURN false;
    END IF;
    SELECT attname INTO by_column FROM pg_partitioned_table, pg_attribute
        WHERE partrelid = parent::regclass AND attrelid = partrelid AND attnum = partattrs[0];
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L AND %I < %L)',
        parent || '_default', by_column, first_day, by_column, next_month) INTO occupied;
    IF occupied THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        month, parent, first_day, next_month);
    PERFORM tieout_keep_apart(month::regclass);
    RETURN true;
END;
$$;

CREATE FUNCTION tieout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE FUNCTION tieout_guard_mapping_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.approved_by IS NOT NULL AND
            (NEW.approved_by, NEW.approved_at) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at))
        OR (OLD.in_force_to IS NOT NULL AND NEW.in_force_to IS DISTINCT FROM OLD.in_force_to)
        OR (NEW.company, NEW.table_name, NEW.key, NEW.value, NEW.in_force_from, NEW.version, NEW.owner, NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.company, OLD.table_name, OLD.key, OLD.value, OLD.in_force_from, OLD.version, OLD.owner, OLD.proposed_by)
    THEN
        RAISE EXCEPTION 'A mapping rule is never changed: close it and add another.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;
CREATE TABLE effects_default PARTITION OF effects DEFAULT;
CREATE TABLE legs_default PARTITION OF legs DEFAULT;
CREATE TABLE audit_default PARTITION OF audit DEFAULT;

SELECT tieout_keep_apart(oid::regclass) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'company' AND NOT attisdropped);

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION tieout_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION tieout_refuse();
CREATE TRIGGER mapping_rules_no_delete BEFORE DELETE ON mapping_rules
    FOR EACH ROW EXECUTE FUNCTION tieout_refuse();
CREATE TRIGGER mapping_rules_unchanged BEFORE UPDATE ON mapping_rules
    FOR EACH ROW EXECUTE FUNCTION tieout_guard_mapping_rule();
