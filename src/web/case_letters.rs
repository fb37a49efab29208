//! The letters of a case: looked at, downloaded, and the next one drafted and approved.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::case::{Case, open, with_case};
use super::case_ways::mailbox_of;
use super::frame::{PageError, Reply, Visit, again, page, show, take};
use super::letter_view::letter_view;
use crate::app::case::{StoredLetter, approve_follow_up, draft_follow_up};
use crate::app::form::Problem;
use crate::app::{AppError, ComposedLetter};
use crate::domain::letter::LetterKind;
use crate::mail::{EmlAddresses, to_eml};
use crate::pdf::to_pdf;
use crate::templates::{to_html, to_text};

pub(super) async fn letter(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let case = open(visit, house)?;
        let (id, kind) = visit.part(4).split_once('.').unwrap_or((visit.part(4), ""));
        let id = id.parse().map_err(|_no_id| PageError::NotFound)?;
        let letter = case.file.letter(id)?;
        match kind {
            "" => Ok(page(
                "case/letter",
                with_case(&case, visit, house, context(letter, &case, visit, house)),
            )),
            "pdf" => Ok(file("application/pdf", "letter.pdf", pdf(letter)?, false)),
            "txt" => Ok(file(
                "text/plain; charset=utf-8",
                "letter.txt",
                to_text(&letter.document).into_bytes(),
                true,
            )),
            "eml" => Ok(file(
                "message/rfc822",
                "letter.eml",
                eml(letter, &case, house)?,
                true,
            )),
            _ => Err(PageError::NotFound),
        }
    })
    .await
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>, download: bool) -> Reply {
    Reply::File {
        kind,
        name: name.to_owned(),
        bytes,
        download,
    }
}

fn pdf(letter: &StoredLetter) -> Result<Vec<u8>, PageError> {
    to_pdf(&letter.document, letter.page).map_err(|error| PageError::Internal(error.to_string()))
}

fn eml(letter: &StoredLetter, case: &Case<'_>, house: &House) -> Result<Vec<u8>, PageError> {
    let (text, html) = (to_text(&letter.document), to_html(&letter.document));
    let to = mailbox_of(case, house, letter);
    let subject = &case.file.raw.subject;
    let token = &case.file.row.secrets.reply_token;
    let copy_to = house.app.post_office.reply_address(token);
    let addresses = EmlAddresses {
        from_name: &subject.name,
        from: subject.email.as_deref(),
        to: to.as_deref(),
        copy_to: copy_to.as_deref(),
    };
    to_eml(
        &letter.document,
        &addresses,
        letter.written_at.date_naive(),
        &text,
        &html,
        &pdf(letter)?,
    )
    .map_err(PageError::Internal)
}

fn context(letter: &StoredLetter, case: &Case<'_>, visit: &Visit, house: &House) -> Value {
    let href = |ending: &str| format!("{}/letter/{}.{ending}", case.url, letter.id);
    let proof = letter.sent.as_ref().map(|sent| {
        json!({
            "sent_on": sent.sent_on, "channel_key": format!("channel.{}", sent.channel), "number": sent.proof, "sha256": letter.text_sha256,
        })
    });
    let files: Vec<Value> = ["pdf", "txt", "eml"]
        .iter()
        .map(|ending| json!({ "href": href(ending), "label_key": format!("letter.file_{ending}") }))
        .collect();
    json!({
        "label_key": format!("letter_kind.{}", letter.kind.as_str()),
        "letter": letter_view(&letter.document, &letter.meta, &visit.language, house),
        "files": files,
        "proof": proof,
    })
}

pub(super) async fn draft(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let case = open(visit, house)?;
        let own = visit.query.get("own_paragraph");
        let wanted = wanted(visit.query.get("letter"));
        match draft_follow_up(&house.app, &case.file, wanted, own) {
            Ok((kind, letter)) => Ok(page(
                "case/draft",
                draft_context(kind, &letter, own, &case, visit, house),
            )),
            Err(AppError::NotNow) => Ok(Reply::To(case.url)),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

pub(super) async fn draft_pdf(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let case = open(visit, house)?;
        let wanted = wanted(visit.query.get("letter"));
        let (_, letter) = draft_follow_up(&house.app, &case.file, wanted, "")?;
        Ok(file("application/pdf", "letter.pdf", letter.pdf, false))
    })
    .await
}

fn draft_context(
    kind: LetterKind,
    letter: &ComposedLetter,
    own: &str,
    case: &Case<'_>,
    visit: &Visit,
    house: &House,
) -> Value {
    let way = match letter.meta.get("channel").and_then(Value::as_str) {
        Some("post") => "complaint.way_post",
        _ => "complaint.way_form",
    };
    let enclosure = |letter: &StoredLetter| json!({ "href": format!("{}/letter/{}.pdf", case.url, letter.id), "label_key": format!("letter_kind.{}", letter.kind.as_str()) });
    let silent = case.file.replies.is_empty();
    let complaint = json!({
        "regulator": case.regulator_name(house).unwrap_or_default(),
        "because_key": if silent { "complaint.because_silent" } else { "complaint.because_answer" },
        "way_key": way,
        "enclosures": case.file.letters.iter().map(enclosure).collect::<Vec<_>>(),
        "with_answers": !silent,
    });
    let own_keys = json!({
        "draft_id": kind.as_str(),
        "title_key": format!("draft.title_{}", kind.as_str()),
        "why_key": format!("draft.why_{}", kind.as_str()),
        "not_before": null,
        "pdf_href": format!("{}/draft.pdf?letter={}", case.url, kind.as_str()),
        "complaint": if kind == LetterKind::Complaint { complaint } else { Value::Null },
        "letter": letter_view(&letter.document, &letter.meta, &visit.language, house),
        "own_words": [],
        "values": { "own_paragraph": own },
    });
    with_case(case, visit, house, own_keys)
}

pub(super) async fn approve(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let own = fields.get("own_paragraph");
        let wanted = wanted(fields.get("draft"));
        let (kind, letter) = match draft_follow_up(&house.app, &case.file, wanted, own) {
            Ok(draft) => draft,
            Err(AppError::NotNow) => return Ok(Reply::To(case.url)),
            Err(error) => return Err(error.into()),
        };
        let refuse = |problem: Problem| {
            again(
                "case/draft",
                draft_context(kind, &letter, own, &case, visit, house),
                visit,
                house,
                &[problem],
            )
        };
        if fields.get("action") == "update" {
            return Ok(page(
                "case/draft",
                draft_context(kind, &letter, own, &case, visit, house),
            ));
        }
        if kind == LetterKind::Complaint && fields.get("read") != "yes" {
            return Ok(refuse(Problem::new("read", "problem.complaint_unread")));
        }
        match approve_follow_up(
            &house.app,
            &case.file,
            wanted,
            own,
            fields.get("text_sha256"),
        ) {
            Ok(()) => Ok(Reply::To(format!("{}/send", case.url))),
            Err(AppError::Changed) => Ok(refuse(Problem::new("own_paragraph", "problem.changed"))),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Which of the letters that are offered; the one of the ladder if none is named.
fn wanted(name: &str) -> Option<LetterKind> {
    LetterKind::parse(name).ok()
}
