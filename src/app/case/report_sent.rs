//! The person says: I sent it on this day, in this way. The day stays marked as reported.

use chrono::NaiveDate;
use serde_json::json;

use super::file::{CaseFile, SentRecord, received_on};
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, Delivery, EventKind};
use crate::domain::letter::LetterKind;
use crate::storage::NewEvent;

/// What the person reports.
#[derive(Debug, Clone)]
pub struct Report {
    /// `web_form`, `post` or `own_mailbox`.
    pub channel: String,
    /// The day, not after today.
    pub sent_on: NaiveDate,
    /// A number they were given, may be empty.
    pub proof: String,
    /// It was the platform's switch, not the letter.
    pub switch: bool,
}

/// Records that the waiting letter was sent: the clock starts.
///
/// # Errors
/// [`AppError::NotNow`] if no letter waits or the day lies in the future.
pub fn report_sent(app: &App, file: &CaseFile, report: &Report) -> Result<(), AppError> {
    let now = app.clock.now();
    if file.row.state == CaseState::Closed {
        return Err(AppError::NotNow);
    }
    if report.switch {
        let payload = json!({ "what": "switch", "sent_on": report.sent_on, "proof": report.proof });
        let event = NewEvent {
            kind: EventKind::SettingSwitched,
            at: now,
            payload: &payload,
        };
        return Ok(app
            .db
            .write(|tx| tx.append_event(file.row.id, &file.key, &event))?);
    }
    let letter = file.unsent_letter().ok_or(AppError::NotNow)?;
    if letter.delivery == Delivery::OnItsWay {
        return Err(AppError::NotNow);
    }
    let margin = file
        .home()
        .and_then(|home| app.book.jurisdiction(&home))
        .map_or(5, |place| place.posting_margin_days);
    let record = SentRecord {
        letter: letter.id,
        channel: report.channel.clone(),
        sent_on: report.sent_on,
        received_on: received_on(report.sent_on, &report.channel, margin),
        proof: report.proof.clone(),
    };
    let payload = serde_json::to_value(&record)?;
    let state = if letter.kind == LetterKind::Complaint {
        CaseState::Escalated
    } else {
        CaseState::AwaitingReply
    };
    app.db.write(|tx| {
        tx.change_case(&file.row, state, None, now)?;
        // Where Demur's own sending ended in doubt, the person has decided.
        tx.settle_asked_mail(file.row.id, letter.id, now)?;
        tx.mark_letter_sent(file.row.id, letter.id)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::LetterSent,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(())
}
