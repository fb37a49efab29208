//! The outbox at work: a mail is claimed and its bytes fixed before the network, and what became of it written down after. The network itself is the caller's.

use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::case::{CaseFile, SentRecord, load_case_by_id, read_file};
use super::notices::Notice;
use super::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::outbox::{MOST_CRASHES, MailState, NextTry, Verdict, after_attempt};
use crate::domain::random::new_id;
use crate::mail::{Outgoing, to_mail};
use crate::pdf::to_pdf;
use crate::storage::{Attempted, NewEvent, OutboxRow, StorageError, Tx};
use crate::templates::to_text;

/// How long a claim holds without a sign of life.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// A mail that this worker may send now.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// The row as it was claimed.
    pub row: OutboxRow,
    /// Its bytes; every attempt carries the same.
    pub bytes: Vec<u8>,
    /// Their hash, for the journal.
    pub sha256: String,
    /// The claim.
    pub lease: Uuid,
}

/// What came of an attempt, with the words of the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is known.
    pub verdict: Verdict,
    /// The relay's answer, or what went wrong.
    pub words: String,
}

/// What a look at the outbox gave.
#[derive(Debug)]
pub enum Claimed {
    /// A mail to send.
    Mail(Box<ClaimedMail>),
    /// The next one does not go, or another worker was first; look again.
    NotThis,
    /// Nothing is due.
    Nothing,
}

/// Claims the next mail that is due. What is claimed is written down before anything is rendered: a mail that takes the worker down is noticed.
///
/// # Errors
/// The database.
pub fn claim_mail(app: &App) -> Result<Claimed, AppError> {
    let now = app.clock.now();
    let due = app.db.write(|tx| tx.due_mails(now, 1))?;
    let Some(mut row) = due.into_iter().next() else {
        return Ok(Claimed::Nothing);
    };
    let lease = new_id(app.random.as_ref(), now);
    let claimed = app.db.write(|tx| tx.claim_mail(&row, lease, now + LEASE));
    match claimed {
        Ok(()) => {}
        Err(StorageError::Conflict | StorageError::Erased) => return Ok(Claimed::NotThis),
        Err(error) => return Err(error.into()),
    }
    (row.attempts, row.crashes) = (row.attempts + 1, row.crashes + 1);
    match fixed_bytes(app, &row, lease) {
        Ok(bytes) => Ok(Claimed::Mail(Box::new(ClaimedMail {
            sha256: sha256(&bytes),
            row,
            bytes,
            lease,
        }))),
        Err(AppError::Storage(StorageError::Conflict | StorageError::Erased)) => {
            Ok(Claimed::NotThis)
        }
        // It does not go, and the case says why.
        Err(error) => {
            let words = match error {
                AppError::Mail(words) => words,
                other => {
                    tracing::error!(error = %other, "a mail cannot be written");
                    other.to_string()
                }
            };
            let report = Report {
                verdict: Verdict::Refused,
                words,
            };
            settle(app, &row, Some(lease), &report)?;
            Ok(Claimed::NotThis)
        }
    }
}

/// The bytes of a claimed mail: those of the first attempt, or fixed now. A letter of a case that ended meanwhile does not go.
fn fixed_bytes(app: &App, row: &OutboxRow, lease: Uuid) -> Result<Vec<u8>, AppError> {
    let file = load_case_by_id(app, row.case_id)?;
    let bytes = match row.bytes.clone() {
        Some(bytes) => bytes,
        None => bytes_of(&file, row).map_err(AppError::Mail)?,
    };
    let ended = app.db.write(|tx| {
        let (case, key) = tx.lock_case(row.case_id)?;
        if row.bytes.is_none() {
            tx.fix_mail_bytes(row, &key, lease, &bytes)?;
        }
        Ok(case.state == CaseState::Closed)
    })?;
    if ended && row.letter_id.is_some() {
        return Err(AppError::Mail(
            "the case was closed before the letter went".to_owned(),
        ));
    }
    Ok(bytes)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Renders the mail. A letter whose text is not the approved one is not sent.
fn bytes_of(file: &CaseFile, row: &OutboxRow) -> Result<Vec<u8>, String> {
    let mail = &row.mail;
    let mut outgoing = Outgoing {
        from_name: &mail.from_name,
        from: &mail.from,
        to: &mail.to,
        subject: &mail.subject,
        text: &mail.text,
        language: &mail.language,
        date: mail.date,
        message_id: &row.message_id,
        automatic: row.letter_id.is_none(),
        files: &[],
    };
    let Some(letter) = row.letter_id else {
        return to_mail(&outgoing);
    };
    let letter = file.letter(letter).map_err(|error| error.to_string())?;
    let text = to_text(&letter.document);
    if Some(sha256(text.as_bytes())) != mail.text_sha256 {
        return Err("the text is not the one that was approved".to_owned());
    }
    let pdf = to_pdf(&letter.document, letter.page).map_err(|error| error.to_string())?;
    let whole = format!("{}\n\n{text}", mail.text);
    outgoing.text = &whole;
    let files: [(&str, &str, &[u8]); 1] = [("letter.pdf", "application/pdf", &pdf)];
    outgoing.files = &files;
    to_mail(&outgoing)
}

/// Writes down what became of an attempt, and what that means for the case. `lease`: of the claim; `None` when a lost claim is settled.
///
/// # Errors
/// [`StorageError::Conflict`] if another worker took over: then nothing is changed.
pub fn settle(
    app: &App,
    row: &OutboxRow,
    lease: Option<Uuid>,
    report: &Report,
) -> Result<MailState, AppError> {
    let now = app.clock.now();
    let mut next = after_attempt(report.verdict, row.attempts, row.copies, row.queued_at, now);
    if lease.is_none() && row.crashes >= MOST_CRASHES && next.state == MailState::Queued {
        // A mail that takes its worker down again and again waits for a person.
        next.state = MailState::Ask;
    }
    let file = load_case_by_id(app, row.case_id)?;
    // What became of the mail is written down also where nothing can be said about it.
    let notice = notice_of(app, &file, row, next.state).unwrap_or_else(|error| {
        tracing::error!(%error, "a notice cannot be written");
        None
    });
    let words: String = report.words.chars().take(500).collect();
    app.db.write(|tx| {
        let done = Attempted {
            state: next.state,
            copies: next.copies,
            next_at: next.at,
            result: &words,
            finished_at: finished(next.state).then_some(now),
        };
        tx.finish_mail(row, &file.key, lease, &done)?;
        if row.letter_id.is_some() {
            record(app, tx, &file, row, next, &words)?;
        }
        if let Some(notice) = &notice {
            notice.queue(tx, &file.key, now)?;
        }
        Ok(())
    })?;
    Ok(next.state)
}

fn finished(state: MailState) -> bool {
    matches!(state, MailState::Sent | MailState::Failed)
}

/// What the end of an attempt means for the case: events, the letter, where the case stands.
fn record(
    app: &App,
    tx: &mut Tx<'_>,
    file: &CaseFile,
    row: &OutboxRow,
    next: NextTry,
    words: &str,
) -> Result<(), StorageError> {
    let now = app.clock.now();
    let Some(letter) = row.letter_id else {
        return Ok(());
    };
    let (kind, payload) = match next.state {
        MailState::Sent => {
            let today = file.today_at_the_controller(app);
            let record = SentRecord {
                letter,
                channel: "email".to_owned(),
                sent_on: today,
                received_on: today,
                proof: words.to_owned(),
            };
            tx.mark_letter_sent(row.case_id, letter)?;
            (EventKind::LetterSent, serde_json::to_value(&record)?)
        }
        MailState::Failed => (
            EventKind::SendFailed,
            json!({ "letter": letter, "why": words }),
        ),
        MailState::Unknown | MailState::Ask => {
            let asks = next.state == MailState::Ask;
            let payload =
                json!({ "letter": letter, "why": words, "asks": asks, "copies": next.copies });
            (EventKind::SendUnknown, payload)
        }
        MailState::Queued | MailState::Intent => return Ok(()),
    };
    tx.append_event(
        row.case_id,
        &file.key,
        &NewEvent {
            kind,
            at: now,
            payload: &payload,
        },
    )?;
    let (case, key) = tx.lock_case(row.case_id)?;
    let fresh = read_file(tx, case, key)?;
    let state = fresh.state_by_events();
    tx.change_case(&fresh.row, state, fresh.row.outcome, now)
}

/// Tells the person that a letter went, or that it did not.
fn notice_of(
    app: &App,
    file: &CaseFile,
    row: &OutboxRow,
    state: MailState,
) -> Result<Option<Notice>, AppError> {
    let kind = match state {
        MailState::Sent => "letter_sent",
        MailState::Failed => "letter_failed",
        MailState::Ask => "letter_in_doubt",
        _ => return Ok(None),
    };
    let to = match (&file.raw.subject.email, row.letter_id) {
        // Of a case that ended, the person still learns that the letter went.
        (Some(to), Some(_)) if file.row.state != CaseState::Closed || kind == "letter_sent" => to,
        _ => return Ok(None),
    };
    let today = file.today_at_the_controller(app);
    let plan = file.plan(app, today)?;
    let is_first = file.letters.first().map(|letter| letter.id) == row.letter_id;
    let due = match file.home() {
        Some(home) if is_first => plan.due_after(&app.book, &home, today),
        _ => plan.due,
    };
    let language = file.screen_language();
    let own = json!({
        "case_href": file.href(app),
        "reference": file.row.reference,
        "company": file.company(app),
        "date": today,
        "due": due.and_then(|(_, due)| due.expected_due),
    });
    Notice::write(app, file.row.id, kind, to, language, own).map(Some)
}
