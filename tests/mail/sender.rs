//! One attempt, one verdict: the fault table, encryption, login and the bytes on the wire.

use std::io;
use std::time::Duration;

use demur::mail::{Connection, Deadlines, Login, Outcome, Phase, Relay, Tls, attempt};

use crate::peer::{Body, FRONT, Front, GOOD, Peer, Say, Script};

pub(crate) const LETTER: &[u8] = b"Subject: hello\r\n\r\nhello\r\n";

pub(crate) fn relay(peer: &Peer) -> Relay {
    Relay {
        host: "127.0.0.1".to_owned(),
        port: peer.port,
        tls: Tls::Off,
        login: None,
        hello: "demur.example".to_owned(),
    }
}

pub(crate) fn short() -> Deadlines {
    let second = Duration::from_secs(1);
    Deadlines {
        connect: second,
        greeting: second,
        mail: second,
        rcpt: second,
        data: second,
        body: second,
        dot: second,
    }
}

pub(crate) async fn send(
    relay: &Relay,
    kept: Option<Connection>,
    letter: usize,
    bytes: &[u8],
) -> (Outcome, Option<Connection>) {
    let from = format!("n{letter}@sender.example");
    let mark = async { Ok(()) };
    attempt(
        relay,
        kept,
        &from,
        "to@company.example",
        bytes,
        &short(),
        mark,
    )
    .await
}

/// The verdict in short: `Retry Rcpt 450`.
pub(crate) fn short_name(outcome: &Outcome) -> String {
    let with = |kind: &str, phase: Phase, code: &Option<u16>| match code {
        Some(code) => format!("{kind} {phase:?} {code}"),
        None => format!("{kind} {phase:?}"),
    };
    match outcome {
        Outcome::Sent { .. } => "Sent".to_owned(),
        Outcome::Refused { phase, code, .. } => with("Refused", *phase, code),
        Outcome::Retry { phase, code, .. } => with("Retry", *phase, code),
        Outcome::Relay { phase, .. } => with("Relay", *phase, &None),
        Outcome::Unknown { .. } => "Unknown".to_owned(),
    }
}

pub(crate) fn at_dot(dot: Say) -> Script {
    Script { dot, ..GOOD }
}

pub(crate) fn at_mail(mail: Say) -> Script {
    Script { mail, ..GOOD }
}

pub(crate) fn at_rcpt(rcpt: Say) -> Script {
    Script { rcpt, ..GOOD }
}

pub(crate) fn at_data(data: Say) -> Script {
    Script { data, ..GOOD }
}

fn in_body(body: Body) -> Script {
    Script { body, ..GOOD }
}

#[tokio::test]
async fn every_fault_of_a_relay_before_the_letter_is_a_retry_or_trouble_of_the_relay() {
    let rows = [
        ("never greets", Say::Nothing, "Retry Greeting"),
        ("421 greeting", Say::Text("421 busy"), "Relay Greeting"),
        ("554 greeting", Say::Text("554 no"), "Relay Greeting"),
        ("a greeting without end", Say::Flood, "Relay Greeting"),
    ];
    for (name, greeting, expected) in rows {
        let peer = Peer::start(Front { greeting, ..FRONT }, |_| GOOD).await;
        let (outcome, kept) = send(&relay(&peer), None, 1, LETTER).await;
        assert_eq!(short_name(&outcome), expected, "{name}: {outcome:?}");
        assert!(kept.is_none(), "{name}");
    }
}

#[tokio::test]
async fn every_fault_of_a_relay_has_its_verdict() {
    let text = Say::Text;
    let rows = [
        ("250 after the dot", GOOD, "Sent"),
        ("drops at MAIL", at_mail(Say::Hangup), "Retry Mail"),
        ("535 at MAIL", at_mail(text("535 login")), "Relay Mail"),
        ("450 at RCPT", at_rcpt(text("450 grey")), "Retry Rcpt 450"),
        ("550 at RCPT", at_rcpt(text("550 no")), "Refused Rcpt 550"),
        ("drops at DATA", at_data(Say::Hangup), "Retry Data"),
        ("451 at DATA", at_data(text("451 oh")), "Retry Data 451"),
        ("250 for 354", at_data(text("250 ok")), "Retry Data"),
        ("drops in a body", in_body(Body::Hangup), "Unknown"),
        ("drops after the dot", at_dot(Say::Hangup), "Unknown"),
        ("never answers the dot", at_dot(Say::Nothing), "Unknown"),
        ("552 at the dot", at_dot(text("552 big")), "Refused Dot 552"),
        ("452 at the dot", at_dot(text("452 full")), "Retry Dot 452"),
        ("421 at the dot", at_dot(text("421 bye")), "Retry Dot 421"),
        ("354 at the dot", at_dot(text("354 go")), "Unknown"),
        ("garbage at the dot", at_dot(text("so what")), "Unknown"),
    ];
    for (name, script, expected) in rows {
        let peer = Peer::start(FRONT, move |_| script).await;
        let (outcome, _) = send(&relay(&peer), None, 1, LETTER).await;
        assert_eq!(short_name(&outcome), expected, "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_long_letter_that_breaks_off_before_the_dot_is_no_doubt() {
    let long = "seventy characters of a letter, or so, and then the line is at its end\r\n";
    let long = long.repeat(200_000);
    for body in [Body::Hangup, Body::Stall] {
        let peer = Peer::start(FRONT, move |_| in_body(body)).await;
        let (outcome, kept) = send(&relay(&peer), None, 1, long.as_bytes()).await;
        assert_eq!(short_name(&outcome), "Retry Body", "{body:?}: {outcome:?}");
        assert!(kept.is_none());
    }
}

#[tokio::test]
async fn without_the_journal_nothing_is_sent() {
    let peer = Peer::start(FRONT, |_| GOOD).await;
    let full = async { Err(io::Error::other("disk full")) };
    let to = "to@company.example";
    let (relay, limits) = (relay(&peer), short());
    let (outcome, kept) =
        attempt(&relay, None, "n1@sender.example", to, LETTER, &limits, full).await;
    assert_eq!(short_name(&outcome), "Retry Data", "{outcome:?}");
    assert!(kept.is_none());
    assert!(peer.bodies().is_empty());
}

#[tokio::test]
async fn encryption_that_was_asked_for_is_never_done_without() {
    let rows = [
        ("250-peer\r\n250 8BITMIME", "220 go", "offers no STARTTLS"),
        (
            "250-peer\r\n250 STARTTLS",
            "220 go\r\n250 evil",
            "plain text after",
        ),
        ("250-peer\r\n250 STARTTLS", "454 not now", "454"),
    ];
    for (ehlo, starttls, expected) in rows {
        let front = Front {
            ehlo,
            starttls: Say::Text(starttls),
            ..FRONT
        };
        let peer = Peer::start(front, |_| GOOD).await;
        let relay = Relay {
            tls: Tls::Starttls,
            ..relay(&peer)
        };
        let (outcome, kept) = send(&relay, None, 1, LETTER).await;
        assert_eq!(short_name(&outcome), "Relay Greeting", "{outcome:?}");
        assert!(format!("{outcome:?}").contains(expected), "{outcome:?}");
        assert!(kept.is_none());
    }
}

#[tokio::test]
async fn a_login_that_is_refused_is_trouble_of_the_relay_and_never_printed() {
    for (auth, expected) in [("235 in", "Sent"), ("535 wrong", "Relay Greeting")] {
        let front = Front {
            ehlo: "250-peer\r\n250 AUTH PLAIN LOGIN",
            auth: Say::Text(auth),
            ..FRONT
        };
        let peer = Peer::start(front, |_| GOOD).await;
        let login = Login {
            user: "demur".to_owned(),
            password: "hunter2".to_owned(),
        };
        let relay = Relay {
            login: Some(login),
            ..relay(&peer)
        };
        assert!(!format!("{relay:?}").contains("hunter2"));
        let (outcome, _) = send(&relay, None, 1, LETTER).await;
        assert_eq!(short_name(&outcome), expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte_with_its_dots_doubled() {
    let peer = Peer::start(FRONT, |_| GOOD).await;
    let letter = b".first\r\n..second\r\nthird.\r\n\r\n.\r\nlast\r\n";
    let (outcome, _) = send(&relay(&peer), None, 1, letter).await;
    assert_eq!(short_name(&outcome), "Sent", "{outcome:?}");
    let wire = b"..first\r\n...second\r\nthird.\r\n\r\n..\r\nlast\r\n\r\n.\r\n";
    assert_eq!(peer.bodies(), [wire.to_vec()]);
}

#[tokio::test]
async fn a_letter_that_smtp_cannot_carry_never_leaves() {
    let peer = Peer::start(FRONT, |_| GOOD).await;
    let relay = relay(&peer);
    let wrong: [&[u8]; 5] = [
        b"bare\nline feed\r\n",
        b"bare\rreturn\r\n",
        b"return at the end\r",
        b"nul \0\r\n",
        "umlaut \u{fc}\r\n".as_bytes(),
    ];
    for bytes in wrong {
        let (outcome, _) = send(&relay, None, 1, bytes).await;
        assert_eq!(short_name(&outcome), "Refused Body", "{bytes:?}");
    }
    let limits = short();
    for to in [
        "",
        "nobody",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "\u{fc}@b.example",
    ] {
        let from = "n1@sender.example";
        let mark = async { Ok(()) };
        let (outcome, _) = attempt(&relay, None, from, to, LETTER, &limits, mark).await;
        assert_eq!(short_name(&outcome), "Refused Rcpt", "{to:?}");
    }
    assert_eq!(peer.connections(), 0);
}
