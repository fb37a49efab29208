//! How a claimed mail leaves: over the relay, with the journal beside it, or, in the demo, into a mailbox page and nowhere else.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::lanes::Grip;
use crate::app::{ClaimedMail, Report};
use crate::domain::outbox::Verdict;
use crate::mail::{
    Connection, Deadlines, Journal, Outcome, Phase, Recovered, Relay, Trace, attempt, quit, recover,
};

/// A connection is not used for more letters than this, nor after so long without work.
const MOST_LETTERS: u32 = 100;
pub(super) const IDLE: Duration = Duration::from_secs(5);

/// The way out.
pub enum Post {
    /// Nothing leaves the machine.
    Mailbox,
    /// Over SMTP.
    Relay(Box<Sender>),
}

/// The relay and the journal.
pub struct Sender {
    relay: Relay,
    journal: Journal,
    /// What the journal knows, kept up with every line that is written.
    traces: Mutex<HashMap<String, Trace>>,
}

/// A line to the relay: owned by one lane, kept for its next letter only after a clean end, with the number of letters it carried.
#[derive(Default)]
pub(super) struct Line {
    kept: Option<(Connection, u32)>,
}

impl Line {
    /// Closes the connection, if there is one.
    pub(super) async fn hang_up(&mut self) {
        if let Some((connection, _)) = self.kept.take() {
            quit(connection).await;
        }
    }
}

impl Post {
    /// Opens the journal, and with it the way to the relay. `new_id`: the name of a journal that is new.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn over(relay: Relay, journal: &Path, new_id: Uuid) -> io::Result<Post> {
        let (journal, traces) = Journal::start(journal, new_id)?;
        Ok(Post::Relay(Box::new(Sender {
            relay,
            journal,
            traces: Mutex::new(traces),
        })))
    }

    /// The name of its journal; the demo has none.
    pub(super) fn journal(&self) -> Uuid {
        match self {
            Post::Mailbox => Uuid::nil(),
            Post::Relay(sender) => sender.journal.id(),
        }
    }

    /// What the journal says about a mail whose claim was lost, or that a restored database takes for new. `None`: nothing of it ever left.
    pub(super) fn known(&self, message_id: &str, doubts: i32) -> Option<Report> {
        let Post::Relay(sender) = self else {
            return None;
        };
        let trace = sender.trace(message_id)?;
        let (verdict, words) = match recover(Some(&trace), u32::try_from(doubts).unwrap_or(0)) {
            Recovered::Sent(words) => (Verdict::Sent, words),
            Recovered::Failed(words) => (Verdict::Refused, words),
            Recovered::Queued => (Verdict::Retry, trace.text),
            Recovered::Unknown => (
                Verdict::Unknown,
                "the sender stopped before the answer".to_owned(),
            ),
        };
        Some(Report { verdict, words })
    }

    /// Tries a mail once.
    pub(super) async fn deliver(&self, line: &mut Line, mail: &ClaimedMail, grip: &Grip) -> Report {
        match self {
            Post::Mailbox => Report {
                verdict: Verdict::Sent,
                words: "250 caught by the mailbox of the demo".to_owned(),
            },
            Post::Relay(sender) => sender.deliver(line, mail, grip).await,
        }
    }
}

impl Sender {
    async fn deliver(&self, line: &mut Line, mail: &ClaimedMail, grip: &Grip) -> Report {
        let (kept, carried) = line.kept.take().unzip();
        let carried = carried.unwrap_or(0);
        let deadlines = Deadlines::for_letter(mail.bytes.len());
        let message_id = mail.row.message_id.as_str();
        let (from, to) = (mail.row.mail.from.as_str(), mail.row.mail.to.as_str());
        let dot = async {
            self.journal.dot(message_id, &mail.sha256).await?;
            // Asked last: the process may have slept for a long time, and another worker may have the mail.
            if !grip.holds() {
                return Err(io::Error::other("the claim ran out before the mail left"));
            }
            self.note(message_id, |trace| {
                trace.dots += 1;
                trace.last = None;
            });
            Ok(())
        };
        let (outcome, back) =
            attempt(&self.relay, kept, from, to, &mail.bytes, &deadlines, dot).await;
        if let Some((code, words)) = answer_to_the_dot(&outcome) {
            self.note(message_id, |trace| {
                trace.answers += 1;
                trace.last = Some(code);
                words.clone_into(&mut trace.text);
            });
            if let Err(error) = self.journal.reply(message_id, code, words).await {
                tracing::error!(%error, "the journal cannot be written");
            }
        }
        match back {
            Some(connection) if carried + 1 < MOST_LETTERS => {
                line.kept = Some((connection, carried + 1));
            }
            Some(connection) => quit(connection).await,
            None => {}
        }
        report(outcome)
    }

    fn trace(&self, message_id: &str) -> Option<Trace> {
        let traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        traces.get(message_id).cloned()
    }

    fn note(&self, message_id: &str, change: impl FnOnce(&mut Trace)) {
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        change(traces.entry(message_id.to_owned()).or_default());
    }
}

/// The answer to the last dot, for the journal; an answer to an earlier step settles nothing there.
fn answer_to_the_dot(outcome: &Outcome) -> Option<(u16, &str)> {
    match outcome {
        Outcome::Sent { reply } => Some((250, reply)),
        Outcome::Refused {
            phase: Phase::Dot,
            code: Some(code),
            why,
        }
        | Outcome::Retry {
            phase: Phase::Dot,
            code: Some(code),
            why,
        } => Some((*code, why)),
        // The dot was promised and not written: that is known, and no doubt.
        Outcome::Retry {
            phase: Phase::Body,
            code: None,
            why,
        } => Some((451, why)),
        _ => None,
    }
}

fn report(outcome: Outcome) -> Report {
    let (verdict, words) = match outcome {
        Outcome::Sent { reply } => (Verdict::Sent, format!("250 {reply}")),
        Outcome::Refused { why, .. } => (Verdict::Refused, why),
        Outcome::Retry { why, .. } => (Verdict::Retry, why),
        Outcome::Relay { phase, why } => {
            tracing::error!(
                ?phase,
                why,
                "the relay does not take mail; it is tried again"
            );
            (Verdict::Trouble, why)
        }
        Outcome::Unknown { why } => (Verdict::Unknown, why),
    };
    Report { verdict, words }
}
