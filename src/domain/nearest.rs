//! "Did you mean": the valid names nearest to a wrong one.

/// Up to three of `valid` that look most like `given`, best first. Case does not count; a name that starts with what was given comes first.
#[must_use]
pub fn nearest<'a>(given: &str, valid: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let given = given.to_lowercase();
    let mut scored: Vec<(bool, f64, &str)> = valid
        .into_iter()
        .map(|name| {
            let lower = name.to_lowercase();
            let starts = !given.is_empty() && lower.starts_with(&given);
            (starts, strsim::jaro_winkler(&given, &lower), name)
        })
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(b.2)));
    scored
        .into_iter()
        .take(3)
        .map(|(_, _, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_error_finds_the_name() {
        assert_eq!(
            nearest("linkdin", ["google", "linkedin", "laion"])[0],
            "linkedin"
        );
        assert_eq!(nearest("DE-BERLIN", ["DE-BE", "DE-BB", "FR"])[0], "DE-BE");
    }
}
