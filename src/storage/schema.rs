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
        reply_hash -> Binary,
        sealed_secrets -> Binary,
        controller -> Text,
        law_version -> Text,
        sealed_facts -> Binary,
        wake_at -> Nullable<DbInstant>,
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
        written_at -> DbInstant,
    }
}

table! {
    replies (case_id, id) {
        case_id -> DbUuid,
        id -> DbUuid,
        kind -> Nullable<Text>,
        origin -> Text,
        received_on -> Date,
        sealed_reply -> Binary,
        sealed_raw -> Nullable<Binary>,
        arrived_at -> DbInstant,
    }
}

table! { reply_files (case_id, id) { case_id -> DbUuid, id -> DbUuid, reply_id -> DbUuid, sealed_label -> Binary, sealed_file -> Binary, } }

table! {
    confirmations (case_id, token_hash) {
        case_id -> DbUuid,
        token_hash -> Binary,
        refuse_hash -> Binary,
        expires_at -> DbInstant,
        used_at -> Nullable<DbInstant>,
    }
}

table! { doors (case_id, token_hash) { case_id -> DbUuid, token_hash -> Binary, opened_at -> DbInstant, } }

table! { door_codes (case_id) { case_id -> DbUuid, code_hash -> Binary, tries -> Integer, expires_at -> DbInstant, } }

table! { door_passes (case_id, pass_hash) { case_id -> DbUuid, pass_hash -> Binary, expires_at -> DbInstant, } }

table! { replaced_links (case_id, link_hash) { case_id -> DbUuid, link_hash -> Binary, replaced_at -> DbInstant, } }

table! {
    outbox (case_id, id) {
        case_id -> DbUuid,
        id -> DbUuid,
        kind -> Text,
        letter_id -> Nullable<DbUuid>,
        state -> Text,
        message_id -> Text,
        is_letter -> SmallInt,
        sealed_result -> Nullable<Binary>,
        attempts -> Integer,
        copies -> Integer,
        crashes -> Integer,
        next_at -> DbInstant,
        lease_id -> Nullable<DbUuid>,
        lease_until -> Nullable<DbInstant>,
        claimed_by -> Nullable<DbUuid>,
        slot_at -> Nullable<DbInstant>,
        queued_at -> DbInstant,
        finished_at -> Nullable<DbInstant>,
    }
}

table! { outbox_mails (case_id, id) { case_id -> DbUuid, id -> DbUuid, sealed_mail -> Binary, } }

table! { outbox_bytes (case_id, id) { case_id -> DbUuid, id -> DbUuid, sealed_bytes -> Binary, } }

table! {
    pacing (place) {
        place -> Text,
        taken_until -> DbInstant,
        since -> DbInstant,
        letters -> Integer,
        refused -> Integer,
        counted_from -> DbInstant,
        paused_at -> Nullable<DbInstant>,
    }
}

table! {
    held_mails (id) {
        id -> DbUuid,
        raw_hash -> Binary,
        sealed_key -> Binary,
        sealed_raw -> Binary,
        sealed_summary -> Nullable<Binary>,
        case_id -> Nullable<DbUuid>,
        why -> Text,
        received_at -> DbInstant,
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

table! { limits (bucket_hash) { bucket_hash -> Binary, used -> Integer, resets_at -> DbInstant, } }

table! { blocked_addresses (address_hash) { address_hash -> Binary, blocked_on -> Date, } }

table! { installation (id) { id -> DbUuid, sealed_key -> Binary, } }

table! { accounts (id) { id -> DbUuid, name -> Text, password_hash -> Text, created_at -> DbInstant, } }

table! { sessions (token_hash) { token_hash -> Binary, account_id -> DbUuid, expires_at -> DbInstant, } }

diesel::allow_tables_to_appear_in_same_query!(cases, confirmations);
