//! Migrations: up, down and up again on both databases, with equal tables.

use demur::storage::{Db, StorageError};

use crate::{House, master, on_each, postgres, random, sqlite};

#[test]
fn the_tables_go_up_down_and_up() {
    on_each(|house| {
        let before = house.db.columns().unwrap();
        assert!(before.len() > 40, "{before:?}");
        house.db.redo_migrations().unwrap();
        assert_eq!(house.db.columns().unwrap(), before, "{}", house.name);
        house.open_case("after");
    });
}

#[test]
fn both_databases_have_the_same_tables() {
    let House {
        db: sqlite,
        dir: _dir,
        ..
    } = sqlite();
    if let Some(postgres) = postgres() {
        assert_eq!(sqlite.columns().unwrap(), postgres.db.columns().unwrap());
    }
}

#[test]
fn a_wrong_address_makes_no_new_file() {
    for url in [
        "demur.db",
        "sqlite:",
        "mysql://x",
        "postgres://x@y/z?sslmode=require",
    ] {
        let opened = Db::open(url, master(), random());
        assert!(matches!(opened, Err(StorageError::BadUrl(_))), "{url}");
    }
    assert!(!std::path::Path::new("demur.db").exists());
}
