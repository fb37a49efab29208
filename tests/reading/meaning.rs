//! What is done, imagined, reported, refused and only asked.

use demur::domain::letter::RefusalGround;
use demur::domain::letter::ReplyKind;
use demur::domain::reading::{Authenticity, Reply};

use crate::{read, reader, reply};

fn kind(text: &str) -> ReplyKind {
    read(text).kind
}

#[test]
fn what_was_done_is_complied() {
    assert_eq!(
        kind("All your personal data was deleted on 3 March 2026."),
        ReplyKind::Complied
    );
    assert_eq!(
        kind("Ihre Beiträge wurden gelöscht und werden nicht mehr verwendet."),
        ReplyKind::Complied
    );
}

#[test]
fn a_negation_can_be_good_news() {
    assert_eq!(
        kind("Your photos will no longer be used for training. We removed them yesterday."),
        ReplyKind::Complied
    );
}

#[test]
fn what_will_be_done_after_a_condition_is_not_done() {
    let text = "Once you have confirmed who you are, your data will be deleted.";
    assert_ne!(kind(text), ReplyKind::Complied);
}

#[test]
fn what_was_asked_is_not_done() {
    assert_ne!(
        kind(
            "You asked us to erase your data. We have received your request and will reply in due course."
        ),
        ReplyKind::Complied
    );
}

#[test]
fn not_deleted_yet_is_neither_done_nor_refused() {
    assert_eq!(
        kind(
            "We have received your letter. Nothing has been deleted yet; our data protection officer will get back to you."
        ),
        ReplyKind::Acknowledgement
    );
}

#[test]
fn some_done_and_some_kept_is_partial() {
    assert_eq!(
        kind(
            "We deleted your profile. We are keeping the invoices until the end of the tax retention period."
        ),
        ReplyKind::Partial
    );
}

#[test]
fn a_refusal_tells_its_ground() {
    let reading = read(
        "Your objection is rejected. We have compelling legitimate grounds which override your interests.",
    );
    assert_eq!(
        (reading.kind, reading.refusal_ground),
        (ReplyKind::Refused, Some(RefusalGround::OverridingInterest))
    );
    let reading = read(
        "Wir lehnen Ihren Antrag ab, weil wir gesetzlich verpflichtet sind, die Unterlagen aufzubewahren.",
    );
    assert_eq!(
        (reading.kind, reading.refusal_ground),
        (ReplyKind::Refused, Some(RefusalGround::LegalObligation))
    );
}

#[test]
fn a_setting_is_no_compliance() {
    assert_eq!(
        kind("All done! Just switch the toggle off yourself in your settings > privacy."),
        ReplyKind::PortalDemand
    );
}

#[test]
fn asking_for_a_passport_is_an_identity_demand() {
    let reading = read("To proceed we need a copy of your passport.");
    assert!(reading.kind == ReplyKind::IdentityDemand && reading.legal_effect);
}

#[test]
fn a_forged_mail_keeps_its_kind_and_loses_its_effect() {
    let text = "All your data was deleted.";
    let forged = Reply {
        authenticity: Authenticity::Contradicted,
        ..reply(text)
    };
    let reading = reader().read(&forged);
    assert!(reading.kind == ReplyKind::Complied && !reading.legal_effect);
}

#[test]
fn the_deciding_words_are_told() {
    let reading = read("We have deleted your account.");
    assert!(
        reading
            .matched
            .iter()
            .any(|one| one.text.contains("deleted") && one.rule.starts_with("en.done."))
    );
}

#[test]
fn an_empty_mail_is_not_sure() {
    assert!(!read("").sure);
}
