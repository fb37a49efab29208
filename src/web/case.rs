//! The page of a case: where it stands, the one next step, what happened, and when an answer is due and why.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::House;
use super::confirm::about;
use super::derivation::derivation;
use super::frame::{PageError, Reply, Visit, page, show as show_page};
use super::timeline::entry;
use crate::app::AppError;
use crate::app::case::{CaseFile, Offer, load_case};
use crate::domain::case::{CaseState, Delivery, EventKind, NextStep};
use crate::domain::deadline::Derivation;
use crate::domain::law::{Checked, Regulator};
use crate::domain::letter::LetterPlan;

/// A form as it comes in.
pub(super) type Form = web::Form<Vec<(String, String)>>;

/// A case with what every page of it needs.
pub(super) struct Case<'a> {
    pub(super) file: CaseFile,
    pub(super) plan: LetterPlan<'a>,
    pub(super) today: NaiveDate,
    pub(super) next: NextStep,
    pub(super) url: String,
}

/// The case behind the secret of the address.
pub(super) fn open<'a>(visit: &Visit, house: &'a House) -> Result<Case<'a>, PageError> {
    let secret = visit.part(2);
    let file = load_case(&house.app, secret)?;
    let today = file.today_at_the_controller(&house.app);
    let plan = file.plan(&house.app, today)?;
    let next = file.next_step(plan.regime, plan.due.as_ref().map(|(_, due)| due), today);
    Ok(Case {
        file,
        plan,
        today,
        next,
        url: format!("/case/{secret}"),
    })
}

impl Case<'_> {
    /// The due date, if the clock runs.
    pub(super) fn due(&self) -> Option<&Derivation> {
        self.plan.due.as_ref().map(|(_, due)| due)
    }

    fn expected(&self) -> Option<NaiveDate> {
        self.due().and_then(|due| due.expected_due)
    }

    /// Days since the due date passed without an answer of substance, 0 = not overdue.
    fn overdue_days(&self) -> i64 {
        let waits = matches!(
            self.file.row.state,
            CaseState::AwaitingReply
                | CaseState::Extended
                | CaseState::AwaitingIdentity
                | CaseState::Overdue
        );
        let late = self
            .expected()
            .map_or(0, |due| (self.today - due).num_days());
        if waits { late.max(0) } else { 0 }
    }

    /// The state as the page shows it: overdue is seen, not stored.
    fn shown_state(&self) -> CaseState {
        let state = self.file.row.state;
        let unread = self.file.replies.iter().any(|reply| reply.kind.is_none());
        match state {
            // A mail that came in moves nothing, but the person is told to look.
            _ if unread && state != CaseState::Closed => CaseState::Replied,
            _ if self.overdue_days() > 0 => CaseState::Overdue,
            // It was, and a letter has gone since.
            CaseState::Overdue => CaseState::AwaitingReply,
            state => state,
        }
    }

    /// The regulator that would hear the complaint.
    pub(super) fn regulator<'h>(&self, house: &'h House) -> Option<&'h Regulator> {
        self.plan
            .complaint_regulator(&house.app.book, &self.file.home()?)
    }

    pub(super) fn regulator_name(&self, house: &House) -> Option<String> {
        self.regulator(house).map(|one| one.native_name.clone())
    }

    /// The last day for a complaint, where the place has a limit.
    fn window_ends_on(&self, house: &House) -> Option<NaiveDate> {
        let rules = house
            .app
            .book
            .jurisdiction(&self.file.home()?)?
            .complaint
            .as_ref()?;
        let sent = self
            .file
            .letters
            .iter()
            .filter_map(|letter| letter.sent.as_ref());
        let days: Vec<NaiveDate> = sent
            .map(|sent| sent.sent_on)
            .chain(self.file.replies.iter().map(|reply| reply.received_on))
            .collect();
        // A day that nobody confirmed is not told.
        if rules.time_limit_checked? == Checked::Unverified {
            return None;
        }
        rules
            .time_limit
            .as_ref()?
            .ends_on(self.first_sent()?.sent_on, days.into_iter().max()?)
    }

    /// The keys under `case` that every page of a case has.
    pub(super) fn head(&self, visit: &Visit, house: &House) -> Value {
        let state = self.shown_state();
        let days = self.overdue_days();
        let tag = match state {
            CaseState::Overdue => "bad",
            CaseState::Replied | CaseState::AwaitingIdentity => "warn",
            CaseState::Closed => "good",
            _ => "plain",
        };
        let read = self.file.replies.iter().all(|reply| reply.kind.is_some());
        let lost = |letter: &crate::app::case::StoredLetter| {
            matches!(letter.delivery, Delivery::NotDelivered | Delivery::InDoubt)
        };
        let name = match state {
            CaseState::Replied if read => "answered",
            CaseState::Ready if self.file.letters.iter().any(lost) => "not_delivered",
            state => state.as_str(),
        };
        let no_period = state == CaseState::AwaitingReply && self.expected().is_none();
        let outcome = self.file.row.outcome.map(|outcome| {
            house.app.pages.word(
                &visit.language,
                &format!("outcome.{}", outcome.as_str()),
                &[],
            )
        });
        json!({
            "url": self.url,
            "reference": self.file.row.reference,
            "company": self.plan.controller.brand,
            "entity": self.plan.controller.name,
            "about": about(&self.file.raw.rights, visit, house),
            "tag": tag,
            "tag_key": if days == 1 { "tag.overdue_one".to_owned() } else { format!("tag.{name}") },
            "state_key": if no_period { "state.awaiting_no_period".to_owned() } else { format!("state.{name}") },
            "overdue_days": days,
            "shown_on": self.expected(),
            "regulator": self.regulator_name(house),
            "outcome": outcome,
        })
    }

    /// The block of the due date.
    pub(super) fn due_view(&self, visit: &Visit, house: &House) -> Value {
        let closed = matches!(self.file.row.state, CaseState::Closed);
        let Some((rule_id, due)) = &self.plan.due else {
            let key = if closed {
                "due.ended"
            } else {
                "due.not_started"
            };
            return json!({
                "shown_on": null, "strict_on": null, "safe_on": null, "none_key": key, "provisional": false, "extension_until": null,
                "holidays_until": null, "law_version": self.file.row.law_version, "why": [],
            });
        };
        let none_key = match (&due.unknown, due.expected_due) {
            _ if closed => "due.ended",
            (Some(_), None) => "due.unknown",
            (None, None) => "due.no_period",
            _ => "",
        };
        let source = house
            .app
            .book
            .rules
            .get(rule_id)
            .and_then(|rule| rule.source.split([':', ';']).next())
            .map(str::to_owned);
        let by_mail = self
            .first_sent()
            .is_some_and(|sent| sent.channel == "email");
        let receipt = if by_mail { "who.demur" } else { "who.reported" };
        let by_post = self.first_sent().is_some_and(|sent| sent.channel == "post");
        let why = derivation(
            due,
            receipt,
            source,
            &self.plan.controller.brand,
            &visit.language,
            house,
        );
        json!({
            "shown_on": if closed { None } else { due.expected_due },
            "strict_on": due.strict_due, "safe_on": due.safe_due, "none_key": none_key, "provisional": by_post, "extension_until": self.plan.extended.then_some(due.expected_due).flatten(),
            "holidays_until": house.app.book.holidays.last_day.map(|day| day.year()), "law_version": self.file.row.law_version, "why": why,
        })
    }

    fn first_sent(&self) -> Option<&crate::app::case::SentRecord> {
        self.file
            .letters
            .first()
            .and_then(|letter| letter.sent.as_ref())
    }

    fn next_view(&self) -> Value {
        let href = |page: &str| format!("{}/{page}", self.url);
        let hand_in = json!({ "key": "link.hand_in", "href": href("answer") });
        let close = json!({ "key": "link.close", "href": href("close") });
        let view = |step: &str, button: &str, page: &str, links: Vec<Value>| json!({ "text_key": format!("next.{step}"), "button_key": format!("button.{button}"), "href": href(page), "links": links });
        match &self.next {
            NextStep::Send(kind) if kind.goes_to_the_regulator() => {
                view("lodge", "lodge", "send", Vec::new())
            }
            NextStep::Sending => {
                json!({ "text_key": "next.sending", "button_key": "", "href": null, "links": [] })
            }
            NextStep::SendAgain(_) => view("resend", "resend", "send", Vec::new()),
            NextStep::AskArrived(_) => view("ask", "ask", "send", vec![hand_in]),
            NextStep::Confirm | NextStep::Send(_) => view("send", "send", "send", Vec::new()),
            NextStep::ReadReply => {
                let open = self.file.replies.iter().find(|reply| reply.kind.is_none());
                let page = open
                    .map(|reply| format!("reply/{}", reply.id))
                    .unwrap_or_default();
                view("read_reply", "read_reply", &page, Vec::new())
            }
            NextStep::Wait { until } => {
                let step = if until.is_some() && self.expected().is_some() {
                    "wait"
                } else {
                    "wait_no_period"
                };
                view(step, "hand_in", "answer", Vec::new())
            }
            NextStep::Climb(kind) => view(kind.as_str(), kind.as_str(), "draft", vec![hand_in]),
            NextStep::Grade => view("outcome", "outcome", "close", vec![hand_in]),
            NextStep::WithRegulator => view("regulator", "hand_in", "answer", vec![close]),
            NextStep::Nothing => view("closed", "export", "export", Vec::new()),
        }
    }

    /// The letters that can be written beside the next step.
    fn offers(&self) -> Vec<Value> {
        let offer = self.file.offer(&self.plan, &self.next);
        let view = |offer: Offer| {
            let kind = offer.kind.as_str();
            json!({
                "href": format!("{}/draft?letter={kind}", self.url), "name_key": format!("letter_kind.{kind}"), "why_key": format!("offer.{}", offer.why),
            })
        };
        offer.map(view).into_iter().collect()
    }

    fn tasks(&self) -> Vec<Value> {
        let Some(switch) = self
            .plan
            .controller
            .controller
            .and_then(|controller| controller.ai_training.as_ref())
        else {
            return Vec::new();
        };
        if switch.switch.is_empty() || self.file.raw.scenario != "ai_training" {
            return Vec::new();
        }
        let switched = self
            .file
            .events
            .iter()
            .any(|event| event.kind == EventKind::SettingSwitched);
        let sent = self
            .file
            .letters
            .first()
            .is_some_and(|letter| letter.sent.is_some());
        vec![
            json!({ "label_key": "task.switch", "href": (!switched).then(|| format!("{}/switch", self.url)), "done": switched }),
            json!({ "label_key": "task.letter", "href": (!sent).then(|| format!("{}/send", self.url)), "done": sent }),
        ]
    }
}

/// A page of a case: its own keys beside `case`.
pub(super) fn with_case(case: &Case<'_>, visit: &Visit, house: &House, mut own: Value) -> Value {
    if let Some(map) = own.as_object_mut() {
        map.insert("case".to_owned(), case.head(visit, house));
        map.entry("back").or_insert_with(|| json!(case.url));
    }
    own
}

/// A page of a case that only shows.
pub(super) async fn shows(
    request: HttpRequest,
    house: web::Data<House>,
    template: &'static str,
    own: impl FnOnce(&Case<'_>, &Visit, &House) -> Result<Value, PageError> + Send + 'static,
) -> HttpResponse {
    show_page(request, house, move |visit, house| {
        let case = open(visit, house)?;
        let own = own(&case, visit, house)?;
        Ok(page(template, with_case(&case, visit, house, own)))
    })
    .await
}

/// A step that does not fit the case any more leads back to it.
pub(super) fn or_back(
    result: Result<Reply, AppError>,
    case: &Case<'_>,
) -> Result<Reply, PageError> {
    match result {
        Err(AppError::NotNow | AppError::Storage(crate::storage::StorageError::Conflict)) => {
            Ok(Reply::To(case.url.clone()))
        }
        other => Ok(other?),
    }
}

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let case = open(visit, house)?;
        let mut timeline: Vec<Value> = case.file.events.iter().filter_map(|event| entry(event, &case, visit, house)).collect();
        timeline.reverse();
        let letter = |letter: &crate::app::case::StoredLetter| {
            let href = format!("{}/letter/{}", case.url, letter.id);
            json!({ "href": href, "pdf_href": format!("{href}.pdf"), "label_key": format!("letter_kind.{}", letter.kind.as_str()), "written_on": letter.written_at.date_naive() })
        };
        let open = case.file.row.state != CaseState::Closed;
        let from = case.file.complaint_from(case.plan.regime, case.due()).filter(|_| open);
        let silence = from.map(|from| json!({ "from_on": from, "regulator": case.regulator_name(house), "window_ends_on": case.window_ends_on(house) }));
        let own = json!({
            "back": null,
            "just_opened": !visit.query.get("opened").is_empty(),
            "next": case.next_view(),
            "offers": case.offers(),
            "tasks": case.tasks(),
            "timeline": timeline,
            "due": case.due_view(visit, house),
            "silence": silence,
            "letters": case.file.letters.iter().map(letter).collect::<Vec<_>>(),
        });
        Ok(page("case/show", with_case(&case, visit, house, own)))
    })
    .await
}

pub(super) async fn deadline(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let case = open(visit, house)?;
        let due = case.due_view(visit, house);
        Ok(page(
            "case/deadline",
            with_case(&case, visit, house, json!({ "due": due })),
        ))
    })
    .await
}
