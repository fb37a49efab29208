//! An answer that came: shown with what speaks for and against it, its files, and the person's word for what it means.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::House;
use super::case::{Case, Form, open, or_back, shows, with_case};
use super::case_reports::{any_day, day};
use super::door_view::{declared_rows, extension_notes};
use super::frame::{PageError, Reply, Visit, again, show, take};
use crate::app::case::{AnswerRead, AnswerReading, extension_worth, read_answer, read_reply};
use crate::app::form::{Fields, Problem};
use crate::domain::case::Origin;
use crate::domain::letter::{AnswerDetails, Reasons, RefusalGround, ReplyKind};
use crate::domain::party::paragraphs;
use crate::domain::reading::Authenticity;
use crate::storage::{ReplyFile, ReplyRow, StorageError};

/// The kinds of answers in groups, as the page asks.
const GROUPS: [(&str, &[ReplyKind]); 4] = [
    (
        "reply.group_open",
        &[
            ReplyKind::Acknowledgement,
            ReplyKind::AutoReply,
            ReplyKind::ExtensionNotice,
        ],
    ),
    (
        "reply.group_want",
        &[
            ReplyKind::IdentityDemand,
            ReplyKind::PortalDemand,
            ReplyKind::ClarificationDemand,
        ],
    ),
    (
        "reply.group_finished",
        &[
            ReplyKind::Complied,
            ReplyKind::Partial,
            ReplyKind::Refused,
            ReplyKind::NoData,
            ReplyKind::NotController,
        ],
    ),
    (
        "reply.group_else",
        &[ReplyKind::Bounce, ReplyKind::Unrelated],
    ),
];

/// A number of bytes as people say it.
pub(super) fn size_in_words(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

fn files_of(case: &Case<'_>, house: &House, reply: Uuid) -> Result<Vec<ReplyFile>, PageError> {
    let files = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.reply_files(case.file.row.id, &case.file.key))?;
    Ok(files
        .into_iter()
        .filter(|file| file.reply_id == reply)
        .collect())
}

fn reply_context(
    case: &Case<'_>,
    visit: &Visit,
    house: &House,
    fields: &Fields,
) -> Result<Value, PageError> {
    let wanted = visit.part(4);
    let reply = case
        .file
        .replies
        .iter()
        .find(|reply| reply.id.to_string() == wanted)
        .ok_or(PageError::NotFound)?;
    let option = |kind: &ReplyKind| json!({ "value": kind.as_str(), "label_key": format!("kind.{}", kind.as_str()) });
    let group = |(label, kinds): &(&str, &[ReplyKind])| json!({ "label_key": label, "options": kinds.iter().map(option).collect::<Vec<_>>() });
    let file = |file: &ReplyFile| json!({ "name": file.name, "href": format!("{}/reply/{wanted}/file/{}", case.url, file.id), "size": size_in_words(file.length) });
    let content = &reply.content;
    let mut files: Vec<Value> = files_of(case, house, reply.id)?.iter().map(file).collect();
    if matches!(reply.origin, Origin::Mail | Origin::Forwarded) {
        files.push(json!({ "name": "mail.eml", "href": format!("{}/reply/{wanted}/raw", case.url), "size": content.raw_length.map(size_in_words).unwrap_or_default() }));
    }
    // What was declared needs no program that reads it.
    let seen = match &content.declared {
        Some(_) => None,
        None => read_answer(&house.app, &case.file, reply)?,
    };
    let known = |seen: &AnswerReading| seen.authenticity != Authenticity::NotProven;
    let checked = if seen.as_ref().is_some_and(known) {
        "_checked"
    } else {
        ""
    };
    let signal = content.signal.as_ref().map(|(kind, matched)| json!({ "kind_key": format!("kind.{}", kind.as_str()), "matched": matched }));
    let today = case.file.today_at_home(&house.app);
    Ok(json!({
        "reply": {
            "id": wanted, "received_on": reply.received_on, "lang": case.plan.language, "paragraphs": paragraphs(&content.text), "origin_key": format!("origin.{}{checked}", reply.origin.as_str()), "from": content.from, "subject": content.subject,
            "files": files, "signal": signal, "asks_day": asks_day(reply), "unreadable": content.unreadable.is_some(),
            "kind": reply.kind, "kind_key": reply.kind.map(|kind| format!("kind.{}", kind.as_str())).unwrap_or_default(), "decided": reply.kind.is_some(),
        },
        "kind_groups": GROUPS.iter().map(group).collect::<Vec<_>>(),
        "declared": declared_view(reply, case, visit, house)?,
        "reading": seen.as_ref().map(|seen| reading_view(seen, visit, house)),
        "example_day": today.format("%-d %-m %Y").to_string(),
        "values": values(reply, fields),
    }))
}

/// What the controller declared at its door; `null` for any other answer.
fn declared_view(
    reply: &ReplyRow,
    case: &Case<'_>,
    visit: &Visit,
    house: &House,
) -> Result<Value, PageError> {
    let Some(declared) = &reply.content.declared else {
        return Ok(Value::Null);
    };
    let (kind, _) = declared.proposed(&reply.content.text);
    let worth = extension_worth(&house.app, &case.file, reply)?;
    Ok(json!({
        "kind_key": format!("kind.{}", kind.as_str()),
        "rows": declared_rows(declared, visit, house),
        "notes": worth.as_ref().map(extension_notes).unwrap_or_default(),
    }))
}

/// The word for whether a mail comes from whom it says.
pub(super) fn authenticity_key(authenticity: Authenticity) -> &'static str {
    match authenticity {
        Authenticity::Proven => "authenticity.proven",
        Authenticity::NotProven => "authenticity.not_proven",
        Authenticity::Contradicted => "authenticity.contradicted",
    }
}

/// What the machine makes of it, with the words that decided.
fn reading_view(seen: &AnswerReading, visit: &Visit, house: &House) -> Value {
    let reading = &seen.reading;
    let language = reading.language.as_ref();
    let mut matched: Vec<&str> = reading
        .matched
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    matched.dedup();
    json!({
        "kind_key": format!("kind.{}", reading.kind.as_str()),
        "sure": reading.sure,
        "percent": format!("{:.0}", reading.confidence * 100.0),
        "language": language.map(|code| house.app.pages.word(&visit.language, &format!("language.{code}"), &[])),
        "matched": matched.iter().map(|text| json!({ "text": text })).collect::<Vec<_>>(),
        "ground_key": reading.refusal_ground.map(|ground| format!("refusal.{}", ground.as_str())),
        "until": reading.extension_until,
        "ticket": reading.ticket,
        "authenticity_key": authenticity_key(seen.authenticity),
        "effect": reading.legal_effect,
    })
}

/// What was typed, else what was said before, else what the controller declared.
fn values(reply: &ReplyRow, fields: &Fields) -> Value {
    let declared = reply.content.declared.as_ref();
    let proposed = declared.map(|declared| declared.proposed(&reply.content.text));
    let (kind, said) = match (reply.kind, proposed) {
        (None, Some((kind, said))) => (Some(kind), said),
        (kind, _) => (kind, reply.content.said),
    };
    let typed = !fields.get("kind").is_empty();
    let value = |name: &str, before: Option<String>| match (typed, before) {
        (false, Some(before)) => before,
        _ => fields.get(name).to_owned(),
    };
    let until = |format: &str| {
        let until = said.extension_until?;
        Some(until.format(format).to_string())
    };
    json!({
        "kind": value("kind", kind.map(|kind| kind.as_str().to_owned())),
        "ground": value("ground", said.refusal_ground.map(|ground| ground.as_str().to_owned())),
        "reasons": value("reasons", said.reasons.map(|reasons| reasons.as_str().to_owned())),
        "until_day": value("until_day", until("%-d")), "until_month": value("until_month", until("%-m")), "until_year": value("until_year", until("%Y")),
        "received_day": fields.get("received_day"), "received_month": fields.get("received_month"), "received_year": fields.get("received_year"),
    })
}

/// When a forwarded mail reached the person only they know.
fn asks_day(reply: &ReplyRow) -> bool {
    reply.origin == Origin::Forwarded && reply.kind.is_none()
}

pub(super) async fn reply(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/reply", |case, visit, house| {
        reply_context(case, visit, house, &Fields::default())
    })
    .await
}

/// A file of an answer, never shown in the browser: nobody knows who made it.
pub(super) async fn file(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let case = open(visit, house)?;
        let reply = visit
            .part(4)
            .parse()
            .map_err(|_no_id| PageError::NotFound)?;
        let wanted = visit.part(6);
        let mut files = files_of(&case, house, reply)?.into_iter();
        let file = files
            .find(|file| file.id.to_string() == wanted)
            .ok_or(PageError::NotFound)?;
        let (id, key) = (case.file.row.id, &case.file.key);
        let bytes = house
            .app
            .db
            .read::<_, StorageError>(|tx| tx.reply_file_bytes(id, file.id, key))?;
        Ok(download(&ascii_name(&file.name), bytes))
    })
    .await
}

/// The mail of an answer as it came, byte for byte.
pub(super) async fn raw(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let case = open(visit, house)?;
        let reply = visit
            .part(4)
            .parse()
            .map_err(|_no_id| PageError::NotFound)?;
        let (id, key) = (case.file.row.id, &case.file.key);
        let raw = house
            .app
            .db
            .read::<_, StorageError>(|tx| tx.reply_raw(id, reply, key))?;
        Ok(download("mail.eml", raw.ok_or(PageError::NotFound)?))
    })
    .await
}

/// A file that is never shown in the browser.
fn download(name: &str, bytes: Vec<u8>) -> Reply {
    Reply::File {
        kind: "application/octet-stream",
        name: name.to_owned(),
        bytes,
        download: true,
    }
}

/// A name that can stand in a header.
fn ascii_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    name.chars()
        .map(|letter| if plain(letter) { letter } else { '_' })
        .collect()
}

pub(super) async fn read(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let id: Uuid = visit
            .part(4)
            .parse()
            .map_err(|_no_id| PageError::NotFound)?;
        let reply = case
            .file
            .replies
            .iter()
            .find(|reply| reply.id == id)
            .ok_or(PageError::NotFound)?;
        let today = case.file.today_at_home(&house.app);
        match answer_read(reply, fields, today) {
            Ok(answer) => {
                let done = read_reply(&house.app, &case.file, id, answer);
                let saved = Reply::ToWithNotice(case.url.clone(), "notice.saved".to_owned());
                or_back(done.map(|()| saved), &case)
            }
            Err(problems) => {
                let context = reply_context(&case, visit, house, fields)?;
                let context = with_case(&case, visit, house, context);
                Ok(again("case/reply", context, visit, house, &problems))
            }
        }
    })
    .await
}

/// What the person says of the answer. `today`: where they live.
fn answer_read(
    reply: &ReplyRow,
    fields: &Fields,
    today: NaiveDate,
) -> Result<AnswerRead, Vec<Problem>> {
    let kind =
        ReplyKind::parse(fields.get("kind")).map_err(|_none| Problem::new("kind", "problem.kind"));
    let received = if asks_day(reply) {
        day(fields, "received", today)
    } else {
        Ok(reply.received_on)
    };
    let until = match fields.get("until_day") {
        "" if fields.get("until_year").is_empty() => Ok(None),
        _ => any_day(fields, "until").map(Some),
    };
    let until = match (until, &received) {
        (Ok(Some(until)), Ok(received)) if until < *received => {
            Err(Problem::new("until", "problem.until_past"))
        }
        (until, _) => until,
    };
    match (kind, received, until) {
        (Ok(kind), Ok(received_on), Ok(until)) => Ok(AnswerRead {
            kind,
            received_on,
            said: said(kind, fields, until),
        }),
        (kind, received, until) => {
            let faults = [kind.err(), received.err(), until.err()];
            Err(faults.into_iter().flatten().collect())
        }
    }
}

/// The details that belong to the kind; the others were not meant.
fn said(kind: ReplyKind, fields: &Fields, until: Option<NaiveDate>) -> AnswerDetails {
    let more_time = kind == ReplyKind::ExtensionNotice;
    let ground = RefusalGround::parse(fields.get("ground")).ok();
    AnswerDetails {
        refusal_ground: ground.filter(|_| kind == ReplyKind::Refused),
        extension_until: until.filter(|_| more_time),
        reasons: Reasons::parse(fields.get("reasons")).ok(),
    }
}
