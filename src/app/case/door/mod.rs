//! The controller's door: the link that a letter by e-mail carries, and how much it opens. Without an account the controller sees what is asked and says what it has to say;
//! nothing of that moves the case.

mod code;
mod enter;

pub use code::{CODE_MINUTES, ask_door_code, enter_door_code};
pub use enter::{DoorEntry, DoorReceipt, Refused, enter_door};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::file::{CaseFile, StoredLetter, read_file};
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind, Origin};
use crate::domain::letter::{Channel, ExtensionFacts, LetterPlan, ReplyKind};
use crate::storage::{EventRow, ReplyRow, StorageError};

/// A door with somebody before it.
pub struct Door {
    /// The case behind it.
    pub file: CaseFile,
    /// They typed in a code that was mailed to the mailbox of the directory.
    pub proven: bool,
    /// The link has been in other hands than the controller's: a bundle holds the mail with the link as it was sent. Alone it opens nothing any more.
    pub link_shared: bool,
}

/// What came through the door before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct PastEntry {
    pub entry: Uuid,
    pub what: &'static str,
    pub at: DateTime<Utc>,
    pub proven: bool,
}

/// Opens the door behind a link. `pass`: that of somebody who typed in a code.
///
/// # Errors
/// [`StorageError::NotFound`] for a link that never was, [`AppError::Closed`] once the case has ended or was erased.
pub fn open_door(app: &App, token: &str, pass: Option<&str>) -> Result<Door, AppError> {
    let now = app.clock.now();
    let found = app.db.read::<_, StorageError>(|tx| {
        let link = tx.door(token)?;
        let (row, key) = tx.case(link.case_id)?;
        let proven = match pass {
            Some(pass) => tx.door_pass_holds(link.case_id, pass, now)?,
            None => false,
        };
        Ok((link, read_file(tx, row, key)?, proven))
    });
    let (link, file, proven) = match found {
        Err(StorageError::Erased) => return Err(AppError::Closed),
        other => other?,
    };
    if file.row.state == CaseState::Closed {
        return Err(AppError::Closed);
    }
    let taken_out =
        |event: &EventRow| event.kind == EventKind::DataExported && event.at >= link.opened_at;
    Ok(Door {
        link_shared: file.events.iter().any(taken_out),
        proven,
        file,
    })
}

impl Door {
    /// True if what is asked may be seen, and something said.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.proven || !self.link_shared
    }

    /// The plan of the case: rights, company, due date.
    ///
    /// # Errors
    /// As [`CaseFile::plan`].
    pub fn plan<'a>(&self, app: &'a App) -> Result<LetterPlan<'a>, AppError> {
        self.file.plan(app, self.today(app))
    }

    /// The civil date at the controller's place.
    #[must_use]
    pub fn today(&self, app: &App) -> NaiveDate {
        self.file.today_at_the_controller(app)
    }

    /// The newest letter that went, for somebody who has shown that they are who was written to.
    #[must_use]
    pub fn letter(&self) -> Option<&StoredLetter> {
        let mut sent = self.file.letters.iter();
        let to_them = |letter: &&StoredLetter| !letter.kind.goes_to_the_regulator();
        sent.rfind(|letter| to_them(letter) && letter.sent.is_some())
            .or_else(|| self.file.letters.iter().find(to_them))
            .filter(|_| self.proven)
    }

    /// What came through this door, oldest first. Who has the link alone sees what came by the link alone.
    #[must_use]
    pub fn past(&self) -> Vec<PastEntry> {
        let seen = |reply: &&ReplyRow| match reply.origin {
            Origin::Door => self.is_open(),
            Origin::DoorProven => self.proven,
            Origin::HandedIn | Origin::Mail | Origin::Forwarded => false,
        };
        let entry = |reply: &ReplyRow| {
            Some(PastEntry {
                entry: reply.id,
                what: reply.content.declared.as_ref()?.as_str(),
                at: reply.arrived_at,
                proven: reply.origin == Origin::DoorProven,
            })
        };
        self.file
            .replies
            .iter()
            .filter(seen)
            .filter_map(entry)
            .collect()
    }
}

/// The mailbox of the directory to which a code can go; none where the person described the company.
#[must_use]
pub fn door_mailbox(plan: &LetterPlan<'_>) -> Option<String> {
    let listed = plan.controller.entity.is_some() && plan.controller.channel == Channel::Email;
    plan.controller.email.clone().filter(|_| listed)
}

/// What an announcement of more time is worth by the law and the calendar, whether or not the person has read it yet. `None`: it is none, or nobody knows when the letter was received.
///
/// # Errors
/// As [`CaseFile::plan`].
pub fn extension_worth(
    app: &App,
    file: &CaseFile,
    reply: &ReplyRow,
) -> Result<Option<ExtensionFacts>, AppError> {
    let Some(declared) = &reply.content.declared else {
        return Ok(None);
    };
    let (kind, said) = declared.proposed(&reply.content.text);
    if kind != ReplyKind::ExtensionNotice {
        return Ok(None);
    }
    let mut as_read = reply.clone();
    (as_read.kind, as_read.content.said) = (Some(kind), said);
    let plan = file.plan_with(app, file.today_at_the_controller(app), &as_read)?;
    let known = plan.due.is_some();
    Ok(plan.extension.filter(|_| known))
}
