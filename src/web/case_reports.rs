//! What a person reports: that a letter went on a day, that an answer came, what it means.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::House;
use super::case::{Case, Form, open, or_back, shows, with_case};
use super::case_ways::ways;
use super::frame::{PageError, Reply, Visit, again, show, take, take_fields};
use super::upload::{self, Unread};
use crate::app::case::{HandedIn, Report, hand_in_reply, read_reply, report_sent};
use crate::app::form::{Fields, Problem};
use crate::domain::case::Origin;
use crate::domain::letter::ReplyKind;
use crate::domain::party::{one_line, paragraphs};
use crate::storage::{ReplyFile, ReplyRow, StorageError};

fn did_context(
    visit: &Visit,
    fields: &Fields,
    today: NaiveDate,
    ask_old: Option<NaiveDate>,
) -> Value {
    let what = match fields.get("what") {
        "" => visit.query.get("what"),
        given => given,
    };
    let channel = match fields.get("channel") {
        "" => visit.query.get("channel"),
        given => given,
    };
    let what = if matches!(what, "switch" | "complaint") {
        what
    } else {
        "letter"
    };
    json!({
        "title_key": format!("did.title_{what}"), "what": what, "channel": channel, "example_day": today.format("%-d %-m %Y").to_string(), "ask_old": ask_old,
        "values": {
            "sent_day": fields.get("sent_day"), "sent_month": fields.get("sent_month"), "sent_year": fields.get("sent_year"), "proof_note": fields.get("proof_note"),
        },
    })
}

pub(super) async fn did(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/did", |case, visit, house| {
        Ok(did_context(
            visit,
            &Fields::default(),
            case.file.today_at_home(&house.app),
            None,
        ))
    })
    .await
}

/// Reads a date from its three fields.
fn day(fields: &Fields, name: &str, today: NaiveDate) -> Result<NaiveDate, Problem> {
    let part = |part: &str| fields.get(&format!("{name}_{part}")).to_owned();
    let (day, month, year) = (part("day"), part("month"), part("year"));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return Err(Problem::new(name, "problem.date_empty"));
    }
    let (Ok(d), Ok(m), Ok(y)) = (day.parse(), month.parse(), year.parse()) else {
        return Err(Problem::new(name, "problem.date_part"));
    };
    let Some(date) = NaiveDate::from_ymd_opt(y, m, d) else {
        let values = vec![("text", format!("{day} {month} {year}"))];
        return Err(Problem {
            values,
            ..Problem::new(name, "problem.date_impossible")
        });
    };
    if date > today {
        Err(Problem::new(name, "problem.date_future"))
    } else {
        Ok(date)
    }
}

pub(super) async fn report(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let report = match reported(fields, &case, visit, house) {
            Ok(report) => report,
            Err((problem, ask_old)) => {
                let context =
                    did_context(visit, fields, case.file.today_at_home(&house.app), ask_old);
                return Ok(again(
                    "case/did",
                    with_case(&case, visit, house, context),
                    visit,
                    house,
                    &[problem],
                ));
            }
        };
        let done = report_sent(&house.app, &case.file, &report);
        or_back(
            done.map(|()| Reply::ToWithNotice(case.url.clone(), "notice.saved".to_owned())),
            &case,
        )
    })
    .await
}

/// Reads the report. A day before the letter was written cannot be; one long ago must be confirmed.
fn reported(
    fields: &Fields,
    case: &Case<'_>,
    visit: &Visit,
    house: &House,
) -> Result<Report, (Problem, Option<NaiveDate>)> {
    let switch = fields.get("what") == "switch";
    let today = case.file.today_at_home(&house.app);
    let sent_on = day(fields, "sent", today).map_err(|problem| (problem, None))?;
    let with_date = |key: &'static str, field: &str, date: NaiveDate| {
        let values = vec![("date", house.app.pages.long_date(&visit.language, date))];
        Problem {
            values,
            ..Problem::new(field, key)
        }
    };
    let written = case.file.unsent_letter().map_or(sent_on, |letter| {
        let zone = case.file.home_zone(&house.app);
        letter.written_at.with_timezone(&zone).date_naive()
    });
    if sent_on < written && !switch {
        return Err((with_date("problem.date_before", "sent", written), None));
    }
    if (today - sent_on).num_days() > 366 && fields.get("old_is_right") != "yes" {
        return Err((
            with_date("problem.date_old", "old_is_right", sent_on),
            Some(sent_on),
        ));
    }
    let given = fields.get("channel");
    let channel = ways(case, house)
        .into_iter()
        .find(|way| *way == given && *way != "email")
        .unwrap_or("post")
        .to_owned();
    let proof = one_line(fields.get("proof_note")).unwrap_or_default();
    Ok(Report {
        channel,
        sent_on,
        proof,
        switch,
    })
}

/// Longest answer that can be pasted, in characters.
const LONGEST_ANSWER: usize = 20_000;

fn answer_context(case: &Case<'_>, house: &House, fields: &Fields) -> Value {
    let today = case.file.today_at_home(&house.app);
    let token = &case.file.row.secrets.reply_token;
    json!({
        "example_day": today.format("%-d %-m %Y").to_string(), "max_chars": "20,000", "reply_address": house.app.post_office.reply_address(token),
        "values": {
            "received_day": fields.get("received_day"), "received_month": fields.get("received_month"), "received_year": fields.get("received_year"), "text": fields.get("text"),
        },
    })
}

pub(super) async fn answer(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/answer", |case, _, house| {
        Ok(answer_context(case, house, &Fields::default()))
    })
    .await
}

pub(super) async fn hand_in(
    request: HttpRequest,
    house: web::Data<House>,
    form: Multipart,
) -> HttpResponse {
    // Nobody fills the memory of this machine without a case, and few do it at once.
    let places = house.clone();
    let _place = places.uploads.acquire().await;
    if let Some(refused) = no_such_case(&request, &house).await {
        return refused;
    }
    let upload = match upload::read(form).await {
        Ok(upload) => upload,
        Err(Unread::TooLarge) => return too_large(request, house).await,
        Err(Unread::Broken) => {
            return HttpResponse::BadRequest()
                .body("The form could not be read. Go back and send it again; nothing was done.");
        }
    };
    let (files, problem) = (upload.files, upload.problem);
    take_fields(request, house, upload.fields, |visit, house, fields| {
        let case = open(visit, house)?;
        let received = day(fields, "received", case.file.today_at_home(&house.app));
        let mut problems: Vec<Problem> = received.as_ref().err().cloned().into_iter().collect();
        problems.extend(text_fault(fields.get("text"), files.is_empty()));
        problems.extend(problem);
        let Some(received_on) = received.ok().filter(|_| problems.is_empty()) else {
            let context = with_case(&case, visit, house, answer_context(&case, house, fields));
            return Ok(again("case/answer", context, visit, house, &problems));
        };
        let handed_in = HandedIn {
            text: fields.get("text").to_owned(),
            files,
        };
        let stored = hand_in_reply(&house.app, &case.file, received_on, &handed_in);
        or_back(
            stored.map(|id| Reply::To(format!("{}/reply/{id}", case.url))),
            &case,
        )
    })
    .await
}

/// The answer to a form for a case that is not there, before its files are read.
async fn no_such_case(request: &HttpRequest, house: &web::Data<House>) -> Option<HttpResponse> {
    let looked = show(request.clone(), house.clone(), |visit, house| {
        open(visit, house).map(|case| Reply::To(case.url))
    })
    .await;
    (!looked.status().is_redirection()).then_some(looked)
}

async fn too_large(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, _| {
        let context = json!({ "max_mb": 10, "retry_href": visit.path });
        Ok(Reply::Page(
            "error/too_large",
            StatusCode::PAYLOAD_TOO_LARGE,
            context,
        ))
    })
    .await
}

fn text_fault(text: &str, alone: bool) -> Option<Problem> {
    match text.chars().count() {
        0 if alone => Some(Problem::new("text", "problem.answer_text")),
        0..=LONGEST_ANSWER => None,
        _ => Some(Problem {
            values: vec![("max", "20,000".to_owned())],
            ..Problem::new("text", "problem.answer_long")
        }),
    }
}

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
    let option = |kind: &ReplyKind| json!({ "value": kind.as_str(), "label_key": format!("kind.{}", kind.as_str()), "selected": reply.kind == Some(*kind) });
    let group = |(label, kinds): &(&str, &[ReplyKind])| json!({ "label_key": label, "options": kinds.iter().map(option).collect::<Vec<_>>() });
    let file = |file: &ReplyFile| json!({ "name": file.name, "href": format!("{}/reply/{wanted}/file/{}", case.url, file.id), "size": size_in_words(file.length) });
    let content = &reply.content;
    let mut files: Vec<Value> = files_of(case, house, reply.id)?.iter().map(file).collect();
    if reply.origin != Origin::HandedIn {
        files.push(json!({ "name": "mail.eml", "href": format!("{}/reply/{wanted}/raw", case.url), "size": content.raw_length.map(size_in_words).unwrap_or_default() }));
    }
    let signal = content.signal.as_ref().map(|(kind, matched)| json!({ "kind_key": format!("kind.{}", kind.as_str()), "matched": matched }));
    let today = case.file.today_at_home(&house.app);
    Ok(json!({
        "reply": {
            "id": wanted, "received_on": reply.received_on, "lang": case.plan.language, "paragraphs": paragraphs(&content.text), "origin_key": format!("origin.{}", reply.origin.as_str()), "from": content.from, "subject": content.subject,
            "files": files, "signal": signal, "asks_day": asks_day(reply), "unreadable": content.unreadable.is_some(),
            "kind": reply.kind, "kind_key": reply.kind.map(|kind| format!("kind.{}", kind.as_str())).unwrap_or_default(), "decided": reply.kind.is_some(),
        },
        "kind_groups": GROUPS.iter().map(group).collect::<Vec<_>>(),
        "example_day": today.format("%-d %-m %Y").to_string(),
        "values": {
            "received_day": fields.get("received_day"), "received_month": fields.get("received_month"), "received_year": fields.get("received_year"),
        },
    }))
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
        let kind = ReplyKind::parse(fields.get("kind"))
            .map_err(|_none| Problem::new("kind", "problem.kind"));
        let received = if asks_day(reply) {
            day(fields, "received", case.file.today_at_home(&house.app))
        } else {
            Ok(reply.received_on)
        };
        let (kind, received_on) = match (kind, received) {
            (Ok(kind), Ok(received_on)) => (kind, received_on),
            (kind, received) => {
                let problems: Vec<Problem> = kind.err().into_iter().chain(received.err()).collect();
                let context = reply_context(&case, visit, house, fields)?;
                let context = with_case(&case, visit, house, context);
                return Ok(again("case/reply", context, visit, house, &problems));
            }
        };
        let done = read_reply(&house.app, &case.file, id, kind, received_on);
        or_back(
            done.map(|()| Reply::ToWithNotice(case.url.clone(), "notice.saved".to_owned())),
            &case,
        )
    })
    .await
}
