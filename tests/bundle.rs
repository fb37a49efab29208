//! The bundle of a case: made the same way twice, accepted as it was made, refused after any change.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::collections::BTreeMap;
use std::sync::Arc;

use demur::app::case::{BadBundle, bundle_case, confirm_case, load_case, open_case, verify_bundle};
use demur::app::form::FormState;
use demur::app::{App, Operator};
use demur::archive::{pack, unpack};
use demur::config::{SystemRandom, embedded_law};
use demur::domain::clock::FixedClock;
use demur::storage::{Db, MasterKey, StorageError};
use demur::templates::{LetterTemplates, PageTemplates};

type Files = BTreeMap<String, Vec<u8>>;

struct House {
    app: App,
    _dir: tempfile::TempDir,
}

fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("demur.db").display());
    let book = embedded_law().unwrap();
    let app = App {
        letters: LetterTemplates::load(&book).unwrap(),
        pages: PageTemplates::load().unwrap(),
        db: Db::open(&url, MasterKey::new([3; 32]), Arc::new(SystemRandom)).unwrap(),
        clock: Arc::new(FixedClock::at("2026-11-23T12:00:00Z".parse().unwrap())),
        random: Arc::new(SystemRandom),
        operator: Operator {
            site: "Demur".into(),
            name: "Example".into(),
            contact: "help@example.org".into(),
            address: Vec::new(),
            regulator: String::new(),
            processors: Vec::new(),
            exit_url: None,
        },
        book,
    };
    House { app, _dir: dir }
}

fn form() -> FormState {
    FormState {
        who: "self".into(),
        country: "DE".into(),
        region: "DE-BE".into(),
        company: "linkedin".into(),
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

/// Opens and confirms a case, and returns its secret link.
fn case(app: &App) -> String {
    let form = form();
    let (_, letter) = demur::app::case::compose_first_letter(app, &form).unwrap();
    let read = letter
        .meta
        .get("text_sha256")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    open_case(app, &form, &read, "http://127.0.0.1").unwrap();
    let notices = app
        .db
        .read::<_, StorageError>(|tx| tx.newest_notices(1))
        .unwrap();
    let mail: serde_json::Value =
        serde_json::from_slice(&notices.first().unwrap().content).unwrap();
    let text = mail.get("text").unwrap().as_str().unwrap();
    assert!(
        !text.contains("Zoë") && !text.contains("patients"),
        "no word of the person goes to an unconfirmed address"
    );
    let secret = text
        .split("/confirm/")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    confirm_case(app, secret).unwrap()
}

#[test]
fn a_bundle_is_accepted_as_it_was_made_and_refused_after_any_single_byte_is_changed() {
    let house = house();
    let link = case(&house.app);
    let file = load_case(&house.app, &link).unwrap();
    let bundle = bundle_case(&house.app, &file, "en").unwrap();
    let verified = verify_bundle(&bundle).unwrap();
    assert!(verified.files >= 5 && verified.events == 2, "{verified:?}");
    // Every byte of the first kilobyte and of the last, and every 251st between.
    let ends = (0..1024).chain(bundle.len() - 1024..bundle.len());
    for at in ends.chain((0..bundle.len()).step_by(251)) {
        let mut changed = bundle.clone();
        *changed.get_mut(at).unwrap() ^= 1;
        assert!(
            verify_bundle(&changed).is_err(),
            "byte {at} of {} does not count",
            bundle.len()
        );
    }
    assert!(verify_bundle(bundle.get(..bundle.len() - 1).unwrap()).is_err());
}

#[test]
fn a_file_added_taken_away_or_replaced_is_named() {
    let house = house();
    let link = case(&house.app);
    let file = load_case(&house.app, &link).unwrap();
    let files = unpack(&bundle_case(&house.app, &file, "en").unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        verify_bundle(&pack(&files).unwrap()).unwrap_err()
    };
    let added = refused(&|files| {
        files.insert("letters/99.txt".into(), b"x".to_vec());
    });
    assert!(matches!(added, BadBundle::File(name) if name.contains("letters/99.txt")));
    let missing = refused(&|files| {
        files.remove("events.jsonl");
    });
    assert!(matches!(missing, BadBundle::File(name) if name.contains("events.jsonl")));
    let replaced = refused(&|files| {
        files.insert("case.json".into(), b"{}".to_vec());
    });
    assert!(matches!(replaced, BadBundle::File(name) if name.contains("case.json was changed")));
}

#[test]
fn an_address_that_said_not_me_is_never_written_to_again() {
    let house = house();
    let form = form();
    let (_, letter) = demur::app::case::compose_first_letter(&house.app, &form).unwrap();
    let read = letter
        .meta
        .get("text_sha256")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    let opened = open_case(&house.app, &form, &read, "http://127.0.0.1").unwrap();
    let notices = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.newest_notices(1))
        .unwrap();
    let mail = String::from_utf8(notices.first().unwrap().content.clone()).unwrap();
    let secret = mail
        .split("/not-me/")
        .nth(1)
        .unwrap()
        .split(['\\', '"', ' '])
        .next()
        .unwrap()
        .to_owned();
    demur::app::case::refuse_case(&house.app, &secret).unwrap();
    assert!(matches!(
        house
            .app
            .db
            .read::<_, StorageError>(|tx| tx.case(opened.id)),
        Err(StorageError::Erased)
    ));
    // Long after every other limit of the address has run out.
    let later = house.app.clock.now() + chrono::TimeDelta::days(400);
    let may = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.may_mail("zoe@example.org", later));
    assert!(!may.unwrap());
}
