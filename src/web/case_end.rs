//! The ends of a case: closed, withdrawn, erased; and its export and a new secret link.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::case::{Form, open, or_back, shows, with_case};
use super::frame::{PageError, Reply, again, take};
use crate::app::case::{
    StoredLetter, bundle_case, close_case, erase_case, renew_link as renew, withdraw_case,
};
use crate::app::form::Problem;
use crate::domain::case::{CaseState, Delivery, Outcome};

/// Outcomes a person may choose.
const OUTCOMES: [Outcome; 5] = [
    Outcome::Complied,
    Outcome::Partial,
    Outcome::Refused,
    Outcome::NoAnswer,
    Outcome::NoJurisdiction,
];

fn close_context() -> Value {
    let row = |outcome: &Outcome| json!({ "value": outcome.as_str(), "label_key": format!("outcome.{}", outcome.as_str()), "checked": false });
    json!({ "outcomes": OUTCOMES.iter().map(row).collect::<Vec<_>>() })
}

pub(super) async fn close(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/close", |_, _, _| Ok(close_context())).await
}

pub(super) async fn closed(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let Some(outcome) = OUTCOMES
            .into_iter()
            .find(|outcome| outcome.as_str() == fields.get("outcome"))
        else {
            let context = with_case(&case, visit, house, close_context());
            return Ok(again(
                "case/close",
                context,
                visit,
                house,
                &[Problem::new("outcome", "problem.outcome")],
            ));
        };
        let done = close_case(&house.app, &case.file, outcome);
        or_back(
            done.map(|()| Reply::ToWithNotice(case.url.clone(), "notice.closed".to_owned())),
            &case,
        )
    })
    .await
}

pub(super) async fn withdraw(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/withdraw", |case, _, _| {
        let letters = &case.file.letters;
        let may_have_gone = |letter: &StoredLetter| {
            matches!(letter.delivery, Delivery::OnItsWay | Delivery::InDoubt)
        };
        let key = if letters.iter().any(|letter| letter.sent.is_some()) {
            "withdraw.tell_yourself"
        } else if letters.iter().any(may_have_gone) {
            "withdraw.on_its_way"
        } else {
            "withdraw.not_told"
        };
        Ok(json!({ "told_key": key }))
    })
    .await
}

pub(super) async fn withdrawn(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let case = open(visit, house)?;
        let done = withdraw_case(&house.app, &case.file);
        or_back(
            done.map(|()| Reply::ToWithNotice(case.url.clone(), "notice.withdrawn".to_owned())),
            &case,
        )
    })
    .await
}

pub(super) async fn erase(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/erase", |_, _, _| Ok(json!({}))).await
}

pub(super) async fn erased(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        if fields.get("sure") != "yes" {
            let context = with_case(&case, visit, house, json!({}));
            return Ok(again(
                "case/erase",
                context,
                visit,
                house,
                &[Problem::new("sure", "problem.sure")],
            ));
        }
        erase_case(&house.app, &case.file)?;
        Err(PageError::Erased)
    })
    .await
}

pub(super) async fn export(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/export", |_, _, _| Ok(json!({}))).await
}

pub(super) async fn exported(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let case = open(visit, house)?;
        let bytes = bundle_case(&house.app, &case.file, &visit.language)?;
        Ok(Reply::File {
            kind: "application/zip",
            name: format!("{}.zip", case.file.row.reference),
            bytes,
            download: true,
        })
    })
    .await
}

pub(super) async fn renew_link(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/renew_link", |_, _, _| Ok(json!({}))).await
}

pub(super) async fn renewed(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let case = open(visit, house)?;
        if case.file.row.state == CaseState::Unconfirmed {
            return Err(PageError::NotFound);
        }
        let secret = renew(&house.app, &case.file)?;
        Ok(Reply::ToWithNotice(
            format!("/case/{secret}"),
            "notice.link_renewed".to_owned(),
        ))
    })
    .await
}
