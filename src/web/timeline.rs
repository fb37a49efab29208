//! The timeline of a case: its events in the words of the screens.

use serde_json::{Value, json};

use super::House;
use super::case::Case;
use super::frame::Visit;
use crate::domain::case::EventKind;
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
    let reported = matches!(
        event.kind,
        EventKind::LetterSent | EventKind::SettingSwitched
    );
    let who = house.app.pages.word(
        &visit.language,
        if reported { "who.reported" } else { "who.you" },
        &[],
    );
    let day = text("sent_on")
        .parse()
        .ok()
        .or_else(|| text("received_on").parse().ok());
    let shown = house.app.pages.long_date(
        &visit.language,
        day.unwrap_or_else(|| event.at.date_naive()),
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
        "at": event.at.to_rfc3339(), "at_words": shown, "what": what_happened(event, case, visit, house), "who": who, "quote": null,
        "links": link.into_iter().collect::<Vec<_>>(),
    }))
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
    let key = match event.kind {
        EventKind::SettingSwitched => "event.switched".to_owned(),
        kind => format!("event.{}", kind.as_str()),
    };
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
        ("company", &case.plan.controller.brand),
    ];
    house.app.pages.word(&visit.language, &key, &values)
}
