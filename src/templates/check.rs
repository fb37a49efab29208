//! Checks of the template files themselves: what a template may not contain. That each renders is checked by the use case, which has the law.

use super::files;

/// Words before a number that mean an article typed by hand.
const TYPED: [&str; 22] = [
    "Art.",
    "art.",
    "Article",
    "article",
    "Articles",
    "articles",
    "Artikel",
    "Articolo",
    "articolo",
    "§",
    "§§",
    "Section",
    "section",
    "Sections",
    "sections",
    "s.",
    "Abs.",
    "Recital",
    "recital",
    "Erwägungsgrund",
    "considérant",
    "Civ. Code",
];

/// Every fault: file, line, message.
#[must_use]
pub fn check_templates() -> Vec<(String, usize, String)> {
    let mut faults = Vec::new();
    for (path, text) in files::all() {
        if !(path.starts_with("letters/") && path.ends_with(".md.hbs")) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for message in faults_of(line) {
                faults.push((format!("templates/{path}"), index + 1, message));
            }
        }
    }
    faults
}

fn faults_of(line: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if line.contains("{{{") || line.contains("{{&") || line.contains("{{~&") {
        faults.push("`{{{` and `{{&` go round the escape; write `{{value}}`".to_owned());
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    for pair in words.windows(2) {
        if let [word, next] = pair {
            let bare = word.trim_start_matches(['(', '„', '“', '«', '*']);
            if TYPED.contains(&bare) && next.starts_with(|c: char| c.is_ascii_digit()) {
                faults.push(format!("`{word} {next}` is typed by hand; write `{{{{cite \"id\"}}}}` with an id of config/citations"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::faults_of;

    #[test]
    fn an_article_typed_by_hand_and_a_raw_value_are_found() {
        assert_eq!(faults_of("under Article 21(1) of the GDPR").len(), 1);
        assert_eq!(faults_of("(Art. 21 Abs. 1 DSGVO)").len(), 2);
        assert_eq!(faults_of("Dear {{{name}}},").len(), 1);
        assert!(faults_of("under {{cite \"gdpr-21-1\"}}, within 1 month").is_empty());
    }
}
