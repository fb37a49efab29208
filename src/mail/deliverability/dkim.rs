//! DKIM (RFC 6376): whether the key that the world sees is ours.

use super::{Finding, Identity, Published, Records, State, tags};

pub(super) fn evaluate(identity: &Identity, records: &Records) -> Vec<Finding> {
    if identity.dkim.is_empty() {
        let name = format!("<selector>._domainkey.{}", identity.from_domain);
        let found = "Demur does not sign, so the relay has to; its selector is not known here";
        let to_do = "ask the operator of the relay for the record, or make a key with `demur dkim`";
        return vec![Finding::new("dkim", &name, State::Unknown, found, to_do)];
    }
    let keys = identity.dkim.iter();
    keys.map(|key| one(key, records.texts(&key.name))).collect()
}

fn one(expected: &Published, texts: Result<&[String], &str>) -> Finding {
    let finding =
        |state, found: &str, to_do: &str| Finding::new("dkim", &expected.name, state, found, to_do);
    let publish = format!("publish the TXT record `{}`", expected.text);
    let text = match texts {
        Err(why) => return finding(State::Unknown, why, "try again later"),
        Ok([]) => return finding(State::Wrong, "there is no record", &publish),
        Ok([text]) => text,
        Ok(_) => {
            let why = "there are several records, and receivers may take any";
            return finding(State::Wrong, why, &publish);
        }
    };
    let (found, ours) = (tags(text), tags(&expected.text));
    let tag = |name: &str| found.get(name).map_or("", String::as_str);
    let key = |text: &str| text.split_ascii_whitespace().collect::<String>();
    if tag("p").is_empty() {
        let why = "the record has no key: the selector is revoked";
        return finding(State::Wrong, why, &publish);
    }
    let kind = if tag("k").is_empty() { "rsa" } else { tag("k") };
    let same_key = key(tag("p")) == ours.get("p").map_or_else(String::new, |p| key(p));
    if !same_key || ours.get("k").is_some_and(|ours| ours != kind) {
        let why = "the record has another key than the one Demur signs with";
        return finding(State::Wrong, why, &publish);
    }
    let listed = |name: &str, wanted: &[&str]| {
        let mut values = tag(name).split(':').map(str::trim);
        tag(name).is_empty() || values.any(|value| wanted.contains(&value))
    };
    if !(listed("v", &["DKIM1"]) && listed("h", &["sha256"]) && listed("s", &["*", "email"])) {
        let why = format!("receivers pass over the record `{text}`: see its tags v, h and s");
        return finding(State::Wrong, &why, &publish);
    }
    if tag("t").split(':').any(|flag| flag.trim() == "y") {
        let why = "the record says t=y: receivers treat the mail as unsigned";
        return finding(
            State::Improve,
            why,
            "take t=y out once the signatures verify",
        );
    }
    finding(
        State::Good,
        "the record has the key that Demur signs with",
        "",
    )
}
