"""Tables of people at the console: users, their sessions and tokens, what they say and keep."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, LargeBinary, Table

from tieout.store.tables.columns import METADATA, document_columns, json, moment, number, raw, text

users = Table(
    "users",
    METADATA,
    text("name", "The name that the person signs in with, lower case", key=True),
    text("display_name", "What others see"),
    text("email", "Where alerts and mentions go; empty when none", default=""),
    json("roles", "The roles, as a list of names"),
    json("companies", "The companies that the person may see, as a list; empty means all"),
    text("password_hash", "Argon2 hash; null for people who sign in elsewhere", null=True),
    text("subject", "Issuer and subject of the single sign-on; null for people with a password", null=True),
    text("state", "active or closed", default="active"),
    moment("created_at", "When the user was made"),
    moment("password_set_at", "When the password was last set", null=True),
    moment(
        "temporary_until", "When a password that somebody else gave ends; null once its owner has chosen one", null=True
    ),
    moment("last_sign_in_at", "When they last signed in", null=True),
    moment("expires_at", "When access ends by itself, for support; null when it does not", null=True),
    json("preferences", "Density, theme, shortcuts"),
    CheckConstraint("state IN ('active', 'closed')", name="state"),
    Index("users_subject_idx", "subject", unique=True),
    comment="People who may sign in",
)

sessions = Table(
    "sessions",
    METADATA,
    text("id_hash", "SHA-256 of the session's id, which only the browser has", key=True),
    text("user_name", "Whose session it is"),
    moment("created_at", "When they signed in"),
    moment("last_seen_at", "When it was last used"),
    moment("expires_at", "When it ends by itself"),
    text("address", "Where from"),
    text("agent", "With which browser"),
    json("flash", "What the next page is to say once; null when nothing", null=True),
    moment("ended_at", "When it was ended; null while it runs", null=True),
    text("ended_by", "Who ended it", null=True),
    Index("sessions_user_idx", "user_name", "created_at"),
    comment="Who is signed in, from where",
)

sign_in_hops = Table(
    "sign_in_hops",
    METADATA,
    text("id_hash", "SHA-256 of the hop's secret, which only the browser has", key=True),
    text("next_page", "Where they wanted to go"),
    moment("at", "When they went"),
    comment="People who have gone to sign in elsewhere and are not back yet; each comes back once",
)

sign_in_failures = Table(
    "sign_in_failures",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of time"),
    text("name", "The name that was tried, lower case"),
    text("address", "Where from"),
    moment("at", "When"),
    Index("sign_in_failures_name_idx", "name", "at"),
    Index("sign_in_failures_address_idx", "address", "at"),
    comment="Sign-ins that failed, for the throttle",
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The token's number"),
    text("name", "What it is for"),
    text("token_hash", "SHA-256 of the token, which is shown once"),
    text("hint", "Its first characters, to tell tokens apart"),
    text("user_name", "Who made it and answers for it"),
    json("scopes", "What it may do, as a list of permissions"),
    json("companies", "The companies that it may see, as a list; empty means all that its user may"),
    moment("created_at", "When it was made"),
    moment("expires_at", "When it ends by itself"),
    moment("last_used_at", "When it was last used", null=True),
    moment("revoked_at", "When it was revoked; null while it holds", null=True),
    text("revoked_by", "Who revoked it", null=True),
    Index("api_tokens_hash_idx", "token_hash", unique=True),
    comment="Keys of programs to the JSON API",
)

saved_views = Table(
    "saved_views",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The view's number"),
    text("owner", "The user, or the role, that it belongs to"),
    text("owner_kind", "user or role"),
    text("page", "The page that it is a view of, for instance exceptions"),
    text("name", "What it is called"),
    text("query", "The filters, as they stand in the address"),
    moment("created_at", "When it was saved"),
    CheckConstraint("owner_kind IN ('user', 'role')", name="owner_kind"),
    Index("saved_views_owner_idx", "owner_kind", "owner", "page", "name", unique=True),
    comment="Filters that people keep",
)

comments = Table(
    "comments",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of time"),
    *document_columns(key=False),
    Column("case_id", BigInteger, nullable=True, comment="The case it was written on; null on a document"),
    text("who", "Who wrote it"),
    moment("at", "When"),
    text("said", "The text"),
    json("mentions", "The users named in it, as a list"),
    Index("comments_document_idx", "company", "document_kind", "document_key", "at"),
    comment="What people said about a document or its case",
)

bulk_acts = Table(
    "bulk_acts",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The act's number"),
    text("company", "The company it was scoped to, or * for all"),
    text("key", "Sent by the form: the same key is the same act"),
    text("who", "Who asked for it"),
    text("action", "What is done to each, for instance retry or assign"),
    json("arguments", "With what, for instance the reason"),
    json("filter", "Over which cases: a filter, or a list of numbers"),
    number("asked", "How many the person saw"),
    number("done", "How many are done", default="0"),
    json("refused", "Cases it could not be done to, each with the reason"),
    text("state", "running, done or failed", default="running"),
    moment("started_at", "When it was asked for"),
    moment("finished_at", "When it ended; null while it runs", null=True),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
    Index("bulk_acts_key_idx", "who", "key", unique=True),
    comment="Acts over many cases at once, with their progress",
)

suggestions = Table(
    "suggestions",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The suggestion's number"),
    text("company", "The Sage company"),
    Column("case_id", BigInteger, nullable=True, comment="The case it was made for, if any"),
    text("kind", "What is suggested, for instance mapping or explanation"),
    text("table_name", "The mapping table; empty for others", default=""),
    text("key", "What is mapped; empty for others", default=""),
    json("suggested", "The suggestion"),
    json("evidence", "What it rests on"),
    text("made_by", "rules, or the model that was asked"),
    moment("made_at", "When"),
    text("answer", "applied, dismissed or empty while nobody answered", default=""),
    text("answered_by", "Who answered", null=True),
    moment("answered_at", "When", null=True),
    CheckConstraint("answer IN ('', 'applied', 'dismissed')", name="answer"),
    Index("suggestions_case_idx", "company", "case_id"),
    comment="What Tieout suggested, and what people made of it",
)

webhooks = Table(
    "webhooks",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The webhook's number"),
    text("company", "The company whose events it is told, or * for all"),
    text("url", "Where to"),
    json("events", "The events it wants, as a list"),
    raw("secret", "Signing secret, encrypted with the key of this installation"),
    Column(
        "previous_secret",
        LargeBinary,
        nullable=True,
        comment="The secret before the last change, encrypted; null when none",
    ),
    moment("previous_until", "Until when messages are signed with the previous secret too", null=True),
    text("state", "active or closed", default="active"),
    moment("failing_since", "Since when nothing was taken; null while it takes what it is told", null=True),
    text("closed_why", "Why it is closed; empty while active", default=""),
    text("created_by", "Who made it"),
    moment("created_at", "When"),
    CheckConstraint("state IN ('active', 'closed')", name="state"),
    comment="Whom we tell of our events",
)

webhook_messages = Table(
    "webhook_messages",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of time"),
    text("company", "The company that it is about, or *"),
    Column("webhook_id", BigInteger, nullable=False, comment="The webhook it goes to"),
    text("message_id", "The id that the receiver may tell duplicates by"),
    text("event", "The event, for instance case.opened"),
    json("body", "What is told"),
    moment("made_at", "When it happened"),
    moment("due_at", "When it is to be sent next; null when it is over", null=True),
    number("tries", "How often it was sent", default="0"),
    text("state", "waiting, delivered or given_up", default="waiting"),
    text("answer", "What the receiver answered last", default=""),
    moment("settled_at", "When it left the state waiting", null=True),
    CheckConstraint("state IN ('waiting', 'delivered', 'given_up')", name="state"),
    Index("webhook_messages_due_idx", "due_at"),
    Index("webhook_messages_webhook_idx", "webhook_id", "id"),
    Index("webhook_messages_once_idx", "company", "webhook_id", "message_id", unique=True),
    comment="Messages to webhooks, with proof of delivery",
)
