//! A letter is approved in the form: the case is opened, its text fixed, and the confirmation mail queued, all in one transaction.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::file::StoredContent;
use super::{CONFIRMATION_HOURS, confirmation_time};
use crate::app::form::FormState;
use crate::app::{App, AppError, ComposeError, ComposedLetter, compose_letter};
use crate::domain::case::{CaseState, EventKind};
use crate::domain::letter::{CaseFacts, LetterKind, RawCase, Refusal};
use crate::domain::random::{new_id, new_reference, new_secret};
use crate::storage::{
    CaseKey, LetterRow, NewCase, NewConfirmation, NewEvent, NoticeRow, StorageError, Tx,
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
    let today = app.clock.today(chrono_tz::UTC);
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
    base_url: &str,
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
    if !app
        .db
        .read::<_, StorageError>(|tx| tx.may_mail(&form.email, now))?
    {
        return Err(AppError::TooOften);
    }
    let id = new_id(app.random.as_ref(), now);
    let facts = serde_json::to_vec(&raw)?;
    let stored = stored_letter(app, &letter, now)?;
    let opened = json!({
        "sensitive": form.sensitive,
        "law_version": app.book.version,
        "letter": stored.id,
        "text_sha256": stored.text_sha256,
        "screen_language": form.screen_language,
    });
    let confirmation = Confirmation::new(app, id, form, base_url, now)?;
    app.db.write(|tx| {
        let key = tx.insert_case(&NewCase {
            id,
            reference: &new_reference(app.random.as_ref()),
            state: CaseState::Unconfirmed,
            // Nobody knows this link; the one that works is made when the address is confirmed.
            link_secret: &new_secret(app.random.as_ref()),
            controller: letter.controller(),
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
    })?;
    Ok(OpenedCase {
        id,
        email: form.email.clone(),
    })
}

/// Mails the confirmation link of a case again, within the limits of the address.
///
/// # Errors
/// [`AppError::TooOften`], or [`AppError::Used`] once the case is confirmed.
pub fn resend_confirmation(
    app: &App,
    id: Uuid,
    form: &FormState,
    base_url: &str,
) -> Result<(), AppError> {
    let now = app.clock.now();
    let (case, key) = app.db.read::<_, StorageError>(|tx| tx.case(id))?;
    if case.state != CaseState::Unconfirmed {
        return Err(AppError::Used);
    }
    // Only the address that the letter was written with: what the form says by now does not count.
    let facts: RawCase = serde_json::from_slice(&case.facts)?;
    if facts.subject.email.as_deref() != Some(form.email.as_str()) {
        return Err(AppError::NotNow);
    }
    if !app
        .db
        .read::<_, StorageError>(|tx| tx.may_mail(&form.email, now))?
    {
        return Err(AppError::TooOften);
    }
    let confirmation = Confirmation::new(app, id, form, base_url, now)?;
    Ok(app.db.write(|tx| confirmation.queue(tx, &key, now))?)
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
        text_sha256: word("text_sha256"),
        written_at: now,
    })
}

/// A link and the mail that carries it.
struct Confirmation {
    case_id: Uuid,
    secret: String,
    refuse_secret: String,
    email: String,
    notice: NoticeRow,
}

impl Confirmation {
    fn new(
        app: &App,
        case_id: Uuid,
        form: &FormState,
        base_url: &str,
        now: DateTime<Utc>,
    ) -> Result<Confirmation, AppError> {
        let (secret, refuse_secret) = (
            new_secret(app.random.as_ref()),
            new_secret(app.random.as_ref()),
        );
        // No word of the person goes into this mail: it reaches an address that nobody has confirmed.
        let context = json!({
            "lang": form.screen_language,
            "site": app.operator.site,
            "operator": app.operator.name,
            "contact": app.operator.contact,
            "hours": CONFIRMATION_HOURS,
            "confirm_href": format!("{base_url}/confirm/{secret}"),
            "not_me_href": format!("{base_url}/not-me/{refuse_secret}"),
        });
        let (subject, text) = app.pages.notice(
            &format!("{}/confirm_address", form.screen_language),
            &context,
        )?;
        let content = json!({ "to": form.email, "subject": subject, "text": text, "lang": form.screen_language });
        let id = new_id(app.random.as_ref(), now);
        let notice = NoticeRow {
            case_id,
            id,
            kind: "confirm_address".to_owned(),
            content: serde_json::to_vec(&content)?,
            queued_at: now,
        };
        Ok(Confirmation {
            case_id,
            secret,
            refuse_secret,
            email: form.email.clone(),
            notice,
        })
    }

    fn queue(
        &self,
        tx: &mut Tx<'_>,
        key: &CaseKey,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let (secret, refuse_secret) = (self.secret.as_str(), self.refuse_secret.as_str());
        tx.insert_confirmation(&NewConfirmation {
            case_id: self.case_id,
            secret,
            refuse_secret,
            expires_at: now + confirmation_time(),
        })?;
        tx.insert_notice(key, &self.notice)?;
        tx.count_mail(&self.email, self.notice.id, now)
    }
}
