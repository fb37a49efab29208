//! Mail from a Maildir: takes what lies in `new`, oldest first, and moves it to `cur` as seen once it is stored. If it stops in between, the mail comes twice, which is no harm.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::intake::{Intake, MOST_BYTES, Taken};

/// A Maildir that is looked through again and again.
pub struct Maildir {
    folder: PathBuf,
    intake: Arc<dyn Intake>,
    /// Files that stay where they are and were spoken of.
    told: BTreeSet<String>,
}

/// Why a file stays in `new`.
enum Stays {
    /// For good, unless somebody does something about it.
    Told(String),
    /// Until the next time; what comes after it waits, too.
    Later,
}

impl Maildir {
    /// A Maildir with its folders `new` and `cur`.
    ///
    /// # Errors
    /// It is none, or cannot be read.
    pub fn open(folder: &Path, intake: Arc<dyn Intake>) -> io::Result<Maildir> {
        for part in ["new", "cur"] {
            fs::read_dir(folder.join(part))?;
        }
        Ok(Maildir {
            folder: folder.to_owned(),
            intake,
            told: BTreeSet::new(),
        })
    }

    /// Takes what is there. Returns how many mails were stored. It blocks. `stop` is asked between two mails.
    ///
    /// # Errors
    /// The folder cannot be read, or a mail that is stored cannot be moved.
    pub fn look(&mut self, stop: impl Fn() -> bool) -> io::Result<usize> {
        let names = self.names()?;
        self.told.retain(|told| names.contains(told));
        let mut stored = 0;
        for name in names {
            if stop() {
                break;
            }
            match self.take(&name) {
                Ok(()) => {
                    self.seen(&name)?;
                    stored += 1;
                }
                Err(Stays::Later) => break,
                Err(Stays::Told(why)) => {
                    if self.told.insert(name.clone()) {
                        tracing::error!(name, why, "a mail stays in the Maildir");
                    }
                }
            }
        }
        Ok(stored)
    }

    /// The mails in `new`, in the order of their delivery. A name begins with the second; what follows it sorts the mails of one second as well as any other way.
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join("new"))? {
            let name = entry?.file_name();
            match name.to_str() {
                Some(name) if name.starts_with('.') => {}
                Some(name) => names.push(name.to_owned()),
                None => tracing::warn!(?name, "a mail with such a name is not taken"),
            }
        }
        let second = |name: &str| {
            let digits = name.split('.').next().unwrap_or_default();
            digits.parse::<u64>().unwrap_or(u64::MAX)
        };
        names.sort_by(|one, other| (second(one), one).cmp(&(second(other), other)));
        Ok(names)
    }

    fn take(&self, name: &str) -> Result<(), Stays> {
        let raw = match read(&self.folder.join("new").join(name)) {
            Ok(raw) => raw,
            // Somebody else took it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Stays::Later),
            Err(error) => return Err(Stays::Told(error.to_string())),
        };
        match self.intake.take(&raw, None) {
            Taken::Stored => Ok(()),
            Taken::TryAgain => Err(Stays::Later),
            Taken::Refused(why) => Err(Stays::Told(why.to_owned())),
        }
    }

    /// Moves a mail that is stored.
    fn seen(&self, name: &str) -> io::Result<()> {
        let unique = name.split_once(":2,").map_or(name, |(unique, _)| unique);
        let to = self.folder.join("cur").join(format!("{unique}:2,S"));
        fs::rename(self.folder.join("new").join(name), to)
    }
}

/// A link or a pipe is no mail: it is not followed, and not waited for.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
    if !fs::symlink_metadata(path)?.is_file() {
        return refuse("it is no plain file");
    }
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    let mut raw = Vec::new();
    File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut raw)?;
    if raw.len() > MOST_BYTES {
        return refuse("it is larger than 25 MiB");
    }
    Ok(raw)
}
