//! The next letter of the ladder: drafted from the file of the case, approved by the person, never by the program.

use serde_json::json;

use super::file::CaseFile;
use super::open::stored_letter;
use crate::app::{App, AppError, ComposedLetter, compose_letter};
use crate::domain::case::{EventKind, NextStep};
use crate::domain::letter::LetterKind;
use crate::domain::party::paragraphs;
use crate::storage::NewEvent;

/// Drafts the letter that the ladder offers now, or the reply that may go before it. `wanted`: which of them; `None` = that of the ladder.
///
/// # Errors
/// [`AppError::NotNow`] if it is not offered.
pub fn draft_follow_up(
    app: &App,
    file: &CaseFile,
    wanted: Option<LetterKind>,
    own_paragraph: &str,
) -> Result<(LetterKind, ComposedLetter), AppError> {
    let today = file.today_at_the_controller(app);
    let plan = file.plan(app, today)?;
    let due = plan.due.as_ref().map(|(_, due)| due);
    let next = file.next_step(plan.regime, due, today);
    let offered = file.offer(&plan, &next).map(|offer| offer.kind);
    let kind = match (&next, wanted) {
        (NextStep::Climb(kind), None) => *kind,
        (NextStep::Climb(kind), Some(wanted)) if *kind == wanted => wanted,
        (_, Some(wanted)) if offered == Some(wanted) => wanted,
        _ => return Err(AppError::NotNow),
    };
    // The letter bears the date of the place where the person writes.
    let mut facts = file.facts(kind, file.today_at_home(app))?;
    facts.own_paragraph = paragraphs(own_paragraph);
    Ok((kind, compose_letter(&app.book, &app.letters, &facts)?))
}

/// Approves the draft that the person read.
///
/// # Errors
/// [`AppError::Changed`] if it is not the one that was read.
pub fn approve_follow_up(
    app: &App,
    file: &CaseFile,
    wanted: Option<LetterKind>,
    own_paragraph: &str,
    read_sha256: &str,
) -> Result<(), AppError> {
    let (kind, letter) = draft_follow_up(app, file, wanted, own_paragraph)?;
    let now = app.clock.now();
    let stored = stored_letter(app, &letter, now)?;
    let text_sha256 = letter
        .meta
        .get("text_sha256")
        .and_then(|hash| hash.as_str());
    if text_sha256 != Some(read_sha256) {
        return Err(AppError::Changed);
    }
    let payload = json!({ "letter": stored.id, "kind": kind, "text_sha256": read_sha256 });
    app.db.write(|tx| {
        tx.change_case(&file.row, file.row.state, None, now)?;
        tx.insert_letter(file.row.id, &file.key, &stored)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::LetterApproved,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(())
}
