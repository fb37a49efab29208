//! The answers of the form: each fault at its field, nothing lost, and the steps in their order.

use chrono::NaiveDate;
use demur::app::form::{Fields, FormState, Step, apply};
use demur::config::embedded_law;
use demur::domain::law::LawBook;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    Fields(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// Applies a step and returns the fields and keys of what is wrong.
fn take(
    book: &LawBook,
    state: &mut FormState,
    step: Step,
    pairs: &[(&str, &str)],
) -> Vec<(String, &'static str)> {
    let problems = apply(step, &fields(pairs), state, book, today());
    problems
        .into_iter()
        .map(|problem| (problem.field, problem.key))
        .collect()
}

fn berlin(book: &LawBook) -> FormState {
    let mut state = FormState::default();
    assert!(take(book, &mut state, Step::Who, &[("who", "self")]).is_empty());
    assert!(
        take(
            book,
            &mut state,
            Step::Where,
            &[("country", "DE"), ("region", "DE-BE")]
        )
        .is_empty()
    );
    assert!(take(book, &mut state, Step::Company, &[("company", "linkedin")]).is_empty());
    assert!(
        take(
            book,
            &mut state,
            Step::Doing,
            &[("scenario", "ai_training")]
        )
        .is_empty()
    );
    assert!(
        take(
            book,
            &mut state,
            Step::Want,
            &[("rights", "objection"), ("rights", "erasure")]
        )
        .is_empty()
    );
    state
}

#[test]
fn a_whole_form_becomes_a_case() {
    let book = embedded_law().unwrap();
    let mut state = berlin(&book);
    assert_eq!(state.next_step(), Step::Grounds);
    assert!(
        take(
            &book,
            &mut state,
            Step::Grounds,
            &[
                ("grounds", "profession"),
                ("text_profession", "I treat patients.")
            ]
        )
        .is_empty()
    );
    assert!(
        take(
            &book,
            &mut state,
            Step::Find,
            &[
                ("identifier_kind_0", "user_name"),
                ("identifier_value_0", "zoe")
            ]
        )
        .is_empty()
    );
    assert!(
        take(
            &book,
            &mut state,
            Step::You,
            &[("name", "Zoë"), ("email", "zoe@example.org")]
        )
        .is_empty()
    );
    assert_eq!(state.next_step(), Step::Check);
    let case = state.to_case(&book, today()).unwrap();
    assert_eq!(
        (
            case.kind.as_str(),
            case.language.as_str(),
            case.jurisdiction.as_str()
        ),
        ("objection", "de", "DE-BE")
    );
}

#[test]
fn in_germany_the_land_is_asked_because_the_regulator_depends_on_it() {
    let book = embedded_law().unwrap();
    let mut state = FormState::default();
    assert_eq!(
        take(&book, &mut state, Step::Where, &[("country", "DE")]),
        [("region".to_owned(), "problem.region")]
    );
    assert!(take(&book, &mut state, Step::Where, &[("country", "IE")]).is_empty());
    assert_eq!(
        take(&book, &mut state, Step::Where, &[("country", "QQ")]),
        [("country".to_owned(), "problem.where")]
    );
}

#[test]
fn an_objection_asks_for_grounds_and_marketing_does_not() {
    let book = embedded_law().unwrap();
    let mut state = berlin(&book);
    assert_eq!(
        take(&book, &mut state, Step::Grounds, &[("grounds", "none")]),
        [("grounds".to_owned(), "problem.grounds")]
    );
    take(
        &book,
        &mut state,
        Step::Doing,
        &[("scenario", "direct_marketing")],
    );
    assert!(take(&book, &mut state, Step::Grounds, &[("grounds", "none")]).is_empty());
}

#[test]
fn words_about_health_need_a_yes_of_their_own_and_a_changed_word_asks_again() {
    let book = embedded_law().unwrap();
    let mut state = berlin(&book);
    take(
        &book,
        &mut state,
        Step::Grounds,
        &[("grounds", "health"), ("text_health", "I am ill.")],
    );
    assert_eq!(state.next_step(), Step::Sensitive);
    assert!(take(&book, &mut state, Step::Sensitive, &[("sensitive", "yes")]).is_empty());
    assert_eq!(state.next_step(), Step::Find);
    take(
        &book,
        &mut state,
        Step::Grounds,
        &[("grounds", "health"), ("text_health", "I am very ill.")],
    );
    assert_eq!(state.next_step(), Step::Sensitive);
    take(
        &book,
        &mut state,
        Step::Sensitive,
        &[("sensitive", "without")],
    );
    assert!(
        state.grounds.is_empty(),
        "the version without keeps no such word"
    );
}

#[test]
fn names_and_texts_that_could_mislead_are_refused_at_their_field() {
    let book = embedded_law().unwrap();
    let mut state = berlin(&book);
    let name = |value| vec![("name", value), ("email", "zoe@example.org")];
    assert_eq!(
        take(&book, &mut state, Step::You, &name("Zoë\u{202E}")),
        [("name".to_owned(), "problem.name_hidden")]
    );
    assert_eq!(
        take(&book, &mut state, Step::You, &name("Zoë\nBcc: x")),
        [("name".to_owned(), "problem.name_line")]
    );
    assert_eq!(
        take(
            &book,
            &mut state,
            Step::You,
            &[("name", "Zoë"), ("email", "zoe")]
        ),
        [("email".to_owned(), "problem.email_form")]
    );
    let ground = [("grounds", "other"), ("text_other", "a\u{202E}b")];
    assert_eq!(
        take(&book, &mut state, Step::Grounds, &ground),
        [("text_other".to_owned(), "problem.text_hidden")]
    );
    assert_eq!(
        state.grounds["other"], "a\u{202E}b",
        "what was typed is shown again"
    );
}
