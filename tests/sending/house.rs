//! The installation under test: a data folder with letters that wait in the outbox, and the real worker that is started and killed over it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use chrono::TimeDelta;
use demur::app::case::{compose_first_letter, dispatch_letter, load_case_by_id};
use demur::app::form::FormState;
use demur::app::{App, Operator, PostOffice};
use demur::config::{Settings, SystemClock, SystemRandom, demo_companies, law_with, reply_reader};
use demur::domain::case::{CaseState, EventKind};
use demur::domain::letter::LetterKind;
use demur::domain::random::{new_id, new_reference, new_secret};
use demur::storage::{
    CaseSecrets, Db, LetterRow, MasterKey, NewCase, NewEvent, OutboxRow, StorageError, Tx,
};
use demur::templates::{LetterTemplates, PageTemplates};
use serde_json::json;
use uuid::Uuid;

/// Who tells the person what became of a letter.
pub(crate) const NOTICES_FROM: &str = "notices@svc.example";
const REPLY_DOMAIN: &str = "cases.svc.example";
const MASTER: [u8; 32] = [9; 32];
const COMPANY: &str = "example-data";

pub(crate) struct House {
    pub(crate) app: App,
    dir: tempfile::TempDir,
}

impl House {
    /// A house whose relay listens on this port of the machine, with so many cases that each have one letter in the outbox.
    pub(crate) fn with_letters(relay_port: u16, letters: usize) -> House {
        let dir = tempfile::tempdir().unwrap();
        write_files(dir.path(), relay_port);
        let house = House {
            app: app(&dir.path().join("data")),
            dir,
        };
        for case in house.ready_cases(letters) {
            let file = load_case_by_id(&house.app, case).unwrap();
            let today = house.app.clock.today(chrono_tz::UTC);
            let plan = file.plan(&house.app, today).unwrap();
            dispatch_letter(&house.app, &file, &plan).unwrap();
        }
        house
    }

    /// Confirmed cases with one approved letter each. The form and the confirmation are no matter of this test: they are written in one transaction.
    fn ready_cases(&self, count: usize) -> Vec<Uuid> {
        let (raw, letter) = compose_first_letter(&self.app, &form()).unwrap();
        let content = json!({
            "document": letter.document, "page": letter.page, "meta": letter.meta,
        });
        let stored = LetterRow {
            id: Uuid::nil(),
            kind: LetterKind::parse(&raw.kind).unwrap(),
            content: serde_json::to_vec(&content).unwrap(),
            written_at: self.app.clock.now(),
        };
        let facts = serde_json::to_vec(&raw).unwrap();
        let cases = self.app.db.write(|tx| {
            (0..count)
                .map(|_| self.insert(tx, &facts, &stored))
                .collect::<Result<Vec<Uuid>, StorageError>>()
        });
        cases.unwrap()
    }

    fn insert(
        &self,
        tx: &mut Tx<'_>,
        facts: &[u8],
        letter: &LetterRow,
    ) -> Result<Uuid, StorageError> {
        let (random, now) = (self.app.random.as_ref(), letter.written_at);
        let id = new_id(random, now);
        let key = tx.insert_case(&NewCase {
            id,
            reference: &new_reference(random),
            state: CaseState::Ready,
            secrets: &CaseSecrets {
                link: new_secret(random),
                reply_token: new_secret(random),
            },
            controller: COMPANY,
            law_version: &self.app.book.version,
            facts,
            created_at: now,
        })?;
        let opened = NewEvent {
            kind: EventKind::CaseOpened,
            at: now,
            payload: &json!({ "screen_language": "en" }),
        };
        tx.append_event(id, &key, &opened)?;
        let letter = LetterRow {
            id: new_id(random, now),
            ..letter.clone()
        };
        tx.insert_letter(id, &key, &letter)?;
        Ok(id)
    }

    /// The letters in the outbox; the notices are left out.
    pub(crate) fn letters(&self) -> Vec<OutboxRow> {
        let mails = self.read(|tx| tx.newest_mails(i64::MAX));
        let letters = mails.into_iter().filter(|row| row.letter_id.is_some());
        letters.collect()
    }

    /// True if a worker whose clock runs so many hours ahead has nothing to do and nothing in hand.
    pub(crate) fn nothing_is_due(&self, hours_ahead: u32) -> bool {
        let then = self.app.clock.now() + TimeDelta::hours(hours_ahead.into());
        self.read(|tx| {
            Ok(tx
                .lost_mails(Uuid::nil(), demur::storage::LostClaims::All)?
                .is_empty()
                && tx.due_mails(then, 1)?.is_empty())
        })
    }

    /// How many letters are claimed, or wait to be tried again.
    pub(crate) fn unsettled_letters(&self) -> usize {
        let then = self.app.clock.now() + TimeDelta::days(400);
        let open = self.read(|tx| {
            let mut open = tx.lost_mails(Uuid::nil(), demur::storage::LostClaims::All)?;
            open.extend(tx.due_mails(then, i64::MAX)?);
            Ok(open)
        });
        open.iter().filter(|row| row.letter_id.is_some()).count()
    }

    fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>) -> T {
        self.app.db.read(work).unwrap()
    }

    /// Starts the worker with its clock so many hours ahead.
    pub(crate) fn worker(&self, hours_ahead: u32) -> Worker {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_demur"))
            .arg("--config")
            .arg(self.dir.path().join("demur.toml"))
            .arg("--data-dir")
            .arg(self.dir.path().join("data"))
            .args(["worker", "--hours-ahead", &hours_ahead.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Worker(child.unwrap())
    }

    /// The end of what the workers said.
    pub(crate) fn log(&self) -> String {
        let log = fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let (_, end) = lines.split_at(lines.len().saturating_sub(30));
        end.join("\n")
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("worker.log")
    }
}

/// A worker process. It does not outlive the test.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn lives(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Kills it where it stands (SIGKILL) and waits until it is gone, and its lock with it.
    pub(crate) fn kill(mut self) {
        assert!(self.lives(), "the worker had ended by itself");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Settings, key and the company that takes e-mail, as an operator would lay them out.
fn write_files(dir: &Path, relay_port: u16) {
    let (data, companies) = (dir.join("data"), dir.join("companies"));
    fs::create_dir(&data).unwrap();
    fs::create_dir(&companies).unwrap();
    for (name, text) in demo_companies() {
        let name = Path::new(&name).file_name().unwrap();
        fs::write(companies.join(name), text).unwrap();
    }
    let mut key = File::options();
    key.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut key, 0o600);
    let mut key = key.open(data.join("master.key")).unwrap();
    key.write_all(&MASTER).unwrap();
    let settings = format!(
        "[site]\nbase_url = 'http://127.0.0.1:1'\n\
         [operator]\nname = 'Example Association'\ncontact = 'help@svc.example'\nnotice = 'Notice.'\n\
         [mail]\nrelay = '127.0.0.1'\nport = {relay_port}\ntls = 'off'\nfrom = '{NOTICES_FROM}'\nreply_domain = '{REPLY_DOMAIN}'\n\
         [sending]\nper_mailbox_hour = 1000000\nper_domain_hour = 1000000\nper_day = 24000000\nburst = 1000000\nslow_start_days = 0\n\
         [directory]\ncompanies = '{}'\n",
        companies.display()
    );
    fs::write(dir.join("demur.toml"), settings).unwrap();
}

/// The same house as the worker's, on the real clock.
fn app(data: &Path) -> App {
    let book = law_with(demo_companies()).unwrap();
    let url = format!("sqlite:{}", data.join("demur.db").display());
    App {
        letters: LetterTemplates::load(&book).unwrap(),
        pages: PageTemplates::load().unwrap(),
        db: Db::open(&url, MasterKey::new(MASTER), Arc::new(SystemRandom)).unwrap(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        operator: Operator {
            site: "Demur".into(),
            name: "Example Association".into(),
            contact: "help@svc.example".into(),
            address: Vec::new(),
            regulator: String::new(),
            processors: Vec::new(),
            notice: "Notice.".into(),
            exit_url: None,
        },
        base_url: "http://127.0.0.1:1".into(),
        post_office: PostOffice {
            notices_from: NOTICES_FROM.into(),
            reply_domain: Some(REPLY_DOMAIN.into()),
        },
        limits: Settings::load(None).unwrap().limits,
        reader: reply_reader().unwrap(),
        authserv_id: None,
        dkim: None,
        pace: Settings::load(None).unwrap().sending.pace().unwrap(),
        book,
    }
}

/// An objection against a company that takes e-mail.
fn form() -> FormState {
    FormState {
        who: "self".into(),
        country: "DE".into(),
        region: "DE-BE".into(),
        company: COMPANY.into(),
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
