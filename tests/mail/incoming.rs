//! Incoming mail: what is read, what is taken out, and who seems to have written it.

use chrono::{TimeZone, Utc};
use demur::mail::{IncomingMail, Signal, Unreadable, read_mail};

/// A mail with text, HTML and two files.
pub(crate) const ANSWER: &str = "Return-Path: <dpo@company.example>\r
Delivered-To: Case+7K2P@demur.example\r
X-Original-To: other@demur.example\r
From: \"Data Protection\" <DPO@company.example>\r
To: Zoe <case+7k2p@demur.example>, second@demur.example\r
Cc: third@demur.example\r
Subject: =?utf-8?q?Ihr_Widerspruch_=E2=80=AEfdp?=\r
Message-ID: <answer-1@company.example>\r
In-Reply-To: <letter-1@demur.example>\r
Date: Mon, 23 Nov 2026 13:30:00 +0100\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=outer\r
\r
--outer\r
Content-Type: multipart/alternative; boundary=inner\r
\r
--inner\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
We have erased=C2=A0it.=07\r
\tYours\r
--inner\r
Content-Type: text/html\r
\r
<p>We have <b>erased</b> it.</p>\r
--inner--\r
--outer\r
Content-Type: Application/PDF\r
Content-Disposition: attachment; filename=\"../../etc/pass\u{202e}wd:x.pdf\"\r
Content-Transfer-Encoding: base64\r
\r
JVBERg==\r
--outer\r
Content-Type: image/png\r
Content-Disposition: attachment\r
Content-Transfer-Encoding: base64\r
\r
AAEC\r
--outer--\r
";

/// A bounce as mail servers write it.
pub(crate) const BOUNCE: &str = "Return-Path: <>\r
From: MAILER-DAEMON@mx.example\r
To: case@demur.example\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
It did not work.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; dpo@company.example\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
\r
--b\r
Content-Type: message/rfc822\r
\r
From: case@demur.example\r
Subject: Objection\r
\r
text\r
--b--\r
";

fn read(mail: &str) -> IncomingMail {
    read_mail(mail.as_bytes()).unwrap()
}

#[test]
fn an_answer_is_read_into_plain_values() {
    let mail = read(ANSWER);
    assert_eq!(mail.from.as_deref(), Some("DPO@company.example"));
    let to = [
        "case+7k2p@demur.example",
        "other@demur.example",
        "second@demur.example",
        "third@demur.example",
    ];
    assert_eq!(mail.to, to);
    assert_eq!(mail.subject.as_deref(), Some("Ihr Widerspruch fdp"));
    assert_eq!(mail.message_id.as_deref(), Some("answer-1@company.example"));
    assert_eq!(mail.in_reply_to.as_deref(), Some("letter-1@demur.example"));
    let sent = Utc.with_ymd_and_hms(2026, 11, 23, 12, 30, 0).unwrap();
    assert_eq!(mail.sent_at, Some(sent));
    assert_eq!(mail.text.trim_end(), "We have erased\u{a0}it.\n\tYours");
    let files: Vec<_> = mail
        .attachments
        .iter()
        .map(|file| {
            (
                file.name.as_str(),
                file.kind.as_str(),
                file.bytes.as_slice(),
            )
        })
        .collect();
    let expected: [(&str, &str, &[u8]); 2] = [
        ("passwd_x.pdf", "application/pdf", b"%PDF"),
        ("attachment", "image/png", b"\0\x01\x02"),
    ];
    assert_eq!(files, expected);
    assert!(mail.signals.is_empty());
}

#[test]
fn html_is_shown_as_text_if_there_is_no_other() {
    let mail = read(
        "From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>We <b>refuse</b>.</p><script>x()</script>\r\n",
    );
    assert!(mail.text.contains("We refuse."), "{:?}", mail.text);
    assert!(!mail.text.contains('<') && !mail.text.contains("x()"));
}

#[test]
fn long_values_are_cut() {
    let many: Vec<String> = (0..300).map(|n| format!("a{n}@b.example")).collect();
    let head = format!("To: {}\r\nFrom: a@b.example\r\n", many.join(",\r\n "));
    let mail = read(&format!("{head}\r\n{}", "word\r\n".repeat(50_000)));
    assert_eq!(mail.to.len(), 200);
    assert_eq!(mail.text.chars().count(), 100_000);
    let name = "n".repeat(500);
    let mail = read(&format!(
        "From: a@b.example\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename={name}\r\n\r\nx\r\n"
    ));
    let lengths: Vec<usize> = mail
        .attachments
        .iter()
        .map(|file| file.name.len())
        .collect();
    assert_eq!(lengths, [100]);
}

#[test]
fn a_type_that_is_none_cannot_get_into_a_header() {
    for kind in ["application/x y", "text", "app\u{fc}/pdf", "a/b<script>"] {
        let mail = read(&format!(
            "From: a@b.example\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n"
        ));
        for file in &mail.attachments {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/-.+".contains(c);
            assert!(file.kind.chars().all(plain), "{kind}: {}", file.kind);
        }
    }
}

#[test]
fn a_bounce_is_recognised_by_its_report() {
    let mail = read(BOUNCE);
    let [Signal::Bounce { matched }] = mail.signals.as_slice() else {
        panic!("{:?}", mail.signals);
    };
    assert!(matched.contains("delivery-status"), "{matched}");
    let delayed = BOUNCE.replace("Action: failed", "Action: delayed");
    let signals = read(&delayed).signals;
    assert!(
        !signals
            .iter()
            .any(|one| matches!(one, Signal::Bounce { .. }))
    );
}

#[test]
fn a_machine_is_recognised_by_its_headers_and_never_by_words() {
    let rows = [
        (
            "Auto-Submitted: auto-replied",
            "auto: Auto-Submitted: auto-replied",
        ),
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: No; x=y", ""),
        ("X-Autoreply: yes", "auto: X-Autoreply: yes"),
        ("Precedence: auto_reply", "auto: Precedence: auto_reply"),
        ("Precedence: bulk", ""),
        ("Subject: Out of office", ""),
        ("Subject: Undelivered Mail", ""),
        ("Return-Path: <>", ""),
        (
            "Return-Path: <>\r\nFrom: Mailer-Daemon@mx.example",
            "bounce: Return-Path: <>, From: mailer-daemon@mx.example",
        ),
        ("From: postmaster@company.example", ""),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
            "",
        ),
    ];
    for (header, expected) in rows {
        let from = if header.contains("From:") {
            ""
        } else {
            "From: a@b.example\r\n"
        };
        let mail = read(&format!(
            "{from}{header}\r\n\r\nFinal-Recipient: quoted\r\n"
        ));
        let found: Vec<String> = mail
            .signals
            .iter()
            .map(|signal| match signal {
                Signal::Bounce { matched } => format!("bounce: {matched}"),
                Signal::AutoReply { matched } => format!("auto: {matched}"),
            })
            .collect();
        assert_eq!(found.concat(), expected, "{header}");
    }
}

#[test]
fn what_is_too_complex_is_not_read() {
    let large = vec![b'x'; 26 << 20];
    assert!(matches!(read_mail(&large), Err(Unreadable::Refused(_))));
    let headers = "X: y\r\n".repeat(600);
    let outcome = read_mail(headers.as_bytes());
    assert!(matches!(outcome, Err(Unreadable::TooComplex(_))));
}
