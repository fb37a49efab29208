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
  reply_hash bytea not null,
  sealed_secrets bytea not null,
  controller text not null,
  law_version text not null,
  sealed_facts bytea not null,
  wake_at timestamptz,
  created_at timestamptz not null,
  erased_at timestamptz
);
create index cases_link_hash on cases (link_hash);
create index cases_reply_hash on cases (reply_hash);
create index cases_wake_at on cases (wake_at);

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
  written_at timestamptz not null,
  primary key (case_id, id)
);

create table replies (
  case_id uuid not null,
  id uuid not null,
  kind text,
  origin text not null check (origin in ('handed_in', 'mail', 'forwarded', 'door', 'door_proven')),
  received_on date not null,
  sealed_reply bytea not null,
  sealed_raw bytea,
  arrived_at timestamptz not null,
  primary key (case_id, id)
);

create table reply_files (
  case_id uuid not null,
  id uuid not null,
  reply_id uuid not null,
  sealed_label bytea not null,
  sealed_file bytea not null,
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

-- The controller's door: the links that letters carried, the code that waits to be typed in, and who typed it in.
create table doors (
  case_id uuid not null,
  token_hash bytea not null,
  opened_at timestamptz not null,
  primary key (case_id, token_hash)
);
create index doors_token_hash on doors (token_hash);

create table door_codes (
  case_id uuid primary key not null,
  code_hash bytea not null,
  tries integer not null,
  expires_at timestamptz not null
);
create index door_codes_expires_at on door_codes (expires_at);

create table door_passes (
  case_id uuid not null,
  pass_hash bytea not null,
  expires_at timestamptz not null,
  primary key (case_id, pass_hash)
);
create index door_passes_expires_at on door_passes (expires_at);

create table replaced_links (
  case_id uuid not null,
  link_hash bytea not null,
  replaced_at timestamptz not null,
  primary key (case_id, link_hash)
);
create index replaced_links_link_hash on replaced_links (link_hash);

create table outbox (
  case_id uuid not null,
  id uuid not null,
  kind text not null,
  letter_id uuid,
  state text not null check (state in ('queued', 'intent', 'sent', 'failed', 'unknown', 'ask')),
  message_id text not null,
  is_letter smallint not null,
  sealed_result bytea,
  attempts integer not null,
  copies integer not null,
  crashes integer not null,
  next_at timestamptz not null,
  lease_id uuid,
  lease_until timestamptz,
  claimed_by uuid,
  slot_at timestamptz,
  queued_at timestamptz not null,
  finished_at timestamptz,
  primary key (case_id, id)
);
create index outbox_due on outbox (state, is_letter, next_at);
create index outbox_finished on outbox (finished_at, state);

-- What a mail says, and its bytes once they are fixed: apart from the row that changes with every attempt.
create table outbox_mails (
  case_id uuid not null,
  id uuid not null,
  sealed_mail bytea not null,
  primary key (case_id, id)
);

create table outbox_bytes (
  case_id uuid not null,
  id uuid not null,
  sealed_bytes bytea not null,
  primary key (case_id, id)
);

-- How letters to one place are spread over time. A place is the provider, a domain or a mailbox of a controller.
create table pacing (
  place text primary key not null,
  taken_until timestamptz not null,
  since timestamptz not null,
  letters integer not null,
  refused integer not null,
  counted_from timestamptz not null,
  paused_at timestamptz
);

create table held_mails (
  id uuid primary key not null,
  raw_hash bytea not null,
  sealed_key bytea not null,
  sealed_raw bytea not null,
  sealed_summary bytea,
  case_id uuid,
  why text not null,
  received_at timestamptz not null
);
create index held_mails_raw_hash on held_mails (raw_hash);
create index held_mails_case_id on held_mails (case_id);
create index held_mails_received_at on held_mails (received_at);

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

create table limits (
  bucket_hash bytea primary key not null,
  used integer not null,
  resets_at timestamptz not null
);
create index limits_resets_at on limits (resets_at);

create table blocked_addresses (
  address_hash bytea primary key not null,
  blocked_on date not null
);

create table installation (
  id uuid primary key not null,
  sealed_key bytea not null
);

create table accounts (
  id uuid primary key not null,
  name text not null unique,
  password_hash text not null,
  created_at timestamptz not null
);

create table sessions (
  token_hash bytea primary key not null,
  account_id uuid not null,
  expires_at timestamptz not null
);
create index sessions_expires_at on sessions (expires_at);
