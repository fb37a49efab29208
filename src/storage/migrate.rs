//! The tables: made and brought up to date from the embedded `migrations/`.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StorageError;
use super::conn::Conn;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Brings the tables up to date.
pub(super) fn run(conn: &mut Conn) -> Result<(), StorageError> {
    match conn {
        Conn::Pg(pg) => pg.run_pending_migrations(MIGRATIONS).map(|_applied| ()),
        Conn::Sqlite(sqlite) => sqlite.run_pending_migrations(MIGRATIONS).map(|_applied| ()),
    }
    .map_err(|error| StorageError::Migration(error.to_string()))
}

/// Takes every table down.
pub(super) fn down(conn: &mut Conn) -> Result<(), StorageError> {
    match conn {
        Conn::Pg(pg) => pg.revert_all_migrations(MIGRATIONS).map(|_reverted| ()),
        Conn::Sqlite(sqlite) => sqlite.revert_all_migrations(MIGRATIONS).map(|_reverted| ()),
    }
    .map_err(|error| StorageError::Migration(error.to_string()))
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

pub(super) fn columns(conn: &mut Conn) -> Result<Vec<String>, StorageError> {
    let query = match conn {
        Conn::Pg(_) => {
            "select table_name::text as table_name, column_name::text as column_name, is_nullable = 'NO' as required \
             from information_schema.columns where table_schema = current_schema()"
        }
        Conn::Sqlite(_) => {
            "select m.name as table_name, c.name as column_name, c.\"notnull\" = 1 as required \
             from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
        }
    };
    let columns: Vec<Column> = diesel::sql_query(query).load(conn)?;
    let ours = |column: &&Column| {
        column.table_name != "__diesel_schema_migrations"
            && !column.table_name.starts_with("sqlite_")
    };
    let line = |column: &Column| {
        format!(
            "{}.{} {}",
            column.table_name,
            column.column_name,
            if column.required { "not null" } else { "null" }
        )
    };
    let mut lines: Vec<String> = columns.iter().filter(ours).map(line).collect();
    lines.sort();
    Ok(lines)
}
