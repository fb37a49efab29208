//! The demo's own pages: the mailbox that catches every mail, and the clock that moves by days.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use serde_json::{Value, json};

use super::House;
use super::frame::{PageError, Reply, Visit, page, show, take};
use crate::storage::{NoticeRow, StorageError};

/// How many mails the mailbox shows.
const SHOWN: i64 = 200;

/// What the bar on top of every page shows.
pub(super) fn bar(visit: &Visit, house: &House) -> Value {
    let count = notices(house).map(|notices| notices.len()).unwrap_or(0);
    json!({ "today": house.app.clock.today(chrono_tz::UTC), "mail_count": count, "moved": null, "here": visit.path })
}

fn notices(house: &House) -> Result<Vec<NoticeRow>, StorageError> {
    house.app.db.read(|tx| tx.newest_notices(SHOWN))
}

fn content(notice: &NoticeRow) -> Value {
    serde_json::from_slice(&notice.content).unwrap_or(Value::Null)
}

fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn when(at: chrono::DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

pub(super) async fn mailbox(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |_, house| {
        let row = |notice: &NoticeRow| {
            let mail = content(notice);
            json!({ "href": format!("/demo/mail/{}", notice.id), "subject": text(&mail, "subject"), "to": text(&mail, "to"), "sent_at": when(notice.queued_at) })
        };
        let mails: Vec<Value> = notices(house)?.iter().map(row).collect();
        Ok(page("demo/mailbox", json!({ "mails": mails })))
    })
    .await
}

pub(super) async fn mail(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let wanted = visit.part(3);
        let all = notices(house)?;
        let notice = all.iter().find(|notice| notice.id.to_string() == wanted).ok_or(PageError::NotFound)?;
        let mail = content(notice);
        let words = text(&mail, "text");
        let links: Vec<&str> = words.split_whitespace().filter(|word| word.starts_with(&visit.base_url)).collect();
        let operator = &house.app.operator;
        Ok(page(
            "demo/mail",
            json!({
                "back": "/demo",
                "company": "",
                "mail": {
                    "id": wanted, "subject": text(&mail, "subject"), "from": operator.contact, "to": text(&mail, "to"), "sent_at": when(notice.queued_at),
                    "lang": text(&mail, "lang"), "text": words, "links": links, "attachments": [], "source_href": null,
                },
                "answers": [],
            }),
        ))
    })
    .await
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
        house.demo_clock.forward(days);
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
