//! What the controller says at its door becomes an answer of the case: stored sealed, noted in the chain, announced to the person. It never changes where the case stands.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Door, extension_worth};
use crate::app::case::hand_in::stored_files;
use crate::app::case::receive::reply_came;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind, Origin};
use crate::domain::door::{Declared, DoorFault};
use crate::domain::letter::ExtensionFacts;
use crate::domain::random::new_id;
use crate::mail::IncomingFile;
use crate::storage::{EventRow, Limit, NewEvent, ReplyContent, ReplyRow, StorageError, Tx};

/// What is said at the door.
#[derive(Debug, Clone)]
pub struct DoorEntry {
    /// What is declared.
    pub declared: Declared,
    /// What is written beside it; it goes to the person as it is.
    pub text: String,
    /// Documents.
    pub files: Vec<IncomingFile>,
}

/// What the controller keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct DoorReceipt {
    pub entry: Uuid,
    pub reference: String,
    pub at: DateTime<Utc>,
    /// The hash of what was said, over text and files; the event log of the case has the same.
    pub sha256: String,
    pub proven: bool,
    /// What an announcement of more time is worth.
    pub extension: Option<ExtensionFacts>,
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was said does not hold together.
    #[error("{} thing(s) must be mended", .0.len())]
    Faults(Vec<DoorFault>),
    /// The link alone opens nothing any more: first the code.
    #[error("this link works with a code only")]
    CodeNeeded,
    /// Anything else.
    #[error(transparent)]
    App(#[from] AppError),
}

/// So many entries of one case; each can carry ten megabytes, and who has the link alone may be anybody.
const BY_LINK: [(&str, Limit); 2] = [
    (
        "door_hour",
        Limit {
            count: 10,
            span: TimeDelta::hours(1),
        },
    ),
    (
        "door_day",
        Limit {
            count: 20,
            span: TimeDelta::days(1),
        },
    ),
];

/// The same for somebody who typed in a code: nobody with the link alone can use this up.
const PROVEN: [(&str, Limit); 1] = [(
    "door_proven_hour",
    Limit {
        count: 30,
        span: TimeDelta::hours(1),
    },
)];

/// Takes what is said. The same words twice in a day are there once.
///
/// # Errors
/// [`Refused`]; nothing was stored then.
pub fn enter_door(app: &App, door: &Door, entry: &DoorEntry) -> Result<DoorReceipt, Refused> {
    if !door.is_open() {
        return Err(Refused::CodeNeeded);
    }
    let plan = door.plan(app)?;
    let faults = entry
        .declared
        .faults(&plan.rights, door.today(app), &entry.text);
    if !faults.is_empty() {
        return Err(Refused::Faults(faults));
    }
    let origin = if door.proven {
        Origin::DoorProven
    } else {
        Origin::Door
    };
    let sha256 = sha256_of(entry)?;
    let reply = match said_before(door, &sha256, origin, app.clock.now()) {
        Some(reply) => reply.clone(),
        None => store(app, door, entry, origin, &sha256)?,
    };
    Ok(DoorReceipt {
        entry: reply.id,
        reference: door.file.row.reference.clone(),
        at: reply.arrived_at,
        sha256,
        proven: door.proven,
        extension: extension_worth(app, &door.file, &reply)?,
    })
}

fn store(
    app: &App,
    door: &Door,
    entry: &DoorEntry,
    origin: Origin,
    sha256: &str,
) -> Result<ReplyRow, AppError> {
    let (file, now) = (&door.file, app.clock.now());
    let reply = ReplyRow {
        id: new_id(app.random.as_ref(), now),
        kind: None,
        origin,
        received_on: file.today_at_home(app),
        content: ReplyContent {
            text: entry.text.clone(),
            declared: Some(entry.declared.clone()),
            ..ReplyContent::default()
        },
        arrived_at: now,
    };
    let files = stored_files(app, reply.id, &entry.files);
    let notice = reply_came(app, file, &reply)?;
    let payload = json!({
        "reply": reply.id, "received_on": reply.received_on, "origin": origin, "entry_sha256": sha256,
    });
    let written = app.db.write(|tx| {
        // The end of the case has the last word.
        let (row, key) = tx.lock_case(file.row.id)?;
        if row.state == CaseState::Closed {
            return Err(StorageError::Erased);
        }
        take_from_limits(tx, row.id, origin, now)?;
        tx.insert_reply(row.id, &key, &reply, None)?;
        for (stored, bytes) in &files {
            tx.insert_reply_file(row.id, &key, stored, bytes)?;
        }
        tx.append_event(
            row.id,
            &key,
            &NewEvent {
                kind: EventKind::ReplyReceived,
                at: now,
                payload: &payload,
            },
        )?;
        match &notice {
            Some(notice) => notice.queue(tx, &key, now),
            None => Ok(()),
        }
    });
    match written {
        Err(StorageError::Erased) => Err(AppError::Closed),
        other => Ok(other.map(|()| reply)?),
    }
}

fn take_from_limits(
    tx: &mut Tx<'_>,
    case: Uuid,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let limits = match origin {
        Origin::DoorProven => PROVEN.as_slice(),
        _ => BY_LINK.as_slice(),
    };
    for (bucket, limit) in limits {
        tx.take_from(bucket, &case.to_string(), *limit, now)?;
    }
    Ok(())
}

/// The hash of an entry: of its declaration, its text and each file.
fn sha256_of(entry: &DoorEntry) -> Result<String, AppError> {
    let hex = |bytes: &[u8]| -> String {
        let hash = Sha256::digest(bytes);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let file = |file: &IncomingFile| json!({ "name": file.name, "sha256": hex(&file.bytes) });
    let whole = json!({
        "declared": entry.declared, "text": entry.text, "files": entry.files.iter().map(file).collect::<Vec<_>>(),
    });
    Ok(hex(&serde_json::to_vec(&whole)?))
}

/// A button that was pressed twice, a call that was made again.
fn said_before<'a>(
    door: &'a Door,
    sha256: &str,
    origin: Origin,
    now: DateTime<Utc>,
) -> Option<&'a ReplyRow> {
    let same = |event: &&EventRow| {
        let hash = event.payload.get("entry_sha256");
        hash.and_then(|hash| hash.as_str()) == Some(sha256) && event.at > now - TimeDelta::days(1)
    };
    let mut events = door.file.events.iter().filter(same);
    events.find_map(|event| {
        let id = event.payload.get("reply")?.as_str()?;
        let mut replies = door.file.replies.iter();
        replies.find(|reply| reply.id.to_string() == id && reply.origin == origin)
    })
}
