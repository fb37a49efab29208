//! What a person reports: that a letter went on a day, that an answer came, what it means.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::House;
use super::case::{Case, Form, open, or_back, shows, with_case};
use super::case_ways::ways;
use super::frame::{PageError, Reply, Visit, again, take};
use crate::app::case::{Report, hand_in_reply, read_reply, report_sent};
use crate::app::form::{Fields, Problem};
use crate::domain::letter::ReplyKind;
use crate::domain::party::{one_line, paragraphs};

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
    shows(request, house, "case/did", |case, visit, _| {
        Ok(did_context(visit, &Fields::default(), case.today, None))
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
                let context = did_context(visit, fields, case.today, ask_old);
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
    let sent_on = day(fields, "sent", case.today).map_err(|problem| (problem, None))?;
    let with_date = |key: &'static str, field: &str, date: NaiveDate| {
        let values = vec![("date", house.app.pages.long_date(&visit.language, date))];
        Problem {
            values,
            ..Problem::new(field, key)
        }
    };
    let written = case
        .file
        .unsent_letter()
        .map_or(sent_on, |letter| letter.written_at.date_naive());
    if sent_on < written && !switch {
        return Err((with_date("problem.date_before", "sent", written), None));
    }
    if (case.today - sent_on).num_days() > 366 && fields.get("old_is_right") != "yes" {
        return Err((
            with_date("problem.date_old", "old_is_right", sent_on),
            Some(sent_on),
        ));
    }
    let given = fields.get("channel");
    let channel = ways(case)
        .into_iter()
        .find(|way| *way == given)
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

fn answer_context(fields: &Fields, today: NaiveDate) -> Value {
    json!({
        "example_day": today.format("%-d %-m %Y").to_string(), "max_chars": "20,000",
        "values": {
            "received_day": fields.get("received_day"), "received_month": fields.get("received_month"), "received_year": fields.get("received_year"), "text": fields.get("text"),
        },
    })
}

pub(super) async fn answer(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/answer", |case, _, _| {
        Ok(answer_context(&Fields::default(), case.today))
    })
    .await
}

pub(super) async fn hand_in(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let received = day(fields, "received", case.today);
        let mut problems: Vec<Problem> = received.as_ref().err().cloned().into_iter().collect();
        match fields.get("text").chars().count() {
            0 => problems.push(Problem::new("text", "problem.answer_text")),
            1..=LONGEST_ANSWER => {}
            _ => problems.push(Problem::new("text", "problem.answer_long")),
        }
        let Some(received_on) = received.ok().filter(|_| problems.is_empty()) else {
            let context = with_case(&case, visit, house, answer_context(fields, case.today));
            return Ok(again("case/answer", context, visit, house, &problems));
        };
        let stored = hand_in_reply(&house.app, &case.file, received_on, fields.get("text"));
        or_back(
            stored.map(|id| Reply::To(format!("{}/reply/{id}", case.url))),
            &case,
        )
    })
    .await
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

fn reply_context(case: &Case<'_>, visit: &Visit) -> Result<Value, PageError> {
    let wanted = visit.part(4);
    let reply = case
        .file
        .replies
        .iter()
        .find(|reply| reply.id.to_string() == wanted)
        .ok_or(PageError::NotFound)?;
    let option = |kind: &ReplyKind| json!({ "value": kind.as_str(), "label_key": format!("kind.{}", kind.as_str()), "selected": reply.kind == Some(*kind) });
    let group = |(label, kinds): &(&str, &[ReplyKind])| json!({ "label_key": label, "options": kinds.iter().map(option).collect::<Vec<_>>() });
    Ok(json!({
        "reply": {
            "id": wanted, "received_on": reply.received_on, "lang": case.plan.language, "paragraphs": paragraphs(&reply.text),
            "kind": reply.kind, "kind_key": reply.kind.map(|kind| format!("kind.{}", kind.as_str())).unwrap_or_default(), "decided": reply.kind.is_some(),
        },
        "kind_groups": GROUPS.iter().map(group).collect::<Vec<_>>(),
        "values": {},
    }))
}

pub(super) async fn reply(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/reply", |case, visit, _| {
        reply_context(case, visit)
    })
    .await
}

pub(super) async fn read(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let Ok(kind) = ReplyKind::parse(fields.get("kind")) else {
            let context = with_case(&case, visit, house, reply_context(&case, visit)?);
            return Ok(again(
                "case/reply",
                context,
                visit,
                house,
                &[Problem::new("kind", "problem.kind")],
            ));
        };
        let id = visit
            .part(4)
            .parse()
            .map_err(|_no_id| PageError::NotFound)?;
        let done = read_reply(&house.app, &case.file, id, kind);
        or_back(
            done.map(|()| Reply::ToWithNotice(case.url.clone(), "notice.saved".to_owned())),
            &case,
        )
    })
    .await
}
