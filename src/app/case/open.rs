//! A letter is approved in the form: the case is opened, its text fixed, and the confirmation mail queued, all in one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::file::StoredContent;
use super::{CONFIRMATION_HOURS, confirmation_time};
use crate::app::form::FormState;
use crate::app::notices::Notice;
use crate::app::{App, AppError, ComposeError, ComposedLetter, compose_letter};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::letter::{CaseFacts, LetterKind, RawCase, RawController, Refusal};
use crate::domain::party::one_mailbox;
use crate::domain::random::{new_id, new_reference, new_secret};
use crate::storage::{
    CaseKey, CaseSecrets, LetterRow, Limit, NOT_LISTED, NewCase, NewConfirmation, NewEvent,
    StorageError, Tx,
};

/// What is left to tell the person.
#[derive(Debug, Clone)]
pub struct OpenedCase {
    /// The case.
    pub id: Uuid,
    /// Where the link was mailed to.
    pub email: String,
}

/// Composes the letter that the answers of the form give.
///
/// # Errors
/// A refusal of the law or of the facts; [`Refusal::NoRight`] where no law fits.
pub fn compose_first_letter(
    app: &App,
    form: &FormState,
) -> Result<(RawCase, ComposedLetter), AppError> {
    // The day on which the person writes is the day where they live.
    let zone = form.home().and_then(|home| app.book.zone(&home));
    let today = app.clock.today(zone.unwrap_or(chrono_tz::UTC));
    let place = form.home().map(|home| home.to_string()).unwrap_or_default();
    let no_right = || {
        ComposeError::Refused(Refusal::NoRight {
            place,
            instead: Vec::new(),
        })
    };
    let raw = form.to_case(&app.book, today).ok_or_else(no_right)?;
    let facts = CaseFacts::check(raw.clone(), today).map_err(AppError::Facts)?;
    let letter = compose_letter(&app.book, &app.letters, &facts)?;
    Ok((raw, letter))
}

/// Opens the case. `read_sha256` is the hash of the text that the person read: nobody approves what they did not see.
///
/// # Errors
/// [`AppError::Changed`] if the letter is not the one that was read, [`AppError::TooOften`] if no mail may go to the address now.
pub fn open_case(
    app: &App,
    form: &FormState,
    read_sha256: &str,
    network: &str,
) -> Result<OpenedCase, AppError> {
    let (raw, letter) = compose_first_letter(app, form)?;
    if letter
        .meta
        .get("text_sha256")
        .and_then(|hash| hash.as_str())
        != Some(read_sha256)
    {
        return Err(AppError::Changed);
    }
    let now = app.clock.now();
    let id = new_id(app.random.as_ref(), now);
    let facts = serde_json::to_vec(&raw)?;
    let stored = stored_letter(app, &letter, now)?;
    let opened = json!({
        "sensitive": form.sensitive,
        "law_version": app.book.version,
        "letter": stored.id,
        "text_sha256": read_sha256,
        "screen_language": form.screen_language,
    });
    let confirmation = Confirmation::new(app, id, &form.email, &form.screen_language)?;
    let secrets = CaseSecrets {
        // Nobody knows this link; the one that works is made when the address is confirmed.
        link: new_secret(app.random.as_ref()),
        reply_token: new_secret(app.random.as_ref()),
    };
    let written = app.db.write(|tx| {
        take_from_limits(app, tx, &form.email, network, now)?;
        let key = tx.insert_case(&NewCase {
            id,
            reference: &new_reference(app.random.as_ref()),
            state: CaseState::Unconfirmed,
            secrets: &secrets,
            controller: listed_controller(&raw),
            law_version: &app.book.version,
            facts: &facts,
            created_at: now,
        })?;
        tx.append_event(
            id,
            &key,
            &NewEvent {
                kind: EventKind::CaseOpened,
                at: now,
                payload: &opened,
            },
        )?;
        tx.insert_letter(id, &key, &stored)?;
        confirmation.queue(tx, &key, now)
    });
    written.map_err(too_often)?;
    Ok(OpenedCase {
        id,
        email: form.email.clone(),
    })
}

/// Id of the directory; what a person wrote about another company stays sealed.
fn listed_controller(raw: &RawCase) -> &str {
    match &raw.controller {
        RawController::Id(id) => id,
        RawController::Described { .. } => NOT_LISTED,
    }
}

/// Mails a new confirmation link to the address that the letter was written with, within its limits.
///
/// # Errors
/// [`AppError::TooOften`], or [`AppError::Used`] once the case is confirmed.
pub fn resend_confirmation(
    app: &App,
    id: Uuid,
    language: &str,
    network: &str,
) -> Result<(), AppError> {
    let now = app.clock.now();
    let (case, _) = app.db.read::<_, StorageError>(|tx| tx.case(id))?;
    if case.state != CaseState::Unconfirmed {
        return Err(AppError::Used);
    }
    let facts: RawCase = serde_json::from_slice(&case.facts)?;
    let email = facts.subject.email.ok_or(AppError::NotNow)?;
    let confirmation = Confirmation::new(app, id, &email, language)?;
    let written = app.db.write(|tx| {
        let (case, key) = tx.lock_case(id)?;
        if case.state != CaseState::Unconfirmed {
            return Err(StorageError::Conflict);
        }
        take_from_limits(app, tx, &email, network, now)?;
        confirmation.queue(tx, &key, now)
    });
    match written {
        Err(StorageError::Conflict) => Err(AppError::Used),
        other => other.map_err(too_often),
    }
}

/// The letter as it is kept: the document and what it is, under the hash of its text.
pub(super) fn stored_letter(
    app: &App,
    letter: &ComposedLetter,
    now: DateTime<Utc>,
) -> Result<LetterRow, AppError> {
    let word = |key: &str| {
        letter
            .meta
            .get(key)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let content = StoredContent {
        document: letter.document.clone(),
        page: letter.page,
        meta: letter.meta.clone(),
    };
    Ok(LetterRow {
        id: new_id(app.random.as_ref(), now),
        kind: LetterKind::parse(&word("kind"))
            .map_err(|error| StorageError::Format(error.to_string()))?,
        content: serde_json::to_vec(&content)?,
        written_at: now,
    })
}

/// A link and the mail that carries it.
struct Confirmation {
    case_id: Uuid,
    secret: String,
    refuse_secret: String,
    notice: Notice,
}

impl Confirmation {
    fn new(
        app: &App,
        case_id: Uuid,
        email: &str,
        language: &str,
    ) -> Result<Confirmation, AppError> {
        let (secret, refuse_secret) = (
            new_secret(app.random.as_ref()),
            new_secret(app.random.as_ref()),
        );
        // No word of the person goes into this mail: it reaches an address that nobody has confirmed.
        let own = json!({
            "hours": CONFIRMATION_HOURS,
            "confirm_href": format!("{}/confirm/{secret}", app.base_url),
            "not_me_href": format!("{}/not-me/{refuse_secret}", app.base_url),
        });
        let notice = Notice::write(app, case_id, "confirm_address", email, language, own)?;
        Ok(Confirmation {
            case_id,
            secret,
            refuse_secret,
            notice,
        })
    }

    fn queue(
        &self,
        tx: &mut Tx<'_>,
        key: &CaseKey,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        tx.insert_confirmation(&NewConfirmation {
            case_id: self.case_id,
            secret: &self.secret,
            refuse_secret: &self.refuse_secret,
            expires_at: now + confirmation_time(),
        })?;
        self.notice.queue(tx, key, now)
    }
}

/// Takes one confirmation mail out of every limit: of the address, of the network it is asked from, of the whole service.
fn take_from_limits(
    app: &App,
    tx: &mut Tx<'_>,
    email: &str,
    network: &str,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let mailbox = one_mailbox(email);
    let email = mailbox.as_str();
    if tx.is_blocked(email)? {
        return Err(StorageError::Limit);
    }
    let limits = &app.limits;
    let hour = TimeDelta::hours(1);
    let day = TimeDelta::days(1);
    for (bucket, of, count, span) in [
        ("mail_10_minutes", email, 1, TimeDelta::minutes(10)),
        ("mail_day", email, 3, day),
        ("mail_ever", email, 10, TimeDelta::days(3653)),
        (
            "network_hour",
            network,
            limits.confirmation_mails_per_network_hour,
            hour,
        ),
        (
            "network_day",
            network,
            limits.confirmation_mails_per_network_day,
            day,
        ),
        ("service_hour", "", limits.confirmation_mails_per_hour, hour),
    ] {
        tx.take_from(bucket, of, Limit { count, span }, now)?;
    }
    Ok(())
}

fn too_often(error: StorageError) -> AppError {
    match error {
        StorageError::Limit => AppError::TooOften,
        other => other.into(),
    }
}
