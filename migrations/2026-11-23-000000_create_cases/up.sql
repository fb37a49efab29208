-- One file for SQLite and PostgreSQL (migrations/README.md). Sealed columns hold ciphertext; the key of a case lies in case_keys.

create table case_keys (
  case_id uuid primary key not null,
  sealed_key bytea not null
);

create table cases (
  case_id uuid primary key not null,
  reference text not null,
  state text not null check (state in ('unconfirmed', 'draft', 'ready', 'sending', 'awaiting_reply', 'awaiting_identity', 'extended', 'replied',
                                       'overdue', 'escalated', 'on_hold', 'closed')),
  outcome text check (outcome in ('complied', 'partial', 'refused', 'no_answer', 'withdrawn', 'no_jurisdiction')),
  version integer not null,
  link_hash bytea not null,
  controller text not null,
  law_version text not null,
  sealed_facts bytea not null,
  created_at timestamptz not null,
  erased_at timestamptz
);
create index cases_link_hash on cases (link_hash);

create table events (
  case_id uuid not null,
  seq integer not null,
  kind text not null,
  at timestamptz not null,
  sealed_payload bytea not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (case_id, seq)
);

create table letters (
  case_id uuid not null,
  id uuid not null,
  kind text not null,
  state text not null check (state in ('draft', 'approved', 'sent')),
  sealed_letter bytea not null,
  text_sha256 text not null,
  written_at timestamptz not null,
  primary key (case_id, id)
);

create table replies (
  case_id uuid not null,
  id uuid not null,
  kind text,
  received_on date not null,
  sealed_reply bytea not null,
  handed_in_at timestamptz not null,
  primary key (case_id, id)
);

create table confirmations (
  case_id uuid not null,
  token_hash bytea not null,
  refuse_hash bytea not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (case_id, token_hash)
);
create index confirmations_token_hash on confirmations (token_hash);
create index confirmations_refuse_hash on confirmations (refuse_hash);

create table replaced_links (
  case_id uuid not null,
  link_hash bytea not null,
  replaced_at timestamptz not null,
  primary key (case_id, link_hash)
);
create index replaced_links_link_hash on replaced_links (link_hash);

create table notices (
  case_id uuid not null,
  id uuid not null,
  kind text not null,
  sealed_notice bytea not null,
  queued_at timestamptz not null,
  primary key (case_id, id)
);

create table form_drafts (
  id uuid primary key not null,
  case_id uuid,
  token_hash bytea not null,
  sealed_key bytea not null,
  sealed_form bytea not null,
  expires_at timestamptz not null
);
create index form_drafts_token_hash on form_drafts (token_hash);
create index form_drafts_case_id on form_drafts (case_id);
create index form_drafts_expires_at on form_drafts (expires_at);

create table confirmation_mails (
  address_hash bytea not null,
  id uuid not null,
  sent_at timestamptz not null,
  primary key (address_hash, id)
);

create table blocked_addresses (
  address_hash bytea primary key not null,
  blocked_at timestamptz not null
);
