//! From the settings to ways in that are open: what cannot be had is said at the start, with its key.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Failure;
use crate::config::{IncomingSettings, RelayTls};
use crate::jobs::{Incoming, Looked};
use crate::mail::{LmtpLimits, Login, Mailbox, Tls};

/// The shortest secret that is taken for one.
const SHORTEST_SECRET: usize = 32;

/// Opens the ways in of the settings, which were checked.
pub(super) fn open(settings: &IncomingSettings, reply_domain: &str) -> Result<Incoming, Failure> {
    let given = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let lmtp = given(&settings.lmtp)
        .map(|address| TcpListener::bind(&address).map_err(|why| cannot("lmtp", &address, &why)))
        .transpose()?;
    #[cfg(unix)]
    let lmtp_socket = given(&settings.lmtp_socket)
        .map(|path| bind(Path::new(&path)).map_err(|why| cannot("lmtp_socket", &path, &why)))
        .transpose()?;
    let maildir = given(&settings.maildir).map(|folder| {
        for part in ["new", "cur"] {
            std::fs::read_dir(Path::new(&folder).join(part))
                .map_err(|why| cannot("maildir", &format!("{folder}/{part}"), &why))?;
        }
        Ok::<_, Failure>(Looked {
            at: PathBuf::from(folder),
            every: Duration::from_secs(settings.maildir_seconds),
        })
    });
    let imap = &settings.imap;
    let mailbox = given(&imap.host).map(|host| {
        let password = read("imap.password_file", &imap.password_file)?;
        Ok::<_, Failure>(Looked {
            at: Mailbox {
                host,
                port: imap.port,
                tls: match imap.tls {
                    RelayTls::Implicit => Tls::Implicit,
                    RelayTls::Starttls => Tls::Starttls,
                    RelayTls::Off => Tls::Off,
                },
                login: Login {
                    user: imap.user.clone(),
                    password,
                },
                name: imap.mailbox.clone(),
            },
            every: Duration::from_secs(imap.every_seconds),
        })
    });
    Ok(Incoming {
        lmtp,
        #[cfg(unix)]
        lmtp_socket,
        lmtp_limits: LmtpLimits {
            connections: settings.lmtp_connections,
            ..LmtpLimits::default()
        },
        domain: given(reply_domain),
        maildir: maildir.transpose()?,
        mailbox: mailbox.transpose()?,
    })
}

/// The secret of `POST /api/v1/inbound`, if there is one.
pub(super) fn http_secret(settings: &IncomingSettings) -> Result<Option<String>, Failure> {
    if settings.http_secret_file.is_empty() {
        return Ok(None);
    }
    let secret = read("http_secret_file", &settings.http_secret_file)?;
    if secret.len() < SHORTEST_SECRET || !secret.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(Failure::Refused(format!(
            "incoming.http_secret_file {}: a secret has at least {SHORTEST_SECRET} letters and digits, and no space",
            settings.http_secret_file
        )));
    }
    Ok(Some(secret))
}

fn read(key: &str, file: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|why| cannot(key, file, &why))?;
    Ok(text.trim_end().to_owned())
}

fn cannot(key: &str, value: &str, why: &dyn std::fmt::Display) -> Failure {
    Failure::Refused(format!("incoming.{key} {value} cannot be had: {why}"))
}

/// Takes the place of the socket of an earlier run; the lock of the worker has shown that none is left. Everybody who may enter its folder may write to it.
#[cfg(unix)]
fn bind(path: &Path) -> std::io::Result<std::os::unix::net::UnixListener> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if std::fs::symlink_metadata(path).is_ok_and(|known| known.file_type().is_socket()) {
        std::fs::remove_file(path)?;
    }
    let listener = std::os::unix::net::UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
