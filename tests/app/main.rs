//! Use cases as a person meets them, on a fixed clock: opened, sent, answered, overdue, ended, packed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod answers;
mod bundle;
mod door;
mod door_pages;
mod opening;
mod pacing;
mod receiving;
mod sending;
mod waking;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use demur::app::case::{
    AnswerRead, CaseFile, OpenedCase, compose_first_letter, confirm_case, load_case, open_case,
    read_reply,
};
use demur::app::form::FormState;
use demur::app::{App, AppError, Operator, PostOffice};
use demur::config::{Settings, SystemRandom, demo_companies, law_with, reply_reader};
use demur::domain::clock::FixedClock;
use demur::domain::letter::{AnswerDetails, ReplyKind};
use demur::storage::{Db, MasterKey, OutboxRow, StorageError};
use demur::templates::{LetterTemplates, PageTemplates};
use uuid::Uuid;

struct House {
    app: Arc<App>,
    clock: Arc<FixedClock>,
    _dir: tempfile::TempDir,
}

fn start() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("demur.db").display());
    let book = law_with(demo_companies()).unwrap();
    let clock = Arc::new(FixedClock::at(start()));
    let app = Arc::new(App {
        letters: LetterTemplates::load(&book).unwrap(),
        pages: PageTemplates::load().unwrap(),
        db: Db::open(&url, MasterKey::new([3; 32]), Arc::new(SystemRandom)).unwrap(),
        clock: Arc::<FixedClock>::clone(&clock),
        random: Arc::new(SystemRandom),
        operator: Operator {
            site: "Demur".into(),
            name: "Example Association".into(),
            contact: "help@service.example".into(),
            address: Vec::new(),
            regulator: String::new(),
            processors: Vec::new(),
            notice: "Notice.".into(),
            exit_url: None,
        },
        base_url: "http://service.example".into(),
        post_office: PostOffice {
            notices_from: "no-reply@service.example".into(),
            reply_domain: Some("cases.service.example".into()),
        },
        limits: Settings::load(None).unwrap().limits,
        reader: reply_reader().unwrap(),
        authserv_id: None,
        dkim: None,
        pace: Settings::load(None).unwrap().sending.pace().unwrap(),
        book,
    });
    House {
        app,
        clock,
        _dir: dir,
    }
}

/// What a person answers in the form: an objection against a company that takes e-mail.
fn form() -> FormState {
    FormState {
        who: "self".into(),
        country: "DE".into(),
        region: "DE-BE".into(),
        company: "example-data".into(),
        scenario: "ai_training".into(),
        rights: vec!["objection".into(), "erasure".into()],
        grounds: BTreeMap::from([("profession".into(), "I treat patients.".into())]),
        identifiers_done: true,
        name: "Zoë".into(),
        email: "zoe@example.org".into(),
        screen_language: "en".into(),
        ..FormState::default()
    }
}

impl House {
    fn forward(&self, by: TimeDelta) {
        use demur::domain::clock::Clock;
        self.clock.set(self.clock.now() + by);
    }

    fn open(&self, form: &FormState, network: &str) -> Result<OpenedCase, AppError> {
        let (_, letter) = compose_first_letter(&self.app, form).unwrap();
        let read = letter
            .meta
            .get("text_sha256")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        open_case(&self.app, form, &read, network)
    }

    /// The mails in the outbox, newest first.
    fn mails(&self) -> Vec<OutboxRow> {
        self.app
            .db
            .read::<_, StorageError>(|tx| tx.newest_mails(100))
            .unwrap()
    }

    /// The mail of this kind.
    fn mail_of(&self, kind: &str) -> OutboxRow {
        self.mails()
            .into_iter()
            .find(|mail| mail.kind == kind)
            .unwrap()
    }

    /// What follows `marker` in the newest mail that has it.
    fn secret(&self, marker: &str) -> String {
        let mails = self.mails();
        let mut texts = mails.iter().map(|mail| &mail.mail.text);
        let text = texts.find(|text| text.contains(marker)).unwrap();
        let after = text.split(marker).nth(1).unwrap();
        after.split_whitespace().next().unwrap().to_owned()
    }

    /// Opens and confirms a case, and returns its secret link.
    fn confirmed_case(&self) -> String {
        self.open(&form(), "192.0.2.1").unwrap();
        confirm_case(&self.app, &self.secret("/confirm/")).unwrap()
    }

    /// The person says what an answer is, and nothing more.
    fn says(&self, file: &CaseFile, id: Uuid, kind: ReplyKind, received_on: NaiveDate) {
        let answer = AnswerRead {
            kind,
            received_on,
            said: AnswerDetails::default(),
        };
        read_reply(&self.app, file, id, answer).unwrap();
    }

    fn file(&self, link: &str) -> CaseFile {
        load_case(&self.app, link).unwrap()
    }
}
