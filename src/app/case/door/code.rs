//! The code: mailed to the mailbox that the directory has for the controller, and typed in at the door. It proves that somebody can read that mailbox, nothing else.

use chrono::TimeDelta;
use serde_json::json;

use super::{Door, door_mailbox};
use crate::app::notices::Notice;
use crate::app::{App, AppError};
use crate::domain::case::CaseState;
use crate::domain::random::{new_code, new_secret};
use crate::storage::{Limit, StorageError};

/// So long a code works.
pub const CODE_MINUTES: i64 = 15;

/// So long somebody who typed it in is known.
const PASS: TimeDelta = TimeDelta::hours(2);

/// A mailbox is not to be filled by whoever has a link.
const CODES: [(&str, Limit); 2] = [
    (
        "door_code_10_minutes",
        Limit {
            count: 1,
            span: TimeDelta::minutes(10),
        },
    ),
    (
        "door_code_day",
        Limit {
            count: 5,
            span: TimeDelta::days(1),
        },
    ),
];

/// So many tries from one network, over all doors.
const TRIES: Limit = Limit {
    count: 60,
    span: TimeDelta::hours(1),
};

/// Mails a code to the controller. Returns the mailbox it went to.
///
/// # Errors
/// [`StorageError::Limit`] for one in ten minutes or five a day, [`AppError::NotNow`] where the directory has no mailbox.
pub fn ask_door_code(app: &App, door: &Door) -> Result<String, AppError> {
    let now = app.clock.now();
    let plan = door.plan(app)?;
    let to = door_mailbox(&plan).ok_or(AppError::NotNow)?;
    let code = new_code(app.random.as_ref());
    let language = notice_language(app, &plan.language);
    let case = door.file.row.id;
    // The mail names the reference alone: whoever else reads that mailbox learns nothing of the person.
    let own = json!({
        "code": code,
        "minutes": CODE_MINUTES,
        "reference": door.file.row.reference,
    });
    let notice = Notice::write(app, case, "door_code", &to, language, own)?;
    app.db.write(|tx| {
        let (row, key) = tx.lock_case(case)?;
        if row.state == CaseState::Closed {
            return Err(StorageError::Conflict);
        }
        for (bucket, limit) in CODES {
            tx.take_from(bucket, &case.to_string(), limit, now)?;
        }
        tx.put_door_code(case, &code, now + TimeDelta::minutes(CODE_MINUTES))?;
        notice.queue(tx, &key, now)
    })?;
    Ok(to)
}

/// The language of the letter, where notices have it.
fn notice_language<'a>(app: &App, letter: &'a str) -> &'a str {
    let known = app.pages.languages().any(|language| language == letter);
    if known { letter } else { "en" }
}

/// Takes a code. Returns the pass of whoever knew it; `None`: it is wrong, too old, or was tried too often.
///
/// # Errors
/// [`StorageError::Limit`] after sixty tries an hour from one network.
pub fn enter_door_code(
    app: &App,
    door: &Door,
    code: &str,
    network: &str,
) -> Result<Option<String>, AppError> {
    let now = app.clock.now();
    // People type a code as they read it: in groups.
    let code: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect();
    let pass = new_secret(app.random.as_ref());
    let case = door.file.row.id;
    let knew = app.db.write(|tx| {
        tx.take_from("door_tries", network, TRIES, now)?;
        let knew = tx.try_door_code(case, &code, now)?;
        if knew {
            tx.put_door_pass(case, &pass, now + PASS)?;
        }
        Ok(knew)
    })?;
    Ok(knew.then_some(pass))
}
