-- Changes to mapping tables that wait for a second person.

CREATE TABLE mapping_proposals (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    table_name TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    changes JSONB NOT NULL,
    why TEXT NOT NULL,
    case_id BIGINT,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_why TEXT,
    CONSTRAINT mapping_proposals_pkey PRIMARY KEY (id),
    CONSTRAINT mapping_proposals_state_check CHECK (state IN ('waiting', 'approved', 'rejected', 'withdrawn'))
);
CREATE INDEX mapping_proposals_waiting_idx ON mapping_proposals (company, table_name, id) WHERE state = 'waiting';
COMMENT ON TABLE mapping_proposals IS 'Changes to mapping tables that somebody asked for; somebody else decides';
COMMENT ON COLUMN mapping_proposals.id IS 'The proposal''s number, as people say it';
COMMENT ON COLUMN mapping_proposals.company IS 'The Sage company';
COMMENT ON COLUMN mapping_proposals.table_name IS 'The mapping table that it changes';
COMMENT ON COLUMN mapping_proposals.owner IS 'The role whose choice its rows are';
COMMENT ON COLUMN mapping_proposals.kind IS 'rows, import or rollback';
COMMENT ON COLUMN mapping_proposals.changes IS 'The rows: key, value before and after, from which day';
COMMENT ON COLUMN mapping_proposals.why IS 'Why, in the proposer''s words';
COMMENT ON COLUMN mapping_proposals.case_id IS 'The case that it is to mend, if any';
COMMENT ON COLUMN mapping_proposals.proposed_by IS 'Who proposed it';
COMMENT ON COLUMN mapping_proposals.proposed_at IS 'When';
COMMENT ON COLUMN mapping_proposals.state IS 'waiting, approved, rejected or withdrawn';
COMMENT ON COLUMN mapping_proposals.decided_by IS 'Who decided';
COMMENT ON COLUMN mapping_proposals.decided_at IS 'When';
COMMENT ON COLUMN mapping_proposals.decided_why IS 'Why, in their words';

SELECT tieout_keep_apart('mapping_proposals');
