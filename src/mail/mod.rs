//! Mail as bytes and on the wire: building messages, sending one over SMTP, reading one that came in. Decides nothing about cases.

mod compose;
mod deliverability;
mod dkim;
mod dns;
mod eml;
mod incoming;
mod journal;
mod prescan;
mod signals;
mod smtp;

pub use compose::{Outgoing, to_mail};
pub use deliverability::{Finding, Identity, Mx, Published, Records, State, evaluate};
pub use dkim::{DkimError, DkimKey, DkimSigner, new_ed25519_key, new_rsa_key};
pub use dns::{DnsError, Resolver};
pub use eml::{EmlAddresses, to_eml};
pub use incoming::{IncomingFile, IncomingMail, Unreadable, read_mail};
pub use journal::{Journal, Recovered, Synced, Trace, recover};
pub use prescan::{Scan, prescan};
pub use signals::Signal;
pub use smtp::{Connection, Deadlines, Login, Outcome, Phase, Relay, Tls, attempt, probe, quit};
