//! The ways in that run beside the worker: the LMTP server waits, the Maildir and the mailbox are looked at now and then. Each goes on by itself, whatever becomes of the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::mail::{Fetcher, ImapLimits, Intake, Lmtp, LmtpLimits, Mailbox, Maildir};

/// What is open. There is one of it for each data folder, under the lock of the worker.
#[derive(Default)]
pub struct Incoming {
    /// Where LMTP is spoken.
    pub lmtp: Option<std::net::TcpListener>,
    /// The same on a Unix socket.
    #[cfg(unix)]
    pub lmtp_socket: Option<std::os::unix::net::UnixListener>,
    /// What an LMTP client may ask.
    pub lmtp_limits: LmtpLimits,
    /// The domain of the cases; LMTP takes mail for no other.
    pub domain: Option<String>,
    /// A folder.
    pub maildir: Option<Looked<std::path::PathBuf>>,
    /// A mailbox.
    pub mailbox: Option<Looked<Mailbox>>,
}

/// Something that is looked at now and then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked<T> {
    /// At what.
    pub at: T,
    /// How often.
    pub every: Duration,
}

/// Takes in what comes until `stop` turns true; then what is under way is ended.
///
/// # Errors
/// A listener cannot be used, or the folder is no Maildir.
pub(super) async fn take_in(
    incoming: Incoming,
    intake: Arc<dyn Intake>,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let mut ways = JoinSet::new();
    let lmtp = Lmtp::new(Arc::clone(&intake), incoming.domain, incoming.lmtp_limits);
    if let Some(listener) = incoming.lmtp {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        ways.spawn(Arc::clone(&lmtp).serve(listener, stop.clone()));
    }
    #[cfg(unix)]
    if let Some(listener) = incoming.lmtp_socket {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::UnixListener::from_std(listener)?;
        ways.spawn(Arc::clone(&lmtp).serve_unix(listener, stop.clone()));
    }
    if let Some(Looked { at, every }) = incoming.maildir {
        let maildir = Maildir::open(&at, Arc::clone(&intake))?;
        ways.spawn(look_into_maildir(maildir, every, stop.clone()));
    }
    if let Some(Looked { at, every }) = incoming.mailbox {
        let fetcher = Fetcher::new(at, ImapLimits::default(), intake);
        ways.spawn(look_into_mailbox(fetcher, every, stop));
    }
    while let Some(ended) = ways.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a way in is closed");
        }
    }
    Ok(())
}

async fn look_into_maildir(maildir: Maildir, every: Duration, mut stop: watch::Receiver<bool>) {
    let mut trouble = Trouble::default();
    let mut kept = Some(maildir);
    while let Some(mut maildir) = kept.take() {
        let asked = stop.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let looked = maildir.look(|| *asked.borrow());
            (maildir, looked)
        });
        match looked.await {
            Ok((maildir, looked)) => {
                trouble.note("the Maildir", looked.err());
                kept = Some(maildir);
            }
            Err(error) => tracing::error!(%error, "the Maildir is looked at no more"),
        }
        if wait(every, &mut stop).await {
            return;
        }
    }
}

async fn look_into_mailbox(mut fetcher: Fetcher, every: Duration, mut stop: watch::Receiver<bool>) {
    let mut trouble = Trouble::default();
    loop {
        let asked = stop.clone();
        let looked = fetcher.look(move || *asked.borrow()).await;
        trouble.note("the mailbox", looked.err());
        if wait(every, &mut stop).await {
            return;
        }
    }
}

/// True if it is time to stop.
async fn wait(every: Duration, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        // The sender gone means the same as a word from it.
        _ = stop.wait_for(|stop| *stop) => true,
        () = tokio::time::sleep(every) => false,
    }
}

/// Trouble that is told when it begins, when it becomes another, and when it is over.
#[derive(Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn note(&mut self, what: &str, error: Option<impl std::fmt::Display>) {
        let now = error.map(|error| error.to_string());
        match &now {
            Some(why) if self.0.as_ref() != Some(why) => {
                tracing::error!(what, why, "no mail comes in this way; it is tried again");
            }
            None if self.0.is_some() => tracing::info!(what, "mail comes in this way again"),
            _ => {}
        }
        self.0 = now;
    }
}
