//! One attempt to hand one letter to the relay. The verdict depends on where it ended: before the dot the letter was not accepted, after it nobody knows.

use std::future::Future;
use std::io;
use std::ops::RangeInclusive;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::open::open;
use super::verdict::{code_of, retry, step, verdict};
use super::{Deadlines, Outcome, Phase, Relay};

/// An open, greeted, logged-in connection. One worker owns it; there is no pool, because a pool hands the late reply to one letter to the next.
pub struct Connection(AsyncSmtpConnection);

/// Tries once. `kept` is what the worker's last attempt gave back, or `None` to open a connection. One comes back only with
/// [`Outcome::Sent`], or after a clean 4xx or 5xx and an accepted RSET; in every other case, also on cancel, it is dropped.
///
/// `mark_dot` ends when the journal holds the promise that the dot is about to be sent; if it fails, nothing is sent.
///
/// A kept connection that the relay had closed meanwhile, or that answers MAIL with what may belong to the letter before,
/// counts for nothing: nothing of the letter had left, and the attempt begins again on a new one.
pub async fn attempt(
    relay: &Relay,
    kept: Option<Connection>,
    from: &str,
    to: &str,
    bytes: &[u8],
    deadlines: &Deadlines,
    mark_dot: impl Future<Output = io::Result<()>>,
) -> (Outcome, Option<Connection>) {
    let letter = match Letter::check(from, to, bytes) {
        Ok(letter) => letter,
        Err(refused) => return (refused, None),
    };
    let mut mark_dot = pin!(mark_dot);
    if let Some(Connection(conn)) = kept {
        let ended = carry(conn, &letter, deadlines, mark_dot.as_mut()).await;
        if !was_stale(&ended.0) {
            return ended;
        }
    }
    match open(relay, deadlines).await {
        Ok(conn) => carry(conn, &letter, deadlines, mark_dot).await,
        Err(outcome) => (outcome, None),
    }
}

/// Opens a connection, signs in and leaves: does the relay take us?
///
/// # Errors
/// What went wrong, in words.
pub async fn probe(relay: &Relay) -> Result<(), String> {
    match open(relay, &Deadlines::for_letter(0)).await {
        Ok(conn) => {
            quit(Connection(conn)).await;
            Ok(())
        }
        Err(outcome) => Err(format!("{outcome:?}")),
    }
}

/// When the worker stops or retires a connection. A courtesy: the answer does not matter.
pub async fn quit(connection: Connection) {
    let Connection(mut conn) = connection;
    drop(timeout(Duration::from_secs(2), conn.command(Quit)).await);
}

/// A letter that can go on the wire as it is. Exactly one recipient, so that one letter has one verdict.
struct Letter<'a> {
    from: Address,
    to: Address,
    bytes: &'a [u8],
}

impl<'a> Letter<'a> {
    fn check(from: &str, to: &str, bytes: &'a [u8]) -> Result<Letter<'a>, Outcome> {
        let refuse = |phase, why| Outcome::Refused {
            phase,
            code: None,
            why,
        };
        let address = |phase, text: &str| {
            text.parse::<Address>()
                .ok()
                .filter(|_address| text.is_ascii())
                .ok_or_else(|| refuse(phase, format!("`{text}` is no address that SMTP can carry")))
        };
        if let Some(why) = wire_fault(bytes) {
            return Err(refuse(Phase::Body, why.to_owned()));
        }
        Ok(Letter {
            from: address(Phase::Mail, from)?,
            to: address(Phase::Rcpt, to)?,
            bytes,
        })
    }
}

/// The mail library lets a bare CR or LF pass; some servers end the letter there and read the rest as commands.
fn wire_fault(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.is_ascii() || bytes.contains(&0) {
        return Some("the letter is not plain ASCII");
    }
    let mut last = 0;
    for byte in bytes {
        if (*byte == b'\n') != (last == b'\r') {
            return Some("the letter holds a bare CR or LF");
        }
        last = *byte;
    }
    (last == b'\r').then_some("the letter ends in a bare CR")
}

fn was_stale(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Retry {
            phase: Phase::Mail,
            code: None,
            ..
        } | Outcome::Refused {
            phase: Phase::Mail,
            ..
        } | Outcome::Relay {
            phase: Phase::Mail,
            ..
        }
    )
}

/// One transaction, and whether the connection may carry another.
async fn carry(
    mut conn: AsyncSmtpConnection,
    letter: &Letter<'_>,
    deadlines: &Deadlines,
    mark_dot: Pin<&mut impl Future<Output = io::Result<()>>>,
) -> (Outcome, Option<Connection>) {
    let outcome = match transact(&mut conn, letter, deadlines, mark_dot).await {
        Ok(outcome) | Err(outcome) => outcome,
    };
    let clean = match &outcome {
        Outcome::Sent { .. } => true,
        Outcome::Refused {
            code: Some(code), ..
        }
        | Outcome::Retry {
            code: Some(code), ..
        } if *code != 421 => {
            let reset = step(Phase::Mail, deadlines.mail, conn.command(Rset)).await;
            reset.is_ok_and(|reply| code_of(&reply) == 250)
        }
        _ => false,
    };
    let keep = clean && !conn.has_broken();
    (outcome, keep.then_some(Connection(conn)))
}

async fn transact(
    conn: &mut AsyncSmtpConnection,
    letter: &Letter<'_>,
    deadlines: &Deadlines,
    mark_dot: Pin<&mut impl Future<Output = io::Result<()>>>,
) -> Result<Outcome, Outcome> {
    let mail = conn.command(Mail::new(Some(letter.from.clone()), Vec::new()));
    let said = step(Phase::Mail, deadlines.mail, mail).await?;
    require(Phase::Mail, &said, 200..=299)?;
    let rcpt = conn.command(Rcpt::new(letter.to.clone(), Vec::new()));
    let said = step(Phase::Rcpt, deadlines.rcpt, rcpt).await?;
    require(Phase::Rcpt, &said, 200..=299)?;
    let said = step(Phase::Data, deadlines.data, conn.command(Data)).await?;
    // A 250 here means that the replies are out of step.
    require(Phase::Data, &said, 354..=354)?;
    mark_dot
        .await
        .map_err(|error| retry(Phase::Data, format!("journal: {error}")))?;
    Ok(write_body(conn, letter.bytes, deadlines).await)
}

/// The library takes every positive reply for good, also a 3xx.
fn require(phase: Phase, reply: &Response, good: RangeInclusive<u16>) -> Result<(), Outcome> {
    if good.contains(&code_of(reply)) {
        Ok(())
    } else {
        let why = format!("expected {}, got {}", good.start(), reply.code());
        Err(retry(phase, why))
    }
}

/// A deadline that passes while the body is on its way is no doubt: the writing is never polled again, so no dot follows.
async fn write_body(
    conn: &mut AsyncSmtpConnection,
    bytes: &[u8],
    deadlines: &Deadlines,
) -> Outcome {
    let ended = AtomicBool::new(false);
    let pieces = Pieces {
        rest: bytes,
        ended: &ended,
    };
    let mut work = pin!(conn.message_iter(pieces));
    let done = match timeout(deadlines.body, &mut work).await {
        Ok(done) => done,
        Err(_late) if !ended.load(SeqCst) => return retry(Phase::Body, "deadline passed"),
        Err(_late) => match timeout(deadlines.dot, &mut work).await {
            Ok(done) => done,
            Err(_late) => {
                return Outcome::Unknown {
                    why: "no reply to the dot in time".to_owned(),
                };
            }
        },
    };
    match done {
        Ok(reply) if code_of(&reply) == 250 => Outcome::Sent {
            reply: reply.message().collect::<Vec<_>>().join(" | "),
        },
        Ok(reply) => Outcome::Unknown {
            why: format!("unexpected {}", reply.code()),
        },
        Err(error) if ended.load(SeqCst) => verdict(Phase::Dot, &error),
        Err(error) => verdict(Phase::Body, &error),
    }
}

/// Hands the letter out in pieces and notes the moment when the library has none left to write: only then comes the dot.
struct Pieces<'a> {
    rest: &'a [u8],
    ended: &'a AtomicBool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            self.ended.store(true, SeqCst);
            return None;
        }
        let (now, later) = self.rest.split_at(self.rest.len().min(16 * 1024));
        self.rest = later;
        Some(now)
    }
}
