//! Ways of saying it that misled an earlier reader.

use demur::domain::letter::ReplyKind;
use demur::domain::reading::Reply;

use crate::{read, reader, reply};

fn kind(text: &str) -> ReplyKind {
    let answer = Reply {
        is_answer: true,
        ..reply(text)
    };
    reader().read(&answer).kind
}

#[test]
fn what_was_destroyed_before_the_request_is_no_data() {
    let text = "Your file was destroyed in 2019, long before your request. Nothing is left.";
    assert_eq!(kind(text), ReplyKind::NoData);
    let text = "Die Unterlagen wurden 2019 vernichtet, lange vor Ihrem Antrag. Weitere Daten zu Ihrer Person haben wir nicht.";
    assert_eq!(kind(text), ReplyKind::NoData);
}

#[test]
fn a_label_line_with_a_date_at_the_end_is_kept() {
    let text = "We verlengen de termijn voor ons antwoord met twee maanden.\n\nNieuwe einddatum: 15-02-2027";
    let own = reader().own_words(&reply(text));
    assert!(own.contains("15-02-2027"));
}

#[test]
fn dates_are_read_with_spaces_and_endings() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 4, 17);
    let text = "Lhůtu prodlužujeme. Odpověď obdržíte nejpozději do 17. 4. 2026.";
    assert_eq!(read(text).extension_until, day);
    let text =
        "A határidőt meghosszabbítjuk, a válaszunkat legkésőbb 2026.04.17-ig küldjük meg Önnek.";
    assert_eq!(read(text).extension_until, day);
}

#[test]
fn text_without_accents_is_read_alike() {
    let with = "Nous avons supprimé toutes vos données et fermé votre compte.";
    let without = "Nous avons supprime toutes vos donnees et ferme votre compte.";
    assert_eq!(
        (kind(with), kind(without)),
        (ReplyKind::Complied, ReplyKind::Complied)
    );
    let umlauts = "Wir haben Ihre Daten vollstaendig geloescht.";
    assert_eq!(kind(umlauts), ReplyKind::Complied);
}

#[test]
fn a_cedilla_is_a_comma_below() {
    let text = "Datele dumneavoastră au fost şterse din toate sistemele noastre.";
    assert_eq!(kind(text), ReplyKind::Complied);
}

#[test]
fn a_setting_handed_out_is_not_done() {
    let text = "We have updated your preferences so you can switch AI training off yourself with one tap in Settings > Privacy.";
    assert_eq!(kind(text), ReplyKind::PortalDemand);
}

#[test]
fn a_deed_beside_the_matter_is_no_compliance() {
    let text = "We deleted the duplicate ticket. Your objection itself is rejected because our legitimate interests prevail.";
    assert_eq!(kind(text), ReplyKind::Refused);
}

#[test]
fn answers_in_another_colour_are_found_in_our_letter() {
    let raw = "From: a@shop.example\r\nSubject: Re: x\r\nDate: Tue, 10 Mar 2026 10:00:00 +0000\r\nContent-Type: text/html\r\n\r\n<p>See below in blue.</p><blockquote><p>Delete my photos.</p><p><span style=\"color:#1F497D\">Your photos have been deleted.</span></p></blockquote>";
    let mail = demur::mail::read_mail(raw.as_bytes()).unwrap();
    let own = reader().own_words(&mail.as_reply(None));
    assert!(own.contains("have been deleted") && !own.contains("Delete my"));
}

#[test]
fn a_closing_with_a_name_ends_the_text() {
    let text = "We have deleted it.\n\nBest, Tom\nShop Ltd";
    let own = reader().own_words(&reply(text));
    assert_eq!(own.trim(), "We have deleted it.");
}

#[test]
fn a_helpful_robot_without_a_header_is_a_robot() {
    let text = "Hi, I'm Vee, your virtual assistant! It looks like you want to delete your account. Did this answer your question?";
    assert_eq!(kind(text), ReplyKind::AutoReply);
}

#[test]
fn a_second_language_is_read_in_that() {
    let text = "Vielen Dank für Ihre Nachricht, unsere Antwort folgt auf Englisch.\n\nWe have deleted all your personal data and will not use it for training any more.";
    assert_eq!(kind(text), ReplyKind::Complied);
}

#[test]
fn no_mail_takes_long() {
    let text = "We have received your request and will not delete anything, if you do not object. "
        .repeat(1_200);
    let mail = Reply {
        letter: None,
        ..reply(&text)
    };
    let reader = reader();
    let start = std::time::Instant::now();
    let _reading = reader.read(&mail);
    // Generous, for slow machines and unoptimised builds.
    assert!(start.elapsed().as_millis() < 2_000);
}
