//! The whole file of a case as the pages and the ladder need it: facts, letters with their proofs, answers, events, due date and next step.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::app::{App, AppError};
use crate::domain::case::{
    CaseStatus, EventKind, LetterStatus, NextStep, ReplyStatus, complaint_from, next_step,
};
use crate::domain::deadline::Derivation;
use crate::domain::document::Document;
use crate::domain::law::{Page, Regime};
use crate::domain::letter::{
    CaseFacts, LetterKind, LetterPlan, RawCase, RawHistory, ReplyKind, plan,
};
use crate::storage::{CaseKey, CaseRow, EventRow, ReplyRow, StorageError, Tx};

/// A letter as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredContent {
    pub(super) document: Document,
    pub(super) page: Page,
    pub(super) meta: Value,
}

/// When and how a letter went, in the person's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRecord {
    /// Which letter.
    pub letter: Uuid,
    /// The way it went.
    pub channel: String,
    /// The day, as the person reported it.
    pub sent_on: NaiveDate,
    /// The day the addressee had it; for post the day of posting plus our margin.
    pub received_on: NaiveDate,
    /// A number the person was given.
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

fn read_file(tx: &mut Tx<'_>, row: CaseRow, key: CaseKey) -> Result<CaseFile, StorageError> {
    let events = tx.events(row.id, &key)?;
    let of_kind = |kind: EventKind| events.iter().filter(move |event| event.kind == kind);
    let sent: Vec<SentRecord> = of_kind(EventKind::LetterSent)
        .map(|event| serde_json::from_value(event.payload.clone()))
        .collect::<Result<_, _>>()?;
    let mut letters = Vec::new();
    for letter in tx.letters(row.id, &key)? {
        let content: StoredContent = serde_json::from_slice(&letter.content)?;
        letters.push(StoredLetter {
            id: letter.id,
            kind: letter.kind,
            document: content.document,
            page: content.page,
            meta: content.meta,
            text_sha256: letter.text_sha256,
            written_at: letter.written_at,
            sent: sent.iter().find(|sent| sent.letter == letter.id).cloned(),
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

impl CaseFile {
    /// The facts with the history of the case, for the plan and for follow-ups. `kind`: the letter that is looked at.
    ///
    /// # Errors
    /// [`AppError::Facts`] if the stored facts no longer pass.
    pub fn facts(&self, kind: LetterKind, today: NaiveDate) -> Result<CaseFacts, AppError> {
        let mut raw = self.raw.clone();
        kind.as_str().clone_into(&mut raw.kind);
        raw.written_on = Some(today.to_string());
        raw.own_paragraph.clear();
        raw.history = self.history();
        CaseFacts::check(raw, today).map_err(AppError::Facts)
    }

    /// What was sent and answered, in order of time.
    fn history(&self) -> Vec<RawHistory> {
        let letters = self.letters.iter().filter_map(|letter| {
            let sent = letter.sent.as_ref()?;
            let entry = RawHistory {
                kind: letter.kind.as_str().to_owned(),
                sent_on: Some(sent.sent_on.to_string()),
                // Nobody has told when the post arrived: the margin serves the clock, no letter states it as a fact.
                received_on: (sent.channel != "post").then(|| sent.received_on.to_string()),
                channel: Some(sent.channel.clone()),
                reference: Some(self.row.reference.clone()),
                text: None,
            };
            Some((sent.sent_on, entry))
        });
        let replies = self.replies.iter().filter_map(|reply| {
            let entry = RawHistory {
                kind: reply.kind?.as_str().to_owned(),
                received_on: Some(reply.received_on.to_string()),
                text: Some(reply.text.clone()),
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
        let kind = LetterKind::parse(&self.raw.kind).unwrap_or(LetterKind::Objection);
        let facts = self.facts(kind, today)?;
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

    /// The first day on which a complaint is offered, if it is known.
    #[must_use]
    pub fn complaint_from(&self, regime: &Regime, due: Option<&Derivation>) -> Option<NaiveDate> {
        self.with_status(due, |status| complaint_from(regime, status))
    }

    fn with_status<T>(
        &self,
        due: Option<&Derivation>,
        work: impl FnOnce(&CaseStatus<'_>) -> T,
    ) -> T {
        let letters: Vec<LetterStatus> = self.letters.iter().map(StoredLetter::status).collect();
        let status = |reply: &ReplyRow| ReplyStatus {
            kind: reply.kind,
            received_on: reply.received_on,
        };
        let replies: Vec<ReplyStatus> = self.replies.iter().map(status).collect();
        work(&CaseStatus {
            state: self.row.state,
            letters: &letters,
            replies: &replies,
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

    /// The newest answer of substance that the person has read.
    #[must_use]
    pub fn last_answer(&self) -> Option<ReplyKind> {
        self.replies.iter().rev().find_map(|reply| reply.kind)
    }
}

impl StoredLetter {
    fn status(&self) -> LetterStatus {
        let sent = self.sent.as_ref();
        LetterStatus {
            kind: self.kind,
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
