//! What the DNS says about our mail, record by record: what was found, and what to do. It asks nothing itself; see `dns`.

mod dkim;
mod dmarc;
mod spf;

use std::collections::BTreeMap;

use serde::Serialize;

/// Who sends, as far as the DNS is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Domain of the address that notices come from.
    pub from_domain: String,
    /// Domain of the cases' own addresses; empty if there are none.
    pub reply_domain: String,
    /// Domain for which Demur signs; empty if the relay signs.
    pub dkim_domain: String,
    /// The DKIM records that our keys need.
    pub dkim: Vec<Published>,
}

/// A TXT record that must exist.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "name and text of a record")]
pub struct Published {
    pub name: String,
    pub text: String,
}

/// A mail exchanger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the record")]
pub struct Mx {
    pub preference: u16,
    /// Empty: the domain says that it takes no mail (RFC 7505).
    pub host: String,
    /// Whether that host has an address.
    pub has_address: bool,
}

/// What the name servers say; the error of a lookup in words.
#[derive(Debug, Clone)]
pub struct Records {
    /// Of the reply domain.
    pub mx: Result<Vec<Mx>, String>,
    /// By name in lower case; see [`Identity::names`].
    pub txt: BTreeMap<String, Result<Vec<String>, String>>,
}

/// How good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// Mail goes, but it could go better.
    Improve,
    /// Mail gets lost or is refused.
    Wrong,
    /// Nobody can tell from here.
    Unknown,
}

/// What was found about one record, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `mx`, `spf`, `dkim` or `dmarc`.
    pub check: &'static str,
    /// Where the record stands or should stand.
    pub name: String,
    /// How good it is.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty if nothing.
    pub to_do: String,
}

impl Finding {
    fn new(check: &'static str, name: &str, state: State, found: &str, to_do: &str) -> Finding {
        Finding {
            check,
            name: name.to_owned(),
            state,
            found: found.to_owned(),
            to_do: to_do.to_owned(),
        }
    }
}

impl Identity {
    /// The domains that stand in From, without one twice.
    fn domains(&self) -> Vec<&str> {
        let mut domains = vec![self.from_domain.as_str()];
        if !self.reply_domain.is_empty() && self.reply_domain != self.from_domain {
            domains.push(&self.reply_domain);
        }
        domains
    }

    /// The names whose TXT records [`evaluate`] wants to see.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for domain in self.domains() {
            names.push(domain.to_owned());
            names.extend(dmarc::names(domain));
        }
        names.extend(self.dkim.iter().map(|record| record.name.clone()));
        names.sort();
        names.dedup();
        names
    }
}

impl Records {
    fn texts(&self, name: &str) -> Result<&[String], &str> {
        match self.txt.get(name) {
            Some(Ok(texts)) => Ok(texts),
            Some(Err(why)) => Err(why),
            None => Ok(&[]),
        }
    }
}

/// Judges the records. What needs the addresses of the relay is left to whoever knows them, and the finding says so.
#[must_use]
pub fn evaluate(identity: &Identity, records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !identity.reply_domain.is_empty() {
        findings.push(mx(&identity.reply_domain, &records.mx));
    }
    for domain in identity.domains() {
        findings.push(spf::evaluate(domain, records.texts(domain)));
    }
    findings.extend(dkim::evaluate(identity, records));
    for domain in identity.domains() {
        findings.push(dmarc::evaluate(domain, identity, records));
    }
    findings
}

fn mx(domain: &str, found: &Result<Vec<Mx>, String>) -> Finding {
    let finding = |state, found: &str, to_do: &str| Finding::new("mx", domain, state, found, to_do);
    let serve = "name here the mail server that hands its mail to `demur ingest`";
    let list = match found {
        Err(why) => return finding(State::Unknown, why, "try again later"),
        Ok(list) if list.is_empty() => {
            return finding(State::Wrong, "there is no MX record", serve);
        }
        Ok(list) => list,
    };
    if list.iter().any(|mx| mx.host.is_empty()) {
        return finding(State::Wrong, "the domain says that it takes no mail", serve);
    }
    let hosts: Vec<&str> = list.iter().map(|mx| mx.host.as_str()).collect();
    let named = format!("answers go to {}", hosts.join(", "));
    match list.iter().find(|mx| !mx.has_address) {
        Some(mx) => {
            let lost = format!("{named}; {} has no address", mx.host);
            finding(State::Wrong, &lost, "give that name an A or AAAA record")
        }
        None => finding(State::Good, &named, ""),
    }
}

/// The tags of a record like `v=DMARC1; p=none`: names in lower case, values without spaces around them.
fn tags(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split(';').filter_map(|part| part.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}

/// Whether a name is the other or lies below it.
fn is_within(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
