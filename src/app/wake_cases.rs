//! The clock of the cases: what is due now is found by the database, looked at, and told to the person. A machine drafts and reminds; it sends nothing to anybody else.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::case::{CaseFile, load_case_by_id};
use super::notices::Notice;
use super::{App, AppError};
use crate::domain::case::{CaseState, EventKind, NextStep};
use crate::domain::deadline::first_instant;
use crate::domain::letter::LetterKind;
use crate::storage::{NewEvent, StorageError};

/// So many cases in one go.
const BATCH: i64 = 200;

/// Looks at every case whose time has come. Returns how many it looked at.
///
/// # Errors
/// The database.
pub fn wake_cases(app: &App) -> Result<usize, AppError> {
    let now = app.clock.now();
    let mut done = 0;
    loop {
        let ids = app
            .db
            .read::<_, StorageError>(|tx| tx.cases_to_wake(now, BATCH))?;
        if ids.is_empty() {
            return Ok(done);
        }
        for id in &ids {
            wake(app, *id)?;
        }
        done += ids.len();
    }
}

/// One bad case must not keep the others asleep: what cannot be looked at now is looked at in an hour.
fn wake(app: &App, id: Uuid) -> Result<(), AppError> {
    let looked = load_case_by_id(app, id).and_then(|file| look(app, &file));
    let Err(error) = looked else {
        return Ok(());
    };
    let wait = match error {
        // Somebody changed it at this moment.
        AppError::Storage(StorageError::Conflict) => TimeDelta::seconds(1),
        error => {
            tracing::error!(%error, "a case could not be looked at");
            TimeDelta::hours(1)
        }
    };
    let until = app.clock.now() + wait;
    Ok(app.db.write(|tx| tx.postpone_case(id, until))?)
}

fn look(app: &App, file: &CaseFile) -> Result<(), AppError> {
    let today = file.today_at_the_controller(app);
    let plan = file.plan(app, today)?;
    let due = plan.due.as_ref().map(|(_, due)| due);
    let step = file.step_of_the_clock(plan.regime, due, today);
    let zone = file
        .home()
        .map_or(chrono_tz::UTC, |home| plan.zone(&app.book, &home));
    // The bare period may end before the day on which an answer is due: nobody is told "overdue" before that day has passed.
    let not_yet = due
        .and_then(|due| due.expected_due)
        .filter(|due| *due >= today);
    match step {
        NextStep::Climb(_) if not_yet.is_some() => sleep(
            app,
            file,
            not_yet.and_then(|due| app.book.overdue_from(due, zone)),
        ),
        NextStep::Climb(kind) if is_overdue(file, kind) => overdue(app, file, kind),
        NextStep::Wait { until: Some(day) } => sleep(app, file, first_instant(day, zone)),
        _ => sleep(app, file, None),
    }
}

fn sleep(app: &App, file: &CaseFile, until: Option<DateTime<Utc>>) -> Result<(), AppError> {
    Ok(app.db.write(|tx| tx.wake_case(&file.row, until))?)
}

/// True if the step is offered because the time ran out, and the person was not told yet.
fn is_overdue(file: &CaseFile, kind: LetterKind) -> bool {
    let waits = matches!(
        file.row.state,
        CaseState::AwaitingReply
            | CaseState::Extended
            | CaseState::AwaitingIdentity
            | CaseState::Overdue
    );
    let last = |wanted: EventKind| file.events.iter().rev().find(|event| event.kind == wanted);
    let told = last(EventKind::BecameOverdue).is_some_and(|event| {
        let same = event.payload.get("step").and_then(|step| step.as_str()) == Some(kind.as_str());
        let sent_since = last(EventKind::LetterSent).is_some_and(|sent| sent.seq > event.seq);
        same && !sent_since
    });
    waits && !told && kind != LetterKind::IdentityReply
}

fn overdue(app: &App, file: &CaseFile, kind: LetterKind) -> Result<(), AppError> {
    let now = app.clock.now();
    let notice = match &file.raw.subject.email {
        None => None,
        Some(to) => {
            let own = json!({
                "case_href": file.href(app),
                "reference": file.row.reference,
                "company": file.company(app),
                "step": kind,
                "is_reminder": kind == LetterKind::Reminder,
                "is_complaint": kind == LetterKind::Complaint,
            });
            let language = file.screen_language();
            Some(Notice::write(
                app,
                file.row.id,
                "overdue",
                to,
                language,
                own,
            )?)
        }
    };
    app.db.write(|tx| {
        tx.change_case(&file.row, CaseState::Overdue, None, now)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::BecameOverdue,
                at: now,
                payload: &json!({ "step": kind }),
            },
        )?;
        if let Some(notice) = &notice {
            notice.queue(tx, &file.key, now)?;
        }
        let (case, _) = tx.case(file.row.id)?;
        tx.wake_case(&case, None)
    })?;
    Ok(())
}
