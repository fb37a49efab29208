//! The bounds of an incoming mail.

use std::fmt::Write;

use demur::mail::{Scan, prescan};

fn nested(depth: usize) -> String {
    let mut mail = "From: a@b.example\r\n".to_owned();
    for level in 0..depth {
        write!(
            mail,
            "Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n"
        )
        .unwrap();
    }
    mail + "\r\nhello\r\n"
}

fn parts(count: usize) -> String {
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    head.to_owned() + &"--b\r\n\r\nx\r\n".repeat(count) + "--b--\r\n"
}

fn messages(kind: &str, depth: usize) -> String {
    format!("Content-Type: message/{kind}\r\n\r\n").repeat(depth) + "From: a@b.example\r\n\r\nx\r\n"
}

fn headers(count: usize) -> String {
    "X-Field: value\r\n".repeat(count) + "\r\nx\r\n"
}

/// `Parse`, `RawOnly` or `Refuse`.
fn word(scan: Scan) -> &'static str {
    match scan {
        Scan::Parse => "Parse",
        Scan::RawOnly(_) => "RawOnly",
        Scan::Refuse(_) => "Refuse",
    }
}

#[test]
fn every_size_and_shape_has_its_verdict() {
    let plain =
        |size: usize| "Subject: x\r\n\r\n".to_owned() + &"0123456789abcd\r\n".repeat(size / 16);
    let rows = [
        ("nested 50 deep", nested(50), "Parse"),
        ("nested 51 deep", nested(51), "RawOnly"),
        ("nested 1,000 deep", nested(1_000), "RawOnly"),
        ("nested 100,000 deep", nested(100_000), "Refuse"),
        ("900 parts", parts(900), "Parse"),
        ("2,000 parts", parts(2_000), "RawOnly"),
        ("1,000,000 parts", parts(1_000_000), "Refuse"),
        ("3 messages inside", messages("rfc822", 3), "Parse"),
        ("50 messages inside", messages("rfc822", 50), "RawOnly"),
        (
            "20,000 messages inside",
            messages("rfc822", 20_000),
            "RawOnly",
        ),
        (
            "50 global messages inside",
            messages("global", 50),
            "RawOnly",
        ),
        ("400 header lines", headers(400), "Parse"),
        ("200,000 header lines", headers(200_000), "RawOnly"),
        ("24 MB", plain(24 << 20), "Parse"),
        ("26 MB", plain(26 << 20), "Refuse"),
        ("nothing", String::new(), "Parse"),
    ];
    for (name, mail, expected) in rows {
        let scan = prescan(mail.as_bytes());
        assert_eq!(word(scan), expected, "{name}: {scan:?}");
    }
}

#[test]
fn a_message_inside_may_not_hide_behind_an_encoding() {
    let rows = [
        ("message/rfc822", "7bit", "Parse"),
        ("message/rfc822; name=\"=?utf-8?q?x?=\"", "8bit", "Parse"),
        ("text/plain", "base64", "Parse"),
        ("message/rfc822", "base64", "RawOnly"),
        ("MESSAGE/Global", "Quoted-Printable", "RawOnly"),
        ("message(x)/\r\n (y) rfc822", "base64", "RawOnly"),
        ("message/rfc822", "=?utf-8?B?YmFzZTY0?=", "RawOnly"),
        ("multipart/digest; boundary=b", "7bit", "RawOnly"),
    ];
    for (kind, encoding, expected) in rows {
        for mail in [
            format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\nx\r\n"),
            format!("content-transfer- encoding:{encoding}\n \nContent -Type:{kind}\n\nx\n"),
        ] {
            assert_eq!(word(prescan(mail.as_bytes())), expected, "{mail}");
        }
    }
}
