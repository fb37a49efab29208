//! The demo's own pages: the mailbox that catches every mail, and the clock that moves by days.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::House;
use super::frame::{PageError, Reply, Visit, page, show, take};
use crate::app::case::{load_case_by_id, receive_mail};
use crate::app::wake_cases;
use crate::pdf::to_pdf;
use crate::storage::{OutboxRow, StorageError};
use crate::templates::to_text;

/// How many mails the mailbox shows.
const SHOWN: i64 = 200;

/// How the company may answer, in the words of the screens.
const ANSWERS: [&str; 6] = [
    "refused",
    "identity",
    "complied",
    "extension",
    "auto",
    "bounce",
];

/// What the bar on top of every page shows.
pub(super) fn bar(visit: &Visit, house: &House) -> Value {
    let count = house.app.db.read::<_, StorageError>(|tx| tx.count_mails());
    json!({ "today": house.app.clock.today(chrono_tz::UTC), "mail_count": count.unwrap_or(0), "moved": null, "here": visit.path })
}

fn when(at: chrono::DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

pub(super) async fn mailbox(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |_, house| {
        let row = |row: &OutboxRow| {
            let what = if row.letter_id.is_some() { "demo.what_letter" } else { "demo.what_notice" };
            json!({ "href": format!("/demo/mail/{}", row.id), "subject": row.mail.subject, "to": row.mail.to, "sent_at": when(row.queued_at), "what_key": what })
        };
        let newest = house.app.db.read::<_, StorageError>(|tx| tx.newest_mails(SHOWN))?;
        let mails: Vec<Value> = newest.iter().map(row).collect();
        Ok(page("demo/mailbox", json!({ "mails": mails })))
    })
    .await
}

fn wanted(visit: &Visit, house: &House) -> Result<OutboxRow, PageError> {
    let id = visit
        .part(3)
        .parse()
        .map_err(|_no_id| PageError::NotFound)?;
    Ok(house.app.db.read::<_, StorageError>(|tx| tx.mail(id))?)
}

pub(super) async fn mail(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let row = wanted(visit, house)?;
        let mut words = row.mail.text.clone();
        let mut attachments = Vec::new();
        if let Some(id) = row.letter_id {
            let file = load_case_by_id(&house.app, row.case_id)?;
            words = format!("{words}\n\n{}", to_text(&file.letter(id)?.document));
            attachments.push(json!({ "name": "letter.pdf", "href": format!("/demo/mail/{}/letter.pdf", row.id) }));
        }
        let links: Vec<&str> = row.mail.text.split_whitespace().filter(|word| word.starts_with(&house.app.base_url)).collect();
        let option = |answer: &&str| json!({ "value": answer, "label_key": format!("demo.answer_{answer}") });
        let answers: Vec<Value> = if row.letter_id.is_some() { ANSWERS.iter().map(option).collect() } else { Vec::new() };
        Ok(page(
            "demo/mail",
            json!({
                "back": "/demo",
                "company": row.mail.to,
                "mail": {
                    "id": row.id, "subject": row.mail.subject, "from": row.mail.from, "to": row.mail.to, "sent_at": when(row.queued_at),
                    "lang": row.mail.language, "text": words, "links": links, "attachments": attachments, "source_href": null,
                },
                "answers": answers,
            }),
        ))
    })
    .await
}

/// The PDF of a letter in the mailbox.
pub(super) async fn letter(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let row = wanted(visit, house)?;
        let file = load_case_by_id(&house.app, row.case_id)?;
        let letter = file.letter(row.letter_id.ok_or(PageError::NotFound)?)?;
        let bytes = to_pdf(&letter.document, letter.page)
            .map_err(|error| PageError::Internal(error.to_string()))?;
        Ok(Reply::File {
            kind: "application/pdf",
            name: "letter.pdf".to_owned(),
            bytes,
            download: false,
        })
    })
    .await
}

/// The newcomer answers as the company: a whole mail goes the way of every mail that comes in.
pub(super) async fn answer(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let row = wanted(visit, house)?;
        let mail = answer_mail(house, &row, fields.get("answer"))?;
        receive_mail(&house.app, &mail, Some(&row.mail.from))?;
        Ok(Reply::ToWithNotice(
            "/demo".to_owned(),
            "notice.demo_answered".to_owned(),
        ))
    })
    .await
}

/// The mail of an answer. Its words are those that companies use, without a company's name.
fn answer_mail(house: &House, row: &OutboxRow, answer: &str) -> Result<Vec<u8>, PageError> {
    let known = ANSWERS
        .contains(&answer)
        .then_some(answer)
        .ok_or(PageError::NotFound)?;
    let language = if row.mail.language == "de" {
        "de"
    } else {
        "en"
    };
    let text = house
        .app
        .pages
        .word(language, &format!("demo.text_{known}"), &[]);
    let now = house.app.clock.now();
    let id = crate::domain::random::new_secret(house.app.random.as_ref());
    let (from, kind) = match known {
        "bounce" => (
            "mailer-daemon@mail.example",
            "multipart/report; report-type=delivery-status; boundary=b",
        ),
        _ => (row.mail.to.as_str(), "text/plain; charset=utf-8"),
    };
    let automatic = if known == "auto" {
        "Auto-Submitted: auto-replied\r\n"
    } else {
        ""
    };
    let body = if known == "bounce" {
        format!(
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
             Final-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n",
            row.mail.to
        )
    } else {
        format!("{text}\r\n")
    };
    let subject = if row.mail.subject.is_ascii() {
        row.mail.subject.as_str()
    } else {
        "Your letter"
    };
    let mail = format!(
        "From: {from}\r\nTo: {}\r\nSubject: Re: {subject}\r\nDate: {}\r\nMessage-ID: <{id}@mail.example>\r\nIn-Reply-To: <{}>\r\n{automatic}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n{body}",
        row.mail.from,
        now.to_rfc2822(),
        row.message_id,
    );
    Ok(mail.into_bytes())
}

pub(super) async fn clock(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |_, house, fields| {
        let days: i64 = fields.get("days").parse().unwrap_or(0);
        if !(1..=31).contains(&days) {
            return Err(PageError::NotFound);
        }
        let clock = house.demo_clock.as_ref().ok_or(PageError::NotFound)?;
        clock.forward(TimeDelta::days(days));
        // What the jobs would find out within a minute is seen at once.
        wake_cases(&house.app)?;
        let here = fields.get("back");
        let back = if here.starts_with('/') && !here.starts_with("//") {
            here
        } else {
            "/demo"
        };
        let word = if days == 1 {
            "demo.moved_day"
        } else {
            "demo.moved_days"
        };
        Ok(Reply::ToWithNotice(back.to_owned(), word.to_owned()))
    })
    .await
}
