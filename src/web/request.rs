//! The form, one step a page: shows what was answered so far and takes the next answer. What an answer means is the business of `app::form`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::House;
use super::frame::{PageError, Reply, Visit, again, page, show as show_page, take};
use super::request_pages::{context, template};
use crate::app::form::{Fields, FormState, Step, apply};
use crate::domain::random::new_id;
use crate::storage::{FormDraft, StorageError};

/// The draft of this visit, if there is one.
pub(super) fn draft(
    visit: &Visit,
    house: &House,
) -> Result<Option<(FormDraft, FormState)>, PageError> {
    let now = house.app.clock.now();
    let found = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.form_draft(&visit.draft_secret(), now))?;
    let Some(draft) = found else { return Ok(None) };
    let state = serde_json::from_slice(&draft.form)
        .map_err(|error| PageError::Internal(error.to_string()))?;
    Ok(Some((draft, state)))
}

/// Keeps the answers. They are thrown away a day after the last of them.
pub(super) fn save(
    visit: &Visit,
    house: &House,
    old: Option<&FormDraft>,
    state: &FormState,
) -> Result<(), PageError> {
    let now = house.app.clock.now();
    let form = serde_json::to_vec(state).map_err(|error| PageError::Internal(error.to_string()))?;
    let id = old.map_or_else(|| new_id(house.app.random.as_ref(), now), |draft| draft.id);
    let draft = FormDraft {
        id,
        case_id: state.sent_case.parse().ok(),
        form,
        expires_at: now + TimeDelta::days(1),
    };
    house.app.db.write(|tx| {
        tx.delete_old_form_drafts(now)?;
        tx.save_form_draft(&visit.draft_secret(), &draft)
    })?;
    Ok(())
}

fn step(visit: &Visit) -> Result<Step, PageError> {
    Step::parse(visit.part(2)).map_err(|_unknown| PageError::NotFound)
}

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let step = step(visit)?;
        let draft = draft(visit, house)?;
        let state = draft.map(|(_, state)| state).unwrap_or_default();
        // A later page without the answers before it would ask what it cannot know.
        if step > state.next_step() {
            return Ok(Reply::To(format!(
                "/request/{}",
                state.next_step().as_str()
            )));
        }
        Ok(page(
            template(step),
            context(step, &state, visit, house, None),
        ))
    })
    .await
}

pub(super) async fn answer(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let step = step(visit)?;
        let old = draft(visit, house)?;
        let (draft, mut state) = match old {
            Some((draft, state)) => (Some(draft), state),
            None if step == Step::Who => (None, FormState::default()),
            None => return Err(PageError::DraftExpired),
        };
        // These answers became a case; the next letter begins with none of them.
        if !state.sent_case.is_empty() {
            if step != Step::Who {
                return Ok(Reply::To("/request/sent".to_owned()));
            }
            state = FormState::default();
        }
        state.screen_language.clone_from(&visit.language);
        let problems = apply(
            step,
            fields,
            &mut state,
            &house.app.book,
            house.app.clock.today(chrono_tz::UTC),
        );
        save(visit, house, draft.as_ref(), &state)?;
        if !problems.is_empty() {
            return Ok(again(
                template(step),
                context(step, &state, visit, house, Some(fields)),
                visit,
                house,
                &problems,
            ));
        }
        Ok(after(step, fields, &state))
    })
    .await
}

/// Where a step leads: to the next open one, and from the check page on to the letter.
fn after(step: Step, fields: &Fields, state: &FormState) -> Reply {
    let next = state.next_step();
    match step {
        Step::Check => Reply::To("/request/preview".to_owned()),
        Step::Find if fields.get("action") == "add" => Reply::To("/request/find?add=1".to_owned()),
        Step::Find if !state.identifiers_done => Reply::To("/request/find?none=1".to_owned()),
        _ => Reply::To(format!("/request/{}", next.as_str())),
    }
}
