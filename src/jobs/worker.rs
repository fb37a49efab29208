//! The worker: settles what an earlier run left open, sends, wakes and sweeps, and stops between two letters.

use std::sync::{Arc, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::heartbeat::{Beats, start};
use super::incoming::{Incoming, take_in};
use super::lanes::{InHand, run_lanes};
use super::post::Post;
use crate::app::{App, AppError, Report, Settled, settle_all, sweep, wake_cases};
use crate::domain::outbox::Verdict;
use crate::mail::Intake;
use crate::storage::{LostClaims, OutboxRow, StorageError};

/// One worker.
pub struct Worker {
    app: Arc<App>,
    post: Arc<Post>,
    lanes: usize,
    incoming: Incoming,
    in_hand: InHand,
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
    worker
        .settle_lost(if alone {
            LostClaims::All
        } else {
            LostClaims::OfThisJournal
        })
        .await;
    worker.sweep().await;
    let (stopping, stopped) = watch::channel(false);
    let mut lanes = tokio::spawn(run_lanes(
        Arc::clone(&worker.app),
        Arc::clone(&worker.post),
        worker.lanes,
        Arc::clone(&beats.send),
        Arc::clone(&worker.in_hand),
        stopped.clone(),
    ));
    let intake: Arc<dyn Intake> = Arc::<App>::clone(&worker.app);
    let incoming = std::mem::take(&mut worker.incoming);
    let mut ways = tokio::spawn(take_in(incoming, intake, stopped));
    // Without a way in this ends at once.
    let (mut closed, mut failed) = (false, None);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            ended = &mut ways, if !closed => {
                closed = true;
                failed = taken_in(ended).err();
            }
            // They end only when they are told to.
            ended = &mut lanes => {
                return Err(ended.map_or_else(|error| error.to_string(), |()| "sending ended by itself".to_owned()));
            }
            () = beats.sweep.notified() => worker.sweep().await,
            () = beats.wake.notified() => {
                let now = worker.app.clock.now();
                worker.settle_lost(LostClaims::RanOut(now)).await;
                worker.wake().await;
            }
        }
        if failed.is_some() {
            break;
        }
    }
    stopping.send_replace(true);
    lanes.await.map_err(|error| error.to_string())?;
    if !closed {
        taken_in(ways.await)?;
    }
    scheduler
        .shutdown()
        .await
        .map_err(|error| error.to_string())?;
    failed.map_or(Ok(()), Err)
}

fn taken_in(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), String> {
    ended
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("incoming: {error}"))
}

impl Worker {
    /// A worker with its way out, over so many connections at once.
    #[must_use]
    pub fn new(app: Arc<App>, post: Post, lanes: usize) -> Worker {
        Worker {
            app,
            post: Arc::new(post),
            lanes,
            incoming: Incoming::default(),
            in_hand: InHand::default(),
        }
    }

    /// The same with ways in: there is one of each, because there is one worker in a data folder.
    #[must_use]
    pub fn taking_in(self, incoming: Incoming) -> Worker {
        Worker { incoming, ..self }
    }

    /// Settles mails whose claim was lost: those of this journal by what it says; of another's nobody knows whether they went.
    async fn settle_lost(&self, which: LostClaims) {
        let journal = self.post.journal();
        let lost = blocking(&self.app, move |app| {
            Ok(app
                .db
                .read::<_, StorageError>(|tx| tx.lost_mails(journal, which))?)
        })
        .await;
        let lost = lost.unwrap_or_else(|error| {
            tracing::error!(%error, "lost mails cannot be read");
            Vec::new()
        });
        let known = |row: &OutboxRow| {
            if row.claimed_by != Some(journal) {
                return Report {
                    verdict: Verdict::Unknown,
                    words: "the worker that had it is gone, and with it its journal".to_owned(),
                };
            }
            let nothing_left = Report {
                verdict: Verdict::Retry,
                words: "the sender stopped before anything left".to_owned(),
            };
            self.post
                .known(&row.message_id, row.copies)
                .unwrap_or(nothing_left)
        };
        let in_hand: Vec<Uuid> = {
            let held = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
            held.keys().copied().collect()
        };
        let attempts: Vec<Settled> = lost
            .into_iter()
            .filter(|row| !in_hand.contains(&row.id))
            .map(|row| Settled {
                report: known(&row),
                row,
                lease: None,
                tried: true,
            })
            .collect();
        if let Err(error) = blocking(&self.app, move |app| settle_all(app, attempts)).await {
            tracing::error!(%error, "lost mails could not be settled");
        }
    }

    async fn wake(&self) {
        if let Err(error) = blocking(&self.app, wake_cases).await {
            tracing::error!(%error, "the cases cannot be looked at");
        }
    }

    async fn sweep(&self) {
        if let Err(error) = blocking(&self.app, sweep).await {
            tracing::error!(%error, "what is over cannot be thrown away");
        }
    }
}

/// Databases block: their work is done on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let app = Arc::clone(app);
    match tokio::task::spawn_blocking(move || work(&app)).await {
        Ok(done) => done,
        Err(stopped) => Err(AppError::Mail(stopped.to_string())),
    }
}
