//! The storage suite: the same tests on SQLite and on PostgreSQL (where `tests/run` has started one).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod canaries;
mod cases;
mod doors;
mod forms;
mod limits;
mod migrations;
mod outbox;

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use demur::config::SystemRandom;
use demur::domain::case::CaseState;
use demur::domain::random::{Random, new_id};
use demur::storage::{CaseKey, CaseSecrets, Db, MasterKey, NewCase, StorageError};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use uuid::Uuid;

/// A database for one test, and what keeps it alive.
struct House {
    name: &'static str,
    db: Db,
    dir: Option<tempfile::TempDir>,
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()
}

fn id() -> Uuid {
    new_id(&SystemRandom, noon())
}

fn master() -> MasterKey {
    MasterKey::new([7; 32])
}

fn random() -> Arc<dyn Random> {
    Arc::new(SystemRandom)
}

fn sqlite() -> House {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("demur.db").display());
    House {
        name: "sqlite",
        db: Db::open(&url, master(), random()).unwrap(),
        dir: Some(dir),
    }
}

/// A schema of its own in the PostgreSQL that `tests/run` started; without one only SQLite is tested.
fn postgres() -> Option<House> {
    let url = option_env!("DEMUR_TEST_POSTGRES")?;
    let schema = format!("test_{}", id().simple());
    PgConnection::establish(url)
        .unwrap()
        .batch_execute(&format!("create schema {schema}"))
        .unwrap();
    let db = Db::open(
        &format!("{url}?options=-csearch_path%3D{schema}"),
        master(),
        random(),
    )
    .unwrap();
    Some(House {
        name: "postgres",
        db,
        dir: None,
    })
}

/// Runs a test on every database at hand.
fn on_each(test: impl Fn(&House)) {
    for house in std::iter::once(sqlite()).chain(postgres()) {
        test(&house);
    }
}

impl House {
    fn open_case(&self, secret: &str) -> Uuid {
        let id = id();
        self.db
            .write(|tx| insert(tx, id, secret).map(|_key| ()))
            .unwrap();
        id
    }
}

fn secrets(link: &str) -> CaseSecrets {
    CaseSecrets {
        link: link.to_owned(),
        reply_token: format!("reply-{link}"),
    }
}

fn insert(
    tx: &mut demur::storage::Tx<'_>,
    id: Uuid,
    secret: &str,
) -> Result<CaseKey, StorageError> {
    tx.insert_case(&NewCase {
        id,
        reference: "DM-TEST-0001",
        state: CaseState::Unconfirmed,
        secrets: &secrets(secret),
        controller: "linkedin",
        law_version: "0",
        facts: br#"{"name":"Zoe"}"#,
        created_at: noon(),
    })
}
