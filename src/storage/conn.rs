//! The one connection type and its pool: SQLite and PostgreSQL behind the same queries. The scheme of the address decides; nothing is guessed.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{self, CustomizeConnection, ManageConnection, R2D2Connection};

use super::StorageError;

/// A connection to either database. Queries are written against it and run on both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Pg(diesel::PgConnection),
    /// SQLite; last, because it takes any text as a file name.
    Sqlite(diesel::SqliteConnection),
}

/// Opens connections to the database that the scheme of the address names.
pub(super) enum Manager {
    Pg(String),
    Sqlite(String),
}

impl Manager {
    /// Reads an address: `sqlite:<file>` or `postgres://user@host/name`.
    pub(super) fn from_url(url: &str) -> Result<Manager, StorageError> {
        match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) if asks_for_tls(url) && !cfg!(feature = "postgres-tls") => {
                Err(StorageError::BadUrl(
                    "this build speaks no TLS to PostgreSQL; build it with the feature `postgres-tls`, or leave `sslmode` out".to_owned(),
                ))
            }
            Some(("postgres" | "postgresql", _)) => Ok(Manager::Pg(url.to_owned())),
            Some(("sqlite", file)) if !file.is_empty() => Ok(Manager::Sqlite(file.to_owned())),
            _ => Err(StorageError::BadUrl(format!(
                "`{url}` is no database address; use `sqlite:<file>` or `postgres://user@host/name`"
            ))),
        }
    }

    /// A file of this machine, not a server.
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self, Manager::Sqlite(_))
    }

    /// SQLite has one writer at a time; more connections would only wait.
    pub(super) fn pool_size(&self) -> u32 {
        match self {
            Manager::Pg(_) => 10,
            Manager::Sqlite(_) => 4,
        }
    }
}

fn asks_for_tls(url: &str) -> bool {
    [
        "sslmode=require",
        "sslmode=verify-ca",
        "sslmode=verify-full",
    ]
    .iter()
    .any(|mode| url.contains(mode))
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Conn, r2d2::Error> {
        match self {
            Manager::Pg(url) => PgConnection::establish(url).map(Conn::Pg),
            Manager::Sqlite(file) => SqliteConnection::establish(file).map(Conn::Sqlite),
        }
        .map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        conn.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Per-connection settings of SQLite. Foreign keys are off there unless asked for; a commit is on the disk before it returns.
#[derive(Debug)]
pub(super) struct Pragmas;

impl CustomizeConnection<Conn, r2d2::Error> for Pragmas {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        let Conn::Sqlite(sqlite) = conn else {
            return Ok(());
        };
        sqlite
            .batch_execute(
                "pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; \
                 pragma foreign_keys = on; pragma secure_delete = on;",
            )
            .map_err(r2d2::Error::QueryError)
    }
}

/// A transaction that will write. SQLite takes the write lock at once, so it waits for other writers at the start instead of failing in the middle.
pub(super) fn write_tx<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    type Outer = <Conn as Connection>::TransactionManager;
    match conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?
        }
        Conn::Pg(pg) => AnsiTransactionManager::begin_transaction(pg)?,
    }
    match work(conn) {
        Ok(value) => {
            Outer::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one worth telling; a broken connection is dropped by the pool.
            let _rolled_back = Outer::rollback_transaction(conn);
            Err(error)
        }
    }
}

/// How often, and after which wait, the log is tried again while somebody reads.
const TRIES: u32 = 20;
const WAIT: std::time::Duration = std::time::Duration::from_millis(25);

/// Empties the write-ahead log of SQLite into the database. False if readers of an older state stood in the way the whole time.
pub(super) fn checkpoint(conn: &mut Conn) -> Result<bool, StorageError> {
    #[derive(QueryableByName)]
    struct Done {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    let Conn::Sqlite(sqlite) = conn else {
        return Ok(true);
    };
    for _ in 0..TRIES {
        let done: Vec<Done> = diesel::sql_query("pragma wal_checkpoint(truncate)").load(sqlite)?;
        if done.iter().all(|done| done.busy == 0) {
            return Ok(true);
        }
        std::thread::sleep(WAIT);
    }
    Ok(false)
}

/// A consistent copy of SQLite in one file, made while others read and write.
pub(super) fn copy_to(conn: &mut Conn, file: &str) -> Result<(), StorageError> {
    match conn {
        Conn::Sqlite(sqlite) => {
            diesel::sql_query("vacuum into ?")
                .bind::<diesel::sql_types::Text, _>(file)
                .execute(sqlite)?;
            Ok(())
        }
        Conn::Pg(_) => Err(StorageError::BadUrl(
            "a PostgreSQL database is copied with `pg_dump --format=custom`; the master key is not in the copy and must be kept beside it".to_owned(),
        )),
    }
}
