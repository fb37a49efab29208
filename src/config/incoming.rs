//! The settings of the ways in: `[incoming]` in `config/default.toml`. Says which key makes no sense; opens nothing.

use std::net::SocketAddr;

use serde::Deserialize;

use super::settings::{BadSettings, RelayTls};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct IncomingSettings {
    pub lmtp: String,
    pub lmtp_socket: String,
    pub lmtp_connections: usize,
    pub maildir: String,
    pub maildir_seconds: u64,
    pub http_secret_file: String,
    pub authserv_id: String,
    pub imap: ImapSettings,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct ImapSettings {
    pub host: String,
    pub port: u16,
    pub tls: RelayTls,
    pub user: String,
    pub password_file: String,
    pub mailbox: String,
    pub every_seconds: u64,
}

/// A day.
const LONGEST: u64 = 86_400;

impl IncomingSettings {
    /// Whether they make sense.
    ///
    /// # Errors
    /// The first key that does not.
    pub fn check(&self, reply_domain: &str) -> Result<(), BadSettings> {
        let ways = [
            ("lmtp", &self.lmtp),
            ("lmtp_socket", &self.lmtp_socket),
            ("maildir", &self.maildir),
            ("http_secret_file", &self.http_secret_file),
            ("imap.host", &self.imap.host),
        ];
        let used = ways.iter().find(|(_, value)| !value.is_empty());
        if let Some((key, _)) = used.filter(|_| reply_domain.is_empty()) {
            return wrong(format!(
                "`incoming.{key}` needs `mail.reply_domain`: without it no mail belongs to a case"
            ));
        }
        match self.lmtp.parse::<SocketAddr>() {
            Err(_) if !self.lmtp.is_empty() => {
                return wrong(format!(
                    "`incoming.lmtp` is `{}`; it is an address with a port, such as 127.0.0.1:8424",
                    self.lmtp
                ));
            }
            // Whoever reaches it could write `Authentication-Results` in the name of the own server.
            Ok(address) if !address.ip().is_loopback() && !self.authserv_id.is_empty() => {
                return wrong(
                    "`incoming.authserv_id` needs `incoming.lmtp` on this machine: whoever else reaches it could vouch for anybody".to_owned(),
                );
            }
            _ => {}
        }
        if !(1..=64).contains(&self.lmtp_connections) {
            return wrong("`incoming.lmtp_connections` is 1 to 64".to_owned());
        }
        for (key, seconds) in [
            ("maildir_seconds", self.maildir_seconds),
            ("imap.every_seconds", self.imap.every_seconds),
        ] {
            if !(1..=LONGEST).contains(&seconds) {
                return wrong(format!("`incoming.{key}` is 1 to {LONGEST}"));
            }
        }
        self.imap.check()
    }
}

impl ImapSettings {
    fn check(&self) -> Result<(), BadSettings> {
        if self.host.is_empty() {
            return Ok(());
        }
        let needed = [
            ("user", &self.user),
            ("password_file", &self.password_file),
            ("mailbox", &self.mailbox),
        ];
        match needed.iter().find(|(_, value)| value.is_empty()) {
            Some((key, _)) => wrong(format!(
                "the setting `incoming.imap.{key}` is missing; config/default.toml says what it is"
            )),
            None => Ok(()),
        }
    }
}

fn wrong(why: String) -> Result<(), BadSettings> {
    Err(BadSettings(why))
}
