//! Mail from a mailbox on an IMAP server (RFC 3501): fetches what is unseen, one mail at a time, and marks it as seen once it is stored. Nothing is deleted.

mod client;
mod reply;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::intake::{Intake, MOST_BYTES, Taken, hand_over_one};
use super::smtp::{Login, Tls};
use client::Client;
pub use client::ImapError;

/// The mailbox and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Name or address of the server; with TLS the name its certificate must carry.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who signs in.
    pub login: Login,
    /// Name of the mailbox, such as `INBOX`.
    pub name: String,
}

/// The longest each step may take as a whole, and the largest mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapLimits {
    /// Name, TCP and TLS.
    pub connect: Duration,
    /// One command with its whole answer.
    pub step: Duration,
    /// Fetching one mail.
    pub fetch: Duration,
    /// Bytes of one mail.
    pub bytes: usize,
}

impl Default for ImapLimits {
    fn default() -> ImapLimits {
        ImapLimits {
            connect: Duration::from_secs(30),
            step: Duration::from_secs(60),
            fetch: Duration::from_secs(600),
            bytes: MOST_BYTES,
        }
    }
}

/// Numbers asked for at once: so the answer stays short, however many mails there are.
const WINDOW: u32 = 5_000;

/// Fetches from one mailbox, again and again.
pub struct Fetcher {
    mailbox: Mailbox,
    limits: ImapLimits,
    intake: Arc<dyn Intake>,
    /// Mails that stay unseen and were spoken of: the validity of the numbers, and the number.
    told: BTreeSet<(u32, u32)>,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fetcher").field(&self.mailbox).finish()
    }
}

impl Fetcher {
    /// A fetcher; it connects only to look.
    #[must_use]
    pub fn new(mailbox: Mailbox, limits: ImapLimits, intake: Arc<dyn Intake>) -> Fetcher {
        Fetcher {
            mailbox,
            limits,
            intake,
            told: BTreeSet::new(),
        }
    }

    /// Signs in, takes what is unseen, and leaves. Returns how many mails were stored. `stop` is asked between two mails.
    ///
    /// # Errors
    /// The server cannot be reached, does not let us in, or speaks another language. What was stored until then is stored.
    pub async fn look(&mut self, stop: impl Fn() -> bool) -> Result<usize, ImapError> {
        let mut client = Client::connect(&self.mailbox, &self.limits).await?;
        client.sign_in(&self.mailbox.login).await?;
        let selected = client.select(&self.mailbox.name).await?;
        let mut uids = BTreeSet::new();
        let mut first = 1;
        while first <= selected.exists {
            let last = first.saturating_add(WINDOW - 1).min(selected.exists);
            uids.extend(client.unseen(first, last).await?);
            first = last.saturating_add(1);
        }
        self.told
            .retain(|(validity, uid)| *validity == selected.validity && uids.contains(uid));
        let mut stored = 0;
        for uid in uids {
            if stop() {
                break;
            }
            let known = self.told.contains(&(selected.validity, uid));
            if known {
                continue;
            }
            match self.take(&mut client, uid).await? {
                Taken::Stored => {
                    client.seen(uid).await?;
                    stored += 1;
                }
                Taken::TryAgain => break,
                Taken::Refused(why) => {
                    self.told.insert((selected.validity, uid));
                    tracing::error!(uid, why, "a mail stays in the mailbox");
                }
            }
        }
        client.leave().await;
        Ok(stored)
    }

    async fn take(&self, client: &mut Client, uid: u32) -> Result<Taken, ImapError> {
        match client.fetch(uid).await? {
            None => Ok(Taken::Refused("the server does not give it")),
            Some(raw) if raw.len() > self.limits.bytes => {
                Ok(Taken::Refused("it is larger than 25 MiB"))
            }
            Some(raw) => Ok(hand_over_one(&self.intake, raw).await),
        }
    }
}
