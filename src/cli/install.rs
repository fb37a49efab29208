//! From settings to a house that works: data folder, master key, database, templates. Shared by every command that needs the database.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Failure, told};
use crate::app::{App, Operator, PostOffice};
use crate::config::{
    RelayTls, Settings, SystemClock, SystemRandom, law_with, own_companies, reply_reader,
};
use crate::domain::clock::Clock;
use crate::domain::random::Random;
use crate::mail::{Login, Relay, Tls};
use crate::storage::{Db, MasterKey};
use crate::templates::{LetterTemplates, PageTemplates};

/// Settings and data folder of this run.
pub(super) struct Installation {
    pub(super) settings: Settings,
    pub(super) dir: PathBuf,
    /// Companies beside those of the directory.
    pub(super) own_companies: BTreeMap<String, String>,
}

fn refused(error: &dyn std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}

impl Installation {
    /// Reads the settings and makes the data folder, readable by its owner alone.
    pub(super) fn find(
        config: Option<&Path>,
        data_dir: Option<PathBuf>,
    ) -> Result<Installation, Failure> {
        let settings = Settings::load(config).map_err(|error| refused(&error))?;
        let dir = data_dir.unwrap_or_else(|| PathBuf::from("demur-data"));
        make_private_dir(&dir)?;
        let own_companies = match settings.directory.companies.as_str() {
            "" => BTreeMap::new(),
            folder => own_companies(Path::new(folder)).map_err(|error| {
                Failure::Refused(format!("directory.companies {folder}: {error}"))
            })?,
        };
        Ok(Installation {
            settings,
            dir,
            own_companies,
        })
    }

    /// The address of the database.
    pub(super) fn database_url(&self) -> String {
        match self.settings.database.url.as_str() {
            "" => format!("sqlite:{}", self.dir.join("demur.db").display()),
            url => url.to_owned(),
        }
    }

    /// The file of the master key.
    pub(super) fn key_file(&self) -> PathBuf {
        match self.settings.keys.master.as_str() {
            "" => self.dir.join("master.key"),
            file => PathBuf::from(file),
        }
    }

    /// Opens the database with its key; both are made at the first start.
    pub(super) fn database(&self) -> Result<Db, Failure> {
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let key = master_key(&self.key_file(), random.as_ref())?;
        let db = Db::open(&self.database_url(), key, random).map_err(|error| refused(&error))?;
        // Behind a server there may be workers on several machines.
        Ok(if self.on_sqlite() { db } else { db.shared() })
    }

    /// The use cases with everything they need.
    pub(super) fn app(&self, clock: Arc<dyn Clock>) -> Result<App, Failure> {
        let book = law_with(self.own_companies.clone()).map_err(|errors| told(&errors))?;
        let letters = LetterTemplates::load(&book).map_err(|error| refused(&error))?;
        let settings = &self.settings;
        Ok(App {
            letters,
            book,
            pages: PageTemplates::load().map_err(|error| refused(&error))?,
            db: self.database()?,
            clock,
            random: Arc::new(SystemRandom),
            operator: operator(settings),
            base_url: settings.site.base_url.clone(),
            post_office: PostOffice {
                notices_from: settings.mail.from.clone(),
                reply_domain: Some(settings.mail.reply_domain.clone())
                    .filter(|domain| !domain.is_empty()),
            },
            limits: settings.limits,
            reader: reply_reader().map_err(|error| refused(&error))?,
            authserv_id: Some(settings.incoming.authserv_id.clone())
                .filter(|host| !host.is_empty()),
            dkim: super::dkim::signer(&settings.mail.dkim)?,
            pace: settings.sending.pace().map_err(|error| refused(&error))?,
        })
    }

    /// The same with the real clock.
    pub(super) fn real_app(&self) -> Result<App, Failure> {
        self.app(Arc::new(SystemClock))
    }

    /// The relay of the settings.
    pub(super) fn relay(&self) -> Result<Relay, Failure> {
        let mail = &self.settings.mail;
        let password = match mail.password_file.as_str() {
            "" => String::new(),
            file => std::fs::read_to_string(file)
                .map_err(|error| Failure::Refused(format!("mail.password_file {file}: {error}")))?,
        };
        let login = (!mail.user.is_empty()).then(|| Login {
            user: mail.user.clone(),
            password: password.trim_end().to_owned(),
        });
        Ok(Relay {
            host: mail.relay.clone(),
            port: mail.port,
            tls: match mail.tls {
                RelayTls::Implicit => Tls::Implicit,
                RelayTls::Starttls => Tls::Starttls,
                RelayTls::Off => Tls::Off,
            },
            login,
            hello: mail.hello.clone(),
        })
    }

    /// Takes a lock for as long as the file lives: beside the SQLite file, so that it holds from every data folder, else in the data folder.
    pub(super) fn lock(&self, name: &str, taken: &str) -> Result<File, Failure> {
        let url = self.database_url();
        let path = match url.strip_prefix("sqlite:") {
            Some(file) => PathBuf::from(format!("{file}.{name}")),
            None => self.dir.join(name),
        };
        let file = File::create(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Failure::Refused(taken.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Held while a mail is taken in: the master key does not change meanwhile.
    pub(super) fn intake_lock(&self) -> Result<File, Failure> {
        let url = self.database_url();
        let beside = url
            .strip_prefix("sqlite:")
            .map(|file| format!("{file}.intake.lock"));
        let path = beside.map_or_else(|| self.dir.join("intake.lock"), PathBuf::from);
        let file = File::create(path)?;
        file.lock_shared()?;
        Ok(file)
    }

    /// True if the database is a file of this machine.
    pub(super) fn on_sqlite(&self) -> bool {
        self.database_url().starts_with("sqlite:")
    }
}

fn operator(settings: &Settings) -> Operator {
    let operator = &settings.operator;
    Operator {
        site: settings.site.name.clone(),
        name: operator.name.clone(),
        contact: operator.contact.clone(),
        address: operator.address.clone(),
        regulator: operator.regulator.clone(),
        processors: operator.processors.clone(),
        notice: operator.notice.clone(),
        exit_url: Some(settings.site.exit_url.clone()).filter(|url| !url.is_empty()),
    }
}

/// The key of a file; a new one where there is none yet.
fn master_key(file: &Path, random: &dyn Random) -> Result<MasterKey, Failure> {
    match std::fs::read(file) {
        Ok(bytes) => {
            let bytes = bytes.try_into().map_err(|_wrong_length| {
                Failure::Refused(format!("{}: is no key of 32 bytes", file.display()))
            })?;
            Ok(MasterKey::new(bytes))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            write_private(file, &bytes)?;
            Ok(MasterKey::new(bytes))
        }
        Err(error) => Err(Failure::Refused(format!("{}: {error}", file.display()))),
    }
}

/// Writes a new file that only its owner can read, and sees to it that it is on the disk.
pub(super) fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
