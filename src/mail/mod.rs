//! Mail as bytes and on the wire: building messages, sending one over SMTP, reading one that came in. Decides nothing about cases.

mod authenticity;
mod colours;
mod compose;
mod deliverability;
mod dkim;
mod dns;
mod eml;
mod entities;
mod html;
mod imap;
mod incoming;
mod intake;
mod journal;
mod lmtp;
mod maildir;
mod prescan;
mod repair;
mod reply;
mod signals;
mod smtp;
mod tls;

pub use authenticity::authenticity;
pub use compose::{Outgoing, to_mail};
pub use deliverability::{Finding, Identity, Mx, Published, Records, State, evaluate};
pub use dkim::{DkimError, DkimKey, DkimSigner, new_ed25519_key, new_rsa_key};
pub use dns::{DnsError, Resolver};
pub use eml::{EmlAddresses, to_eml};
pub use imap::{Fetcher, ImapError, ImapLimits, Mailbox};
pub use incoming::{IncomingFile, IncomingMail, Unreadable, read_mail};
pub use intake::{Intake, MOST_BYTES, Taken, hand_over};
pub use journal::{Journal, Recovered, Synced, Trace, recover};
pub use lmtp::{Lmtp, LmtpLimits};
pub use maildir::Maildir;
pub use prescan::{Scan, prescan};
pub use signals::Signal;
pub use smtp::{Connection, Deadlines, Login, Outcome, Phase, Relay, Tls, attempt, probe, quit};
