//! Answers of a company: handed in by the person, or come in by mail. Their origin is never proven; what they mean is what the person says.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schema::{replies, reply_files};
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::case::Origin;
use crate::domain::door::Declared;
use crate::domain::letter::{AnswerDetails, ReplyKind};

/// What an answer says, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyContent {
    /// Its text.
    pub text: String,
    /// The address it says it comes from.
    pub from: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// What it looks like, with the words that decided it.
    pub signal: Option<(ReplyKind, String)>,
    /// Its Message-ID.
    #[serde(default)]
    pub message_id: Option<String>,
    /// Length of the mail as it came, in bytes.
    #[serde(default)]
    pub raw_length: Option<usize>,
    /// A word why it could not be read, if it could not.
    pub unreadable: Option<String>,
    /// What the person said of it beyond its kind.
    #[serde(default)]
    pub said: AnswerDetails,
    /// What was declared at the controller's door.
    #[serde(default)]
    pub declared: Option<Declared>,
}

/// An answer with its content opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct ReplyRow {
    pub id: Uuid,
    pub kind: Option<ReplyKind>,
    pub origin: Origin,
    pub received_on: NaiveDate,
    pub content: ReplyContent,
    pub arrived_at: DateTime<Utc>,
}

/// What a file of an answer is called, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct ReplyFile {
    pub id: Uuid,
    pub reply_id: Uuid,
    /// Its place among the files of its answer, from 0.
    pub position: usize,
    pub name: String,
    pub media_type: String,
    /// Its length in bytes.
    pub length: usize,
}

type Row = (Id, Option<String>, String, NaiveDate, Vec<u8>, Instant);

impl Tx<'_> {
    /// Stores an answer. `raw`: the mail as it came, byte for byte.
    ///
    /// # Errors
    /// The database.
    pub fn insert_reply(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        reply: &ReplyRow,
        raw: Option<&[u8]>,
    ) -> Result<(), StorageError> {
        let content = serde_json::to_vec(&reply.content)?;
        let raw = raw
            .map(|raw| key.seal("raw", raw, self.random))
            .transpose()?;
        diesel::insert_into(replies::table)
            .values((
                replies::case_id.eq(Id(case_id)),
                replies::id.eq(Id(reply.id)),
                replies::kind.eq(reply.kind.map(ReplyKind::as_str)),
                replies::origin.eq(reply.origin.as_str()),
                replies::received_on.eq(reply.received_on),
                replies::sealed_reply.eq(key.seal("reply", &content, self.random)?),
                replies::sealed_raw.eq(raw),
                replies::arrived_at.eq(Instant(reply.arrived_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The mail of an answer as it came; `None` where there is none.
    ///
    /// # Errors
    /// The database, or a mail that does not open.
    pub fn reply_raw(
        &mut self,
        case_id: Uuid,
        id: Uuid,
        key: &CaseKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let sealed: Option<Vec<u8>> = replies::table
            .find((Id(case_id), Id(id)))
            .select(replies::sealed_raw)
            .first(self.conn)
            .optional()?
            .flatten();
        sealed.map(|raw| key.open("raw", &raw)).transpose()
    }

    /// Stores a file of an answer.
    ///
    /// # Errors
    /// The database.
    pub fn insert_reply_file(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        file: &ReplyFile,
        bytes: &[u8],
    ) -> Result<(), StorageError> {
        let label = serde_json::to_vec(file)?;
        diesel::insert_into(reply_files::table)
            .values((
                reply_files::case_id.eq(Id(case_id)),
                reply_files::id.eq(Id(file.id)),
                reply_files::reply_id.eq(Id(file.reply_id)),
                reply_files::sealed_label.eq(key.seal("label", &label, self.random)?),
                reply_files::sealed_file.eq(key.seal("file", bytes, self.random)?),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// The files of all answers of a case, without their content.
    ///
    /// # Errors
    /// The database, or a label that does not open.
    pub fn reply_files(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
    ) -> Result<Vec<ReplyFile>, StorageError> {
        let rows: Vec<Vec<u8>> = reply_files::table
            .filter(reply_files::case_id.eq(Id(case_id)))
            .order(reply_files::id.asc())
            .select(reply_files::sealed_label)
            .load(self.conn)?;
        let opened = |sealed: &Vec<u8>| Ok(serde_json::from_slice(&key.open("label", sealed)?)?);
        let files: Result<Vec<ReplyFile>, StorageError> = rows.iter().map(opened).collect();
        let mut files = files?;
        files.sort_by_key(|file| file.position);
        Ok(files)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// The database, or a file that does not open.
    pub fn reply_file_bytes(
        &mut self,
        case_id: Uuid,
        id: Uuid,
        key: &CaseKey,
    ) -> Result<Vec<u8>, StorageError> {
        let sealed: Option<Vec<u8>> = reply_files::table
            .find((Id(case_id), Id(id)))
            .select(reply_files::sealed_file)
            .first(self.conn)
            .optional()?;
        key.open("file", &sealed.ok_or(StorageError::NotFound)?)
    }

    /// Records what the person says an answer is, and the day on which it came: `reply` as it is now.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn read_reply(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        reply: &ReplyRow,
    ) -> Result<(), StorageError> {
        let content = serde_json::to_vec(&reply.content)?;
        let changed = diesel::update(replies::table.find((Id(case_id), Id(reply.id))))
            .set((
                replies::kind.eq(reply.kind.map(ReplyKind::as_str)),
                replies::received_on.eq(reply.received_on),
                replies::sealed_reply.eq(key.seal("reply", &content, self.random)?),
            ))
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
        let rows: Vec<Row> = replies::table
            .filter(replies::case_id.eq(Id(case_id)))
            .order((replies::received_on.asc(), replies::id.asc()))
            .select((
                replies::id,
                replies::kind,
                replies::origin,
                replies::received_on,
                replies::sealed_reply,
                replies::arrived_at,
            ))
            .load(self.conn)?;
        rows.into_iter().map(|row| opened(row, key)).collect()
    }
}

fn opened(row: Row, key: &CaseKey) -> Result<ReplyRow, StorageError> {
    let (id, kind, origin, received_on, content, arrived_at) = row;
    let unknown =
        |error: crate::domain::names::UnknownName| StorageError::Format(error.to_string());
    Ok(ReplyRow {
        id: id.0,
        kind: kind
            .as_deref()
            .map(ReplyKind::parse)
            .transpose()
            .map_err(unknown)?,
        origin: Origin::parse(&origin).map_err(unknown)?,
        received_on,
        content: serde_json::from_slice(&key.open("reply", &content)?)?,
        arrived_at: arrived_at.0,
    })
}
