//! The whole file of a case as the pages and the ladder need it: facts, letters with their proofs, answers, events, due date and next step.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::delivery::{LetterDelivery, deliveries};
use crate::app::{App, AppError};
use crate::domain::case::{
    CaseState, CaseStatus, Delivery, LetterStatus, NextStep, Origin, ReplyStatus, complaint_from,
    next_step, state_of,
};
use crate::domain::deadline::Derivation;
use crate::domain::document::Document;
use crate::domain::law::{Page, Regime};
use crate::domain::letter::{
    CaseFacts, LetterKind, LetterPlan, RawCase, RawController, RawHistory, ReplyKind, plan,
};
use crate::domain::place::PlaceCode;
use crate::storage::{CaseKey, CaseRow, EventRow, ReplyRow, StorageError, Tx};

/// A letter as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredContent {
    pub(super) document: Document,
    pub(super) page: Page,
    pub(super) meta: Value,
}

/// When and how a letter went: as the person reported it, or as the company's mail server answered (`email`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRecord {
    /// Which letter.
    pub letter: Uuid,
    /// The way it went.
    pub channel: String,
    /// The day.
    pub sent_on: NaiveDate,
    /// The day the addressee had it; for post the day of posting plus our margin.
    pub received_on: NaiveDate,
    /// A number the person was given; the answer of the mail server.
    pub proof: String,
}

/// A letter with its proof.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of the letter")]
pub struct StoredLetter {
    pub id: Uuid,
    pub kind: LetterKind,
    pub document: Document,
    pub page: Page,
    pub meta: Value,
    pub text_sha256: String,
    pub written_at: DateTime<Utc>,
    pub delivery: Delivery,
    pub sent: Option<SentRecord>,
}

/// Everything about a case.
pub struct CaseFile {
    /// Its row.
    pub row: CaseRow,
    /// Its key.
    pub key: CaseKey,
    /// The facts as the person gave them.
    pub raw: RawCase,
    /// Its letters, oldest first.
    pub letters: Vec<StoredLetter>,
    /// The answers handed in.
    pub replies: Vec<ReplyRow>,
    /// What happened.
    pub events: Vec<EventRow>,
}

/// Reads the case behind a secret link.
///
/// # Errors
/// [`StorageError::NotFound`] or [`StorageError::Erased`].
pub fn load_case(app: &App, secret: &str) -> Result<CaseFile, AppError> {
    Ok(app.db.read::<_, StorageError>(|tx| {
        let (row, key) = tx.case_by_link(secret)?;
        read_file(tx, row, key)
    })?)
}

/// Reads the case with this id.
///
/// # Errors
/// As [`load_case`].
pub fn load_case_by_id(app: &App, id: Uuid) -> Result<CaseFile, AppError> {
    Ok(app.db.read::<_, StorageError>(|tx| {
        let (row, key) = tx.case(id)?;
        read_file(tx, row, key)
    })?)
}

pub(in crate::app) fn read_file(
    tx: &mut Tx<'_>,
    row: CaseRow,
    key: CaseKey,
) -> Result<CaseFile, StorageError> {
    let events = tx.events(row.id, &key)?;
    let mut known = deliveries(&events)?;
    let mut letters = Vec::new();
    for letter in tx.letters(row.id, &key)? {
        let content: StoredContent = serde_json::from_slice(&letter.content)?;
        let LetterDelivery { delivery, sent, .. } = known.remove(&letter.id).unwrap_or_default();
        letters.push(StoredLetter {
            id: letter.id,
            kind: letter.kind,
            document: content.document,
            page: content.page,
            text_sha256: text_sha256(&content.meta),
            meta: content.meta,
            written_at: letter.written_at,
            delivery,
            sent,
        });
    }
    let replies = tx.replies(row.id, &key)?;
    let raw = serde_json::from_slice(&row.facts)?;
    Ok(CaseFile {
        row,
        key,
        raw,
        letters,
        replies,
        events,
    })
}

fn text_sha256(meta: &Value) -> String {
    let hash = meta.get("text_sha256").and_then(Value::as_str);
    hash.unwrap_or_default().to_owned()
}

impl CaseFile {
    /// Where the case stands, told by what happened: unconfirmed and closed stay, a letter on its way counts before every answer.
    #[must_use]
    pub fn state_by_events(&self) -> CaseState {
        if matches!(self.row.state, CaseState::Unconfirmed | CaseState::Closed) {
            return self.row.state;
        }
        let mut letters = self.letters.iter();
        if letters.any(|letter| letter.delivery == Delivery::OnItsWay) {
            return CaseState::Sending;
        }
        let sent = self.letters.iter().filter(|letter| letter.sent.is_some());
        let sent: Vec<LetterKind> = sent.map(|letter| letter.kind).collect();
        state_of(&sent, &self.reply_status())
    }

    /// The facts with the history of the case, for the plan and for follow-ups. `kind`: the letter that is looked at.
    ///
    /// # Errors
    /// [`AppError::Facts`] if the stored facts no longer pass.
    pub fn facts(&self, kind: LetterKind, today: NaiveDate) -> Result<CaseFacts, AppError> {
        let replies: Vec<&ReplyRow> = self.replies.iter().collect();
        self.facts_with(kind, today, &replies)
    }

    fn facts_with(
        &self,
        kind: LetterKind,
        today: NaiveDate,
        replies: &[&ReplyRow],
    ) -> Result<CaseFacts, AppError> {
        let mut raw = self.raw.clone();
        kind.as_str().clone_into(&mut raw.kind);
        // Where the person lives, the day on which something went may have begun before it did where the controller sits.
        let last = self
            .letters
            .iter()
            .filter_map(|letter| letter.sent.as_ref());
        let last = last
            .map(|sent| sent.sent_on)
            .chain(replies.iter().map(|reply| reply.received_on));
        let today = last.fold(today, NaiveDate::max);
        raw.written_on = Some(today.to_string());
        raw.own_paragraph.clear();
        raw.history = self.history(replies);
        CaseFacts::check(raw, today).map_err(AppError::Facts)
    }

    /// What was sent and answered, in order of time.
    fn history(&self, replies: &[&ReplyRow]) -> Vec<RawHistory> {
        let letters = self.letters.iter().filter_map(|letter| {
            let sent = letter.sent.as_ref()?;
            let entry = RawHistory {
                kind: letter.kind.as_str().to_owned(),
                sent_on: Some(sent.sent_on.to_string()),
                // Nobody has told when the post arrived: the margin serves the clock, no letter states it as a fact.
                received_on: (sent.channel != "post").then(|| sent.received_on.to_string()),
                channel: Some(sent.channel.clone()),
                reference: Some(self.row.reference.clone()),
                ..RawHistory::default()
            };
            Some((sent.sent_on, entry))
        });
        // A letter that came back was never received, and its bounce is no answer.
        let read = |reply: &&&ReplyRow| reply.kind != Some(ReplyKind::Bounce);
        let replies = replies.iter().filter(read).filter_map(|reply| {
            let said = reply.content.said;
            let entry = RawHistory {
                kind: reply.kind?.as_str().to_owned(),
                received_on: Some(reply.received_on.to_string()),
                text: Some(reply.content.text.clone()),
                refusal_ground: said.refusal_ground.map(|ground| ground.as_str().to_owned()),
                extension_until: said.extension_until.map(|day| day.to_string()),
                reasons: said.reasons.map(|reasons| reasons.as_str().to_owned()),
                ..RawHistory::default()
            };
            Some((reply.received_on, entry))
        });
        let mut all: Vec<(NaiveDate, RawHistory)> = letters.chain(replies).collect();
        all.sort_by_key(|(day, _)| *day);
        all.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The plan of the case: law, entity, due date. The kind is that of the first letter.
    ///
    /// # Errors
    /// As [`plan`].
    pub fn plan<'a>(&self, app: &'a App, today: NaiveDate) -> Result<LetterPlan<'a>, AppError> {
        self.plan_of(app, self.facts(self.first_kind(), today)?)
    }

    /// The plan as it would be if one more answer were read.
    ///
    /// # Errors
    /// As [`plan`].
    pub(super) fn plan_with<'a>(
        &self,
        app: &'a App,
        today: NaiveDate,
        answer: &ReplyRow,
    ) -> Result<LetterPlan<'a>, AppError> {
        let others = self.replies.iter().filter(|reply| reply.id != answer.id);
        let replies: Vec<&ReplyRow> = others.chain([answer]).collect();
        let facts = self.facts_with(self.first_kind(), today, &replies)?;
        self.plan_of(app, facts)
    }

    fn first_kind(&self) -> LetterKind {
        LetterKind::parse(&self.raw.kind).unwrap_or(LetterKind::Objection)
    }

    fn plan_of<'a>(&self, app: &'a App, facts: CaseFacts) -> Result<LetterPlan<'a>, AppError> {
        let mut plan =
            plan(&app.book, &facts).map_err(|refusal| AppError::Compose(refusal.into()))?;
        let sent = self.letters.first().and_then(|letter| letter.sent.as_ref());
        if let (None, Some(sent)) = (&plan.due, sent) {
            plan.due = plan.due_after(&app.book, &facts.jurisdiction, sent.received_on);
        }
        Ok(plan)
    }

    /// The one next step.
    #[must_use]
    pub fn next_step(
        &self,
        regime: &Regime,
        due: Option<&Derivation>,
        today: NaiveDate,
    ) -> NextStep {
        self.with_status(due, |status| next_step(regime, status, today))
    }

    /// The next step as the clock sees it: a mail that nobody has read yet must not silence it, whoever sent it.
    #[must_use]
    pub fn step_of_the_clock(
        &self,
        regime: &Regime,
        due: Option<&Derivation>,
        today: NaiveDate,
    ) -> NextStep {
        let heard = |reply: &&ReplyRow| reply.kind.is_some() || reply.origin == Origin::HandedIn;
        let replies = self.replies.iter().filter(heard);
        let replies: Vec<ReplyStatus> = replies.map(reply_status).collect();
        self.with_replies(due, &replies, |status| next_step(regime, status, today))
    }

    /// The first day on which a complaint is offered, if it is known.
    #[must_use]
    pub fn complaint_from(&self, regime: &Regime, due: Option<&Derivation>) -> Option<NaiveDate> {
        self.with_status(due, |status| complaint_from(regime, status))
    }

    fn reply_status(&self) -> Vec<ReplyStatus> {
        self.replies.iter().map(reply_status).collect()
    }

    pub(super) fn with_status<T>(
        &self,
        due: Option<&Derivation>,
        work: impl FnOnce(&CaseStatus<'_>) -> T,
    ) -> T {
        self.with_replies(due, &self.reply_status(), work)
    }

    fn with_replies<T>(
        &self,
        due: Option<&Derivation>,
        replies: &[ReplyStatus],
        work: impl FnOnce(&CaseStatus<'_>) -> T,
    ) -> T {
        let letters: Vec<LetterStatus> = self.letters.iter().map(StoredLetter::status).collect();
        work(&CaseStatus {
            state: self.row.state,
            letters: &letters,
            replies,
            due,
        })
    }

    /// The letter with this id.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    pub fn letter(&self, id: Uuid) -> Result<&StoredLetter, StorageError> {
        self.letters
            .iter()
            .find(|letter| letter.id == id)
            .ok_or(StorageError::NotFound)
    }

    /// The letter that waits to go out.
    #[must_use]
    pub fn unsent_letter(&self) -> Option<&StoredLetter> {
        self.letters.iter().find(|letter| letter.sent.is_none())
    }

    /// The language of the person's screens.
    #[must_use]
    pub fn screen_language(&self) -> &str {
        let opened = self.events.first();
        opened
            .and_then(|event| event.payload.get("screen_language"))
            .and_then(Value::as_str)
            .filter(|language| !language.is_empty())
            .unwrap_or("en")
    }

    /// Name of the company as people know it.
    #[must_use]
    pub fn company(&self, app: &App) -> String {
        match &self.raw.controller {
            RawController::Id(id) => app
                .book
                .controller(id)
                .map_or_else(|_unknown| id.clone(), |company| company.name.clone()),
            RawController::Described { name, .. } => name.clone(),
        }
    }

    /// Where the person lives.
    #[must_use]
    pub fn home(&self) -> Option<PlaceCode> {
        PlaceCode::parse(&self.raw.jurisdiction).ok()
    }

    /// The civil date where the person lives: the one they mean by "today".
    #[must_use]
    pub fn today_at_home(&self, app: &App) -> NaiveDate {
        app.clock.today(self.home_zone(app))
    }

    /// The time zone in which the person lives.
    #[must_use]
    pub fn home_zone(&self, app: &App) -> chrono_tz::Tz {
        let zone = self.home().and_then(|home| app.book.zone(&home));
        zone.unwrap_or(chrono_tz::UTC)
    }

    /// The civil date where the controller's clock runs; where its place is not known, that of the person.
    #[must_use]
    pub fn today_at_the_controller(&self, app: &App) -> NaiveDate {
        let zone = match (&self.raw.controller, self.home()) {
            (RawController::Id(id), Some(home)) => app
                .book
                .controller(id)
                .ok()
                .and_then(|company| app.book.entity(company, &home))
                .and_then(|entity| entity.zone.parse().ok()),
            _ => None,
        };
        zone.map_or_else(|| self.today_at_home(app), |zone| app.clock.today(zone))
    }

    /// The link to the page of the case.
    #[must_use]
    pub fn href(&self, app: &App) -> String {
        format!("{}/case/{}", app.base_url, self.row.secrets.link)
    }

    /// The newest answer of substance that the person has read.
    #[must_use]
    pub fn last_answer(&self) -> Option<ReplyKind> {
        self.replies.iter().rev().find_map(|reply| reply.kind)
    }
}

/// An answer as far as the ladder looks at it.
fn reply_status(reply: &ReplyRow) -> ReplyStatus {
    ReplyStatus {
        kind: reply.kind,
        received_on: reply.received_on,
    }
}

impl StoredLetter {
    fn status(&self) -> LetterStatus {
        let sent = self.sent.as_ref();
        LetterStatus {
            kind: self.kind,
            delivery: self.delivery,
            sent_on: sent.map(|sent| sent.sent_on),
            received_on: sent.map(|sent| sent.received_on),
        }
    }
}

/// The day on which a letter counts as received: by a form or mailbox the day itself; by post that day plus our margin (a tracking number proves the posting only).
pub(super) fn received_on(sent_on: NaiveDate, channel: &str, margin_days: u32) -> NaiveDate {
    if channel != "post" {
        return sent_on;
    }
    sent_on
        .checked_add_days(Days::new(u64::from(margin_days)))
        .unwrap_or(sent_on)
}
