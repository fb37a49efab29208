//! The event log: append-only, each event hashed with the one before it. The hash covers the sealed payload, so the chain holds after the key is destroyed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::schema::events;
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::case::EventKind;

/// An event to append.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NewEvent<'a> {
    pub kind: EventKind,
    pub at: DateTime<Utc>,
    pub payload: &'a serde_json::Value,
}

/// An event as it lies in the database, its payload opened.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct EventRow {
    pub seq: i32,
    pub kind: EventKind,
    pub at: DateTime<Utc>,
    pub payload: serde_json::Value,
    #[serde(skip)]
    pub sealed_payload: Vec<u8>,
    #[serde(skip)]
    pub previous_hash: Vec<u8>,
    #[serde(skip)]
    pub hash: Vec<u8>,
}

#[derive(Queryable)]
struct Row {
    _case_id: Id,
    seq: i32,
    kind: String,
    at: Instant,
    sealed_payload: Vec<u8>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl Tx<'_> {
    /// Appends an event. Two writers of one case cannot both get the same number: one of them fails and starts over.
    ///
    /// # Errors
    /// The database.
    pub fn append_event(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        new: &NewEvent<'_>,
    ) -> Result<(), StorageError> {
        let last: Option<(i32, Vec<u8>)> = events::table
            .filter(events::case_id.eq(Id(case_id)))
            .order(events::seq.desc())
            .select((events::seq, events::hash))
            .first(self.conn)
            .optional()?;
        let (seq, previous) = last.map_or((1, Vec::new()), |(seq, hash)| (seq + 1, hash));
        let sealed = key.seal("event", new.payload.to_string().as_bytes(), self.random)?;
        let hash = hash(&previous, case_id, seq, new.kind.as_str(), new.at, &sealed);
        diesel::insert_into(events::table)
            .values((
                events::case_id.eq(Id(case_id)),
                events::seq.eq(seq),
                events::kind.eq(new.kind.as_str()),
                events::at.eq(Instant(new.at)),
                events::sealed_payload.eq(sealed),
                events::previous_hash.eq(previous),
                events::hash.eq(hash),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The events of a case, oldest first.
    ///
    /// # Errors
    /// The database, or a payload that does not open.
    pub fn events(&mut self, case_id: Uuid, key: &CaseKey) -> Result<Vec<EventRow>, StorageError> {
        let rows: Vec<Row> = events::table
            .filter(events::case_id.eq(Id(case_id)))
            .order(events::seq.asc())
            .load(self.conn)?;
        let opened = |row: Row| {
            Ok(EventRow {
                seq: row.seq,
                kind: EventKind::parse(&row.kind)
                    .map_err(|error| StorageError::Format(error.to_string()))?,
                at: row.at.0,
                payload: serde_json::from_slice(&key.open("event", &row.sealed_payload)?)?,
                sealed_payload: row.sealed_payload,
                previous_hash: row.previous_hash,
                hash: row.hash,
            })
        };
        rows.into_iter().map(opened).collect()
    }

    /// Checks the chain of a case without its key: true after the case was erased, too.
    ///
    /// # Errors
    /// The database.
    pub fn chain_is_whole(&mut self, case_id: Uuid) -> Result<bool, StorageError> {
        let rows: Vec<Row> = events::table
            .filter(events::case_id.eq(Id(case_id)))
            .order(events::seq.asc())
            .load(self.conn)?;
        let links: Result<Vec<ChainLink>, StorageError> = rows.iter().map(Row::link).collect();
        Ok(verify_links(case_id, &links?))
    }
}

impl Row {
    fn link(&self) -> Result<ChainLink, StorageError> {
        Ok(ChainLink {
            seq: self.seq,
            kind: EventKind::parse(&self.kind)
                .map_err(|error| StorageError::Format(error.to_string()))?,
            at: self.at.0,
            sealed: hex(&self.sealed_payload),
            previous_hash: hex(&self.previous_hash),
            hash: hex(&self.hash),
        })
    }
}

/// An event as far as the chain goes: enough to check it without a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the table, bytes in hexadecimal"
)]
pub struct ChainLink {
    pub seq: i32,
    pub kind: EventKind,
    pub at: DateTime<Utc>,
    pub sealed: String,
    pub previous_hash: String,
    pub hash: String,
}

impl EventRow {
    /// The link of this event in the chain.
    #[must_use]
    pub fn link(&self) -> ChainLink {
        ChainLink {
            seq: self.seq,
            kind: self.kind,
            at: self.at,
            sealed: hex(&self.sealed_payload),
            previous_hash: hex(&self.previous_hash),
            hash: hex(&self.hash),
        }
    }
}

/// Checks a chain that was read out: every hash follows from its event and the one before, and no event is missing.
#[must_use]
pub fn verify_links(case_id: Uuid, links: &[ChainLink]) -> bool {
    let mut previous = String::new();
    for (link, seq) in links.iter().zip(1..) {
        let (Some(sealed), Some(before)) = (unhex(&link.sealed), unhex(&previous)) else {
            return false;
        };
        let wanted = hex(&hash(
            &before,
            case_id,
            seq,
            link.kind.as_str(),
            link.at,
            &sealed,
        ));
        if link.seq != seq || link.previous_hash != previous || link.hash != wanted {
            return false;
        }
        previous = wanted;
    }
    !links.is_empty()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| {
            text.get(at..at + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect()
}

fn hash(
    previous: &[u8],
    case_id: Uuid,
    seq: i32,
    kind: &str,
    at: DateTime<Utc>,
    sealed: &[u8],
) -> Vec<u8> {
    let mut hash = Sha256::new();
    let at = at.timestamp_micros().to_be_bytes();
    // Each part with its length, so that no two different events give the same bytes.
    for part in [
        previous,
        case_id.as_bytes(),
        &seq.to_be_bytes(),
        kind.as_bytes(),
        &at,
        sealed,
    ] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
