//! The heartbeat: says at fixed times, UTC, which job it is time for. A job that is still at work is not started twice: its beat is dropped.

use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// What it is time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// Mails that are due.
    Send,
    /// Cases whose clock ran.
    Wake,
    /// What is kept no longer.
    Sweep,
}

/// When each job has its turn: every second, every minute, once an hour.
const TIMES: [(&str, Beat); 3] = [
    ("* * * * * *", Beat::Send),
    ("0 * * * * *", Beat::Wake),
    ("30 7 * * * *", Beat::Sweep),
];

/// Starts the heartbeat. It beats until what it returns is dropped.
pub(super) async fn start(beats: mpsc::Sender<Beat>) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for (time, beat) in TIMES {
        let beats = beats.clone();
        let job = Job::new(time, move |_, _| {
            // A full queue means that the worker is busy; the next beat comes soon.
            let _busy = beats.try_send(beat);
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}
