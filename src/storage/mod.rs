//! The database: the only place that says diesel. One set of queries over SQLite and PostgreSQL; personal values are sealed before they get here and opened on the way out.

mod accounts;
mod cases;
mod claims;
mod confirmations;
mod conn;
mod doors;
mod drafts;
mod events;
mod held_mails;
mod installation;
mod letters;
mod limits;
mod migrate;
mod outbox;
mod pacing;
mod queue;
mod replies;
mod schema;
mod seal;
mod types;

use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use diesel::r2d2;

pub use cases::{CaseRow, CaseSecrets, NOT_LISTED, NewCase};
pub use claims::{Lease, LostClaims};
pub use confirmations::{Confirmation, NewConfirmation};
pub use conn::Conn;
pub use doors::DoorLink;
pub use drafts::FormDraft;
pub use events::{ChainLink, EventRow, NewEvent, verify_links};
pub use held_mails::{HeldLine, HeldMail, HeldSummary};
pub use letters::LetterRow;
pub use limits::Limit;
pub use outbox::{Attempted, Mail, NewMail, OutboxRow};
pub use pacing::PausedPlace;
pub use queue::QueueCounts;
pub use replies::{ReplyContent, ReplyFile, ReplyRow};
pub use seal::{CaseKey, MasterKey, secret_hash};

use crate::domain::random::Random;
use conn::{Manager, Pragmas, write_tx};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such record.
    #[error("there is no such record")]
    NotFound,
    /// A limit is reached; nothing was taken from it.
    #[error("a limit is reached")]
    Limit,
    /// Another change came first; read again and decide again.
    #[error("another change came first")]
    Conflict,
    /// The secret link was replaced by a new one.
    #[error("the link was replaced on {0}")]
    Replaced(chrono::DateTime<chrono::Utc>),
    /// The case was erased.
    #[error("the case was erased")]
    Erased,
    /// A sealed value does not open with the key at hand.
    #[error("a sealed value does not open; is this the key that belongs to this database?")]
    Sealed,
    /// The address of the database is wrong.
    #[error("{0}")]
    BadUrl(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
    /// No connection could be had.
    #[error("no connection to the database: {0}")]
    Pool(#[from] r2d2::PoolError),
    /// A migration failed.
    #[error("the database could not be migrated: {0}")]
    Migration(String),
    /// A stored value has a form that this version does not know.
    #[error("a stored value is not readable: {0}")]
    Format(String),
}

impl From<serde_json::Error> for StorageError {
    fn from(error: serde_json::Error) -> StorageError {
        StorageError::Format(error.to_string())
    }
}

/// A handle to the database, with the master key and the source of nonces.
#[derive(Clone)]
pub struct Db {
    pool: r2d2::Pool<Manager>,
    master: Arc<MasterKey>,
    random: Arc<dyn Random>,
    hash_key: [u8; 32],
    /// SQLite has one writer; whoever comes second waits here, which costs nothing, and not in its lock, which sleeps. `None` for PostgreSQL.
    writer: Option<Arc<Mutex<()>>>,
    /// Several machines work on it, whose clocks may differ.
    shared: bool,
}

/// What a transaction works with.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    master: &'a MasterKey,
    random: &'a dyn Random,
    hash_key: [u8; 32],
    shared: bool,
}

impl Db {
    /// Opens the database of an address and brings its tables up to date.
    ///
    /// # Errors
    /// A wrong address, no connection, or a migration that fails.
    pub fn open(url: &str, master: MasterKey, random: Arc<dyn Random>) -> Result<Db, StorageError> {
        let manager = Manager::from_url(url)?;
        let size = manager.pool_size();
        let embedded = manager.is_embedded();
        let pool = r2d2::Pool::builder()
            .max_size(size)
            // A file does not go away; a server does.
            .test_on_check_out(!embedded)
            // A command that stores one mail needs one connection, not all of them.
            .min_idle(Some(1))
            .connection_customizer(Box::new(Pragmas))
            .build(manager)?;
        migrate::run(&mut *pool.get()?)?;
        let mut db = Db {
            pool,
            master: Arc::new(master),
            random,
            hash_key: [0; 32],
            writer: embedded.then(|| Arc::new(Mutex::new(()))),
            shared: false,
        };
        db.hash_key = db.write(|tx| tx.hash_key())?;
        Ok(db)
    }

    /// The same for a database that several machines share: leases go by its clock, not by theirs.
    #[must_use]
    pub fn shared(self) -> Db {
        Db {
            shared: true,
            ..self
        }
    }

    /// Reads. Runs on the calling thread: under the web server call it on a blocking thread.
    ///
    /// # Errors
    /// What the work says, or no connection.
    pub fn read<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.pool.get().map_err(StorageError::from)?;
        work(&mut Tx {
            conn: &mut conn,
            master: &self.master,
            random: self.random.as_ref(),
            hash_key: self.hash_key,
            shared: self.shared,
        })
    }

    /// Writes, all or nothing.
    ///
    /// # Errors
    /// What the work says; then nothing was written.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut conn = self.pool.get()?;
        let _turn = self
            .writer
            .as_ref()
            .map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        write_tx(&mut conn, |conn| {
            work(&mut Tx {
                conn,
                master: &self.master,
                random: self.random.as_ref(),
                hash_key: self.hash_key,
                shared: self.shared,
            })
        })
    }

    /// A secret of the installation for one purpose: the same after a restart and on every node.
    #[must_use]
    pub fn secret_for(&self, purpose: &str) -> [u8; 32] {
        installation::derived(&self.hash_key, purpose)
    }

    /// Empties the write-ahead log of SQLite into the database, so that erased bytes are gone from it, too. PostgreSQL has its own ways.
    /// False while somebody still reads an older state; then a job does it within the hour.
    ///
    /// # Errors
    /// No connection, or a query that fails.
    pub fn settle_log(&self) -> Result<bool, StorageError> {
        conn::checkpoint(&mut *self.pool.get()?)
    }

    /// Writes a consistent copy of the SQLite database to a file that does not exist yet.
    ///
    /// # Errors
    /// PostgreSQL has its own tool for that; the file exists; the disk is full.
    pub fn copy_to(&self, file: &str) -> Result<(), StorageError> {
        conn::copy_to(&mut *self.pool.get()?, file)
    }

    /// The database answers.
    ///
    /// # Errors
    /// It does not.
    pub fn ping(&self) -> Result<(), StorageError> {
        diesel::sql_query("select 1").execute(&mut *self.pool.get()?)?;
        Ok(())
    }

    /// Takes every table down and up again; for the test of the migrations.
    ///
    /// # Errors
    /// A migration that fails.
    pub fn redo_migrations(&self) -> Result<(), StorageError> {
        let mut conn = self.pool.get()?;
        migrate::down(&mut conn)?;
        migrate::run(&mut conn)
    }

    /// Every table and column with whether it may be empty, in order; for the comparison of the two databases.
    ///
    /// # Errors
    /// A query that fails.
    pub fn columns(&self) -> Result<Vec<String>, StorageError> {
        migrate::columns(&mut *self.pool.get()?)
    }
}
