//! How well replies are read, as Markdown: kinds against kinds, per language, and how far "sure" can be trusted.

use std::collections::BTreeMap;

use demur::domain::letter::ReplyKind;

/// One labelled message and what was read.
pub(crate) struct Row {
    pub(crate) language: String,
    pub(crate) want: ReplyKind,
    pub(crate) got: ReplyKind,
    pub(crate) sure: bool,
    /// Ground, date, length, ticket and effect that were both expected or found: name and whether they agree.
    pub(crate) values: Vec<(&'static str, bool)>,
}

/// Answers that would end a case.
const FINAL: [ReplyKind; 5] = [
    ReplyKind::Complied,
    ReplyKind::Partial,
    ReplyKind::Refused,
    ReplyKind::NoData,
    ReplyKind::NotController,
];

/// All tables.
pub(crate) fn tables(rows: &[Row]) -> String {
    let mut text = summary(rows);
    text.push_str(&confusion(rows));
    text.push_str(&groups("kind", rows, |row| row.want.as_str().to_owned()));
    text.push_str(&groups("language", rows, |row| row.language.clone()));
    text
}

fn summary(rows: &[Row]) -> String {
    let right = |row: &&Row| row.want == row.got;
    let sure: Vec<&Row> = rows.iter().filter(|row| row.sure).collect();
    let false_final = |row: &&Row| row.want != row.got && FINAL.contains(&row.got);
    let mut text = format!(
        "| | count |\n|---|---|\n| messages | {} |\n| kind right | {} |\n| sure | {} |\n| sure and right | {} |\n| final said wrongly | {} |\n| final said wrongly and surely | {} |\n",
        rows.len(),
        rows.iter().filter(right).count(),
        sure.len(),
        sure.iter().filter(|row| right(row)).count(),
        rows.iter().filter(false_final).count(),
        sure.iter().filter(|row| false_final(row)).count(),
    );
    let mut values: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, agrees) in rows.iter().flat_map(|row| &row.values) {
        let entry = values.entry(name).or_default();
        entry.0 += usize::from(*agrees);
        entry.1 += 1;
    }
    for (name, (agree, all)) in values {
        text.push_str(&format!("| {name} right | {agree} of {all} |\n"));
    }
    text + "\n"
}

/// Rows: what the label says; columns: what was read.
fn confusion(rows: &[Row]) -> String {
    let short = |kind: ReplyKind| kind.as_str().chars().take(8).collect::<String>();
    let head: Vec<String> = ReplyKind::ALL.iter().map(|kind| short(*kind)).collect();
    let mut text = format!(
        "| label \\ read | {} |\n|---{}|\n",
        head.join(" | "),
        "|---".repeat(head.len())
    );
    for want in ReplyKind::ALL {
        let cell = |got: &ReplyKind| {
            let count = rows
                .iter()
                .filter(|row| row.want == *want && row.got == *got)
                .count();
            if count == 0 {
                String::new()
            } else {
                count.to_string()
            }
        };
        let cells: Vec<String> = ReplyKind::ALL.iter().map(cell).collect();
        text.push_str(&format!("| {} | {} |\n", want.as_str(), cells.join(" | ")));
    }
    text + "\n"
}

fn groups(title: &str, rows: &[Row], name: impl Fn(&Row) -> String) -> String {
    let mut found: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for row in rows {
        let [all, right, sure, sure_right] = found.entry(name(row)).or_default();
        let is_right = row.want == row.got;
        *all += 1;
        *right += usize::from(is_right);
        *sure += usize::from(row.sure);
        *sure_right += usize::from(row.sure && is_right);
    }
    let mut text =
        format!("| {title} | messages | right | sure | sure and right |\n|---|---|---|---|---|\n");
    for (name, [all, right, sure, sure_right]) in found {
        text.push_str(&format!(
            "| {name} | {all} | {right} | {sure} | {sure_right} |\n"
        ));
    }
    text + "\n"
}

#[test]
fn a_wrong_final_is_counted_once() {
    let row = Row {
        language: "en".to_owned(),
        want: ReplyKind::PortalDemand,
        got: ReplyKind::Complied,
        sure: false,
        values: vec![("ticket", true)],
    };
    let text = tables(&[row]);
    assert!(text.contains("| final said wrongly | 1 |\n| final said wrongly and surely | 0 |"));
    assert!(text.contains("| en | 1 | 0 | 0 | 0 |") && text.contains("| ticket right | 1 of 1 |"));
}
