//! The person presses the button behind the mailed link, or says "not me". Looking at a link changes nothing.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::letter::RawCase;
use crate::domain::random::new_secret;
use crate::storage::{Confirmation, NewEvent, StorageError};

/// Confirms the address: the case is ready, and its secret link is made. Returns the secret.
///
/// # Errors
/// [`AppError::Expired`] or [`AppError::Used`].
pub fn confirm_case(app: &App, secret: &str) -> Result<String, AppError> {
    let now = app.clock.now();
    let confirmation = app
        .db
        .read::<_, StorageError>(|tx| tx.confirmation(secret))?;
    usable(&confirmation, now)?;
    let link = new_secret(app.random.as_ref());
    app.db.write(|tx| {
        let (case, key) = tx.case(confirmation.case_id)?;
        tx.use_confirmations(case.id, now)?;
        tx.change_case(&case, CaseState::Ready, None)?;
        tx.append_event(
            case.id,
            &key,
            &NewEvent {
                kind: EventKind::AddressConfirmed,
                at: now,
                payload: &json!({}),
            },
        )?;
        let (case, _) = tx.case(case.id)?;
        tx.renew_link(&case, &link, now)
    })?;
    Ok(link)
}

/// "This was not me": the case is erased and its address never written to again.
///
/// # Errors
/// [`AppError::Used`] once the case is confirmed.
pub fn refuse_case(app: &App, secret: &str) -> Result<(), AppError> {
    let now = app.clock.now();
    let confirmation = app
        .db
        .read::<_, StorageError>(|tx| tx.confirmation_to_refuse(secret))?;
    if confirmation.used_at.is_some() {
        return Err(AppError::Used);
    }
    app.db.write(|tx| {
        let (case, key) = tx.case(confirmation.case_id)?;
        let facts: RawCase = serde_json::from_slice(&case.facts)?;
        tx.use_confirmations(case.id, now)?;
        if let Some(email) = &facts.subject.email {
            tx.block_address(email, now)?;
        }
        tx.append_event(
            case.id,
            &key,
            &NewEvent {
                kind: EventKind::CaseErased,
                at: now,
                payload: &json!({}),
            },
        )?;
        tx.erase_case(&case, now)
    })?;
    Ok(())
}

fn usable(confirmation: &Confirmation, now: DateTime<Utc>) -> Result<(), AppError> {
    match (confirmation.used_at, confirmation.expires_at > now) {
        (Some(_), _) => Err(AppError::Used),
        (None, false) => Err(AppError::Expired),
        (None, true) => Ok(()),
    }
}
