//! Notices: mails of the service to the people who use it, queued in the transaction of the event that causes them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::notices;
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};

/// A notice with its content opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct NoticeRow {
    pub case_id: Uuid,
    pub id: Uuid,
    pub kind: String,
    pub content: Vec<u8>,
    pub queued_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Queues a notice.
    ///
    /// # Errors
    /// The database.
    pub fn insert_notice(&mut self, key: &CaseKey, notice: &NoticeRow) -> Result<(), StorageError> {
        diesel::insert_into(notices::table)
            .values((
                notices::case_id.eq(Id(notice.case_id)),
                notices::id.eq(Id(notice.id)),
                notices::kind.eq(&notice.kind),
                notices::sealed_notice.eq(key.seal("notice", &notice.content, self.random)?),
                notices::queued_at.eq(Instant(notice.queued_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The newest notices, newest first; those of erased cases are gone. For the mailbox page of the demo.
    ///
    /// # Errors
    /// The database.
    pub fn newest_notices(&mut self, limit: i64) -> Result<Vec<NoticeRow>, StorageError> {
        type Row = (Id, Id, String, Vec<u8>, Instant);
        let rows: Vec<Row> = notices::table
            .order(notices::id.desc())
            .limit(limit)
            .select(notices::all_columns)
            .load(self.conn)?;
        let mut found = Vec::new();
        for (case_id, id, kind, sealed, queued_at) in rows {
            let Ok(key) = self.case_key(case_id.0) else {
                continue;
            };
            let content = key.open("notice", &sealed)?;
            found.push(NoticeRow {
                case_id: case_id.0,
                id: id.0,
                kind,
                content,
                queued_at: queued_at.0,
            });
        }
        Ok(found)
    }
}
