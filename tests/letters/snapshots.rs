//! Letter kind × law × language, full and minimal, as plain text.

use crate::House;

#[test]
fn every_letter_reads_as_reviewed() {
    let house = House::new();
    let pairs = house.pairs();
    assert!(pairs.len() >= 90, "{}", pairs.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for sample in pairs {
        let letter = house.compose(&sample);
        settings.bind(|| insta::assert_snapshot!(sample.name.replace('/', "-"), letter.text));
    }
}

#[test]
fn a_letter_never_shows_a_hole() {
    let house = House::new();
    for sample in demur::app::samples(&house.book) {
        let plan = demur::domain::letter::plan(&house.book, &sample.facts).unwrap();
        let words = house.templates.words(&plan.language).unwrap();
        let context = demur::templates::letter_context(&house.book, &sample.facts, &plan, words);
        let rendered = house
            .templates
            .render(&plan.regime.id, &plan.language, plan.kind, &context)
            .unwrap();
        let text = format!("{:?}", rendered.letter);
        for hole in [
            " ,", " .\"", "()", "  ", "null", "{{", "}}", ",,", "..", "( ", " )",
        ] {
            let fine = hole == "  " || (hole == " ." && sample.facts.language.starts_with("fr"));
            assert!(
                fine || !text.contains(hole),
                "{}: {hole:?} in {text}",
                sample.name
            );
        }
    }
}
