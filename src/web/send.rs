//! From the answers to the letter: the preview in which every word of the person's own can be changed, and its approval.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::frame::{PageError, Reply, Visit, again, page, show, take};
use super::letter_view::letter_view;
use super::request::{draft, save};
use crate::app::case::{CONFIRMATION_HOURS, compose_first_letter, open_case, resend_confirmation};
use crate::app::form::{Fields, FormState, Problem, Step, text_problem};
use crate::app::{AppError, ComposeError, ComposedLetter};
use crate::domain::letter::Refusal;
use crate::storage::FormDraft;

fn answers(visit: &Visit, house: &House) -> Result<(FormDraft, FormState), PageError> {
    draft(visit, house)?.ok_or(PageError::DraftExpired)
}

pub(super) async fn preview(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let (_, state) = answers(visit, house)?;
        if state.next_step() != Step::Check {
            return Ok(Reply::To(format!(
                "/request/{}",
                state.next_step().as_str()
            )));
        }
        match compose_first_letter(&house.app, &state) {
            Ok((_, letter)) => Ok(page(
                "request/preview",
                context(&state, &letter, visit, house),
            )),
            Err(error) => refused(error, visit, house),
        }
    })
    .await
}

/// A law that gives nothing is told on a page of its own; facts that do not fit lead back to the check page.
fn refused(error: AppError, visit: &Visit, house: &House) -> Result<Reply, PageError> {
    match error {
        AppError::Compose(ComposeError::Refused(Refusal::NoRight { place, instead })) => {
            let instead: Vec<Value> = instead
                .iter()
                .map(|text| json!({ "text": text, "href": null }))
                .collect();
            Ok(page(
                "request/no_right",
                json!({ "place": place, "instead": instead, "back": "/request/check" }),
            ))
        }
        AppError::Facts(_) | AppError::Compose(ComposeError::Refused(_)) => {
            let (_, state) = answers(visit, house)?;
            let context = super::request_pages::context(Step::Check, &state, visit, house, None);
            Ok(again(
                "request/check",
                context,
                visit,
                house,
                &[Problem::new("grounds", "problem.grounds")],
            ))
        }
        other => Err(other.into()),
    }
}

fn context(state: &FormState, letter: &ComposedLetter, visit: &Visit, house: &House) -> Value {
    let own = |(kind, text): (&String, &String)| json!({ "field": format!("text_{kind}"), "label_key": format!("ground.{kind}"), "text": text, "limit": 1000 });
    let today = house.app.clock.today(chrono_tz::UTC);
    let regime = state.regime(&house.app.book, today);
    let languages = regime
        .and_then(|regime| state.kind(regime).map(|kind| regime.letter_languages(kind)))
        .unwrap_or_default();
    let option = |code: &String| {
        let name = house
            .app
            .pages
            .word(&visit.language, &format!("language.{code}"), &[]);
        json!({ "code": code, "name": name, "selected": *code == letter.document.language })
    };
    json!({
        "back": "/request/check",
        "letter": letter_view(&letter.document, &letter.meta, &visit.language, house),
        "own_words": state.grounds.iter().map(own).collect::<Vec<_>>(),
        "letter_languages": if languages.len() > 1 { languages.iter().map(option).collect::<Vec<_>>() } else { Vec::new() },
        "values": { "own_paragraph": state.own_paragraph },
    })
}

pub(super) async fn preview_pdf(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let (_, state) = answers(visit, house)?;
        let (_, letter) = compose_first_letter(&house.app, &state)?;
        Ok(Reply::File {
            kind: "application/pdf",
            name: "letter.pdf".to_owned(),
            bytes: letter.pdf,
            download: false,
        })
    })
    .await
}

/// Takes the changed words of the preview into the answers. True if anything changed.
///
/// # Errors
/// What is wrong with a text; then nothing is taken.
fn take_words(state: &mut FormState, fields: &Fields) -> Result<bool, Vec<Problem>> {
    let own = fields.get("own_paragraph");
    let mut problems: Vec<Problem> = Some(own)
        .filter(|own| !own.is_empty())
        .and_then(|own| text_problem("own_paragraph", own))
        .into_iter()
        .collect();
    let field = |kind: &String| format!("text_{kind}");
    problems.extend(
        state
            .grounds
            .keys()
            .filter_map(|kind| text_problem(&field(kind), fields.get(&field(kind)))),
    );
    if !problems.is_empty() {
        return Err(problems);
    }
    let before = serde_json::to_string(state).unwrap_or_default();
    let special = state.special_grounds();
    let mut other_words = false;
    for (kind, text) in &mut state.grounds {
        let given = fields.get(&format!("text_{kind}"));
        other_words |= given != text && special.iter().any(|one| one.as_str() == kind);
        given.clone_into(text);
    }
    // The yes was for the words that were there.
    if other_words {
        state.sensitive.clear();
    }
    own.clone_into(&mut state.own_paragraph);
    let language = fields.get("letter_language");
    if !language.is_empty() {
        language.clone_into(&mut state.letter_language);
    }
    Ok(serde_json::to_string(state).unwrap_or_default() != before)
}

pub(super) async fn change(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let (draft, mut state) = answers(visit, house)?;
        if let Err(problems) = take_words(&mut state, fields) {
            return preview_again(&problems, &state, visit, house);
        }
        save(visit, house, Some(&draft), &state)?;
        Ok(Reply::ToWithNotice(
            "/request/preview".to_owned(),
            "notice.letter_changed".to_owned(),
        ))
    })
    .await
}

pub(super) async fn send(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let (draft, mut state) = answers(visit, house)?;
        if fields.get("action") == "resend" {
            return resend(&state, visit, house);
        }
        if !state.sent_case.is_empty() {
            return Ok(Reply::To("/request/sent".to_owned()));
        }
        // The language that the page showed, where the person has chosen none.
        let regime = state.regime(&house.app.book, house.app.clock.today(chrono_tz::UTC));
        if let (Some(regime), true) = (regime, state.letter_language.is_empty()) {
            state.letter_language = state.language(&house.app.book, regime);
        }
        let changed = match take_words(&mut state, fields) {
            Ok(changed) => changed,
            Err(problems) => return preview_again(&problems, &state, visit, house),
        };
        if changed {
            save(visit, house, Some(&draft), &state)?;
        }
        let opened = if changed {
            Err(AppError::Changed)
        } else {
            open_case(
                &house.app,
                &state,
                fields.get("text_sha256"),
                &visit.network,
            )
        };
        match opened {
            Ok(opened) => {
                // The answers live in the case now; here remains what "send it again" needs.
                let rest = FormState {
                    sent_case: opened.id.to_string(),
                    email: opened.email,
                    screen_language: state.screen_language,
                    ..FormState::default()
                };
                save(visit, house, Some(&draft), &rest)?;
                Ok(Reply::To("/request/sent".to_owned()))
            }
            Err(AppError::Changed) => preview_again(
                &[Problem::new("own_paragraph", "problem.changed")],
                &state,
                visit,
                house,
            ),
            Err(AppError::TooOften) => preview_again(
                &[Problem::new("own_paragraph", "problem.email_often")],
                &state,
                visit,
                house,
            ),
            Err(error) => refused(error, visit, house),
        }
    })
    .await
}

fn preview_again(
    problems: &[Problem],
    state: &FormState,
    visit: &Visit,
    house: &House,
) -> Result<Reply, PageError> {
    let (_, letter) = compose_first_letter(&house.app, state)?;
    Ok(again(
        "request/preview",
        context(state, &letter, visit, house),
        visit,
        house,
        problems,
    ))
}

fn resend(state: &FormState, visit: &Visit, house: &House) -> Result<Reply, PageError> {
    let id = state
        .sent_case
        .parse()
        .map_err(|_none| PageError::DraftExpired)?;
    match resend_confirmation(&house.app, id, &visit.language, &visit.network) {
        Ok(()) => Ok(Reply::ToWithNotice(
            "/request/sent".to_owned(),
            "notice.sent_again".to_owned(),
        )),
        Err(AppError::TooOften | AppError::Used) => Ok(again(
            "request/sent",
            sent_context(state),
            visit,
            house,
            &[Problem::new("action", "problem.email_often")],
        )),
        Err(error) => Err(error.into()),
    }
}

fn sent_context(state: &FormState) -> Value {
    json!({ "email": state.email, "hours": CONFIRMATION_HOURS })
}

pub(super) async fn sent(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let (_, state) = answers(visit, house)?;
        if state.sent_case.is_empty() {
            return Ok(Reply::To("/request/check".to_owned()));
        }
        Ok(page("request/sent", sent_context(&state)))
    })
    .await
}
