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
use crate::domain::letter::ReplyKind;
use crate::domain::random::new_id;
use crate::mail::{IncomingMail, Signal, Unreadable, read_mail};
use crate::storage::{HeldMail, Limit, NewEvent, ReplyContent, ReplyRow, StorageError};

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
    let held = app.db.write(|tx| tx.hold_mail(&mail))?;
    let read = read_mail(raw);
    let case = match case_of(app, &read, recipient) {
        Ok(case) => case,
        Err(why) => return hold(app, held, why),
    };
    match into_case(app, held, case, raw, &read) {
        Ok(()) => Ok(Received::Case(case)),
        Err(AppError::Storage(StorageError::Limit)) => hold(app, held, "why.too_many"),
        // It is stored; somebody looks at it in the pen.
        Err(error) => {
            tracing::error!(%error, "a mail stays in the holding pen");
            hold(app, held, "why.unreadable")
        }
    }
}

fn hold(app: &App, id: Uuid, why: &'static str) -> Result<Received, AppError> {
    app.db.write(|tx| tx.say_why_held(id, why))?;
    Ok(Received::Held(why))
}

/// The case whose address the mail bears. What the mail server says counts first; then the headers, in their order of trust.
fn case_of(
    app: &App,
    read: &Result<IncomingMail, Unreadable>,
    recipient: Option<&str>,
) -> Result<Uuid, &'static str> {
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
            Ok((case, _)) if case.state != CaseState::Unconfirmed => return Ok(case.id),
            Err(StorageError::Erased) => why = "why.erased",
            _ => why = "why.unknown_token",
        }
    }
    Err(why)
}

/// Puts a mail into a case and out of the pen, in one transaction. The same mail twice is there once.
pub(super) fn into_case(
    app: &App,
    held: Uuid,
    case_id: Uuid,
    raw: &[u8],
    read: &Result<IncomingMail, Unreadable>,
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
    if known(&file, &sha256) {
        return Ok(app.db.write(|tx| tx.release_mail(held))?);
    }
    let reply = reply_row(app, &file, read);
    let attached = read
        .as_ref()
        .map(|mail| mail.attachments.as_slice())
        .unwrap_or_default();
    let files = stored_files(app, reply.id, attached);
    let notice = reply_came(app, &file)?;
    let payload = json!({
        "reply": reply.id, "received_on": reply.received_on, "origin": reply.origin, "raw_sha256": sha256,
    });
    let limit = Limit {
        count: app.limits.incoming_per_case_hour,
        span: TimeDelta::hours(1),
    };
    app.db.write(|tx| {
        tx.take_from("incoming", &case_id.to_string(), limit, now)?;
        tx.insert_reply(case_id, &file.key, &reply, Some(raw))?;
        for stored in &files {
            tx.insert_reply_file(case_id, &file.key, stored)?;
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

fn known(file: &CaseFile, sha256: &str) -> bool {
    let received = file
        .events
        .iter()
        .filter(|event| event.kind == EventKind::ReplyReceived);
    let mut hashes = received.filter_map(|event| event.payload.get("raw_sha256")?.as_str());
    hashes.any(|known| known == sha256)
}

fn reply_row(app: &App, file: &CaseFile, read: &Result<IncomingMail, Unreadable>) -> ReplyRow {
    let now = app.clock.now();
    let own = file.raw.subject.email.as_deref();
    let (origin, content) = match read {
        Ok(mail) => {
            let from_the_person = mail.from.is_some()
                && own.is_some_and(|own| {
                    mail.from
                        .as_deref()
                        .is_some_and(|from| from.eq_ignore_ascii_case(own))
                });
            let origin = if from_the_person {
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
        unreadable: None,
    }
}

/// Tells the person that something came; never what it says. One a day and case is enough.
fn reply_came(app: &App, file: &CaseFile) -> Result<Option<Notice>, AppError> {
    let Some(to) = &file.raw.subject.email else {
        return Ok(None);
    };
    let since = app.clock.now() - TimeDelta::days(1);
    let lately = file.events.iter().any(|event| {
        event.kind == EventKind::ReplyReceived
            && event.at > since
            && event.payload.get("raw_sha256").is_some()
    });
    if lately || file.row.state == CaseState::Closed {
        return Ok(None);
    }
    let own = json!({
        "case_href": file.href(app),
        "reference": file.row.reference,
        "company": file.company(app),
    });
    let language = file.screen_language();
    Notice::write(app, file.row.id, "reply_came", to, language, own).map(Some)
}
