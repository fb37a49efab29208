//! `demur demo`: the whole product on one machine, on SQLite, with a mailbox page in place of mail and a clock that can be moved.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{Failure, law};
use crate::app::{App, Operator};
use crate::config::{SystemClock, SystemRandom};
use crate::domain::clock::ShiftedClock;
use crate::domain::random::{Random, new_secret};
use crate::storage::{Db, MasterKey};
use crate::templates::{LetterTemplates, PageTemplates};
use crate::web::{House, serve_demo};

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub(super) fn run(arguments: &Arguments, data_dir: Option<PathBuf>) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let dir = data_dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("demur-demo-{}", new_secret(random.as_ref())))
    });
    std::fs::create_dir_all(&dir)?;
    let clock = Arc::new(ShiftedClock::over(Arc::new(SystemClock)));
    let house = house(&dir, Arc::clone(&clock), random)?;
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).map_err(|error| {
        Failure::Refused(format!(
            "port {} cannot be had: {error}; choose another with `--port`",
            arguments.port
        ))
    })?;
    let port = listener.local_addr()?.port();
    super::say(&format!(
        "Demur's demo is at http://127.0.0.1:{port}/\nMails go to http://127.0.0.1:{port}/demo and nowhere else. Data: {}\nStop it with Ctrl-C.",
        dir.display()
    ));
    actix_web::rt::System::new()
        .block_on(serve_demo(Arc::new(house), listener))
        .map_err(Failure::from)
}

fn house(
    dir: &std::path::Path,
    clock: Arc<ShiftedClock>,
    random: Arc<dyn Random>,
) -> Result<House, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
    let book = law()?;
    let letters = LetterTemplates::load(&book).map_err(|error| refused(&error))?;
    let pages = PageTemplates::load().map_err(|error| refused(&error))?;
    let url = format!("sqlite:{}", dir.join("demur.db").display());
    let key = master_key(dir, random.as_ref())?;
    let db = Db::open(&url, key, Arc::clone(&random)).map_err(|error| refused(&error))?;
    let mut form_secret = [0; 32];
    random.fill(&mut form_secret);
    let app = App {
        book,
        letters,
        pages,
        db,
        clock: Arc::<ShiftedClock>::clone(&clock),
        random,
        operator: operator(),
    };
    Ok(House {
        app,
        form_secret,
        demo_clock: clock,
    })
}

/// The key of the demo lies beside its data; a second start on the same folder finds it again.
fn master_key(dir: &std::path::Path, random: &dyn Random) -> Result<MasterKey, Failure> {
    let file = dir.join("master.key");
    if let Ok(bytes) = std::fs::read(&file) {
        let bytes = bytes.try_into().map_err(|_wrong_length| {
            Failure::Refused(format!("{}: is no key of 32 bytes", file.display()))
        })?;
        return Ok(MasterKey::new(bytes));
    }
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    write_private(&file, &bytes)?;
    Ok(MasterKey::new(bytes))
}

/// Writes a file that only its owner can read.
fn write_private(file: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

/// An operator who does not exist.
fn operator() -> Operator {
    Operator {
        site: "Demur".to_owned(),
        name: "Example Association (demo)".to_owned(),
        contact: "help@demur.example".to_owned(),
        address: vec![
            "Example Street 1".to_owned(),
            "10115 Example Town".to_owned(),
        ],
        regulator: "the data protection authority of Example Town".to_owned(),
        processors: Vec::new(),
        exit_url: None,
    }
}
