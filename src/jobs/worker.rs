//! The worker: does the jobs one after the other, settles what an earlier run left open, and stops between two letters.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::heartbeat::{Beats, start};
use super::post::Post;
use crate::app::{
    App, AppError, Claimed, ClaimedMail, LEASE, Report, claim_mail, settle, sweep, wake_cases,
};
use crate::domain::outbox::Verdict;
use crate::storage::{OutboxRow, StorageError};

/// A claim is kept alive this often while its mail is under way.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// One worker.
pub struct Worker {
    app: Arc<App>,
    post: Post,
}

/// Runs the jobs until `stop` is done. `alone`: no other worker can be at work on this outbox, so every claim that is found at the start is lost.
///
/// # Errors
/// The heartbeat cannot start.
pub async fn run_jobs(
    mut worker: Worker,
    alone: bool,
    stop: impl Future<Output = ()>,
) -> Result<(), String> {
    let beats = Arc::new(Beats::default());
    let mut scheduler = start(&beats).await.map_err(|error| error.to_string())?;
    let mut stop = std::pin::pin!(stop);
    worker.settle_lost(alone).await;
    worker.sweep().await;
    loop {
        // In this order: a full outbox must keep nobody from stopping, nor the clock of a case from being looked at.
        tokio::select! {
            biased;
            () = &mut stop => break,
            () = beats.sweep.notified() => worker.sweep().await,
            () = beats.wake.notified() => {
                worker.settle_lost(false).await;
                worker.wake().await;
            }
            () = beats.send.notified() => {
                if worker.send_next().await {
                    beats.send.notify_one();
                }
            }
        }
    }
    scheduler
        .shutdown()
        .await
        .map_err(|error| error.to_string())
}

impl Worker {
    /// A worker with its way out.
    #[must_use]
    pub fn new(app: Arc<App>, post: Post) -> Worker {
        Worker { app, post }
    }

    /// Sends one mail that is due. One at a time: a claim that waits behind a slow relay would run out. True if there was one.
    async fn send_next(&mut self) -> bool {
        let claimed = match self.blocking(claim_mail).await {
            Ok(Claimed::Mail(mail)) => {
                self.send(&mail).await;
                return true;
            }
            Ok(Claimed::NotThis) => true,
            Ok(Claimed::Nothing) => false,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                false
            }
        };
        if !claimed {
            self.post.rest().await;
        }
        claimed
    }

    async fn send(&mut self, mail: &ClaimedMail) {
        // A mail that is new here, but not to the journal: the database is older than what was sent.
        let known = self.post.known(&mail.row.message_id, mail.row.copies);
        let known = known.filter(|report| report.verdict == Verdict::Sent);
        let report = match known {
            Some(report) => Some(report),
            None => self.deliver(mail).await,
        };
        if let Some(report) = report {
            self.write_down(mail.row.clone(), Some(mail.lease), report)
                .await;
        }
    }

    /// Tries a mail and keeps its claim alive meanwhile. `None`: the claim was lost; whoever took it over decides by the journal.
    async fn deliver(&mut self, mail: &ClaimedMail) -> Option<Report> {
        let app = Arc::clone(&self.app);
        let mut attempt = std::pin::pin!(self.post.deliver(mail));
        loop {
            tokio::select! {
                report = &mut attempt => return Some(report),
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    let (app, row, lease) = (Arc::clone(&app), mail.row.clone(), mail.lease);
                    let renewed = tokio::task::spawn_blocking(move || renew(&app, &row, lease)).await;
                    if !matches!(renewed, Ok(Ok(()))) {
                        tracing::error!("a claim could not be renewed; its attempt is given up");
                        return None;
                    }
                }
            }
        }
    }

    async fn write_down(&self, row: OutboxRow, lease: Option<Uuid>, report: Report) {
        let done = self
            .blocking(move |app| settle(app, &row, lease, &report))
            .await;
        match done {
            // Another worker took over, or the case was erased: nothing is left to say.
            Ok(_) | Err(AppError::Storage(StorageError::Conflict | StorageError::Erased)) => {}
            Err(error) => {
                tracing::error!(%error, "an attempt could not be written down; the journal knows it")
            }
        }
    }

    /// Settles mails whose claim was lost, by the journal. `all`: also those whose lease still runs.
    async fn settle_lost(&mut self, all: bool) {
        let lost = self
            .blocking(move |app| {
                let before = (!all).then(|| app.clock.now());
                Ok(app.db.read::<_, StorageError>(|tx| tx.lost_mails(before))?)
            })
            .await;
        let lost = lost.unwrap_or_else(|error| {
            tracing::error!(%error, "lost mails cannot be read");
            Vec::new()
        });
        for row in lost {
            let report = self
                .post
                .known(&row.message_id, row.copies)
                .unwrap_or_else(|| Report {
                    verdict: Verdict::Retry,
                    words: "the sender stopped before anything left".to_owned(),
                });
            self.write_down(row, None, report).await;
        }
    }

    async fn wake(&self) {
        if let Err(error) = self.blocking(wake_cases).await {
            tracing::error!(%error, "the cases cannot be looked at");
        }
    }

    async fn sweep(&self) {
        if let Err(error) = self.blocking(sweep).await {
            tracing::error!(%error, "what is over cannot be thrown away");
        }
    }

    /// Databases block: their work is done on a thread for that.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let app = Arc::clone(&self.app);
        match tokio::task::spawn_blocking(move || work(&app)).await {
            Ok(done) => done,
            Err(stopped) => Err(AppError::Mail(stopped.to_string())),
        }
    }
}

fn renew(app: &App, row: &OutboxRow, lease: Uuid) -> Result<(), StorageError> {
    let until = app.clock.now() + LEASE;
    app.db
        .write(|tx| tx.renew_lease(row.case_id, row.id, lease, until))
}
