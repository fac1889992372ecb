-- The first tables. Written once; later changes are later migrations.

CREATE SEQUENCE event_ids AS BIGINT;

CREATE TABLE account_pauses (
    account TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT account_pauses_pkey PRIMARY KEY (account)
);

COMMENT ON TABLE account_pauses IS 'Accounts that are left alone for a while';
COMMENT ON COLUMN account_pauses.account IS 'The account';
COMMENT ON COLUMN account_pauses.until IS 'Nothing is sent before this';
COMMENT ON COLUMN account_pauses.reason IS 'Why, for a person';

CREATE TABLE account_states (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    secret BYTEA NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT account_states_pkey PRIMARY KEY (account, name)
);

COMMENT ON TABLE account_states IS 'Tokens and other secrets that change by themselves';
COMMENT ON COLUMN account_states.account IS 'The account';
COMMENT ON COLUMN account_states.name IS 'What is kept, for instance token';
COMMENT ON COLUMN account_states.secret IS 'Encrypted with the key of this installation';
COMMENT ON COLUMN account_states.updated_at IS 'When it was last written';

CREATE TABLE approvals (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    code TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    reference TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT approvals_pkey PRIMARY KEY (id)
);

CREATE INDEX approvals_document_idx ON approvals (company, document_kind, document_key);
COMMENT ON TABLE approvals IS 'What people decided about one document: overrides and bookings by hand';
COMMENT ON COLUMN approvals.id IS 'Rises in order of approval';
COMMENT ON COLUMN approvals.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN approvals.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN approvals.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN approvals.code IS 'The fault overridden, or booked_by_hand';
COMMENT ON COLUMN approvals.who IS 'Who decided';
COMMENT ON COLUMN approvals.why IS 'The reason they gave';
COMMENT ON COLUMN approvals.reference IS 'Reference in Sage of what was booked by hand';
COMMENT ON COLUMN approvals.at IS 'When';

CREATE TABLE attempts (
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    opened_month DATE NOT NULL,
    number INTEGER NOT NULL,
    process TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    facts JSONB,
    decision JSONB,
    ended TEXT,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT attempts_pkey PRIMARY KEY (company, document_kind, document_key, opened_month, number)
)
 PARTITION BY RANGE (opened_month);

COMMENT ON TABLE attempts IS 'Each time a process worked on a document';
COMMENT ON COLUMN attempts.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN attempts.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN attempts.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN attempts.opened_month IS 'First day of the month in which the document was opened; the partition';
COMMENT ON COLUMN attempts.number IS '1 for the first attempt at the document';
COMMENT ON COLUMN attempts.process IS 'Process and version, for instance returns.settle/1';
COMMENT ON COLUMN attempts.started_at IS 'When the attempt began';
COMMENT ON COLUMN attempts.finished_at IS 'When it ended; null while it runs or if it was cut off';
COMMENT ON COLUMN attempts.facts IS 'Everything that was gathered';
COMMENT ON COLUMN attempts.decision IS 'The plan or the faults, recorded before anything was performed';
COMMENT ON COLUMN attempts.ended IS 'How it ended; null while it runs';
COMMENT ON COLUMN attempts.note IS 'One sentence for the timeline';

CREATE TABLE audit (
    company TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before JSONB,
    after JSONB,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (company, seq, at)
)
 PARTITION BY RANGE (at);

CREATE INDEX audit_subject_idx ON audit (company, subject);
COMMENT ON TABLE audit IS 'What people changed; append-only and hash-chained';
COMMENT ON COLUMN audit.company IS 'The Sage company, or * for the whole installation; each has a chain';
COMMENT ON COLUMN audit.seq IS '1, 2, 3 ... without gaps';
COMMENT ON COLUMN audit.at IS 'When; the partition';
COMMENT ON COLUMN audit.who IS 'Who acted';
COMMENT ON COLUMN audit.action IS 'What they did, noun.verbed';
COMMENT ON COLUMN audit.subject IS 'To what';
COMMENT ON COLUMN audit.before IS 'Before';
COMMENT ON COLUMN audit.after IS 'After';
COMMENT ON COLUMN audit.previous_hash IS 'Hash of the row before; empty for the first';
COMMENT ON COLUMN audit.hash IS 'SHA-256 over this row and the previous hash';

CREATE TABLE audit_heads (
    company TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_heads_pkey PRIMARY KEY (company)
);

COMMENT ON TABLE audit_heads IS 'The end of each audit chain: shows rows cut off, and puts writers in line';
COMMENT ON COLUMN audit_heads.company IS 'The chain';
COMMENT ON COLUMN audit_heads.seq IS 'Number of the chain''s last row';
COMMENT ON COLUMN audit_heads.hash IS 'Hash of the chain''s last row';

CREATE TABLE cases (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    code TEXT NOT NULL,
    owner TEXT NOT NULL,
    fault_class TEXT NOT NULL,
    faults JSONB NOT NULL,
    stake_minor BIGINT,
    currency TEXT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    assignee TEXT,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by TEXT,
    closed_how TEXT,
    seen_again INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT cases_pkey PRIMARY KEY (id),
    CONSTRAINT cases_state_check CHECK (state IN ('open', 'closed'))
);

CREATE INDEX cases_document_idx ON cases (company, document_kind, document_key);
CREATE UNIQUE INDEX cases_one_open_idx ON cases (company, document_kind, document_key) WHERE state = 'open';
CREATE INDEX cases_owner_idx ON cases (company, owner, opened_at) WHERE state = 'open';
COMMENT ON TABLE cases IS 'Exceptions: trouble with one document that a person settles';
COMMENT ON COLUMN cases.id IS 'The case''s number, as people say it';
COMMENT ON COLUMN cases.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN cases.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN cases.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN cases.code IS 'Code of the first fault';
COMMENT ON COLUMN cases.owner IS 'The role that settles it';
COMMENT ON COLUMN cases.fault_class IS 'technical or data';
COMMENT ON COLUMN cases.faults IS 'All faults with their figures';
COMMENT ON COLUMN cases.stake_minor IS 'Money at stake, minor units';
COMMENT ON COLUMN cases.currency IS 'Currency of the stake';
COMMENT ON COLUMN cases.opened_at IS 'When it was opened';
COMMENT ON COLUMN cases.state IS 'open or closed';
COMMENT ON COLUMN cases.assignee IS 'Who is on it';
COMMENT ON COLUMN cases.closed_at IS 'When it was closed';
COMMENT ON COLUMN cases.closed_by IS 'Who closed it; the process when the trouble went away';
COMMENT ON COLUMN cases.closed_how IS 'What was done';
COMMENT ON COLUMN cases.seen_again IS 'How often the trouble came up again while open';

CREATE TABLE cross_references (
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT cross_references_pkey PRIMARY KEY (company, document_kind, document_key, system, kind, value)
);

CREATE INDEX cross_references_value_idx ON cross_references (value, company);
COMMENT ON TABLE cross_references IS 'What every system calls a document';
COMMENT ON COLUMN cross_references.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN cross_references.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN cross_references.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN cross_references.system IS 'The system that knows the document by this value';
COMMENT ON COLUMN cross_references.kind IS 'What the value is, for instance order_number';
COMMENT ON COLUMN cross_references.value IS 'The value';

CREATE TABLE documents (
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    opened_month DATE NOT NULL,
    lane_key TEXT NOT NULL,
    lane INTEGER NOT NULL,
    state TEXT DEFAULT 'new' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    touched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    touches BIGINT DEFAULT '1' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    troubled_since TIMESTAMP WITH TIME ZONE,
    troubled_by TEXT DEFAULT '' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    title TEXT DEFAULT '' NOT NULL,
    stake_minor BIGINT,
    currency TEXT,
    CONSTRAINT documents_pkey PRIMARY KEY (company, kind, key),
    CONSTRAINT documents_state_check CHECK (state IN ('new', 'waiting', 'blocked', 'done'))
);

CREATE INDEX documents_due_idx ON documents (due_at) INCLUDE (company, lane, kind) WHERE due_at IS NOT NULL;
CREATE INDEX documents_lane_due_idx ON documents (company, lane, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX documents_state_idx ON documents (company, state, touched_at);
COMMENT ON TABLE documents IS 'One row per business document: its state and when it is due';
COMMENT ON COLUMN documents.company IS 'The Sage company';
COMMENT ON COLUMN documents.kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN documents.key IS 'The document''s key within its kind';
COMMENT ON COLUMN documents.opened_month IS 'First day of the month in which the document was opened; the partition';
COMMENT ON COLUMN documents.lane_key IS 'What keeps documents in one order, for instance the sales order';
COMMENT ON COLUMN documents.lane IS 'Stable hash of the lane key, modulo the company''s lanes';
COMMENT ON COLUMN documents.state IS 'new, waiting, blocked or done';
COMMENT ON COLUMN documents.due_at IS 'When it is to be worked on next; null when only an event can wake it';
COMMENT ON COLUMN documents.touched_at IS 'When something last happened to it';
COMMENT ON COLUMN documents.touches IS 'Counts what happened to it';
COMMENT ON COLUMN documents.attempts IS 'How many attempts have been made';
COMMENT ON COLUMN documents.troubled_since IS 'Since when remote systems have kept it from ending';
COMMENT ON COLUMN documents.troubled_by IS 'What has kept it from ending: another trouble starts counting anew';
COMMENT ON COLUMN documents.opened_at IS 'When we first heard of it';
COMMENT ON COLUMN documents.settled_at IS 'When it last came to be done';
COMMENT ON COLUMN documents.title IS 'What a person would call it';
COMMENT ON COLUMN documents.stake_minor IS 'Money at stake, minor units';
COMMENT ON COLUMN documents.currency IS 'Currency of the stake';

CREATE TABLE effects (
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    opened_month DATE NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    command TEXT NOT NULL,
    system TEXT NOT NULL,
    content JSONB NOT NULL,
    content_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    tries INTEGER DEFAULT '0' NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    reference TEXT,
    answer JSONB,
    reason TEXT,
    CONSTRAINT effects_pkey PRIMARY KEY (company, key, opened_month),
    CONSTRAINT effects_state_check CHECK (state IN ('intended', 'done', 'refused', 'withdrawn'))
)
 PARTITION BY RANGE (opened_month);

CREATE INDEX effects_document_idx ON effects (company, document_kind, document_key);
CREATE INDEX effects_about_idx ON effects (company, about) WHERE about <> '';
CREATE INDEX effects_open_idx ON effects (company, system, intended_at) WHERE state = 'intended';
COMMENT ON TABLE effects IS 'Everything we did, or set out to do, in a remote system';
COMMENT ON COLUMN effects.company IS 'The Sage company';
COMMENT ON COLUMN effects.key IS 'The command''s key, written into the remote system and searched for there';
COMMENT ON COLUMN effects.opened_month IS 'First day of the month in which the document was opened; the partition';
COMMENT ON COLUMN effects.document_kind IS 'Kind of document';
COMMENT ON COLUMN effects.document_key IS 'The document''s key';
COMMENT ON COLUMN effects.attempt IS 'The attempt that intended it';
COMMENT ON COLUMN effects.command IS 'Name of the command';
COMMENT ON COLUMN effects.system IS 'The remote system it changes';
COMMENT ON COLUMN effects.content IS 'What was to be told, whole';
COMMENT ON COLUMN effects.content_hash IS 'Digest of the content: same key and another hash is a fault';
COMMENT ON COLUMN effects.state IS 'intended, done, refused or withdrawn';
COMMENT ON COLUMN effects.intended_at IS 'When the intent was committed, before anything was sent';
COMMENT ON COLUMN effects.about IS 'The sales order that it concerns, if any';
COMMENT ON COLUMN effects.sent_at IS 'When a request that may have arrived was last sent; null when none is in doubt';
COMMENT ON COLUMN effects.tries IS 'How many times it has been sent in this attempt';
COMMENT ON COLUMN effects.settled_at IS 'When it left the state intended';
COMMENT ON COLUMN effects.reference IS 'The remote system''s reference for it';
COMMENT ON COLUMN effects.answer IS 'What the remote system answered';
COMMENT ON COLUMN effects.reason IS 'Why it was refused or withdrawn';

CREATE TABLE event_keys (
    account TEXT NOT NULL,
    external_id TEXT NOT NULL,
    CONSTRAINT event_keys_pkey PRIMARY KEY (account, external_id)
);

COMMENT ON TABLE event_keys IS 'One row per event ever received: duplicates are found here, whatever the month';
COMMENT ON COLUMN event_keys.account IS 'The account that the event came from';
COMMENT ON COLUMN event_keys.external_id IS 'The sender''s own id of the event';

CREATE TABLE events (
    id BIGINT DEFAULT nextval('event_ids') NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    account TEXT NOT NULL,
    external_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    payload BYTEA NOT NULL,
    content_type TEXT NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT events_pkey PRIMARY KEY (id, received_at)
)
 PARTITION BY RANGE (received_at);

CREATE INDEX events_document_idx ON events (company, document_kind, document_key, received_at);
COMMENT ON TABLE events IS 'Everything that any system told us, raw';
COMMENT ON COLUMN events.id IS 'Our number of the event, rising in order of receipt';
COMMENT ON COLUMN events.received_at IS 'When we received it; the partition';
COMMENT ON COLUMN events.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN events.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN events.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN events.account IS 'The account that the event came from';
COMMENT ON COLUMN events.external_id IS 'The sender''s own id of the event';
COMMENT ON COLUMN events.kind IS 'What happened, in the sender''s or the sweep''s words';
COMMENT ON COLUMN events.occurred_at IS 'When it happened, as the sender says';
COMMENT ON COLUMN events.payload IS 'The body exactly as received';
COMMENT ON COLUMN events.content_type IS 'Media type of the body';
COMMENT ON COLUMN events.handled_at IS 'When an attempt that knew of this event ended; null while it waits';

CREATE TABLE legs (
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    opened_month DATE NOT NULL,
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT DEFAULT '' NOT NULL,
    owner TEXT DEFAULT '' NOT NULL,
    currency TEXT,
    expected_minor BIGINT,
    expected_quantity NUMERIC,
    due_by TIMESTAMP WITH TIME ZONE,
    declared_at TIMESTAMP WITH TIME ZONE,
    seen_minor BIGINT,
    seen_quantity NUMERIC,
    seen_reference TEXT,
    seen_at TIMESTAMP WITH TIME ZONE,
    waived_by TEXT,
    waived_why TEXT,
    waived_at TIMESTAMP WITH TIME ZONE,
    agreed BOOLEAN GENERATED ALWAYS AS (declared_at IS NOT NULL AND seen_at IS NOT NULL AND coalesce(expected_minor = seen_minor, expected_minor IS NULL) AND coalesce(expected_quantity = seen_quantity, expected_quantity IS NULL)) STORED,
    CONSTRAINT legs_pkey PRIMARY KEY (company, document_kind, document_key, opened_month, system, kind, ref)
)
 PARTITION BY RANGE (opened_month);

CREATE INDEX legs_ref_idx ON legs (company, ref);
CREATE INDEX legs_open_idx ON legs (company, due_by) WHERE NOT agreed AND waived_at IS NULL;
COMMENT ON TABLE legs IS 'Each statement that a document should be visible in a system, and what was seen';
COMMENT ON COLUMN legs.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN legs.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN legs.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN legs.opened_month IS 'First day of the month in which the document was opened; the partition';
COMMENT ON COLUMN legs.system IS 'The system in which it should be visible';
COMMENT ON COLUMN legs.kind IS 'What should be visible, for instance credit_note';
COMMENT ON COLUMN legs.ref IS 'Tells legs of one kind apart, for instance a line; empty when there is one';
COMMENT ON COLUMN legs.owner IS 'The role that owns trouble with it';
COMMENT ON COLUMN legs.currency IS 'Currency of both amounts';
COMMENT ON COLUMN legs.expected_minor IS 'Amount expected, minor units';
COMMENT ON COLUMN legs.expected_quantity IS 'Quantity expected';
COMMENT ON COLUMN legs.due_by IS 'When it must have been seen';
COMMENT ON COLUMN legs.declared_at IS 'When a plan declared it; null for a leg that nobody expected';
COMMENT ON COLUMN legs.seen_minor IS 'Amount seen by an independent read, minor units';
COMMENT ON COLUMN legs.seen_quantity IS 'Quantity seen';
COMMENT ON COLUMN legs.seen_reference IS 'Reference under which it was seen';
COMMENT ON COLUMN legs.seen_at IS 'When it was last seen';
COMMENT ON COLUMN legs.waived_by IS 'Who said that it need not agree';
COMMENT ON COLUMN legs.waived_why IS 'Why';
COMMENT ON COLUMN legs.waived_at IS 'When';
COMMENT ON COLUMN legs.agreed IS 'Declared, seen, and both figures are equal';

CREATE TABLE mapping_rules (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    value JSONB NOT NULL,
    in_force_from DATE NOT NULL,
    in_force_to DATE,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT mapping_rules_pkey PRIMARY KEY (id),
    CONSTRAINT mapping_rules_company_table_name_key_version_key UNIQUE (company, table_name, key, version)
);

COMMENT ON TABLE mapping_rules IS 'Business choices with their dates in force; kept for ever';
COMMENT ON COLUMN mapping_rules.id IS 'The rule''s number, named on every plan that used it';
COMMENT ON COLUMN mapping_rules.company IS 'The Sage company';
COMMENT ON COLUMN mapping_rules.table_name IS 'The mapping, for instance reason_to_disposition';
COMMENT ON COLUMN mapping_rules.key IS 'What is mapped';
COMMENT ON COLUMN mapping_rules.value IS 'What it is mapped to';
COMMENT ON COLUMN mapping_rules.in_force_from IS 'First day in force';
COMMENT ON COLUMN mapping_rules.in_force_to IS 'First day no longer in force; null while in force';
COMMENT ON COLUMN mapping_rules.version IS '1 for the first rule of this key';
COMMENT ON COLUMN mapping_rules.owner IS 'The role that owns the choice';
COMMENT ON COLUMN mapping_rules.proposed_by IS 'Who proposed it';
COMMENT ON COLUMN mapping_rules.approved_by IS 'Who approved it; null while it is only proposed';
COMMENT ON COLUMN mapping_rules.approved_at IS 'When';

CREATE TABLE quotas (
    account TEXT NOT NULL,
    day DATE NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT quotas_pkey PRIMARY KEY (account, day)
);

COMMENT ON TABLE quotas IS 'How much of a daily budget of calls has been spent';
COMMENT ON COLUMN quotas.account IS 'The account';
COMMENT ON COLUMN quotas.day IS 'The day that the system counts by';
COMMENT ON COLUMN quotas.used IS 'Calls spent';

CREATE TABLE schedule_runs (
    name TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT schedule_runs_pkey PRIMARY KEY (name, due_at)
);

COMMENT ON TABLE schedule_runs IS 'Every run of every schedule';
COMMENT ON COLUMN schedule_runs.name IS 'The schedule';
COMMENT ON COLUMN schedule_runs.due_at IS 'The time it was due';
COMMENT ON COLUMN schedule_runs.started_at IS 'When it started';
COMMENT ON COLUMN schedule_runs.finished_at IS 'When it ended; null while it runs or if it was cut off';
COMMENT ON COLUMN schedule_runs.outcome IS 'done or failed; null while it runs';
COMMENT ON COLUMN schedule_runs.note IS 'One sentence';

CREATE TABLE sweeps (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    high_water TEXT DEFAULT '' NOT NULL,
    ran_at TIMESTAMP WITH TIME ZONE NOT NULL,
    counted JSONB NOT NULL,
    CONSTRAINT sweeps_pkey PRIMARY KEY (account, name)
);

COMMENT ON TABLE sweeps IS 'How far each independent listing has come';
COMMENT ON COLUMN sweeps.account IS 'The account';
COMMENT ON COLUMN sweeps.name IS 'What is listed';
COMMENT ON COLUMN sweeps.high_water IS 'Where the next sweep goes on; empty at first';
COMMENT ON COLUMN sweeps.ran_at IS 'When it last ran';
COMMENT ON COLUMN sweeps.counted IS 'What it counted';
