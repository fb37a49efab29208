//! Whether a mail comes from whom it says: what our own mail server wrote on it (RFC 8601), and nothing that others wrote.

use crate::domain::reading::Authenticity;

/// One method of a result, such as `dkim=pass header.d=a.example`.
struct Method {
    name: String,
    result: String,
    properties: Vec<(String, String)>,
}

/// Judges by the `Authentication-Results` of `authserv_id` alone. `headers` are all fields of that name, topmost first; our server puts its own
/// on top, so those below it, which a sender can write in our name, do not count.
#[must_use]
pub fn authenticity(headers: &[String], authserv_id: &str, from: &str) -> Authenticity {
    let Some((_, domain)) = from.rsplit_once('@') else {
        return Authenticity::NotProven;
    };
    let trusted = headers
        .iter()
        .map(|header| read(header))
        .take(1)
        .filter(|(host, _)| host.eq_ignore_ascii_case(authserv_id));
    let methods: Vec<Method> = trusted.flat_map(|(_, methods)| methods).collect();
    let results = |name: &str| -> Vec<&Method> {
        methods
            .iter()
            .filter(|method| method.name == name)
            .collect()
    };
    if results("dmarc")
        .iter()
        .any(|method| method.result == "fail")
    {
        return Authenticity::Contradicted;
    }
    let aligned = |method: &&&Method, names: &[&str]| {
        method.result == "pass"
            && method
                .properties
                .iter()
                .any(|(name, value)| names.contains(&name.as_str()) && is_aligned(value, domain))
    };
    let dmarc = results("dmarc").iter().any(|method| {
        aligned(&method, &["header.from"])
            || (method.result == "pass" && method.properties.is_empty())
    });
    let dkim = results("dkim")
        .iter()
        .any(|method| aligned(&method, &["header.d", "header.i"]));
    let spf = results("spf")
        .iter()
        .any(|method| aligned(&method, &["smtp.mailfrom"]));
    if dmarc || dkim || spf {
        Authenticity::Proven
    } else if results("spf").iter().any(|method| method.result == "fail") {
        Authenticity::Contradicted
    } else {
        // A broken signature with a soft failure is what mailing lists and forwarders leave behind.
        Authenticity::NotProven
    }
}

/// The same domain, or one below the other.
fn is_aligned(claimed: &str, from: &str) -> bool {
    let claimed = claimed
        .rsplit_once('@')
        .map_or(claimed, |(_, domain)| domain);
    let (claimed, from) = (
        claimed.trim_end_matches('.').to_lowercase(),
        from.trim_end_matches('.').to_lowercase(),
    );
    let below = |inner: &str, outer: &str| {
        inner
            .strip_suffix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    // A top-level domain alone would be above everybody.
    claimed.contains('.')
        && from.contains('.')
        && (below(&claimed, &from) || below(&from, &claimed))
}

/// The host that wrote the field, and its methods.
fn read(header: &str) -> (String, Vec<Method>) {
    let plain = without_comments(header);
    let mut parts = plain.split(';').map(str::trim);
    let host = parts
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let methods = parts.filter_map(method).collect();
    (host, methods)
}

fn method(part: &str) -> Option<Method> {
    let mut words = part.split_whitespace();
    let (name, result) = words.next()?.split_once('=')?;
    let properties = words
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| {
            (
                name.to_lowercase(),
                value.trim_matches(['"', '<', '>']).to_lowercase(),
            )
        });
    let name = name.split('/').next().unwrap_or(name);
    Some(Method {
        name: name.to_lowercase(),
        result: result.to_lowercase(),
        properties: properties.collect(),
    })
}

/// Comments in round brackets may hold anything, also what looks like a result.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            _ if depth == 0 => kept.push(if c.is_whitespace() { ' ' } else { c }),
            _ => {}
        }
    }
    kept
}
