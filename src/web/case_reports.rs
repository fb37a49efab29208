//! What a person reports: that a letter went on a day, that an answer came. What it means is said in `case_reply`.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::House;
use super::case::{Case, Form, open, or_back, shows, with_case};
use super::case_ways::ways;
use super::frame::{Reply, Visit, again, show, take, take_fields};
use super::upload;
use crate::app::case::{HandedIn, Report, hand_in_reply, report_sent};
use crate::app::form::{Fields, Problem};
use crate::domain::party::one_line;

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

/// Reads a day from its three fields, which has come already.
pub(super) fn day(fields: &Fields, name: &str, today: NaiveDate) -> Result<NaiveDate, Problem> {
    let date = any_day(fields, name)?;
    if date > today {
        Err(Problem::new(name, "problem.date_future"))
    } else {
        Ok(date)
    }
}

/// Reads a date from its three fields.
pub(super) fn any_day(fields: &Fields, name: &str) -> Result<NaiveDate, Problem> {
    let part = |part: &str| fields.get(&format!("{name}_{part}")).to_owned();
    let (day, month, year) = (part("day"), part("month"), part("year"));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return Err(Problem::new(name, "problem.date_empty"));
    }
    let (Ok(d), Ok(m), Ok(y)) = (day.parse(), month.parse(), year.parse()) else {
        return Err(Problem::new(name, "problem.date_part"));
    };
    NaiveDate::from_ymd_opt(y, m, d).ok_or_else(|| Problem {
        values: vec![("text", format!("{day} {month} {year}"))],
        ..Problem::new(name, "problem.date_impossible")
    })
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
        Err(why) => return upload::not_read(why, request, house).await,
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
