//! The whole way out: mails in the outbox of a database on disk, the real jobs over many connections, the side journal, every verdict written down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use demur::app::{App, Operator, PostOffice};
use demur::config::{Settings, SystemClock, SystemRandom, law_with, reply_reader};
use demur::domain::case::CaseState;
use demur::domain::random::new_id;
use demur::jobs::{Post, Worker, run_jobs};
use demur::storage::{CaseSecrets, Db, Mail, MasterKey, NewCase, NewMail, StorageError};
use demur::templates::{LetterTemplates, PageTemplates};

use crate::Row;
use crate::bare::relay;
use crate::reference::Sink;

/// How long it takes from the start of the jobs until the last mail is written down as sent.
pub(crate) fn send(sink: &Sink, row: Row) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let app = Arc::new(house(&dir.path().join("demur.db")));
    queue(&app, row.mails);
    let post = Post::over(
        relay(sink),
        &dir.path().join("mail.journal"),
        uuid::Uuid::nil(),
    )
    .unwrap();
    let worker = Worker::new(Arc::clone(&app), post, row.connections);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::now();
    let mut took = Duration::ZERO;
    runtime.block_on(async {
        let all_sent = async {
            while sent(&app) < row.mails {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            took = start.elapsed();
        };
        run_jobs(worker, true, all_sent).await.unwrap();
    });
    took
}

fn sent(app: &App) -> usize {
    let now = app.clock.now();
    let counts = app
        .db
        .read::<_, StorageError>(|tx| tx.queue_counts(now))
        .unwrap();
    usize::try_from(counts.sent).unwrap()
}

fn house(database: &std::path::Path) -> App {
    let settings = Settings::load(None).unwrap();
    let book = law_with(std::collections::BTreeMap::new()).unwrap();
    let url = format!("sqlite:{}", database.display());
    App {
        letters: LetterTemplates::load(&book).unwrap(),
        pages: PageTemplates::load().unwrap(),
        db: Db::open(&url, MasterKey::new([5; 32]), Arc::new(SystemRandom)).unwrap(),
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
            notices_from: "notices@svc.example".into(),
            reply_domain: None,
        },
        limits: settings.limits,
        reader: reply_reader().unwrap(),
        authserv_id: None,
        dkim: None,
        pace: settings.sending.pace().unwrap(),
        book,
    }
}

/// Mails of 6 KiB to people, each of a case of its own.
fn queue(app: &App, mails: usize) {
    let now = app.clock.now();
    let random = app.random.as_ref();
    let text =
        "I object to the processing of my personal data for the training of models.\n".repeat(76);
    let queued = app.db.write(|tx| {
        for number in 0..mails {
            let id = new_id(random, now);
            let key = tx.insert_case(&NewCase {
                id,
                reference: "DM-7K2P-9WQX",
                state: CaseState::Ready,
                secrets: &CaseSecrets {
                    link: format!("{number:026}"),
                    reply_token: format!("{number:026}"),
                },
                controller: "linkedin",
                law_version: &app.book.version,
                facts: b"{}",
                created_at: now,
            })?;
            let mail = Mail {
                from_name: "Demur".into(),
                from: "notices@svc.example".into(),
                to: "person@example.com".into(),
                subject: "About your case".into(),
                text: text.clone(),
                language: "en".into(),
                date: now,
                text_sha256: None,
                in_reply_to: None,
                references: Vec::new(),
            };
            tx.queue_mail(
                &key,
                &NewMail {
                    case_id: id,
                    id: new_id(random, now),
                    kind: "letter_sent",
                    letter_id: None,
                    message_id: &format!("{number}@svc.example"),
                    mail: &mail,
                    queued_at: now,
                },
            )?;
        }
        Ok::<_, StorageError>(())
    });
    queued.unwrap();
}
