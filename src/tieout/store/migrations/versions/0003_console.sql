-- People at the console, what they say and keep; alerts and notices; webhooks; the debt's history.

ALTER TABLE cases ADD COLUMN cause TEXT DEFAULT '' NOT NULL;
ALTER TABLE cases ADD COLUMN due_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE cases ADD COLUMN snoozed_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE cases ADD COLUMN snoozed_why TEXT;
ALTER TABLE cases ADD COLUMN came_back INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE cases ADD COLUMN settled_where TEXT;
COMMENT ON COLUMN cases.cause IS 'What this case has in common with others: one fix settles all of one cause';
COMMENT ON COLUMN cases.due_at IS 'When it must be settled; null on cases of earlier releases';
COMMENT ON COLUMN cases.snoozed_until IS 'It sleeps until then; null when awake';
COMMENT ON COLUMN cases.snoozed_why IS 'Why it sleeps, or whom it waits for';
COMMENT ON COLUMN cases.came_back IS 'How often a case of the same fault on this document had been closed before';
COMMENT ON COLUMN cases.settled_where IS 'Where it was fixed: source, mapping, sage, override or itself';
CREATE INDEX audit_at_idx ON audit (at, company, seq);
CREATE INDEX audit_who_idx ON audit (who, at);

CREATE TABLE users (
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    roles JSONB NOT NULL,
    companies JSONB NOT NULL,
    password_hash TEXT,
    subject TEXT,
    state TEXT DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    password_set_at TIMESTAMP WITH TIME ZONE,
    temporary_until TIMESTAMP WITH TIME ZONE,
    last_sign_in_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    preferences JSONB NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (name),
    CONSTRAINT users_state_check CHECK (state IN ('active', 'closed'))
);
CREATE UNIQUE INDEX users_subject_idx ON users (subject);
COMMENT ON TABLE users IS 'People who may sign in';
COMMENT ON COLUMN users.name IS 'The name that the person signs in with, lower case';
COMMENT ON COLUMN users.display_name IS 'What others see';
COMMENT ON COLUMN users.email IS 'Where alerts and mentions go; empty when none';
COMMENT ON COLUMN users.roles IS 'The roles, as a list of names';
COMMENT ON COLUMN users.companies IS 'The companies that the person may see, as a list; empty means all';
COMMENT ON COLUMN users.password_hash IS 'Argon2 hash; null for people who sign in elsewhere';
COMMENT ON COLUMN users.subject IS 'Issuer and subject of the single sign-on; null for people with a password';
COMMENT ON COLUMN users.state IS 'active or closed';
COMMENT ON COLUMN users.created_at IS 'When the user was made';
COMMENT ON COLUMN users.password_set_at IS 'When the password was last set';
COMMENT ON COLUMN users.temporary_until IS 'When a password that somebody else gave ends; null once its owner has chosen one';
COMMENT ON COLUMN users.last_sign_in_at IS 'When they last signed in';
COMMENT ON COLUMN users.expires_at IS 'When access ends by itself, for support; null when it does not';
COMMENT ON COLUMN users.preferences IS 'Density, theme, shortcuts';

CREATE TABLE sessions (
    id_hash TEXT NOT NULL,
    user_name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    flash JSONB,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT,
    CONSTRAINT sessions_pkey PRIMARY KEY (id_hash)
);
CREATE INDEX sessions_user_idx ON sessions (user_name, created_at);
COMMENT ON TABLE sessions IS 'Who is signed in, from where';
COMMENT ON COLUMN sessions.id_hash IS 'SHA-256 of the session''s id, which only the browser has';
COMMENT ON COLUMN sessions.user_name IS 'Whose session it is';
COMMENT ON COLUMN sessions.created_at IS 'When they signed in';
COMMENT ON COLUMN sessions.last_seen_at IS 'When it was last used';
COMMENT ON COLUMN sessions.expires_at IS 'When it ends by itself';
COMMENT ON COLUMN sessions.address IS 'Where from';
COMMENT ON COLUMN sessions.agent IS 'With which browser';
COMMENT ON COLUMN sessions.flash IS 'What the next page is to say once; null when nothing';
COMMENT ON COLUMN sessions.ended_at IS 'When it was ended; null while it runs';
COMMENT ON COLUMN sessions.ended_by IS 'Who ended it';

CREATE TABLE sign_in_hops (
    id_hash TEXT NOT NULL,
    next_page TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT sign_in_hops_pkey PRIMARY KEY (id_hash)
);
COMMENT ON TABLE sign_in_hops IS 'People who have gone to sign in elsewhere and are not back yet; each comes back once';
COMMENT ON COLUMN sign_in_hops.id_hash IS 'SHA-256 of the hop''s secret, which only the browser has';
COMMENT ON COLUMN sign_in_hops.next_page IS 'Where they wanted to go';
COMMENT ON COLUMN sign_in_hops.at IS 'When they went';

CREATE TABLE sign_in_failures (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT sign_in_failures_pkey PRIMARY KEY (id)
);
CREATE INDEX sign_in_failures_address_idx ON sign_in_failures (address, at);
CREATE INDEX sign_in_failures_name_idx ON sign_in_failures (name, at);
COMMENT ON TABLE sign_in_failures IS 'Sign-ins that failed, for the throttle';
COMMENT ON COLUMN sign_in_failures.id IS 'Rises in order of time';
COMMENT ON COLUMN sign_in_failures.name IS 'The name that was tried, lower case';
COMMENT ON COLUMN sign_in_failures.address IS 'Where from';
COMMENT ON COLUMN sign_in_failures.at IS 'When';

CREATE TABLE api_tokens (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    hint TEXT NOT NULL,
    user_name TEXT NOT NULL,
    scopes JSONB NOT NULL,
    companies JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_by TEXT,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX api_tokens_hash_idx ON api_tokens (token_hash);
COMMENT ON TABLE api_tokens IS 'Keys of programs to the JSON API';
COMMENT ON COLUMN api_tokens.id IS 'The token''s number';
COMMENT ON COLUMN api_tokens.name IS 'What it is for';
COMMENT ON COLUMN api_tokens.token_hash IS 'SHA-256 of the token, which is shown once';
COMMENT ON COLUMN api_tokens.hint IS 'Its first characters, to tell tokens apart';
COMMENT ON COLUMN api_tokens.user_name IS 'Who made it and answers for it';
COMMENT ON COLUMN api_tokens.scopes IS 'What it may do, as a list of permissions';
COMMENT ON COLUMN api_tokens.companies IS 'The companies that it may see, as a list; empty means all that its user may';
COMMENT ON COLUMN api_tokens.created_at IS 'When it was made';
COMMENT ON COLUMN api_tokens.expires_at IS 'When it ends by itself';
COMMENT ON COLUMN api_tokens.last_used_at IS 'When it was last used';
COMMENT ON COLUMN api_tokens.revoked_at IS 'When it was revoked; null while it holds';
COMMENT ON COLUMN api_tokens.revoked_by IS 'Who revoked it';

CREATE TABLE saved_views (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    owner TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    page TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT saved_views_pkey PRIMARY KEY (id),
    CONSTRAINT saved_views_owner_kind_check CHECK (owner_kind IN ('user', 'role'))
);
CREATE UNIQUE INDEX saved_views_owner_idx ON saved_views (owner_kind, owner, page, name);
COMMENT ON TABLE saved_views IS 'Filters that people keep';
COMMENT ON COLUMN saved_views.id IS 'The view''s number';
COMMENT ON COLUMN saved_views.owner IS 'The user, or the role, that it belongs to';
COMMENT ON COLUMN saved_views.owner_kind IS 'user or role';
COMMENT ON COLUMN saved_views.page IS 'The page that it is a view of, for instance exceptions';
COMMENT ON COLUMN saved_views.name IS 'What it is called';
COMMENT ON COLUMN saved_views.query IS 'The filters, as they stand in the address';
COMMENT ON COLUMN saved_views.created_at IS 'When it was saved';

CREATE TABLE comments (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    document_key TEXT NOT NULL,
    case_id BIGINT,
    who TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    said TEXT NOT NULL,
    mentions JSONB NOT NULL,
    CONSTRAINT comments_pkey PRIMARY KEY (id)
);
CREATE INDEX comments_document_idx ON comments (company, document_kind, document_key, at);
COMMENT ON TABLE comments IS 'What people said about a document or its case';
COMMENT ON COLUMN comments.id IS 'Rises in order of time';
COMMENT ON COLUMN comments.company IS 'The Sage company that the document belongs to';
COMMENT ON COLUMN comments.document_kind IS 'Kind of document, for instance return';
COMMENT ON COLUMN comments.document_key IS 'The document''s key within its kind';
COMMENT ON COLUMN comments.case_id IS 'The case it was written on; null on a document';
COMMENT ON COLUMN comments.who IS 'Who wrote it';
COMMENT ON COLUMN comments.at IS 'When';
COMMENT ON COLUMN comments.said IS 'The text';
COMMENT ON COLUMN comments.mentions IS 'The users named in it, as a list';

SELECT tieout_keep_apart('comments');

CREATE TABLE bulk_acts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    key TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    arguments JSONB NOT NULL,
    filter JSONB NOT NULL,
    asked INTEGER NOT NULL,
    done INTEGER DEFAULT '0' NOT NULL,
    refused JSONB NOT NULL,
    state TEXT DEFAULT 'running' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT bulk_acts_pkey PRIMARY KEY (id),
    CONSTRAINT bulk_acts_state_check CHECK (state IN ('running', 'done', 'failed'))
);
CREATE UNIQUE INDEX bulk_acts_key_idx ON bulk_acts (who, key);
COMMENT ON TABLE bulk_acts IS 'Acts over many cases at once, with their progress';
COMMENT ON COLUMN bulk_acts.id IS 'The act''s number';
COMMENT ON COLUMN bulk_acts.company IS 'The company it was scoped to, or * for all';
COMMENT ON COLUMN bulk_acts.key IS 'Sent by the form: the same key is the same act';
COMMENT ON COLUMN bulk_acts.who IS 'Who asked for it';
COMMENT ON COLUMN bulk_acts.action IS 'What is done to each, for instance retry or assign';
COMMENT ON COLUMN bulk_acts.arguments IS 'With what, for instance the reason';
COMMENT ON COLUMN bulk_acts.filter IS 'Over which cases: a filter, or a list of numbers';
COMMENT ON COLUMN bulk_acts.asked IS 'How many the person saw';
COMMENT ON COLUMN bulk_acts.done IS 'How many are done';
COMMENT ON COLUMN bulk_acts.refused IS 'Cases it could not be done to, each with the reason';
COMMENT ON COLUMN bulk_acts.state IS 'running, done or failed';
COMMENT ON COLUMN bulk_acts.started_at IS 'When it was asked for';
COMMENT ON COLUMN bulk_acts.finished_at IS 'When it ended; null while it runs';

SELECT tieout_keep_apart('bulk_acts');

CREATE TABLE suggestions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    case_id BIGINT,
    kind TEXT NOT NULL,
    table_name TEXT DEFAULT '' NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    suggested JSONB NOT NULL,
    evidence JSONB NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,
    answered_by TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT suggestions_pkey PRIMARY KEY (id),
    CONSTRAINT suggestions_answer_check CHECK (answer IN ('', 'applied', 'dismissed'))
);
CREATE INDEX suggestions_case_idx ON suggestions (company, case_id);
COMMENT ON TABLE suggestions IS 'What Tieout suggested, and what people made of it';
COMMENT ON COLUMN suggestions.id IS 'The suggestion''s number';
COMMENT ON COLUMN suggestions.company IS 'The Sage company';
COMMENT ON COLUMN suggestions.case_id IS 'The case it was made for, if any';
COMMENT ON COLUMN suggestions.kind IS 'What is suggested, for instance mapping or explanation';
COMMENT ON COLUMN suggestions.table_name IS 'The mapping table; empty for others';
COMMENT ON COLUMN suggestions.key IS 'What is mapped; empty for others';
COMMENT ON COLUMN suggestions.suggested IS 'The suggestion';
COMMENT ON COLUMN suggestions.evidence IS 'What it rests on';
COMMENT ON COLUMN suggestions.made_by IS 'rules, or the model that was asked';
COMMENT ON COLUMN suggestions.made_at IS 'When';
COMMENT ON COLUMN suggestions.answer IS 'applied, dismissed or empty while nobody answered';
COMMENT ON COLUMN suggestions.answered_by IS 'Who answered';
COMMENT ON COLUMN suggestions.answered_at IS 'When';

SELECT tieout_keep_apart('suggestions');

CREATE TABLE webhooks (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    url TEXT NOT NULL,
    events JSONB NOT NULL,
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until TIMESTAMP WITH TIME ZONE,
    state TEXT DEFAULT 'active' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    closed_why TEXT DEFAULT '' NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (id),
    CONSTRAINT webhooks_state_check CHECK (state IN ('active', 'closed'))
);
COMMENT ON TABLE webhooks IS 'Whom we tell of our events';
COMMENT ON COLUMN webhooks.id IS 'The webhook''s number';
COMMENT ON COLUMN webhooks.company IS 'The company whose events it is told, or * for all';
COMMENT ON COLUMN webhooks.url IS 'Where to';
COMMENT ON COLUMN webhooks.events IS 'The events it wants, as a list';
COMMENT ON COLUMN webhooks.secret IS 'Signing secret, encrypted with the key of this installation';
COMMENT ON COLUMN webhooks.previous_secret IS 'The secret before the last change, encrypted; null when none';
COMMENT ON COLUMN webhooks.previous_until IS 'Until when messages are signed with the previous secret too';
COMMENT ON COLUMN webhooks.state IS 'active or closed';
COMMENT ON COLUMN webhooks.failing_since IS 'Since when nothing was taken; null while it takes what it is told';
COMMENT ON COLUMN webhooks.closed_why IS 'Why it is closed; empty while active';
COMMENT ON COLUMN webhooks.created_by IS 'Who made it';
COMMENT ON COLUMN webhooks.created_at IS 'When';

SELECT tieout_keep_apart('webhooks');
-- A transaction of one company must see who wants to be told of all: it writes the message beside what happened.
CREATE POLICY every_company ON webhooks FOR SELECT USING (company = '*');

CREATE TABLE webhook_messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    webhook_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    event TEXT NOT NULL,
    body JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    tries INTEGER DEFAULT '0' NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT webhook_messages_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_messages_state_check CHECK (state IN ('waiting', 'delivered', 'given_up'))
);
CREATE INDEX webhook_messages_due_idx ON webhook_messages (due_at);
CREATE INDEX webhook_messages_webhook_idx ON webhook_messages (webhook_id, id);
CREATE UNIQUE INDEX webhook_messages_once_idx ON webhook_messages (company, webhook_id, message_id);
COMMENT ON TABLE webhook_messages IS 'Messages to webhooks, with proof of delivery';
COMMENT ON COLUMN webhook_messages.id IS 'Rises in order of time';
COMMENT ON COLUMN webhook_messages.company IS 'The company that it is about, or *';
COMMENT ON COLUMN webhook_messages.webhook_id IS 'The webhook it goes to';
COMMENT ON COLUMN webhook_messages.message_id IS 'The id that the receiver may tell duplicates by';
COMMENT ON COLUMN webhook_messages.event IS 'The event, for instance case.opened';
COMMENT ON COLUMN webhook_messages.body IS 'What is told';
COMMENT ON COLUMN webhook_messages.made_at IS 'When it happened';
COMMENT ON COLUMN webhook_messages.due_at IS 'When it is to be sent next; null when it is over';
COMMENT ON COLUMN webhook_messages.tries IS 'How often it was sent';
COMMENT ON COLUMN webhook_messages.state IS 'waiting, delivered or given_up';
COMMENT ON COLUMN webhook_messages.answer IS 'What the receiver answered last';
COMMENT ON COLUMN webhook_messages.settled_at IS 'When it left the state waiting';

SELECT tieout_keep_apart('webhook_messages');

CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    owner TEXT NOT NULL,
    ladder TEXT NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    times INTEGER NOT NULL,
    stake_minor BIGINT,
    currency TEXT,
    records JSONB NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    told_times INTEGER DEFAULT '0' NOT NULL,
    step INTEGER DEFAULT '0' NOT NULL,
    step_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    period_told_on DATE,
    gone_since TIMESTAMP WITH TIME ZONE,
    acknowledged_by TEXT,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    snoozed_by TEXT,
    came_back INTEGER DEFAULT '0' NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT alerts_pkey PRIMARY KEY (id),
    CONSTRAINT alerts_state_check CHECK (state IN ('open', 'acknowledged', 'cleared'))
);
CREATE UNIQUE INDEX alerts_cause_idx ON alerts (company, cause) WHERE state <> 'cleared';
CREATE INDEX alerts_past_idx ON alerts (company, cause, cleared_at) WHERE state = 'cleared';
COMMENT ON TABLE alerts IS 'What somebody is told: one for each cause, however many records it stops';
COMMENT ON COLUMN alerts.id IS 'The alert''s number, as people say it';
COMMENT ON COLUMN alerts.company IS 'The company that it is about, or * for the installation';
COMMENT ON COLUMN alerts.cause IS 'What makes occurrences one alert, for instance a fault with the code it could not map';
COMMENT ON COLUMN alerts.kind IS 'case, leg, account or installation';
COMMENT ON COLUMN alerts.code IS 'Fault code, or the kind of condition';
COMMENT ON COLUMN alerts.title IS 'One sentence';
COMMENT ON COLUMN alerts.owner IS 'The role that it is for';
COMMENT ON COLUMN alerts.ladder IS 'technical or data';
COMMENT ON COLUMN alerts.state IS 'open, acknowledged or cleared';
COMMENT ON COLUMN alerts.times IS 'How many records it stands for';
COMMENT ON COLUMN alerts.stake_minor IS 'Money at stake in all of them, minor units';
COMMENT ON COLUMN alerts.currency IS 'Currency of the stake';
COMMENT ON COLUMN alerts.records IS 'The first records that it stands for, each with its link';
COMMENT ON COLUMN alerts.first_at IS 'When it was first raised';
COMMENT ON COLUMN alerts.last_at IS 'When it last changed';
COMMENT ON COLUMN alerts.told_at IS 'When somebody was last told; null when nobody was yet';
COMMENT ON COLUMN alerts.told_times IS 'How many records it stood for when somebody was last told';
COMMENT ON COLUMN alerts.step IS 'How far up its ladder it has gone';
COMMENT ON COLUMN alerts.step_at IS 'When it came to that step; null before anybody was told';
COMMENT ON COLUMN alerts.due_at IS 'When the first of its records must be settled; null when none says';
COMMENT ON COLUMN alerts.period_told_on IS 'The UK day on which somebody was last told that its period closes';
COMMENT ON COLUMN alerts.gone_since IS 'Since when its cause has been away; null while it stands';
COMMENT ON COLUMN alerts.acknowledged_by IS 'Who has taken it';
COMMENT ON COLUMN alerts.acknowledged_at IS 'When';
COMMENT ON COLUMN alerts.snoozed_until IS 'Nobody is told again before then unless it grows; null when awake';
COMMENT ON COLUMN alerts.snoozed_by IS 'Who put it to sleep';
COMMENT ON COLUMN alerts.came_back IS 'How often an alert of the same cause had been cleared in the month before';
COMMENT ON COLUMN alerts.cleared_at IS 'When its cause was gone';

SELECT tieout_keep_apart('alerts');

CREATE TABLE alert_notices (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    company TEXT NOT NULL,
    alert_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    why TEXT NOT NULL,
    said TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    tries INTEGER DEFAULT '0' NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    proof TEXT DEFAULT '' NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT alert_notices_pkey PRIMARY KEY (id),
    CONSTRAINT alert_notices_state_check CHECK (state IN ('waiting', 'sent', 'given_up', 'withdrawn'))
);
CREATE INDEX alert_notices_alert_idx ON alert_notices (alert_id, id);
CREATE INDEX alert_notices_due_idx ON alert_notices (due_at);
COMMENT ON TABLE alert_notices IS 'Every notice sent for an alert, with proof of delivery';
COMMENT ON COLUMN alert_notices.id IS 'Rises in order of time';
COMMENT ON COLUMN alert_notices.company IS 'The company that it is about, or *';
COMMENT ON COLUMN alert_notices.alert_id IS 'The alert';
COMMENT ON COLUMN alert_notices.channel IS 'The channel''s name in the settings';
COMMENT ON COLUMN alert_notices.recipient IS 'The role or person it was meant for';
COMMENT ON COLUMN alert_notices.why IS 'raised, grew, escalated, undelivered, period, cleared or test';
COMMENT ON COLUMN alert_notices.said IS 'The text that was sent';
COMMENT ON COLUMN alert_notices.made_at IS 'When it was to be sent';
COMMENT ON COLUMN alert_notices.due_at IS 'When it is to be sent next; null when it is over';
COMMENT ON COLUMN alert_notices.tries IS 'How often it was tried';
COMMENT ON COLUMN alert_notices.state IS 'waiting, sent, given_up or withdrawn';
COMMENT ON COLUMN alert_notices.proof IS 'How each try ended, one line each';
COMMENT ON COLUMN alert_notices.settled_at IS 'When it left the state waiting';

SELECT tieout_keep_apart('alert_notices');

CREATE TABLE debt_days (
    day DATE NOT NULL,
    company TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    system TEXT NOT NULL,
    owner TEXT NOT NULL,
    currency TEXT NOT NULL,
    debt_minor BIGINT,
    legs INTEGER NOT NULL,
    overdue INTEGER NOT NULL,
    oldest_at TIMESTAMP WITH TIME ZONE,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT debt_days_pkey PRIMARY KEY (day, company, document_kind, system, owner, currency)
);
COMMENT ON TABLE debt_days IS 'Reconciliation debt at the end of every day, so that it has a trend';
COMMENT ON COLUMN debt_days.day IS 'The UK day, at its end';
COMMENT ON COLUMN debt_days.company IS 'The Sage company';
COMMENT ON COLUMN debt_days.document_kind IS 'The flow: kind of document';
COMMENT ON COLUMN debt_days.system IS 'The system that does not show what it should';
COMMENT ON COLUMN debt_days.owner IS 'The role that owns the trouble';
COMMENT ON COLUMN debt_days.currency IS 'Currency of the debt';
COMMENT ON COLUMN debt_days.debt_minor IS 'Reconciliation debt, minor units';
COMMENT ON COLUMN debt_days.legs IS 'How many legs make it up';
COMMENT ON COLUMN debt_days.overdue IS 'How many of them are overdue: not seen by the time they were due';
COMMENT ON COLUMN debt_days.oldest_at IS 'Since when the oldest of them is due or seen';
COMMENT ON COLUMN debt_days.taken_at IS 'When it was counted';

SELECT tieout_keep_apart('debt_days');

