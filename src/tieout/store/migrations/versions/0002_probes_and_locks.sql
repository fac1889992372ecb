-- What was found out about each account; locks met; messages of a ledger that nobody has judged yet.

CREATE TABLE probes (
    account TEXT NOT NULL,
    probed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    edition TEXT NOT NULL,
    release TEXT NOT NULL,
    findings JSONB NOT NULL,
    capabilities JSONB NOT NULL,
    CONSTRAINT probes_pkey PRIMARY KEY (account, probed_at)
);

COMMENT ON TABLE probes IS 'What a system allows, as it answered when it was asked';
COMMENT ON COLUMN probes.account IS 'The account';
COMMENT ON COLUMN probes.probed_at IS 'When it was asked';
COMMENT ON COLUMN probes.edition IS 'Its edition, as far as it shows; empty when it does not';
COMMENT ON COLUMN probes.release IS 'Its release, at least; empty when it does not show';
COMMENT ON COLUMN probes.findings IS 'Every question with its answer';
COMMENT ON COLUMN probes.capabilities IS 'The channel of every command, and why';

CREATE TABLE contentions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    account TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    command TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    record TEXT NOT NULL,
    holder TEXT NOT NULL,
    sentence TEXT NOT NULL,
    CONSTRAINT contentions_pkey PRIMARY KEY (id)
);

CREATE INDEX contentions_company_idx ON contentions (company, at);
COMMENT ON TABLE contentions IS 'Every time a command met a record that somebody else had open';
COMMENT ON COLUMN contentions.id IS 'Rises in order of time';
COMMENT ON COLUMN contentions.company IS 'The Sage company';
COMMENT ON COLUMN contentions.account IS 'The account that said so';
COMMENT ON COLUMN contentions.at IS 'When';
COMMENT ON COLUMN contentions.command IS 'Kind of the command that had to wait';
COMMENT ON COLUMN contentions.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN contentions.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN contentions.record IS 'The record as the system named it; empty when it did not';
COMMENT ON COLUMN contentions.holder IS 'Who had it open; empty when the system did not say';
COMMENT ON COLUMN contentions.sentence IS 'What the system said';

CREATE TABLE ledger_messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    account TEXT NOT NULL,
    shape TEXT NOT NULL,
    example TEXT NOT NULL,
    first_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    times INTEGER DEFAULT '1' NOT NULL,
    judged TEXT DEFAULT '' NOT NULL,
    judged_by TEXT,
    judged_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT ledger_messages_pkey PRIMARY KEY (id),
    CONSTRAINT ledger_messages_company_account_shape_key UNIQUE (company, account, shape),
    CONSTRAINT ledger_messages_judged_check CHECK (judged IN ('', 'lock', 'refusal'))
);

COMMENT ON TABLE ledger_messages IS 'Sentences of a ledger that no lock word matches, one row for each shape';
COMMENT ON COLUMN ledger_messages.id IS 'The message''s number, as people say it';
COMMENT ON COLUMN ledger_messages.company IS 'The Sage company';
COMMENT ON COLUMN ledger_messages.account IS 'The account that said so';
COMMENT ON COLUMN ledger_messages.shape IS 'The sentence with figures and names in quotes left out';
COMMENT ON COLUMN ledger_messages.example IS 'The newest sentence of this shape';
COMMENT ON COLUMN ledger_messages.first_seen IS 'When it was first met';
COMMENT ON COLUMN ledger_messages.last_seen IS 'When it was last met';
COMMENT ON COLUMN ledger_messages.times IS 'How often';
COMMENT ON COLUMN ledger_messages.judged IS 'What a person says it is: lock or refusal; empty while nobody did';
COMMENT ON COLUMN ledger_messages.judged_by IS 'Who judged it';
COMMENT ON COLUMN ledger_messages.judged_at IS 'When';

SELECT tieout_keep_apart('contentions');
SELECT tieout_keep_apart('ledger_messages');
