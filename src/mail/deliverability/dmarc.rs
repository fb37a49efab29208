//! DMARC (RFC 7489): what receivers do with mail that proves nothing, and whether our proof counts for the address in From.

use super::{Finding, Identity, Records, State, is_within, tags};

/// Where a record for a domain may stand: at the domain, then at those above it.
pub(super) fn names(domain: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = Some(domain);
    while let Some(domain) = rest.filter(|domain| domain.contains('.')) {
        names.push(format!("_dmarc.{domain}"));
        rest = domain.split_once('.').map(|(_, above)| above);
    }
    names
}

pub(super) fn evaluate(domain: &str, identity: &Identity, records: &Records) -> Finding {
    let own = format!("_dmarc.{domain}");
    let finding =
        |state, found: &str, to_do: &str| Finding::new("dmarc", &own, state, found, to_do);
    for name in names(domain) {
        let texts = match records.texts(&name) {
            Ok(texts) => texts,
            Err(why) => return finding(State::Unknown, why, "try again later"),
        };
        let is_record = |text: &&String| tags(text).get("v").is_some_and(|v| v == "DMARC1");
        let found: Vec<&String> = texts.iter().filter(is_record).collect();
        match found.as_slice() {
            [] => {}
            [text] => return judge(domain, &name, text, identity),
            [..] => {
                let why = format!("{name} has several records, and receivers then take none");
                return finding(State::Wrong, &why, "leave one");
            }
        }
    }
    let add = "add a TXT record `v=DMARC1; p=none; rua=mailto:<who reads reports>`, and go on to p=quarantine once the reports are clean";
    finding(State::Wrong, "there is no DMARC record", add)
}

fn judge(domain: &str, at: &str, text: &str, identity: &Identity) -> Finding {
    let tags = tags(text);
    let tag = |name: &str| tags.get(name).map_or("", String::as_str);
    let above = at != format!("_dmarc.{domain}");
    let policy = match (above, tag("sp"), tag("p")) {
        (true, sp, _) if !sp.is_empty() => sp,
        (_, _, p) => p,
    };
    let found = format!("`{text}` at {at}");
    let finding = |state, found: &str, to_do: &str| {
        Finding::new("dmarc", &format!("_dmarc.{domain}"), state, found, to_do)
    };
    let signer = identity.dkim_domain.as_str();
    if !signer.is_empty() && !is_aligned(domain, at, signer, tag("adkim") == "s") {
        let why = format!("{found}; a signature of {signer} does not count for {domain}");
        let to_do = if tag("adkim") == "s" {
            "take adkim=s out, or sign for the domain itself"
        } else {
            "set mail.dkim.domain to a domain that both sender addresses lie in"
        };
        return finding(State::Wrong, &why, to_do);
    }
    let found = if signer.is_empty() {
        format!("{found}; the relay's signature counts only if it is one of {domain}")
    } else {
        format!("{found}; a signature of {signer} counts for {domain}")
    };
    match policy {
        "quarantine" | "reject" => finding(State::Good, &found, ""),
        "none" => {
            let to_do = "go on to p=quarantine once the reports are clean";
            finding(State::Improve, &found, to_do)
        }
        _ => {
            let why = format!("{found}; it has no policy that receivers know");
            finding(State::Wrong, &why, "write p=none, p=quarantine or p=reject")
        }
    }
}

/// Whether a signature of one domain counts for another. The domain that has the record stands for the organization.
fn is_aligned(domain: &str, at: &str, signer: &str, strict: bool) -> bool {
    let organization = at.strip_prefix("_dmarc.").unwrap_or(at);
    domain == signer
        || !strict
            && (is_within(domain, signer)
                || is_within(signer, domain)
                || is_within(signer, organization))
}
