//! The bundle of a case: made the same way twice, accepted as it was made, refused after any change.

use std::collections::BTreeMap;

use demur::app::case::{BadBundle, bundle_case, load_case, verify_bundle};
use demur::archive::{pack, unpack};
use demur::domain::case::Origin;

use crate::house;

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn a_bundle_is_accepted_as_it_was_made_and_refused_after_any_single_byte_is_changed() {
    let house = house();
    let link = house.confirmed_case();
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
    let link = house.confirmed_case();
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
fn every_way_a_letter_goes_and_an_answer_comes_has_its_words_in_the_index() {
    let house = house();
    let ways = ["email", "web_form", "post", "own_mailbox"];
    let ways = ways
        .iter()
        .flat_map(|way| [(*way).to_owned(), format!("{way}_proof")]);
    let origins = Origin::ALL.iter().map(|origin| origin.as_str().to_owned());
    for way in ways.chain(origins) {
        let key = format!("bundle.way_{way}");
        for language in house.app.pages.languages() {
            assert_ne!(house.app.pages.word(language, &key, &[]), key, "{language}");
        }
    }
}
