//! SPF (RFC 7208): which servers may send for a domain.

use super::{Finding, State};

/// More lookups than this, and receivers take the record for broken (RFC 7208, section 4.6.4).
const MOST_LOOKUPS: usize = 10;

pub(super) fn evaluate(domain: &str, texts: Result<&[String], &str>) -> Finding {
    let finding =
        |state, found: &str, to_do: &str| Finding::new("spf", domain, state, found, to_do);
    let texts = match texts {
        Ok(texts) => texts,
        Err(why) => return finding(State::Unknown, why, "try again later"),
    };
    let records: Vec<String> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    let records: Vec<&String> = records
        .iter()
        .filter(|text| *text == "v=spf1" || text.starts_with("v=spf1 "))
        .collect();
    let record = match records.as_slice() {
        [] => {
            let add = "add a TXT record `v=spf1 include:<what the relay says> -all`";
            return finding(State::Wrong, "there is no SPF record", add);
        }
        [record] => record,
        [..] => {
            let why = "there are several SPF records, and receivers then take none";
            return finding(State::Wrong, why, "leave one");
        }
    };
    let lookups = record.split(' ').filter(|term| asks(term)).count();
    if lookups > MOST_LOOKUPS {
        let why = format!("`{record}` asks for {lookups} lookups; more than 10 break it");
        return finding(State::Wrong, &why, "take terms out");
    }
    let shown = format!("`{record}`");
    let relay =
        "see that the servers from which the relay sends are in it; its operator knows them";
    match record.split(' ').rev().find(|term| ends(term)) {
        Some("-all" | "~all") => finding(State::Good, &shown, relay),
        Some(term) if term.starts_with("redirect=") => finding(State::Good, &shown, relay),
        Some("all" | "+all") => {
            let why = format!("{shown} lets everybody send");
            finding(State::Wrong, &why, "end it with -all")
        }
        _ => {
            let why = format!("{shown} forbids nobody to send");
            finding(State::Improve, &why, "end it with -all")
        }
    }
}

/// Whether a term makes the receiver ask the DNS again.
fn asks(term: &str) -> bool {
    let term = term.trim_start_matches(['+', '-', '~', '?']);
    let word = term.split([':', '/', '=']).next().unwrap_or(term);
    matches!(word, "include" | "a" | "mx" | "ptr" | "exists" | "redirect")
}

/// Whether a term says what holds for all the others.
fn ends(term: &str) -> bool {
    term.trim_start_matches(['+', '-', '~', '?']) == "all" || term.starts_with("redirect=")
}
