//! The tables, as `migrations/` makes them.

macro_rules! table {
    ($($body:tt)*) => {
        diesel::table! {
            use diesel::sql_types::*;
            use crate::storage::types::{DbInstant, DbUuid};
            $($body)*
        }
    };
}

table! { case_keys (case_id) { case_id -> DbUuid, sealed_key -> Binary, } }

table! {
    cases (case_id) {
        case_id -> DbUuid,
        reference -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        version -> Integer,
        link_hash -> Binary,
        controller -> Text,
        law_version -> Text,
        sealed_facts -> Binary,
        created_at -> DbInstant,
        erased_at -> Nullable<DbInstant>,
    }
}

table! {
    events (case_id, seq) {
        case_id -> DbUuid,
        seq -> Integer,
        kind -> Text,
        at -> DbInstant,
        sealed_payload -> Binary,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

table! {
    letters (case_id, id) {
        case_id -> DbUuid,
        id -> DbUuid,
        kind -> Text,
        state -> Text,
        sealed_letter -> Binary,
        text_sha256 -> Text,
        written_at -> DbInstant,
    }
}

table! {
    replies (case_id, id) {
        case_id -> DbUuid,
        id -> DbUuid,
        kind -> Nullable<Text>,
        received_on -> Date,
        sealed_reply -> Binary,
        handed_in_at -> DbInstant,
    }
}

table! {
    confirmations (case_id, token_hash) {
        case_id -> DbUuid,
        token_hash -> Binary,
        refuse_hash -> Binary,
        expires_at -> DbInstant,
        used_at -> Nullable<DbInstant>,
    }
}

table! { replaced_links (case_id, link_hash) { case_id -> DbUuid, link_hash -> Binary, replaced_at -> DbInstant, } }

table! {
    notices (case_id, id) {
        case_id -> DbUuid,
        id -> DbUuid,
        kind -> Text,
        sealed_notice -> Binary,
        queued_at -> DbInstant,
    }
}

table! {
    form_drafts (id) {
        id -> DbUuid,
        case_id -> Nullable<DbUuid>,
        token_hash -> Binary,
        sealed_key -> Binary,
        sealed_form -> Binary,
        expires_at -> DbInstant,
    }
}

table! { confirmation_mails (address_hash, id) { address_hash -> Binary, id -> DbUuid, sent_at -> DbInstant, } }

table! { blocked_addresses (address_hash) { address_hash -> Binary, blocked_at -> DbInstant, } }
