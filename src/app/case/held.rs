//! The holding pen in the operator's hands: a mail is put into the case it belongs to, or thrown away.

use chrono::Utc;
use uuid::Uuid;

use super::receive::into_case;
use crate::app::{App, AppError};
use crate::domain::case::CaseState;
use crate::mail::{IncomingMail, Unreadable, read_mail};
use crate::storage::{HeldLine, HeldMail, StorageError};

/// A mail in the pen, as far as it could be read.
pub struct HeldLetter {
    /// The mail as it is kept.
    pub held: HeldMail,
    /// What it says.
    pub read: Result<IncomingMail, Unreadable>,
}

/// The newest mails in the pen, without their content.
///
/// # Errors
/// The database.
pub fn held_mails(app: &App) -> Result<Vec<HeldLine>, AppError> {
    Ok(app.db.read::<_, StorageError>(|tx| tx.held_mails(200))?)
}

/// One of them.
///
/// # Errors
/// [`StorageError::NotFound`].
pub fn held_mail(app: &App, id: Uuid) -> Result<HeldLetter, AppError> {
    let held = app.db.read::<_, StorageError>(|tx| tx.held_mail(id))?;
    Ok(HeldLetter {
        read: read_mail(&held.raw),
        held,
    })
}

/// Puts a mail into the case with this reference.
///
/// # Errors
/// [`StorageError::NotFound`] if there is no such mail or case.
pub fn assign_held_mail(app: &App, id: Uuid, reference: &str) -> Result<(), AppError> {
    let letter = held_mail(app, id)?;
    let reference = reference.trim().to_uppercase();
    let case = app
        .db
        .read::<_, StorageError>(|tx| tx.case_by_reference(&reference))?
        .ok_or(StorageError::NotFound)?;
    into_case(app, id, case, &letter.held.raw, &letter.read, false)
}

/// Throws a mail away.
///
/// # Errors
/// [`StorageError::NotFound`].
pub fn discard_held_mail(app: &App, id: Uuid) -> Result<(), AppError> {
    Ok(app.db.write(|tx| tx.release_mail(id))?)
}

/// The letters whose delivery somebody has to decide: reference and since when.
///
/// # Errors
/// The database.
pub fn letters_in_doubt(app: &App) -> Result<Vec<(String, chrono::DateTime<Utc>)>, AppError> {
    Ok(app.db.read::<_, StorageError>(|tx| {
        let mut found = Vec::new();
        for mail in tx.asked_mails(100)? {
            let (case, _) = tx.case(mail.case_id)?;
            if case.state != CaseState::Closed {
                found.push((case.reference, mail.queued_at));
            }
        }
        Ok(found)
    })?)
}
