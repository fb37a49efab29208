//! DKIM: what we sign others can check, and nothing that matters can change on the way.

mod verifier;

use std::path::Path;

use chrono::{DateTime, TimeZone, Utc};
use demur::config::SystemRandom;
use demur::mail::{
    DkimError, DkimKey, DkimSigner, Outgoing, new_ed25519_key, new_rsa_key, to_mail,
};
use verifier::{keys_of, signatures, verify};

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()
}

/// With both keys.
fn signer() -> DkimSigner {
    let rsa = new_rsa_key().unwrap();
    let ed25519 = new_ed25519_key(&SystemRandom);
    let keys = vec![
        ("s1".to_owned(), DkimKey::from_pem(rsa.as_bytes()).unwrap()),
        (
            "s2".to_owned(),
            DkimKey::from_pem(ed25519.as_bytes()).unwrap(),
        ),
    ];
    DkimSigner::new("example.org", keys).unwrap()
}

fn outgoing<'a>(
    subject: &'a str,
    text: &'a str,
    files: &'a [(&'a str, &'a str, &'a [u8])],
) -> Vec<u8> {
    to_mail(&Outgoing {
        from_name: "Zoë Ångström",
        from: "case-1@cases.example.org",
        to: "dpo@company.test",
        subject,
        text,
        language: "en",
        date: at(),
        message_id: "letter-1@cases.example.org",
        in_reply_to: None,
        references: &[],
        html: None,
        automatic: true,
        files,
    })
    .unwrap()
}

/// Mails of every kind that Demur sends, and some that it does not.
fn mails() -> Vec<(&'static str, Vec<u8>)> {
    let long = "a long subject ".repeat(12);
    let big: Vec<u8> = (0..60_000_u32)
        .map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1])
        .collect();
    let pdf: [(&str, &str, &[u8]); 1] = [("letter.pdf", "application/pdf", &big)];
    let raw = |text: &str| text.replace('\n', "\r\n").into_bytes();
    vec![
        (
            "plain",
            outgoing("A subject", "Dear company,\n\nplease  stop. \n", &[]),
        ),
        (
            "utf8",
            outgoing("Widerspruch nach Art. 21 – Ω ≠ Я", "Grüße\u{2028}\n", &[]),
        ),
        ("long", outgoing(&long, &"word ".repeat(400), &[])),
        ("file", outgoing("With a file", "see the letter\n", &pdf)),
        ("empty", outgoing("Nothing", "", &[])),
        (
            "blank",
            raw("From: a@example.org\nSubject: x\n\ntext\n\n\n \n\n"),
        ),
        ("bare", raw("From: a@example.org\nSubject: x\n")),
        (
            "open",
            raw("From: a@example.org\nSubject: x\n\nno line end"),
        ),
        (
            "folded",
            raw(
                "Subject:\n   folded\n\t twice  \nFROM:  a@example.org\nTo: a@b.test,\n c@d.test\n\nx\n",
            ),
        ),
        (
            "twice",
            raw(
                "References: <1@a>\nFrom: a@example.org\nTo: a@b.test\nReferences: <2@a>\nTo: c@d.test\n\nx\n",
            ),
        ),
        (
            "reply",
            raw(
                "From: a@example.org\nIn-Reply-To: <1@a>\nReferences: <1@a>\nReply-To: r@example.org\n\n leading  and\ttabs \n.dot\n",
            ),
        ),
    ]
}

#[test]
fn every_kind_of_mail_verifies_with_both_keys() {
    let signer = signer();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dkim");
    std::fs::create_dir_all(&folder).unwrap();
    let lines = signer.records();
    let lines: Vec<String> = lines
        .iter()
        .map(|r| format!("{} {}\n", r.name, r.text))
        .collect();
    // For `tests/dkim-verify`.
    std::fs::write(folder.join("keys.txt"), lines.concat()).unwrap();
    for (name, mail) in mails() {
        let signed = signer.sign(&mail, at()).unwrap();
        assert!(
            signed.ends_with(&mail),
            "{name}: the mail itself is unchanged"
        );
        assert_eq!(
            verify(&signed, &keys_of(&signer)),
            vec![true, true],
            "{name}"
        );
        std::fs::write(folder.join(format!("{name}.eml")), signed).unwrap();
    }
}

#[test]
fn the_signature_says_what_it_must_and_no_more() {
    let mail = &mails()[0].1;
    let signed = signer().sign(mail, at()).unwrap();
    let found = signatures(&signed);
    assert_eq!(found[0]["a"], "rsa-sha256");
    assert_eq!(found[1]["a"], "ed25519-sha256");
    for (tags, selector) in found.iter().zip(["s1", "s2"]) {
        assert_eq!(
            (tags["v"].as_str(), tags["c"].as_str()),
            ("1", "relaxed/relaxed")
        );
        assert_eq!(
            (tags["d"].as_str(), tags["s"].as_str()),
            ("example.org", selector)
        );
        assert_eq!(tags["t"], at().timestamp().to_string());
        assert_eq!(
            tags["h"],
            "From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:From"
        );
        assert!(
            !tags.contains_key("l") && !tags.contains_key("x"),
            "no l=, no x="
        );
    }
    let text = String::from_utf8(signed).unwrap();
    let head = text.split("From: ").next().unwrap();
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
}

#[test]
fn the_same_mail_at_the_same_time_has_the_same_signature() {
    let signer = signer();
    for (name, mail) in mails() {
        assert_eq!(signer.sign(&mail, at()), signer.sign(&mail, at()), "{name}");
    }
}

#[test]
fn a_relay_may_change_spaces_and_nothing_else() {
    let signer = signer();
    let keys = keys_of(&signer);
    let signed = String::from_utf8(signer.sign(&mails()[0].1, at()).unwrap()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(signed.contains(from), "{from}");
        verify(signed.replacen(from, to, 1).as_bytes(), &keys)
    };
    assert_eq!(
        changed("Subject: A subject", "SUBJECT:  A \r\n\tsubject"),
        [true; 2]
    );
    assert_eq!(changed("please  stop. ", "please stop."), [true; 2]);
    assert_eq!(
        changed("Subject: A subject", "Subject: B subject"),
        [false; 2]
    );
    assert_eq!(changed("please  stop. ", "please  go on. "), [false; 2]);
    assert_eq!(changed("Dear company", "Dear company\r\n"), [false; 2]);
    assert_eq!(changed("auto-generated", "no"), [false; 2]);
}

#[test]
fn a_second_from_breaks_the_signature() {
    let signer = signer();
    let signed = signer.sign(&mails()[0].1, at()).unwrap();
    let forged = [b"From: other@example.net\r\n".as_slice(), &signed].concat();
    assert_eq!(verify(&forged, &keys_of(&signer)), [false; 2]);
}

#[test]
fn a_mail_that_is_none_is_not_signed() {
    let signer = signer();
    let sign = |mail: &str| signer.sign(mail.as_bytes(), at()).unwrap_err();
    assert_eq!(sign("Subject: x\r\n\r\n"), DkimError::From(0));
    assert_eq!(
        sign("From: a@b.test\r\nFrom: c@d.test\r\n\r\n"),
        DkimError::From(2)
    );
    assert_eq!(
        sign("From: a@b.test\r\nno header\r\n\r\n"),
        DkimError::NoHeader
    );
    for wrong in [
        "From: a@b.test\n\n",
        "From: a@b.test\r\n\r\na\nb\r\n",
        "From: a@b.test\r\n\r\na\rb\r\n",
    ] {
        assert_eq!(sign(wrong), DkimError::LineEnd, "{wrong:?}");
    }
}

#[test]
fn a_key_that_is_none_is_refused_in_words() {
    for wrong in [
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        let error = DkimKey::from_pem(wrong.as_bytes()).unwrap_err();
        assert!(matches!(error, DkimError::Key(_)), "{wrong}: {error}");
    }
    for wrong in ["", "a..b", "-a", "a b", "a;b", "\u{e4}", "a\r\nb"] {
        let key = DkimKey::from_pem(new_ed25519_key(&SystemRandom).as_bytes()).unwrap();
        assert!(DkimSigner::new(wrong, Vec::new()).is_err(), "{wrong}");
        assert!(
            DkimSigner::new("a", vec![(wrong.to_owned(), key)]).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn two_keys_need_two_selectors() {
    let key = |selector: &str| {
        let pem = new_ed25519_key(&SystemRandom);
        let key = DkimKey::from_pem(pem.as_bytes()).unwrap();
        (selector.to_owned(), key)
    };
    let error = DkimSigner::new("example.org", vec![key("s1"), key("S1")]).unwrap_err();
    assert_eq!(error, DkimError::SameSelector("S1".to_owned()));
}

#[test]
fn a_key_is_never_printed() {
    let pem = new_ed25519_key(&SystemRandom);
    let key = DkimKey::from_pem(pem.as_bytes()).unwrap();
    assert_eq!(format!("{key:?}"), "DkimKey(\"ed25519-sha256\")");
}
