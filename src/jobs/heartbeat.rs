//! The heartbeat: says at fixed times, UTC, which job it is time for. A beat that comes while the worker is busy waits; a second one of the same kind adds nothing.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// What it is time for. Each kind has a place of its own, so that none is lost to another.
#[derive(Debug, Default)]
pub(super) struct Beats {
    /// Mails that are due.
    pub(super) send: Arc<Notify>,
    /// Cases whose clock ran.
    pub(super) wake: Notify,
    /// What is kept no longer.
    pub(super) sweep: Notify,
}

/// Starts the heartbeat: every second, every minute, once an hour. It beats until what it returns is shut down.
pub(super) async fn start(beats: &Arc<Beats>) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    scheduler
        .add(job("* * * * * *", beats, |beats| &beats.send)?)
        .await?;
    scheduler
        .add(job("0 * * * * *", beats, |beats| &beats.wake)?)
        .await?;
    scheduler
        .add(job("30 7 * * * *", beats, |beats| &beats.sweep)?)
        .await?;
    scheduler.start().await?;
    Ok(scheduler)
}

fn job(
    time: &str,
    beats: &Arc<Beats>,
    which: fn(&Beats) -> &Notify,
) -> Result<Job, JobSchedulerError> {
    let beats = Arc::clone(beats);
    Job::new(time, move |_, _| which(&beats).notify_one())
}
