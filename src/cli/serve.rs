//! `demur serve` and `demur worker`: the web server with the jobs beside it, or the jobs alone.

use std::net::TcpListener;
use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;
use tokio::sync::oneshot;

use super::Failure;
use super::install::Installation;
use crate::app::App;
use crate::config::SystemClock;
use crate::domain::clock::{Clock, ShiftedClock};
use crate::domain::random::new_id;
use crate::jobs::{Post, Worker, run_jobs};
use crate::web::{self, House, Inbound, UPLOADS};

/// What `serve` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Leaves the jobs to `demur worker`
    #[arg(long)]
    no_jobs: bool,
    #[command(flatten)]
    rehearsal: Rehearsal,
}

/// For rehearsals on a copy and for tests: a clock that runs ahead.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Rehearsal {
    /// Hours by which the clock runs ahead
    #[arg(long, hide = true, default_value_t = 0)]
    hours_ahead: u32,
}

impl Rehearsal {
    fn clock(self) -> Arc<dyn Clock> {
        let clock = ShiftedClock::over(Arc::new(SystemClock));
        clock.forward(TimeDelta::hours(self.hours_ahead.into()));
        Arc::new(clock)
    }
}

pub(super) fn serve(arguments: &Arguments, installation: &Installation) -> Result<(), Failure> {
    super::log_to_stderr(tracing::Level::INFO);
    let settings = &installation.settings;
    settings
        .ready_to_serve()
        .map_err(|error| Failure::Refused(error.to_string()))?;
    let _one_server = installation
        .on_sqlite()
        .then(|| {
            installation.lock(
                "serve.lock",
                "another `demur serve` works on this SQLite database; stop it, or use PostgreSQL for more than one",
            )
        })
        .transpose()?;
    let listener = TcpListener::bind(&settings.server.listen).map_err(|error| {
        Failure::Refused(format!(
            "server.listen {} cannot be had: {error}",
            settings.server.listen
        ))
    })?;
    let app = Arc::new(installation.app(arguments.rehearsal.clock())?);
    let (_one_worker, worker) = if arguments.no_jobs {
        (None, None)
    } else {
        let (lock, worker) = worker_of(installation, &app)?;
        (Some(lock), Some(worker))
    };
    // The master key does not change while mail may come in.
    let _key_stays = installation.intake_lock()?;
    let secret = super::incoming::http_secret(&settings.incoming)?;
    let house = House {
        inbound: secret.map(|secret| Inbound::new(&secret, app.clone())),
        form_secret: app.db.secret_for("forms"),
        app,
        demo_clock: None,
        hosts: vec![host_of(&settings.site.base_url).to_owned()],
        uploads: tokio::sync::Semaphore::new(UPLOADS),
        trusted_proxies: settings.server.trusted_proxies.clone(),
    };
    super::say(&format!(
        "{} listens on {} and answers as {}",
        settings.site.name,
        listener.local_addr()?,
        settings.site.base_url
    ));
    run_both(house, listener, worker, installation.on_sqlite())
}

pub(super) fn worker(rehearsal: Rehearsal, installation: &Installation) -> Result<(), Failure> {
    super::log_to_stderr(tracing::Level::INFO);
    installation
        .settings
        .ready_to_serve()
        .map_err(|error| Failure::Refused(error.to_string()))?;
    let app = Arc::new(installation.app(rehearsal.clock())?);
    // The master key does not change while mail may come in.
    let _key_stays = installation.intake_lock()?;
    let (_one_worker, worker) = worker_of(installation, &app)?;
    super::say("the worker is at work; stop it with Ctrl-C");
    actix_web::rt::System::new()
        .block_on(run_jobs(worker, installation.on_sqlite(), stop_asked()))
        .map_err(Failure::Refused)
}

/// The worker of this data folder: the journal has one writer.
fn worker_of(
    installation: &Installation,
    app: &Arc<App>,
) -> Result<(std::fs::File, Worker), Failure> {
    let lock = installation.lock(
        "jobs.lock",
        "another worker works in this data folder; give each its own with `--data-dir`",
    )?;
    let settings = &installation.settings;
    let incoming = super::incoming::open(&settings.incoming, &settings.mail.reply_domain)?;
    let journal = installation.dir.join("mail.journal");
    let new_id = new_id(app.random.as_ref(), app.clock.now());
    let post = Post::over(installation.relay()?, &journal, new_id)
        .map_err(|error| Failure::Refused(format!("{}: {error}", journal.display())))?;
    Ok((
        lock,
        Worker::new(Arc::clone(app), post, settings.sending.connections).taking_in(incoming),
    ))
}

/// Runs server and jobs until one is asked to stop; the other stops then, too.
pub(super) fn run_both(
    house: House,
    listener: TcpListener,
    worker: Option<Worker>,
    alone: bool,
) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(async move {
        let Some(worker) = worker else {
            return web::serve(Arc::new(house), listener)
                .await
                .map_err(Failure::from);
        };
        let (stop, stopped) = oneshot::channel::<()>();
        // The sender gone means the same as a word from it.
        let asked = async move { drop(stopped.await) };
        let mut jobs = actix_web::rt::spawn(run_jobs(worker, alone, asked));
        let served = tokio::select! {
            served = web::serve(Arc::new(house), listener) => served.map_err(Failure::from),
            // A server without its jobs would send nothing and remind nobody: better it is seen to stop.
            ended = &mut jobs => return Err(Failure::Refused(match ended {
                Ok(Ok(())) => "the jobs ended by themselves".to_owned(),
                Ok(Err(why)) => why,
                Err(panicked) => panicked.to_string(),
            })),
        };
        drop(stop);
        jobs.await
            .map_err(|error| Failure::Refused(error.to_string()))?
            .map_err(Failure::Refused)?;
        served
    })
}

/// Ends when the process is asked to stop.
async fn stop_asked() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut asked) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = asked.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}

fn host_of(base_url: &str) -> &str {
    base_url
        .split_once("://")
        .map_or(base_url, |(_, host)| host)
}
