//! A Maildir, with what may go wrong in one.

use std::fs;
use std::path::Path;

use demur::mail::{Maildir, Taken};

use crate::intake::House;

fn maildir() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    folder
}

fn put(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join("new").join(name), text).unwrap();
}

fn names(folder: &Path, part: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.join(part)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn mails_are_taken_in_the_order_they_came_and_marked_as_seen() {
    let (folder, house) = (maildir(), House::new());
    for (name, text) in [
        ("1000.b.host", "third"),
        ("999.a.host", "first"),
        ("1000.a.host", "second"),
        (".hidden", "none"),
    ] {
        put(folder.path(), name, text);
    }
    let mut maildir = Maildir::open(folder.path(), house.clone()).unwrap();
    assert_eq!(maildir.look(|| false).unwrap(), 3);
    assert_eq!(house.texts(), ["first", "second", "third"]);
    assert_eq!(house.recipients(), [None, None, None]);
    assert_eq!(names(folder.path(), "new"), [".hidden"]);
    assert_eq!(
        names(folder.path(), "cur"),
        ["1000.a.host:2,S", "1000.b.host:2,S", "999.a.host:2,S"]
    );
    assert_eq!(maildir.look(|| false).unwrap(), 0);
}

#[test]
fn nothing_moves_before_it_is_stored_and_the_order_holds() {
    let (folder, house) = (maildir(), House::new());
    put(folder.path(), "1.a", "first");
    put(folder.path(), "2.a", "second");
    house.says("first", Taken::TryAgain);
    let mut maildir = Maildir::open(folder.path(), house.clone()).unwrap();
    assert_eq!(maildir.look(|| false).unwrap(), 0);
    assert_eq!(names(folder.path(), "new"), ["1.a", "2.a"]);
    house.forget_what_to_say();
    assert_eq!(maildir.look(|| false).unwrap(), 2);
    assert_eq!(house.texts(), ["first", "second"]);
}

#[test]
fn a_crash_between_storing_and_moving_brings_the_same_mail_again() {
    let (folder, house) = (maildir(), House::new());
    put(folder.path(), "1.a", "first");
    fs::remove_dir(folder.path().join("cur")).unwrap();
    fs::create_dir(folder.path().join("cur")).unwrap();
    let mut maildir = Maildir::open(folder.path(), house.clone()).unwrap();
    fs::remove_dir(folder.path().join("cur")).unwrap();
    assert!(maildir.look(|| false).is_err());
    assert_eq!(names(folder.path(), "new"), ["1.a"]);
    fs::create_dir(folder.path().join("cur")).unwrap();
    assert_eq!(maildir.look(|| false).unwrap(), 1);
    assert_eq!(house.texts(), ["first", "first"]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_stays_and_holds_up_nothing() {
    let (folder, house) = (maildir(), House::new());
    put(folder.path(), "5.a", "good");
    put(folder.path(), "4.a", "never");
    house.says("never", Taken::Refused("it is nothing"));
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("new/1.link")).unwrap();
    fs::create_dir(folder.path().join("new/2.folder")).unwrap();
    let large = fs::File::create(folder.path().join("new/3.large")).unwrap();
    large.set_len(25 * 1024 * 1024 + 1).unwrap();
    let mut maildir = Maildir::open(folder.path(), house.clone()).unwrap();
    for stored in [1, 0] {
        assert_eq!(maildir.look(|| false).unwrap(), stored);
        assert_eq!(
            names(folder.path(), "new"),
            ["1.link", "2.folder", "3.large", "4.a"]
        );
    }
    assert_eq!(house.texts(), ["good"]);
}

#[test]
fn a_stop_comes_between_two_mails_and_a_folder_that_is_none_is_named() {
    let (folder, house) = (maildir(), House::new());
    put(folder.path(), "1.a", "first");
    let mut maildir = Maildir::open(folder.path(), house.clone()).unwrap();
    assert_eq!(maildir.look(|| true).unwrap(), 0);
    assert!(house.texts().is_empty());
    assert!(Maildir::open(&folder.path().join("nowhere"), house).is_err());
}
