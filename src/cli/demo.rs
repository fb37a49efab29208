//! `demur demo`: the whole product on one machine, on SQLite, with a mailbox page in place of mail and a clock that can be moved.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::install::Installation;
use super::serve::run_both;
use super::{Failure, demo_people};
use crate::app::App;
use crate::config::{SystemClock, SystemRandom, demo_companies};
use crate::domain::clock::{Clock, ShiftedClock};
use crate::domain::random::new_secret;
use crate::jobs::{Post, Worker};
use crate::storage::StorageError;
use crate::web::{House, UPLOADS};

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub(super) fn run(arguments: &Arguments, data_dir: Option<PathBuf>) -> Result<(), Failure> {
    super::log_to_stderr(tracing::Level::WARN);
    let dir = data_dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("demur-demo-{}", new_secret(&SystemRandom)))
    });
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).map_err(|error| {
        Failure::Refused(format!(
            "port {} cannot be had: {error}; choose another with `--port`",
            arguments.port
        ))
    })?;
    let port = listener.local_addr()?.port();
    let mut installation = Installation::find(None, Some(dir))?;
    installation.own_companies = demo_companies();
    invent(&mut installation, port);
    let clock = Arc::new(ShiftedClock::over(Arc::new(SystemClock)));
    let shown: Arc<dyn Clock> = Arc::<ShiftedClock>::clone(&clock);
    let app = Arc::new(installation.app(shown)?);
    if is_new(&app)? {
        demo_people::invite(&app, &clock).map_err(|error| Failure::Refused(error.to_string()))?;
    }
    let house = House {
        form_secret: app.db.secret_for("forms"),
        app: Arc::clone(&app),
        demo_clock: Some(clock),
        hosts: vec![format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        inbound: None,
        uploads: tokio::sync::Semaphore::new(UPLOADS),
        trusted_proxies: Vec::new(),
    };
    super::say(&format!(
        "Demur's demo is at http://127.0.0.1:{port}/\nMails go to http://127.0.0.1:{port}/demo and nowhere else. Data: {}\nStop it with Ctrl-C.",
        installation.dir.display()
    ));
    run_both(
        house,
        listener,
        Some(Worker::new(app, Post::Mailbox, 1)),
        true,
    )
}

/// True at the first start in this folder: its people come once.
fn is_new(app: &App) -> Result<bool, Failure> {
    let mails = app.db.read::<_, StorageError>(|tx| tx.count_mails());
    let mails = mails.map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(mails == 0)
}

/// An operator who does not exist, under names that lead nowhere.
fn invent(installation: &mut Installation, port: u16) {
    let settings = &mut installation.settings;
    settings.site.base_url = format!("http://127.0.0.1:{port}");
    let operator = &mut settings.operator;
    operator.name = "Example Association (demo)".to_owned();
    operator.contact = "help@demur.example".to_owned();
    operator.address = vec![
        "Example Street 1".to_owned(),
        "10115 Example Town".to_owned(),
    ];
    operator.regulator = "the data protection authority of Example Town".to_owned();
    operator.notice = "This is a demo. What you type stays in a folder of this machine; delete the folder and it is gone.".to_owned();
    settings.mail.from = "no-reply@demur.example".to_owned();
    settings.mail.reply_domain = "cases.demur.example".to_owned();
    // One person tries everything from one address, with one company.
    settings.sending.burst = 1000;
    settings.limits.confirmation_mails_per_network_hour = 1000;
    settings.limits.confirmation_mails_per_network_day = 1000;
}
