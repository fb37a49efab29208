//! What became of mails is written down, and what that means for their cases: events, the state, a notice to the person.

use serde_json::json;
use uuid::Uuid;

use crate::app::case::{CaseFile, SentRecord, load_case_by_id, read_file};
use crate::app::notices::Notice;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::outbox::{MOST_CRASHES, MailState, NextTry, Verdict, after_attempt};
use crate::domain::pacing::places_of;
use crate::storage::{Attempted, NewEvent, OutboxRow, StorageError, Tx};

/// What came of an attempt, with the words of the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is known.
    pub verdict: Verdict,
    /// The relay's answer, or what went wrong.
    pub words: String,
}

/// A mail whose attempt is over.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The row as it was claimed.
    pub row: OutboxRow,
    /// The claim; `None` when a lost one is settled.
    pub lease: Option<Uuid>,
    /// What came of it.
    pub report: Report,
    /// The relay was asked; false for what was refused before.
    pub tried: bool,
}

/// Writes down what became of several attempts, in one transaction where nothing speaks against it. An attempt that another worker took over, or whose case was
/// erased, is left alone.
///
/// # Errors
/// The database; all attempts but those that failed are written down.
pub fn settle_all(app: &App, attempts: Vec<Settled>) -> Result<(), AppError> {
    if attempts.len() > 1 {
        let written: Result<Vec<_>, AppError> = attempts
            .iter()
            .map(|attempt| prepare(app, attempt))
            .collect();
        let at_once = written.and_then(|written| {
            let work = |tx: &mut Tx<'_>| {
                let mut outcomes = written.iter().flatten();
                outcomes.try_for_each(|outcome| outcome.write(app, tx))
            };
            Ok(app.db.write(work)?)
        });
        if at_once.is_ok() {
            return Ok(());
        }
    }
    let mut last = Ok(());
    for attempt in &attempts {
        match settle_one(app, attempt) {
            Ok(_) | Err(AppError::Storage(StorageError::Conflict | StorageError::Erased)) => {}
            // The others do not wait for it.
            Err(error) => last = Err(error),
        }
    }
    last
}

/// Writes down what became of an attempt, and what that means for the case. `lease`: of the claim; `None` when a lost claim is settled.
///
/// # Errors
/// [`StorageError::Conflict`] if another worker took over: then nothing is changed. [`StorageError::Erased`] if the case is gone.
pub fn settle(
    app: &App,
    row: &OutboxRow,
    lease: Option<Uuid>,
    report: &Report,
) -> Result<MailState, AppError> {
    let attempt = Settled {
        row: row.clone(),
        lease,
        report: report.clone(),
        tried: true,
    };
    settle_one(app, &attempt)
}

fn settle_one(app: &App, attempt: &Settled) -> Result<MailState, AppError> {
    let outcome = prepare(app, attempt)?.ok_or(StorageError::Erased)?;
    app.db.write(|tx| outcome.write(app, tx))?;
    Ok(outcome.next.state)
}

/// An attempt with all that is written down about it.
struct Outcome<'a> {
    row: &'a OutboxRow,
    lease: Option<Uuid>,
    tried: bool,
    next: NextTry,
    words: String,
    /// The file of the case, for a letter.
    file: Option<CaseFile>,
    notice: Option<Notice>,
}

/// Decides what an attempt means. `None` if its case was erased.
fn prepare<'a>(app: &App, attempt: &'a Settled) -> Result<Option<Outcome<'a>>, AppError> {
    let (row, report) = (&attempt.row, &attempt.report);
    let now = app.clock.now();
    let mut next = after_attempt(report.verdict, row.attempts, row.copies, row.queued_at, now);
    if attempt.lease.is_none() && report.verdict == Verdict::Retry {
        // Nothing left the machine: it is due at once. A mail that takes its worker down again and again waits for a person.
        next.at = now;
        next.state = if row.crashes >= MOST_CRASHES {
            MailState::Ask
        } else {
            MailState::Queued
        };
    }
    let file = match row.letter_id.map(|_| load_case_by_id(app, row.case_id)) {
        None => None,
        Some(Ok(file)) => Some(file),
        Some(Err(AppError::Storage(StorageError::Erased))) => return Ok(None),
        Some(Err(error)) => return Err(error),
    };
    // What became of the mail is written down also where nothing can be said about it.
    let notice = file.as_ref().and_then(|file| {
        notice_of(app, file, row, next.state).unwrap_or_else(|error| {
            tracing::error!(%error, "a notice cannot be written");
            None
        })
    });
    Ok(Some(Outcome {
        row,
        lease: attempt.lease,
        tried: attempt.tried,
        next,
        words: report.words.chars().take(500).collect(),
        file,
        notice,
    }))
}

impl Outcome<'_> {
    fn write(&self, app: &App, tx: &mut Tx<'_>) -> Result<(), StorageError> {
        let now = app.clock.now();
        let done = Attempted {
            state: self.next.state,
            copies: self.next.copies,
            next_at: self.next.at,
            result: &self.words,
            finished_at: finished(self.next.state).then_some(now),
        };
        if self.file.is_some() {
            // The case first, then what belongs to it: everybody locks in this order.
            tx.lock_case(self.row.case_id)?;
        }
        tx.finish_mail(self.row, &self.row.key, self.lease, &done)?;
        if let Some(file) = &self.file {
            record(app, tx, file, self.row, self.next, &self.words)?;
            self.count(app, tx)?;
        }
        match &self.notice {
            Some(notice) => notice.queue(tx, &self.row.key, now),
            None => Ok(()),
        }
    }

    /// Counts the letter for the domain it went to; too many refusals pause it.
    fn count(&self, app: &App, tx: &mut Tx<'_>) -> Result<(), StorageError> {
        // What we refused ourselves was never sent there.
        if !finished(self.next.state) || !self.tried {
            return Ok(());
        }
        let (_, domain) = places_of(&self.row.mail.to);
        let refused = self.next.state == MailState::Failed;
        let paused = tx.count_end(&format!("domain:{domain}"), refused, app.clock.now())?;
        if paused {
            tracing::warn!(
                domain,
                "too many letters were refused there; no more go until a person has looked"
            );
        }
        Ok(())
    }
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
