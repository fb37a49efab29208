//! The settings of an installation: `config/default.toml`, overlaid by the operator's own file. Says what is missing; decides nothing else.

use std::path::Path;

use serde::Deserialize;

use super::incoming::IncomingSettings;
use crate::domain::pacing::{Pace, QuietHours, SendingPace};

/// The values that hold where the operator says nothing.
const DEFAULTS: &str = include_str!("../../config/default.toml");

/// The settings; each key is explained in `config/default.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Settings {
    pub site: Site,
    pub operator: OperatorSettings,
    pub server: Server,
    pub database: Database,
    pub keys: Keys,
    pub mail: MailSettings,
    pub incoming: IncomingSettings,
    pub sending: Sending,
    pub limits: Limits,
    pub directory: Directory,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Site {
    pub name: String,
    pub base_url: String,
    pub exit_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct OperatorSettings {
    pub name: String,
    pub contact: String,
    pub address: Vec<String>,
    pub regulator: String,
    pub processors: Vec<String>,
    pub notice: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Server {
    pub listen: String,
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Database {
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Keys {
    pub master: String,
}

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayTls {
    /// From the first byte.
    Implicit,
    /// By STARTTLS, which must be offered.
    Starttls,
    /// Not at all.
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct MailSettings {
    pub relay: String,
    pub port: u16,
    pub tls: RelayTls,
    pub user: String,
    pub password_file: String,
    pub hello: String,
    pub from: String,
    pub reply_domain: String,
    pub dkim: DkimSettings,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct DkimSettings {
    pub domain: String,
    pub selector: String,
    pub key_file: String,
    pub ed25519_selector: String,
    pub ed25519_key_file: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Sending {
    pub connections: usize,
    pub per_mailbox_hour: i32,
    pub per_domain_hour: i32,
    pub burst: i32,
    pub slow_start_days: i32,
    pub per_day: i32,
    pub quiet_from: u32,
    pub quiet_until: u32,
    pub quiet_zone: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Limits {
    pub confirmation_mails_per_network_hour: i32,
    pub confirmation_mails_per_network_day: i32,
    pub confirmation_mails_per_hour: i32,
    pub sign_ins_per_network_hour: i32,
    pub incoming_per_case_hour: i32,
    pub incoming_per_hour: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
pub struct Directory {
    pub companies: String,
}

/// Why settings cannot be used, in words that name the key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadSettings(pub(super) String);

impl Sending {
    /// How letters are spread over time.
    ///
    /// # Errors
    /// A number that makes no sense, or a zone that does not exist.
    pub fn pace(&self) -> Result<SendingPace, BadSettings> {
        let numbers = [
            ("per_mailbox_hour", self.per_mailbox_hour),
            ("per_domain_hour", self.per_domain_hour),
            ("burst", self.burst),
            ("per_day", self.per_day),
        ];
        if let Some((key, _)) = numbers.iter().find(|(_, number)| *number < 1) {
            return Err(BadSettings(format!("`sending.{key}` is at least 1")));
        }
        if self.connections == 0 || self.connections > 64 {
            let why = "`sending.connections` is 1 to 64";
            return Err(BadSettings(why.to_owned()));
        }
        if self.quiet_from > 23 || self.quiet_until > 23 {
            let why = "`sending.quiet_from` and `quiet_until` are hours, 0 to 23";
            return Err(BadSettings(why.to_owned()));
        }
        let zone = self.quiet_zone.parse().map_err(|_unknown| {
            BadSettings(format!(
                "`sending.quiet_zone` is `{}`; it is a zone such as Europe/Berlin",
                self.quiet_zone
            ))
        })?;
        let pace = |per_hour: i32, burst: i32, slow_start_days: i32| Pace {
            per_hour,
            burst,
            slow_start_days,
        };
        Ok(SendingPace {
            mailbox: pace(self.per_mailbox_hour, self.burst, self.slow_start_days),
            domain: pace(self.per_domain_hour, self.burst, self.slow_start_days),
            provider: pace((self.per_day / 24).max(1), (self.per_day / 24).max(1), 0),
            quiet: (self.quiet_from != self.quiet_until).then_some(QuietHours {
                from: self.quiet_from,
                until: self.quiet_until,
                zone,
            }),
        })
    }
}

impl Settings {
    /// Reads the settings; without a file the defaults hold.
    ///
    /// # Errors
    /// A file that cannot be read, a key that does not exist, a value of the wrong kind.
    pub fn load(file: Option<&Path>) -> Result<Settings, BadSettings> {
        let mut table: toml::Table = DEFAULTS
            .parse()
            .map_err(|error| BadSettings(format!("config/default.toml: {error}")))?;
        let name = file.map(|file| file.display().to_string());
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| BadSettings(format!("{}: {error}", file.display())))?;
            let own: toml::Table = text
                .parse()
                .map_err(|error| BadSettings(format!("{}: {error}", file.display())))?;
            overlay(&mut table, own);
        }
        table.try_into().map_err(|error: toml::de::Error| {
            BadSettings(format!("{}: {}", name.unwrap_or_default(), error.message()))
        })
    }

    /// What `serve` needs beyond the defaults.
    ///
    /// # Errors
    /// The first key that is missing or makes no sense.
    pub fn ready_to_serve(&self) -> Result<(), BadSettings> {
        let needed = [
            ("site.base_url", &self.site.base_url),
            ("operator.name", &self.operator.name),
            ("operator.contact", &self.operator.contact),
            ("operator.notice", &self.operator.notice),
            ("mail.relay", &self.mail.relay),
            ("mail.from", &self.mail.from),
        ];
        if let Some((key, _)) = needed.iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(BadSettings(format!(
                "the setting `{key}` is missing; config/default.toml says what it is"
            )));
        }
        base_url(&self.site.base_url)?;
        for (key, value) in [
            ("mail.from", &self.mail.from),
            ("operator.contact", &self.operator.contact),
        ] {
            if crate::domain::party::email_address(value).is_err() {
                return Err(BadSettings(format!(
                    "`{key}` is `{value}`; it is a plain mail address, without a name"
                )));
            }
        }
        let domain = &self.mail.reply_domain;
        if !domain.is_empty() && !is_host(domain) {
            return Err(BadSettings(format!(
                "`mail.reply_domain` is `{domain}`; it is the name of a domain in lower case"
            )));
        }
        self.incoming.check(&self.mail.reply_domain)
    }
}

/// The address under which people reach the service: secure, but on this very machine, and with nothing behind the host.
fn base_url(url: &str) -> Result<(), BadSettings> {
    let wrong = |why: &str| Err(BadSettings(format!("`site.base_url` is `{url}`; {why}")));
    let Some((scheme @ ("https" | "http"), rest)) = url.split_once("://") else {
        return wrong("it begins with https://");
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, ""));
    if !is_host(host) || !port.chars().all(|digit| digit.is_ascii_digit()) {
        return wrong(
            "after https:// there is the name of the host in lower case, and nothing else",
        );
    }
    if scheme == "http" && !matches!(host, "127.0.0.1" | "localhost") {
        return wrong("it begins with https://; http:// is for this machine alone");
    }
    if matches!((scheme, port), ("https", "443") | ("http", "80")) {
        return wrong("browsers leave that port out, and so must it");
    }
    Ok(())
}

fn is_host(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.split('.').all(part)
}

/// Puts the values of one table over those of another, section by section.
fn overlay(base: &mut toml::Table, own: toml::Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(own)) => overlay(base, own),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
