//! The letters of a case. Text and hash are fixed when the person approves; a letter is never changed, a new one is written.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::letters;
use super::seal::CaseKey;
use super::types::{Id, Instant};
use super::{StorageError, Tx};
use crate::domain::letter::LetterKind;

/// A letter with its content opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of the table")]
pub struct LetterRow {
    pub id: Uuid,
    pub kind: LetterKind,
    pub content: Vec<u8>,
    pub written_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// Stores an approved letter.
    ///
    /// # Errors
    /// The database.
    pub fn insert_letter(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
        letter: &LetterRow,
    ) -> Result<(), StorageError> {
        diesel::insert_into(letters::table)
            .values((
                letters::case_id.eq(Id(case_id)),
                letters::id.eq(Id(letter.id)),
                letters::kind.eq(letter.kind.as_str()),
                letters::state.eq("approved"),
                letters::sealed_letter.eq(key.seal("letter", &letter.content, self.random)?),
                letters::written_at.eq(Instant(letter.written_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Marks a letter as sent, once.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was sent before.
    pub fn mark_letter_sent(&mut self, case_id: Uuid, id: Uuid) -> Result<(), StorageError> {
        let changed = diesel::update(letters::table.find((Id(case_id), Id(id))))
            .filter(letters::state.eq("approved"))
            .set(letters::state.eq("sent"))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// Takes "sent" back from a letter that came back.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was not sent.
    pub fn mark_letter_returned(&mut self, case_id: Uuid, id: Uuid) -> Result<(), StorageError> {
        let changed = diesel::update(letters::table.find((Id(case_id), Id(id))))
            .filter(letters::state.eq("sent"))
            .set(letters::state.eq("approved"))
            .execute(self.conn)?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StorageError::Conflict)
        }
    }

    /// The letters of a case, oldest first.
    ///
    /// # Errors
    /// The database, or a letter that does not open.
    pub fn letters(
        &mut self,
        case_id: Uuid,
        key: &CaseKey,
    ) -> Result<Vec<LetterRow>, StorageError> {
        type Row = (Id, String, Vec<u8>, Instant);
        let rows: Vec<Row> = letters::table
            .filter(letters::case_id.eq(Id(case_id)))
            .order(letters::id.asc())
            .select((
                letters::id,
                letters::kind,
                letters::sealed_letter,
                letters::written_at,
            ))
            .load(self.conn)?;
        let opened = |(id, kind, sealed, written_at): Row| {
            Ok(LetterRow {
                id: id.0,
                kind: LetterKind::parse(&kind)
                    .map_err(|error| StorageError::Format(error.to_string()))?,
                content: key.open("letter", &sealed)?,
                written_at: written_at.0,
            })
        };
        rows.into_iter().map(opened).collect()
    }
}
