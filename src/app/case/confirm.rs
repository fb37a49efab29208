//! The person presses the button behind the mailed link, or says "not me". Looking at a link changes nothing.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::end::settle_log;
use super::file::load_case_by_id;
use crate::app::notices::Notice;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::letter::RawCase;
use crate::domain::party::one_mailbox;
use crate::domain::random::new_secret;
use crate::storage::{CaseKey, CaseRow, Confirmation, NewEvent, StorageError, Tx};

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
    let notice = case_ready(app, &confirmation, &link)?;
    app.db.write(|tx| {
        let (case, key) = unconfirmed(tx, &confirmation)?;
        tx.use_confirmations(case.id, now)?;
        tx.change_case(&case, CaseState::Ready, None, now)?;
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
        tx.renew_link(&case, &key, &link, now)?;
        notice.queue(tx, &key, now)
    })?;
    Ok(link)
}

/// The mail that carries the link to the case, so that it is not lost with the browser.
fn case_ready(app: &App, confirmation: &Confirmation, link: &str) -> Result<Notice, AppError> {
    let file = load_case_by_id(app, confirmation.case_id)?;
    let to = file.raw.subject.email.clone().ok_or(AppError::NotNow)?;
    let own = json!({
        "case_href": format!("{}/case/{link}", app.base_url),
        "reference": file.row.reference,
        "company": file.company(app),
    });
    let language = file.screen_language();
    Notice::write(app, file.row.id, "case_ready", &to, language, own)
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
        let (case, key) = unconfirmed(tx, &confirmation)?;
        let facts: RawCase = serde_json::from_slice(&case.facts)?;
        tx.use_confirmations(case.id, now)?;
        if let Some(email) = &facts.subject.email {
            tx.block_address(&one_mailbox(email), now.date_naive())?;
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
    settle_log(app)
}

/// The case of a link, as long as nobody has confirmed it by another one.
fn unconfirmed(
    tx: &mut Tx<'_>,
    confirmation: &Confirmation,
) -> Result<(CaseRow, CaseKey), StorageError> {
    let (case, key) = tx.lock_case(confirmation.case_id)?;
    if case.state == CaseState::Unconfirmed {
        Ok((case, key))
    } else {
        Err(StorageError::Conflict)
    }
}

fn usable(confirmation: &Confirmation, now: DateTime<Utc>) -> Result<(), AppError> {
    match (confirmation.used_at, confirmation.expires_at > now) {
        (Some(_), _) => Err(AppError::Used),
        (None, false) => Err(AppError::Expired),
        (None, true) => Ok(()),
    }
}
