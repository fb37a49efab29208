//! A mail comes in: stored first, byte for byte, then read and put into the case whose address it bears, or held. It never changes where the case stands, and nothing is answered.

use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::file::{CaseFile, read_file};
use super::hand_in::stored_files;
use crate::app::notices::Notice;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, EventKind, Origin};
use crate::domain::document::Document;
use crate::domain::letter::ReplyKind;
use crate::domain::random::new_id;
use crate::mail::{IncomingMail, Signal, Unreadable, read_mail};
use crate::storage::{
    HeldMail, HeldSummary, Limit, NewEvent, ReplyContent, ReplyRow, StorageError,
};
use crate::templates::to_text;

/// Where a mail went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Into this case.
    Case(Uuid),
    /// Into the holding pen; the word says why.
    Held(&'static str),
}

/// Takes one raw mail in. `recipient`: the address that the mail server says it was for.
///
/// # Errors
/// Only if it could not be stored: then the delivery agent tries again.
pub fn receive_mail(app: &App, raw: &[u8], recipient: Option<&str>) -> Result<Received, AppError> {
    let now = app.clock.now();
    let mail = HeldMail {
        id: new_id(app.random.as_ref(), now),
        raw: raw.to_vec(),
        why: "why.no_token".to_owned(),
        received_at: now,
    };
    let limit = Limit {
        count: app.limits.incoming_per_hour,
        span: TimeDelta::hours(1),
    };
    let held = app.db.write(|tx| {
        tx.take_from("incoming_service", "", limit, now)?;
        tx.hold_mail(&mail)
    })?;
    let read = read_mail(raw);
    let case = match case_of(app, &read, recipient)? {
        Ok(case) => case,
        // What was erased takes no more mail, not even into the pen.
        Err("why.erased") => {
            app.db.write(|tx| tx.release_mail(held))?;
            return Ok(Received::Held("why.erased"));
        }
        Err(why) => return hold(app, held, None, why, &read),
    };
    match into_case(app, held, case, raw, &read, true) {
        Ok(()) => Ok(Received::Case(case)),
        Err(AppError::Storage(StorageError::Limit)) => {
            hold(app, held, Some(case), "why.too_many", &read)
        }
        // It is stored; somebody looks at it in the pen.
        Err(error) => {
            tracing::error!(%error, "a mail stays in the holding pen");
            hold(app, held, Some(case), "why.unreadable", &read)
        }
    }
}

fn hold(
    app: &App,
    id: Uuid,
    case: Option<Uuid>,
    why: &'static str,
    read: &Result<IncomingMail, Unreadable>,
) -> Result<Received, AppError> {
    let mail = read.as_ref().ok();
    let summary = HeldSummary {
        from: mail.and_then(|mail| mail.from.clone()),
        subject: mail.and_then(|mail| mail.subject.clone()),
    };
    app.db
        .write(|tx| tx.say_why_held(id, case, why, &summary))?;
    Ok(Received::Held(why))
}

/// The case whose address the mail bears, or the word for why it bears none. What the mail server says counts first; then the headers, in their order of trust.
fn case_of(
    app: &App,
    read: &Result<IncomingMail, Unreadable>,
    recipient: Option<&str>,
) -> Result<Result<Uuid, &'static str>, AppError> {
    let in_headers = read
        .as_ref()
        .map(|mail| mail.to.as_slice())
        .unwrap_or_default();
    let addresses = recipient
        .into_iter()
        .chain(in_headers.iter().map(String::as_str));
    let mut why = match read {
        Err(_) if recipient.is_none() => "why.unreadable",
        _ => "why.no_token",
    };
    for token in addresses.filter_map(|address| app.post_office.token_of(address)) {
        let token = token.to_lowercase();
        match app
            .db
            .read::<_, StorageError>(|tx| tx.case_by_reply_token(&token))
        {
            Ok((case, _)) if case.state != CaseState::Unconfirmed => return Ok(Ok(case.id)),
            Err(StorageError::Erased) => why = "why.erased",
            Ok(_) | Err(StorageError::NotFound) => why = "why.unknown_token",
            // The mail server keeps it until the database answers.
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Err(why))
}

/// Puts a mail into a case and out of the pen, in one transaction. The same mail twice is there once; a copy of the person's own letter is no answer.
/// `counted`: it takes from the limit of the case.
pub(super) fn into_case(
    app: &App,
    held: Uuid,
    case_id: Uuid,
    raw: &[u8],
    read: &Result<IncomingMail, Unreadable>,
    counted: bool,
) -> Result<(), AppError> {
    let now = app.clock.now();
    let (case, key) = app.db.read::<_, StorageError>(|tx| tx.case(case_id))?;
    let file = app
        .db
        .read::<_, StorageError>(|tx| read_file(tx, case, key))?;
    let sha256: String = Sha256::digest(raw)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if known(&file, &sha256, read) {
        return Ok(app.db.write(|tx| tx.release_mail(held))?);
    }
    if let Some(letter) = copied_letter(&file, read) {
        return note_copy(app, held, &file, letter, &sha256);
    }
    let mut reply = reply_row(app, &file, read);
    reply.content.raw_length = Some(raw.len());
    let attached = read
        .as_ref()
        .map(|mail| mail.attachments.as_slice())
        .unwrap_or_default();
    let files = stored_files(app, reply.id, attached);
    let notice = reply_came(app, &file, &reply)?;
    let payload = json!({
        "reply": reply.id, "received_on": reply.received_on, "origin": reply.origin, "raw_sha256": sha256,
    });
    let limit = Limit {
        count: app.limits.incoming_per_case_hour,
        span: TimeDelta::hours(1),
    };
    app.db.write(|tx| {
        // An erasure that came first has the last word.
        tx.lock_case(case_id)?;
        if counted {
            tx.take_from("incoming", &case_id.to_string(), limit, now)?;
        }
        tx.insert_reply(case_id, &file.key, &reply, Some(raw))?;
        for (stored, bytes) in &files {
            tx.insert_reply_file(case_id, &file.key, stored, bytes)?;
        }
        tx.append_event(
            case_id,
            &file.key,
            &NewEvent {
                kind: EventKind::ReplyReceived,
                at: now,
                payload: &payload,
            },
        )?;
        if let Some(notice) = &notice {
            notice.queue(tx, &file.key, now)?;
        }
        tx.release_mail(held)
    })?;
    Ok(())
}

/// Notes that a copy of the person's own letter came: they have sent it, but said so nowhere yet.
fn note_copy(
    app: &App,
    held: Uuid,
    file: &CaseFile,
    letter: Uuid,
    sha256: &str,
) -> Result<(), AppError> {
    let payload = json!({ "letter": letter, "raw_sha256": sha256 });
    let event = NewEvent {
        kind: EventKind::CopyReceived,
        at: app.clock.now(),
        payload: &payload,
    };
    Ok(app.db.write(|tx| {
        let (case, key) = tx.lock_case(file.row.id)?;
        tx.append_event(case.id, &key, &event)?;
        tx.release_mail(held)
    })?)
}

/// The same bytes, or the same mail over another path.
fn known(file: &CaseFile, sha256: &str, read: &Result<IncomingMail, Unreadable>) -> bool {
    let received = file
        .events
        .iter()
        .filter_map(|event| event.payload.get("raw_sha256")?.as_str());
    let same_bytes = received.into_iter().any(|known| known == sha256);
    let Ok(mail) = read else { return same_bytes };
    let same_mail = |reply: &ReplyRow| {
        mail.message_id.is_some()
            && reply.content.message_id == mail.message_id
            && reply.content.text == mail.text
    };
    same_bytes || file.replies.iter().any(same_mail)
}

/// The letter of which a mail is the copy that the person sent to their case: it comes from their address, has the very subject of a letter, and says nothing beyond it. Anything
/// else is kept as an answer, whoever wrote it.
fn copied_letter(file: &CaseFile, read: &Result<IncomingMail, Unreadable>) -> Option<Uuid> {
    let mail = read
        .as_ref()
        .ok()
        .filter(|mail| from_the_person(file, mail))?;
    let subject = mail.subject.as_deref()?;
    let letters = file.letters.iter();
    letters
        .rev()
        .find(|letter| {
            letter.document.subject.trim() == subject.trim() && says_only(mail, &letter.document)
        })
        .map(|letter| letter.id)
}

/// True if every line of the mail is a line of the letter, and it brings nothing but the letter itself.
fn says_only(mail: &IncomingMail, letter: &Document) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letter = words(&to_text(letter));
    let mut lines = mail.text.lines().map(words);
    let only_the_letter = lines.all(|line| letter.contains(&line));
    let mut files = mail.attachments.iter();
    only_the_letter && files.all(|file| file.name == "letter.pdf")
}

fn from_the_person(file: &CaseFile, mail: &IncomingMail) -> bool {
    match (&mail.from, &file.raw.subject.email) {
        (Some(from), Some(own)) => from.eq_ignore_ascii_case(own),
        _ => false,
    }
}

fn reply_row(app: &App, file: &CaseFile, read: &Result<IncomingMail, Unreadable>) -> ReplyRow {
    let now = app.clock.now();
    let (origin, content) = match read {
        Ok(mail) => {
            let origin = if from_the_person(file, mail) {
                Origin::Forwarded
            } else {
                Origin::Mail
            };
            (origin, content_of(mail))
        }
        Err(unreadable) => {
            let content = ReplyContent {
                unreadable: Some(unreadable.to_string()),
                ..ReplyContent::default()
            };
            (Origin::Mail, content)
        }
    };
    ReplyRow {
        id: new_id(app.random.as_ref(), now),
        kind: None,
        origin,
        received_on: file.today_at_home(app),
        content,
        arrived_at: now,
    }
}

/// What a mail says, as far as it could be read.
pub(super) fn content_of(mail: &IncomingMail) -> ReplyContent {
    let signal = mail.signals.first().map(|signal| match signal {
        Signal::Bounce { matched } => (ReplyKind::Bounce, matched.clone()),
        Signal::AutoReply { matched } => (ReplyKind::AutoReply, matched.clone()),
    });
    ReplyContent {
        text: mail.text.clone(),
        from: mail.from.clone(),
        subject: mail.subject.clone(),
        signal,
        message_id: mail.message_id.clone(),
        ..ReplyContent::default()
    }
}

/// Tells the person that something came; never what it says. A machine's mail does not use up the notice of an answer, and two hours are between two of them.
pub(super) fn reply_came(
    app: &App,
    file: &CaseFile,
    reply: &ReplyRow,
) -> Result<Option<Notice>, AppError> {
    let Some(to) = &file.raw.subject.email else {
        return Ok(None);
    };
    let machine = |reply: &ReplyRow| reply.content.signal.is_some();
    let since = app.clock.now() - TimeDelta::hours(2);
    let told = |other: &ReplyRow| {
        other.origin != Origin::HandedIn
            && other.arrived_at > since
            && (machine(reply) || !machine(other))
    };
    if file.replies.iter().any(told) || file.row.state == CaseState::Closed {
        return Ok(None);
    }
    let own = json!({
        "case_href": file.href(app),
        "reference": file.row.reference,
        "company": file.company(app),
    });
    let kind = match reply.origin {
        Origin::Door | Origin::DoorProven => "door_entry",
        Origin::HandedIn | Origin::Mail | Origin::Forwarded => "reply_came",
    };
    let language = file.screen_language();
    Notice::write(app, file.row.id, kind, to, language, own).map(Some)
}
