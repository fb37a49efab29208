//! Answers that a person handed in. Their origin is never proven; what they mean is what the person says.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::replies;
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::letter::ReplyKind;

/// An answer with its content opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct ReplyRow {
    pub id: Uuid,
    pub kind: Option<ReplyKind>,
    pub received_on: NaiveDate,
    pub text: String,
    pub handed_in_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Stores an answer.
    ///
    /// # Errors
    /// The database.
    pub fn insert_reply(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        reply: &ReplyRow,
    ) -> Result<(), StorageError> {
        diesel::insert_into(replies::table)
            .values((
                replies::case_id.eq(Id(case_id)),
                replies::id.eq(Id(reply.id)),
                replies::kind.eq(reply.kind.map(ReplyKind::as_str)),
                replies::received_on.eq(reply.received_on),
                replies::sealed_reply.eq(key.seal("reply", reply.text.as_bytes(), self.random)?),
                replies::handed_in_at.eq(Instant(reply.handed_in_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Records what the person says an answer is.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn read_reply(
        &mut self,
        case_id: Uuid,
        id: Uuid,
        kind: ReplyKind,
    ) -> Result<(), StorageError> {
        let changed = diesel::update(replies::table.find((Id(case_id), Id(id))))
            .set(replies::kind.eq(Some(kind.as_str())))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::NotFound)
        }
    }

    /// The answers of a case, in the order in which they came.
    ///
    /// # Errors
    /// The database, or an answer that does not open.
    pub fn replies(&mut self, case_id: Uuid, key: &CaseKey) -> Result<Vec<ReplyRow>, StorageError> {
        type Row = (Id, Option<String>, NaiveDate, Vec<u8>, Instant);
        let rows: Vec<Row> = replies::table
            .filter(replies::case_id.eq(Id(case_id)))
            .order((replies::received_on.asc(), replies::id.asc()))
            .select((
                replies::id,
                replies::kind,
                replies::received_on,
                replies::sealed_reply,
                replies::handed_in_at,
            ))
            .load(self.conn)?;
        let opened = |(id, kind, received_on, sealed, handed_in_at): Row| {
            Ok(ReplyRow {
                id: id.0,
                kind: kind
                    .as_deref()
                    .map(ReplyKind::parse)
                    .transpose()
                    .map_err(|error| StorageError::Format(error.to_string()))?,
                received_on,
                text: String::from_utf8_lossy(&key.open("reply", &sealed)?).into_owned(),
                handed_in_at: handed_in_at.0,
            })
        };
        rows.into_iter().map(opened).collect()
    }
}
