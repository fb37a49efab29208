//! Sending one letter to the relay: who the relay is, how long each step may take, and what every ending means for the letter.

mod attempt;
mod guard;
mod open;
mod verdict;

use std::fmt;
use std::time::Duration;

pub use attempt::{Connection, attempt, probe, quit};

/// The mail server that takes the letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address; with TLS the name its certificate must carry.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who signs in, if the relay wants that.
    pub login: Option<Login>,
    /// The name that Demur gives itself in EHLO.
    pub hello: String,
}

/// How the connection to the relay is encrypted. There is no "if possible": whoever sits in between decides what is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// After a STARTTLS; without one nothing is sent.
    Starttls,
    /// From the first byte (port 465).
    Implicit,
}

/// Who signs in at the relay.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub user: String,
    /// Password; never printed.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Where in the conversation an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Name, TCP and, with [`Tls::Implicit`], the TLS handshake.
    Connect,
    /// Greeting, EHLO, STARTTLS and login.
    Greeting,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to the promise that the dot is about to be sent.
    Data,
    /// The letter itself; the dot has not been written.
    Body,
    /// The dot may be out.
    Dot,
}

/// What an attempt means for the letter. `code` is the reply that was read, `None` where none was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 250 after the dot: the legal "sent at".
    Sent {
        /// What the relay said, often with its queue id.
        reply: String,
    },
    /// About this letter: do not try again.
    Refused {
        /// Where.
        phase: Phase,
        /// The reply.
        code: Option<u16>,
        /// In words.
        why: String,
    },
    /// Certainly not accepted: try again.
    Retry {
        /// Where.
        phase: Phase,
        /// The reply.
        code: Option<u16>,
        /// In words.
        why: String,
    },
    /// Trouble with the relay or the login, which says nothing about this letter: try again and alert.
    Relay {
        /// Where.
        phase: Phase,
        /// In words.
        why: String,
    },
    /// May have been accepted (RFC 1047): only the resend rule may decide.
    Unknown {
        /// In words.
        why: String,
    },
}

/// The longest each step may take as a whole. A limit per read would be no help against one byte every 20 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Name, TCP and the TLS handshake.
    pub connect: Duration,
    /// Each of greeting with EHLO, STARTTLS, login.
    pub greeting: Duration,
    /// MAIL and RSET.
    pub mail: Duration,
    /// RCPT.
    pub rcpt: Duration,
    /// DATA.
    pub data: Duration,
    /// Writing the letter.
    pub body: Duration,
    /// The answer to the dot.
    pub dot: Duration,
}

impl Deadlines {
    /// The deadlines of RFC 5321, 4.5.3.2, with time for a large letter on a slow line.
    pub fn for_letter(bytes: usize) -> Deadlines {
        let seconds = Duration::from_secs;
        let size = u64::try_from(bytes).unwrap_or(u64::MAX);
        Deadlines {
            connect: seconds(30),
            greeting: seconds(60),
            mail: seconds(60),
            rcpt: seconds(60),
            data: seconds(120),
            body: seconds(180 + size / 10_000),
            dot: seconds(600),
        }
    }
}
