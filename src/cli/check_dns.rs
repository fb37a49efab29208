//! The DNS part of `demur check --mail`: asks for the records that our mail needs, and tells what is wrong with them.

use std::net::SocketAddr;

use super::Failure;
use super::dkim::signer;
use crate::config::{MailSettings, SystemRandom};
use crate::mail::{Finding, Identity, Resolver, State, evaluate};

/// What the name servers say about our mail; `server` instead of those of this machine.
pub(super) fn findings(
    mail: &MailSettings,
    server: Option<SocketAddr>,
) -> Result<Vec<Finding>, Failure> {
    let signer = signer(&mail.dkim)?;
    let from = mail.from.rsplit_once('@').map_or("", |(_, domain)| domain);
    let identity = Identity {
        from_domain: from.to_ascii_lowercase(),
        reply_domain: mail.reply_domain.to_ascii_lowercase(),
        dkim_domain: signer
            .as_ref()
            .map_or("", |signer| signer.domain())
            .to_owned(),
        dkim: signer
            .as_ref()
            .map_or_else(Vec::new, |signer| signer.records()),
    };
    let resolver = match server {
        Some(server) => Resolver::at(server, &SystemRandom),
        None => Resolver::of_system(&SystemRandom)
            .map_err(|error| Failure::Refused(error.to_string()))?,
    };
    Ok(evaluate(&identity, &resolver.look_up(&identity)))
}

/// What has to change before mail arrives, one a line; nothing if all is well.
pub(super) fn faults(findings: &[Finding]) -> Option<String> {
    let wrong = findings
        .iter()
        .filter(|finding| finding.state == State::Wrong);
    let lines: Vec<String> = wrong
        .map(|finding| {
            format!(
                "{} {}: {}; {}",
                finding.check, finding.name, finding.found, finding.to_do
            )
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
