//! The timeline of a case: its events in the words of the screens.

use serde_json::{Value, json};

use super::House;
use super::case::Case;
use super::case_reply::authenticity_key;
use super::frame::Visit;
use crate::app::case::read_answer;
use crate::domain::case::{EventKind, Origin};
use crate::storage::EventRow;

/// One line of the timeline.
pub(super) fn entry(
    event: &EventRow,
    case: &Case<'_>,
    visit: &Visit,
    house: &House,
) -> Option<Value> {
    if event.kind == EventKind::CaseErased {
        return None;
    }
    let text = |key: &str| {
        event
            .payload
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let who = house.app.pages.word(&visit.language, who(event), &[]);
    let day = text("sent_on")
        .parse()
        .ok()
        .or_else(|| text("received_on").parse().ok());
    let zone = case.file.home_zone(&house.app);
    let shown = house.app.pages.long_date(
        &visit.language,
        day.unwrap_or_else(|| event.at.with_timezone(&zone).date_naive()),
    );
    let link = match event.kind {
        EventKind::LetterSent => Some(
            json!({ "key": "link.proof", "href": format!("{}/letter/{}", case.url, text("letter")) }),
        ),
        EventKind::ReplyReceived => Some(
            json!({ "key": "link.read", "href": format!("{}/reply/{}", case.url, text("reply")) }),
        ),
        _ => None,
    };
    Some(json!({
        "at": event.at.to_rfc3339(), "at_words": shown, "what": what_happened(event, case, visit, house), "who": who, "quote": null, "reading": reading(event, case, house),
        "links": link.into_iter().collect::<Vec<_>>(),
    }))
}

/// What the machine makes of an answer that nobody has read yet, and what is known of its sender.
fn reading(event: &EventRow, case: &Case<'_>, house: &House) -> Option<Value> {
    let id = event.payload.get("reply").and_then(Value::as_str);
    let mut replies = case.file.replies.iter();
    let reply = replies.find(|reply| Some(reply.id.to_string().as_str()) == id)?;
    // The mails themselves are read for this: only those that wait for the person, and no heap of large ones.
    let small = reply
        .content
        .raw_length
        .is_none_or(|length| length < 1 << 20);
    let newer = case.file.replies.iter().rev().take(3);
    let is_new = newer.map(|one| one.id).any(|one| one == reply.id);
    if event.kind != EventKind::ReplyReceived || reply.kind.is_some() || !small || !is_new {
        return None;
    }
    if let Some(declared) = &reply.content.declared {
        let (kind, _) = declared.proposed(&reply.content.text);
        let authenticity_key = match reply.origin {
            Origin::DoorProven => "authenticity.door_proven",
            _ => "authenticity.not_proven",
        };
        return Some(
            json!({ "kind_key": format!("kind.{}", kind.as_str()), "authenticity_key": authenticity_key }),
        );
    }
    // A page without this line is better than none.
    let seen = read_answer(&house.app, &case.file, reply).ok().flatten()?;
    let kind_key = seen
        .reading
        .sure
        .then(|| format!("kind.{}", seen.reading.kind.as_str()));
    Some(json!({ "kind_key": kind_key, "authenticity_key": authenticity_key(seen.authenticity) }))
}

/// Whose doing an event is. Nothing that a machine did is called the person's.
fn who(event: &EventRow) -> &'static str {
    let by_mail = event.payload.get("channel").and_then(Value::as_str) == Some("email");
    match event.kind {
        EventKind::LetterSent if !by_mail => "who.reported",
        EventKind::SettingSwitched => "who.reported",
        EventKind::LetterSent
        | EventKind::SendFailed
        | EventKind::SendUnknown
        | EventKind::BecameOverdue => "who.demur",
        EventKind::ReplyReceived if came_from_outside(event) => "who.company",
        EventKind::CopyReceived => "who.demur",
        _ => "who.you",
    }
}

/// A mail, or an entry at the controller's door.
fn came_from_outside(event: &EventRow) -> bool {
    let has = |key: &str| event.payload.get(key).is_some();
    has("raw_sha256") || has("entry_sha256")
}

/// The word for an event, where its kind alone does not tell.
fn word_of(event: &EventRow) -> String {
    let text = |key: &str| {
        event
            .payload
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match event.kind {
        EventKind::SettingSwitched => "event.switched".to_owned(),
        EventKind::LetterSent if text("channel") == "email" => "event.letter_sent_email".to_owned(),
        EventKind::ReplyReceived if event.payload.get("raw_sha256").is_some() => {
            "event.reply_by_mail".to_owned()
        }
        EventKind::ReplyReceived if event.payload.get("entry_sha256").is_some() => {
            format!("event.reply_by_{}", text("origin"))
        }
        EventKind::ReplyRead if !text("letter").is_empty() => "event.letter_bounced".to_owned(),
        kind => format!("event.{}", kind.as_str()),
    }
}

/// What an event says, in the words of the screens.
fn what_happened(event: &EventRow, case: &Case<'_>, visit: &Visit, house: &House) -> String {
    let text = |key: &str| {
        event
            .payload
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let word = |prefix: &str, name: &str| {
        house
            .app
            .pages
            .word(&visit.language, &format!("{prefix}.{name}"), &[])
    };
    let key = word_of(event);
    let date = text("sent_on")
        .parse()
        .map(|day| house.app.pages.long_date(&visit.language, day))
        .unwrap_or_default();
    let letter = case
        .file
        .letters
        .iter()
        .find(|letter| letter.id.to_string() == text("letter"));
    let letter = letter
        .map(|letter| word("letter_kind", letter.kind.as_str()))
        .unwrap_or_default();
    let (kind, outcome) = (word("kind", text("kind")), word("outcome", text("outcome")));
    let values = [
        ("kind", kind.as_str()),
        ("letter", &letter),
        ("outcome", &outcome),
        ("date", &date),
        ("proof", text("proof")),
        ("why", text("why")),
        ("company", &case.plan.controller.brand),
    ];
    house.app.pages.word(&visit.language, &key, &values)
}
