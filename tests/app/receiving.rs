//! A mail comes in: stored whatever it is, put where its address says, and without any say in where the case stands.

use chrono::{NaiveDate, TimeDelta};
use demur::app::case::HandedIn;
use demur::app::case::{
    Received, assign_held_mail, erase_case, hand_in_reply, held_mails, receive_mail,
};
use demur::domain::case::{CaseState, EventKind, NextStep, Origin};
use demur::domain::letter::{LetterKind, ReplyKind};
use demur::mail::IncomingFile;

use demur::app::wake_cases;

use demur::templates::to_text;

use crate::{House, house};

fn mail(from: &str, to: &str, text: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: {to}\r\nSubject: Re: Objection\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

fn bounce(to: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNo such mailbox.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; privacy@example-data.example\r\nAction: failed\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

impl House {
    fn address(&self, link: &str) -> String {
        let token = self.file(link).row.secrets.reply_token;
        self.app.post_office.reply_address(&token).unwrap()
    }

    fn take(&self, raw: &[u8]) -> Received {
        receive_mail(&self.app, raw, None).unwrap()
    }
}

#[test]
fn an_answer_stands_on_the_case_it_is_for_and_leaves_the_state_alone() {
    let house = house();
    let link = house.sent_case();
    let before = house.file(&link).row.state;
    let raw = mail(
        "dpo@example-data.example",
        &house.address(&link),
        "We refuse.",
    );
    assert!(matches!(house.take(&raw), Received::Case(_)));
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    assert_eq!(
        (reply.origin, reply.kind, reply.content.text.trim()),
        (Origin::Mail, None, "We refuse.")
    );
    assert_eq!(
        reply.content.from.as_deref(),
        Some("dpo@example-data.example")
    );
    assert_eq!(file.row.state, before, "a mail moves nothing");
    assert_eq!(house.next(&link), NextStep::ReadReply);
    let notice = house.mail_of("reply_came");
    assert!(
        !notice.mail.text.contains("refuse"),
        "no notice quotes an answer"
    );
    assert!(held_mails(&house.app).unwrap().is_empty());
}

#[test]
fn the_same_mail_twice_is_one_answer() {
    let house = house();
    let link = house.sent_case();
    let raw = mail(
        "dpo@example-data.example",
        &house.address(&link),
        "We refuse.",
    );
    house.take(&raw);
    house.take(&raw);
    assert_eq!(house.file(&link).replies.len(), 1);
}

#[test]
fn a_mail_without_a_case_waits_in_the_pen_and_says_why() {
    let house = house();
    let link = house.sent_case();
    for (to, why) in [
        ("hello@cases.service.example", "why.no_token"),
        (
            "case-aaaaaaaaaaaaaaaaaaaaaaaaaa@cases.service.example",
            "why.unknown_token",
        ),
        ("case-aaaa@other.example", "why.no_token"),
    ] {
        let raw = mail("someone@x.example", to, to);
        assert_eq!(house.take(&raw), Received::Held(why), "{to}");
    }
    assert_eq!(house.take(b""), Received::Held("why.unreadable"));
    assert_eq!(house.take(&[0xff; 5000]), Received::Held("why.no_token"));
    let address = house.address(&link);
    erase_case(&house.app, &house.file(&link)).unwrap();
    let raw = mail("dpo@example-data.example", &address, "late");
    assert_eq!(house.take(&raw), Received::Held("why.erased"));
    assert_eq!(
        held_mails(&house.app).unwrap().len(),
        5,
        "what was erased takes no mail, not even there"
    );
}

#[test]
fn the_operator_puts_a_held_mail_into_its_case_and_nowhere_else() {
    let house = house();
    let link = house.sent_case();
    house.take(&mail(
        "dpo@example-data.example",
        "info@cases.service.example",
        "We refuse.",
    ));
    let held = held_mails(&house.app).unwrap().remove(0).id;
    assert!(assign_held_mail(&house.app, held, "DM-0000-0000").is_err());
    let reference = house.file(&link).row.reference.to_lowercase();
    assign_held_mail(&house.app, held, &reference).unwrap();
    assert_eq!(house.file(&link).replies.len(), 1);
    assert!(held_mails(&house.app).unwrap().is_empty());
}

#[test]
fn what_the_person_forwards_is_marked_as_forwarded() {
    let house = house();
    let link = house.sent_case();
    house.take(&mail(
        "Zoe@example.org",
        &house.address(&link),
        "Fwd: We refuse.",
    ));
    assert_eq!(
        house.file(&link).replies.first().unwrap().origin,
        Origin::Forwarded
    );
}

#[test]
fn a_case_takes_so_many_mails_an_hour_and_the_rest_waits() {
    let house = house();
    let link = house.sent_case();
    let address = house.address(&link);
    for number in 0..50 {
        assert!(matches!(
            house.take(&mail("a@x.example", &address, &number.to_string())),
            Received::Case(_)
        ));
    }
    assert_eq!(
        house.take(&mail("a@x.example", &address, "one more")),
        Received::Held("why.too_many")
    );
    let notices = house
        .mails()
        .iter()
        .filter(|mail| mail.kind == "reply_came")
        .count();
    assert_eq!(notices, 1, "one notice for all of them");
    house.forward(TimeDelta::hours(1));
    assert!(matches!(
        house.take(&mail("a@x.example", &address, "later")),
        Received::Case(_)
    ));
}

#[test]
fn a_letter_that_came_back_was_never_received_and_the_person_can_take_that_back() {
    let house = house();
    let link = house.sent_case();
    house.take(&bounce(&house.address(&link)));
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    assert_eq!(reply.content.signal.as_ref().unwrap().0, ReplyKind::Bounce);
    assert!(
        file.letters.first().unwrap().sent.is_some(),
        "nothing happens by itself"
    );
    house.says(&file, reply.id, ReplyKind::Bounce, reply.received_on);
    let file = house.file(&link);
    assert_eq!(file.row.state, CaseState::Ready);
    assert_eq!(
        house.next(&link),
        NextStep::SendAgain(LetterKind::Objection)
    );
    house.forward(TimeDelta::days(200));
    assert_eq!(
        house.next(&link),
        NextStep::SendAgain(LetterKind::Objection),
        "no clock runs"
    );
    house.says(&file, reply.id, ReplyKind::AutoReply, reply.received_on);
    let file = house.file(&link);
    assert!(
        file.letters.first().unwrap().sent.is_some(),
        "it was no bounce after all"
    );
    assert!(matches!(
        house.next(&link),
        NextStep::Climb(LetterKind::Reminder)
    ));
}

#[test]
fn an_older_answer_read_later_does_not_hide_a_newer_one() {
    let house = house();
    let link = house.sent_case();
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    house.forward(TimeDelta::days(5));
    let hand = |on, text: &str| {
        let handed_in = HandedIn {
            text: text.into(),
            files: Vec::new(),
        };
        hand_in_reply(&house.app, &house.file(&link), on, &handed_in).unwrap()
    };
    let newer = hand(day(27), "no");
    let older = hand(day(25), "received");
    let read = |id, kind, on| house.says(&house.file(&link), id, kind, on);
    read(newer, ReplyKind::Refused, day(27));
    read(older, ReplyKind::Acknowledgement, day(25));
    assert_eq!(house.file(&link).row.state, CaseState::Replied);
}

#[test]
fn the_text_of_a_saved_mail_is_read_and_its_file_kept() {
    let house = house();
    let link = house.sent_case();
    let saved = IncomingFile {
        name: "answer.eml".into(),
        kind: "message/rfc822".into(),
        bytes: mail("dpo@example-data.example", "zoe@example.org", "We refuse."),
    };
    let handed_in = HandedIn {
        text: String::new(),
        files: vec![saved],
    };
    let file = house.file(&link);
    let id = hand_in_reply(
        &house.app,
        &file,
        file.today_at_home(&house.app),
        &handed_in,
    )
    .unwrap();
    let file = house.file(&link);
    let reply = file.replies.iter().find(|reply| reply.id == id).unwrap();
    assert_eq!(
        (reply.origin, reply.content.text.trim()),
        (Origin::HandedIn, "We refuse.")
    );
    let files = house
        .app
        .db
        .read::<_, demur::storage::StorageError>(|tx| tx.reply_files(file.row.id, &file.key))
        .unwrap();
    assert_eq!(files.first().unwrap().name, "answer.eml");
    assert!(
        file.events
            .iter()
            .any(|event| event.kind == EventKind::ReplyReceived)
    );
}

#[test]
fn a_mail_that_nobody_read_does_not_silence_the_clock() {
    let house = house();
    let link = house.sent_case();
    house.take(&mail(
        "anybody@x.example",
        &house.address(&link),
        "Thank you for your message.",
    ));
    house.forward(TimeDelta::days(40));
    wake_cases(&house.app).unwrap();
    house.mail_of("overdue");
    assert_eq!(
        house.next(&link),
        NextStep::ReadReply,
        "the page asks to read it all the same"
    );
}

#[test]
fn an_answer_after_an_automatic_one_is_announced_too() {
    let house = house();
    let link = house.sent_case();
    let auto = String::from_utf8(mail("a@x.example", &house.address(&link), "Received.")).unwrap();
    house.take(
        auto.replace("Subject:", "Auto-Submitted: auto-replied\r\nSubject:")
            .as_bytes(),
    );
    house.forward(TimeDelta::minutes(5));
    house.take(&mail("a@x.example", &house.address(&link), "We refuse."));
    let told = house
        .mails()
        .iter()
        .filter(|mail| mail.kind == "reply_came")
        .count();
    assert_eq!(told, 2);
}

#[test]
fn the_copy_of_the_persons_own_letter_is_no_answer() {
    let house = house();
    let link = house.confirmed_case();
    let copy = |more: &str| {
        let file = house.file(&link);
        let letter = &file.letters.first().unwrap().document;
        format!(
            "From: Zoe@example.org\r\nBcc: {}\r\nSubject: =?utf-8?B?{}?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}{more}",
            house.address(&link),
            base64(letter.subject.as_bytes()),
            to_text(letter).replace('\n', "\r\n"),
        )
    };
    assert!(matches!(house.take(copy("").as_bytes()), Received::Case(_)));
    let file = house.file(&link);
    assert!(file.replies.is_empty());
    assert!(
        file.events
            .iter()
            .any(|event| event.kind == EventKind::CopyReceived)
    );
    house.take(copy("We refuse what you ask for.\r\n").as_bytes());
    assert_eq!(
        house.file(&link).replies.len(),
        1,
        "it says more than the letter"
    );
}

/// Base64 of a subject with letters beyond ASCII.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk
            .iter()
            .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = usize::try_from((value >> (18 - 6 * place)) & 63).unwrap();
            let letter = char::from(*LETTERS.get(index).unwrap());
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[test]
fn a_bounce_within_the_minute_takes_the_letter_back_wherever_the_company_sits() {
    let house = house();
    // In Berlin it is tomorrow already when the letter goes; the person has no part in that.
    house.forward(TimeDelta::minutes(690));
    let link = house.sent_case();
    house.take(&bounce(&house.address(&link)));
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    house.says(
        &file,
        reply.id,
        ReplyKind::Bounce,
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
    );
    assert_eq!(
        house.next(&link),
        NextStep::SendAgain(LetterKind::Objection)
    );
}

#[test]
fn an_answer_handed_in_while_the_letter_is_on_its_way_does_not_hide_that_it_went() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    let handed_in = HandedIn {
        text: "Received.".into(),
        files: Vec::new(),
    };
    let file = house.file(&link);
    let id = hand_in_reply(
        &house.app,
        &file,
        file.today_at_home(&house.app),
        &handed_in,
    )
    .unwrap();
    let file = house.file(&link);
    house.says(
        &file,
        id,
        ReplyKind::AutoReply,
        file.today_at_home(&house.app),
    );
    assert_eq!(house.file(&link).row.state, CaseState::Sending);
    house.end(&mail, demur::domain::outbox::Verdict::Sent);
    assert_eq!(house.file(&link).row.state, CaseState::AwaitingReply);
}
