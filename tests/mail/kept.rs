//! When a connection may carry the next letter, and what a late or unasked reply can do to it.

use demur::mail::quit;

use crate::peer::{FRONT, GOOD, Peer, Say, Script};
use crate::sender::{LETTER, at_data, at_dot, at_mail, at_rcpt, relay, send, short_name};

#[tokio::test]
async fn a_connection_is_kept_only_after_a_clean_end() {
    let text = Say::Text;
    let no_reset = Script {
        rcpt: text("550 no"),
        rset: text("502 no"),
        ..GOOD
    };
    let rows = [
        ("250", GOOD, true),
        ("550 at RCPT", at_rcpt(text("550 no")), true),
        ("450 at MAIL", at_mail(text("450 later")), true),
        ("452 at the dot", at_dot(text("452 full")), true),
        ("552 at the dot", at_dot(text("552 big")), true),
        ("421 at RCPT", at_rcpt(text("421 bye")), false),
        ("garbage at the dot", at_dot(text("so what")), false),
        ("a drop at MAIL", at_mail(Say::Hangup), false),
        ("a drop after the dot", at_dot(Say::Hangup), false),
        ("354 at the dot", at_dot(text("354 go")), false),
        ("250 for 354", at_data(text("250 ok")), false),
        ("a refused RSET", no_reset, false),
    ];
    let scripts: Vec<Script> = rows.iter().map(|(_, script, _)| *script).collect();
    // Every letter with a fault is followed by a good one, so that each fault meets a kept connection.
    let script = move |letter: usize| {
        let row = scripts.get(letter / 2).copied().unwrap_or(GOOD);
        if letter.is_multiple_of(2) { GOOD } else { row }
    };
    let peer = Peer::start(FRONT, script).await;
    let relay = relay(&peer);
    let mut kept = None;
    for (at, (name, _, expected)) in rows.iter().enumerate() {
        let (good, open) = send(&relay, kept, 2 * at, LETTER).await;
        assert_eq!(short_name(&good), "Sent", "before {name}");
        assert!(open.is_some(), "before {name}");
        let (outcome, open) = send(&relay, open, 2 * at + 1, LETTER).await;
        assert_eq!(open.is_some(), *expected, "{name}: {outcome:?}");
        kept = open;
    }
    // One at first, one after each of the six drops that another letter follows, one for the drop at MAIL that was tried again.
    assert_eq!(peer.connections(), 1 + 6 + 1);
    if let Some(last) = kept {
        quit(last).await;
    }
}

#[tokio::test]
async fn a_kept_connection_that_fails_at_mail_is_replaced_at_once() {
    for again in [Say::Hangup, Say::Text("550 about the letter before")] {
        let script = Script {
            mail_again: Some(again),
            ..GOOD
        };
        let peer = Peer::start(FRONT, move |_| script).await;
        let relay = relay(&peer);
        let (first, kept) = send(&relay, None, 1, LETTER).await;
        let (second, kept_again) = send(&relay, kept, 2, LETTER).await;
        assert_eq!(short_name(&first), "Sent", "{again:?}");
        assert_eq!(short_name(&second), "Sent", "{again:?}: {second:?}");
        assert!(kept_again.is_some());
        assert_eq!(peer.connections(), 2);
    }
}

#[tokio::test]
async fn a_reply_that_nobody_asked_for_stops_the_next_letter_before_its_body() {
    let script = at_dot(Say::Text("250 queued\r\n250 and once more"));
    let peer = Peer::start(FRONT, move |_| script).await;
    let relay = relay(&peer);
    let (first, kept) = send(&relay, None, 1, LETTER).await;
    assert_eq!(short_name(&first), "Sent");
    let (second, kept) = send(&relay, kept, 2, LETTER).await;
    assert_eq!(short_name(&second), "Retry Data", "{second:?}");
    assert!(kept.is_none());
    assert_eq!(peer.bodies().len(), 1);
}

#[tokio::test]
async fn a_late_reply_is_never_taken_for_the_answer_to_another_letter() {
    let script = |letter: usize| {
        if letter % 2 == 1 {
            at_dot(Say::Late("250 late"))
        } else {
            at_dot(Say::Text("550 5.7.1 refused"))
        }
    };
    let mut peer = Peer::start(FRONT, script).await;
    let relay = relay(&peer);
    let (mut cancelled, mut refused) = (0, 0);
    let mut kept = None;
    for letter in 1..=1_000 {
        let work = send(&relay, kept.take(), letter, LETTER);
        let ended = tokio::select! {
            ended = work => Some(ended),
            () = peer.reached() => None,
        };
        match ended {
            None => {
                cancelled += 1;
                peer.go_on();
            }
            Some((outcome, open)) => {
                assert_eq!(short_name(&outcome), "Refused Dot 550", "letter {letter}");
                refused += 1;
                kept = open;
            }
        }
    }
    assert_eq!((cancelled, refused), (500, 500));
}
