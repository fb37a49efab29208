//! The LMTP server (RFC 2033): a mail server on this machine or network delivers to it, and hears for each recipient whether the mail is stored. It listens where the settings say, and signs nobody in.

mod command;
mod dots;
mod session;
mod wire;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::intake::{Intake, MOST_BYTES};
use session::Session;
use wire::Wire;

/// What a client may ask of the server. Every wait ends, and everything that is kept is bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LmtpLimits {
    /// Clients at once; one more is asked to come later. Each may hold one mail in memory, twice.
    pub connections: usize,
    /// Bytes of one mail.
    pub bytes: usize,
    /// Recipients of one mail.
    pub recipients: usize,
    /// Commands since the last mail that was stored.
    pub commands: usize,
    /// Commands that are wrong, before it hangs up.
    pub errors: usize,
    /// For one whole command.
    pub command_wait: Duration,
    /// For one whole mail.
    pub data_wait: Duration,
    /// For the client to take an answer.
    pub answer_wait: Duration,
    /// For the mails under way when the server is asked to stop.
    pub stop_wait: Duration,
}

impl Default for LmtpLimits {
    fn default() -> LmtpLimits {
        let seconds = Duration::from_secs;
        LmtpLimits {
            connections: 8,
            bytes: MOST_BYTES,
            recipients: 100,
            commands: 1_000,
            errors: 5,
            command_wait: seconds(300),
            data_wait: seconds(600),
            answer_wait: seconds(60),
            stop_wait: seconds(20),
        }
    }
}

/// What all conversations share.
pub struct Lmtp {
    intake: Arc<dyn Intake>,
    limits: LmtpLimits,
    /// The domain whose mail is taken; `None`: any.
    domain: Option<String>,
    places: Arc<Semaphore>,
}

impl Lmtp {
    /// A server that hands to `intake` what comes for `domain`, or for any domain.
    #[must_use]
    pub fn new(intake: Arc<dyn Intake>, domain: Option<String>, limits: LmtpLimits) -> Arc<Lmtp> {
        Arc::new(Lmtp {
            intake,
            domain,
            places: Arc::new(Semaphore::new(limits.connections)),
            limits,
        })
    }

    /// Serves until `stop` turns true; then the mails under way are ended, and nothing new is begun. May run for several listeners at once: they share the limits.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let mut clients = JoinSet::new();
        while let Some(accepted) = until(&mut stop, listener.accept()).await {
            let accepted = accepted.and_then(|(stream, _)| {
                // Several answers in a row would wait for each other.
                stream.set_nodelay(true)?;
                Ok(stream)
            });
            self.admit(&mut clients, accepted, &stop).await;
        }
        drop(listener);
        self.settle(clients).await;
    }

    /// The same on a Unix socket.
    #[cfg(unix)]
    pub async fn serve_unix(
        self: Arc<Self>,
        listener: UnixListener,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut clients = JoinSet::new();
        while let Some(accepted) = until(&mut stop, listener.accept()).await {
            let accepted = accepted.map(|(stream, _)| stream);
            self.admit(&mut clients, accepted, &stop).await;
        }
        drop(listener);
        self.settle(clients).await;
    }

    async fn admit<S>(
        self: &Arc<Self>,
        clients: &mut JoinSet<()>,
        accepted: io::Result<S>,
        stop: &watch::Receiver<bool>,
    ) where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        while clients.try_join_next().is_some() {}
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                // Too many open files, for instance: trying again at once would only keep the processor busy.
                tracing::warn!(%error, "an LMTP client could not be let in");
                tokio::time::sleep(Duration::from_millis(200)).await;
                return;
            }
        };
        let mut wire = Wire::new(stream, self.limits.answer_wait);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            // The answer fits into any buffer; a client that cannot take it now is no loss.
            let told = wire.answer("421 4.3.2 too many connections; come later\r\n");
            drop(tokio::time::timeout(Duration::from_millis(100), told).await);
            return;
        };
        let session = Session::new(Arc::clone(self), wire, stop.clone());
        clients.spawn(async move {
            // It ends when the client goes, says something that cannot be answered, or stays silent: nothing to be told.
            drop(session.run().await);
            drop(place);
        });
    }

    async fn settle(&self, mut clients: JoinSet<()>) {
        let ended = async { while clients.join_next().await.is_some() {} };
        if tokio::time::timeout(self.limits.stop_wait, ended)
            .await
            .is_err()
        {
            tracing::warn!("an LMTP client was cut off; it heard of no success and sends again");
        }
    }
}

/// What comes first: the work (`Some`), or the word to stop (`None`).
async fn until<T>(stop: &mut watch::Receiver<bool>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        // The sender gone means the same as a word from it.
        _ = stop.wait_for(|stop| *stop) => None,
        done = work => Some(done),
    }
}
