//! Promised dates: "by 17 April", "bis zum 4.12.2026", "fin novembre".

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::lexicon::Lexicon;
use super::numerals::{dated, day_number, numeric};
use super::pattern::{Indexed, Span};
use super::tokens::Token;

/// A date of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) on: NaiveDate,
    /// A word such as "by" or "until" stands in front.
    pub(super) promised: bool,
    /// A word such as "was" or "instead of" stands in front.
    pub(super) old: bool,
}

/// The dates of a sentence; what a year is missing is taken from the day of the mail.
pub(super) fn dates(lexicon: &Lexicon, indexed: &Indexed<'_>, sent_on: NaiveDate) -> Vec<Promise> {
    let tokens = &indexed.sentence.tokens;
    let spans = |phrases: &[super::pattern::Phrase]| -> Vec<Span> {
        phrases
            .iter()
            .flat_map(|phrase| indexed.find(phrase))
            .collect()
    };
    let (until, was) = (spans(&lexicon.dates.until), spans(&lexicon.dates.was));
    let calendar = Calendar {
        lexicon,
        tokens,
        sent_on,
        ends: spans(&lexicon.dates.end_of),
        middles: spans(&lexicon.dates.middle_of),
    };
    let places = calendar.all();
    places
        .iter()
        .map(|(place, on)| {
            let (by, before) = (nearest(&until, *place), nearest(&was, *place));
            let behind = |one: &Span| one.start >= place.end && one.start <= place.end + 1;
            let ends_with_it = |one: &Span| one.start >= place.start && one.end <= place.end;
            let late = until.iter().any(|one| behind(one) || ends_with_it(one));
            let bare = |from: usize, to: usize| {
                let between = tokens.get(from..to).unwrap_or_default();
                !between
                    .iter()
                    .any(|word| word.text.contains(|c: char| c.is_ascii_digit()))
            };
            let old = match (before, by) {
                (Some(before), Some(by)) => {
                    before.end >= by.end || before.end + 1 >= by.start && bare(before.end, by.start)
                }
                (before, _) => before.is_some(),
            };
            Promise {
                on: *on,
                promised: by.is_some() || late,
                old,
            }
        })
        .collect()
}

/// The last of the phrases that end at most four words before a date.
fn nearest(list: &[Span], place: Span) -> Option<Span> {
    let before = |one: &&Span| one.end <= place.start && place.start - one.end <= 4;
    list.iter()
        .filter(before)
        .max_by_key(|one| one.end)
        .copied()
}

struct Calendar<'a> {
    lexicon: &'a Lexicon,
    tokens: &'a [Token],
    sent_on: NaiveDate,
    ends: Vec<Span>,
    middles: Vec<Span>,
}

impl Calendar<'_> {
    /// Every date with the place where it begins.
    fn all(&self) -> Vec<(Span, NaiveDate)> {
        let places = 0..self.tokens.len();
        places
            .filter_map(|at| {
                let text = self.word(at)?;
                let (from, on) = numeric(text, self.sent_on)
                    .map(|on| (at, on))
                    .or_else(|| self.spaced(at))
                    .or_else(|| self.spelled(at))
                    .or_else(|| self.japanese(at))
                    .or_else(|| self.weekday(at))?;
                let end = self.end(at);
                Some((Span { start: from, end }, on))
            })
            .collect()
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(|token| token.text.as_str())
    }

    /// Behind the digits, full stops and signs that go on from a place.
    fn end(&self, at: usize) -> usize {
        let part = |token: &&Token| {
            matches!(token.text.as_str(), "." | "年" | "月" | "日")
                || token.text.starts_with(|c: char| c.is_ascii_digit())
        };
        at + 1 + self.tokens.iter().skip(at + 1).take_while(part).count()
    }

    /// "17. 4. 2026", "2026. 04. 17.": with spaces.
    fn spaced(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let number = |place: usize| -> Option<u32> {
            let word = self.word(place)?;
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            digits.parse().ok()
        };
        let dots = self.word(at + 1)? == "." && self.word(at + 3)? == ".";
        let (first, month, last) = (number(at)?, number(at + 2)?, number(at + 4)?);
        let (year, day) = if first > 31 {
            (first, last)
        } else {
            (last, first)
        };
        let year = i32::try_from(year).ok()?;
        let on = NaiveDate::from_ymd_opt(year, month, day)?;
        (dots && (2000..2100).contains(&year)).then_some((at, on))
    }

    fn month_at(&self, at: usize) -> Option<u32> {
        let word = self.word(at)?;
        let months = &self.lexicon.dates.months;
        let index = months.iter().position(|names| {
            names
                .iter()
                .any(|name| name.trim_end_matches('.').eq_ignore_ascii_case(word))
        })?;
        u32::try_from(index + 1).ok()
    }

    /// "17 April 2026", "April 17th", "17 de noviembre", "2026. április 17.", "end of March".
    fn spelled(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let month = self.month_at(at)?;
        let before = self.neighbour(at, false);
        let after = self.neighbour(at, true);
        let year = self.year_near(at);
        if let Some((place, day)) = before.or(after) {
            return Some((place.min(at), dated(year, month, day, self.sent_on)?));
        }
        let just_before = |spans: &[Span]| {
            spans
                .iter()
                .any(|span| span.end <= at && at - span.end <= 2)
        };
        let first = dated(year, month, 1, self.sent_on)?;
        if just_before(&self.ends) {
            return Some((at, first.checked_add_months(Months::new(1))?.pred_opt()?));
        }
        just_before(&self.middles).then(|| Some((at, first.with_day(15)?)))?
    }

    /// The day beside a month; small words and full stops between do not count.
    fn neighbour(&self, at: usize, after: bool) -> Option<(usize, u32)> {
        let mut steps = 0;
        let mut place = at;
        while steps < 3 {
            place = if after {
                place.checked_add(1)?
            } else {
                place.checked_sub(1)?
            };
            let word = self.word(place)?;
            if let Some(day) = day_number(word) {
                return Some((place, day));
            }
            if let Some(day) = self
                .lexicon
                .dates
                .numbers
                .get(word)
                .filter(|_| !after && steps == 0)
            {
                return (*day >= 1 && *day <= 31 && word.chars().count() > 3)
                    .then_some((place, *day));
            }
            let skip = matches!(
                word,
                "." | "," | "of" | "de" | "the" | "del" | "do" | "den" | "di" | "a"
            );
            if !skip {
                return None;
            }
            steps += 1;
        }
        None
    }

    fn year_near(&self, at: usize) -> Option<i32> {
        let year = |place: usize| {
            self.word(place)
                .and_then(|word| word.parse::<i32>().ok())
                .filter(|year| (2020..2040).contains(year))
        };
        let later = (at + 1..at + 6).find_map(year);
        later.or_else(|| (at.saturating_sub(3)..at).rev().find_map(year))
    }

    /// "2026年4月17日", "4月17日".
    fn japanese(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let month: u32 = self
            .word(at)?
            .parse()
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        if self.word(at + 1)? != "月" {
            return None;
        }
        let year = at
            .checked_sub(2)
            .and_then(|place| self.word(place))
            .and_then(|word| word.parse().ok());
        match self.word(at + 2)? {
            "末" => dated(year, month, 1, self.sent_on)?
                .checked_add_months(Months::new(1))?
                .pred_opt()
                .map(|on| (at, on)),
            day => Some((at, dated(year, month, day.parse().ok()?, self.sent_on)?)),
        }
    }

    /// "by Friday": the next one.
    fn weekday(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let word = self.word(at)?;
        let days = &self.lexicon.dates.weekdays;
        let index = days.iter().position(|names| {
            names
                .iter()
                .any(|name| name == word && name.chars().count() > 3)
        })?;
        let beside_date = self
            .tokens
            .iter()
            .skip(at + 1)
            .take(4)
            .any(|token| token.text.starts_with(|c: char| c.is_ascii_digit()));
        if beside_date {
            return None;
        }
        let wanted = Weekday::try_from(u8::try_from(index).ok()?).ok()?;
        let days =
            (7 + wanted.num_days_from_monday() - self.sent_on.weekday().num_days_from_monday()) % 7;
        let days = if days == 0 { 7 } else { u64::from(days) };
        Some((at, self.sent_on.checked_add_days(Days::new(days))?))
    }
}
