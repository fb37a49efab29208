//! Line breaking: a paragraph of styled text into lines of shaped runs that fit a width. Breaks at white space only, so that what is copied from the page is what was
//! written; a word longer than the line is cut where it must be.

use unicode_bidi::{BidiInfo, Level};

use super::font::{FontSet, Run};
use crate::domain::document::{Span, Style};

/// A line of shaped runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
}

/// A character with its style.
type Styled = (char, Style);

/// Breaks spans into lines that are at most `width` points wide at `size`.
pub(super) fn break_lines(spans: &[Span], fonts: &FontSet, size: f32, width: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for hard in hard_lines(spans) {
        let mut current: Vec<Styled> = Vec::new();
        let mut used = 0.0;
        for word in words(&hard) {
            for piece in cut(&word, fonts, size, width) {
                let wide = measure(&piece, fonts, size);
                let space = if current.is_empty() {
                    0.0
                } else {
                    measure(&[(' ', Style::Plain)], fonts, size)
                };
                if !current.is_empty() && used + space + wide > width {
                    lines.push(set(&current, fonts));
                    current.clear();
                    used = 0.0;
                }
                if !current.is_empty() {
                    let style = piece.first().map_or(Style::Plain, |(_, style)| *style);
                    current.push((' ', style));
                    used += space;
                }
                used += wide;
                current.extend(piece);
            }
        }
        lines.push(set(&current, fonts));
    }
    lines
}

fn hard_lines(spans: &[Span]) -> Vec<Vec<Styled>> {
    let mut lines = vec![Vec::new()];
    for span in spans {
        match span {
            Span::Break => lines.push(Vec::new()),
            Span::Text(text, style) => {
                if let Some(line) = lines.last_mut() {
                    line.extend(text.chars().map(|c| (c, *style)));
                }
            }
        }
    }
    lines
}

fn words(line: &[Styled]) -> Vec<Vec<Styled>> {
    line.split(|(c, _)| c.is_ascii_whitespace())
        .filter(|word| !word.is_empty())
        .map(<[Styled]>::to_vec)
        .collect()
}

/// Cuts a word that is longer than the line; every other word stays whole.
fn cut(word: &[Styled], fonts: &FontSet, size: f32, width: f32) -> Vec<Vec<Styled>> {
    if measure(word, fonts, size) <= width {
        return vec![word.to_vec()];
    }
    let mut pieces: Vec<Vec<Styled>> = vec![Vec::new()];
    let mut used = 0.0;
    for styled in word {
        let wide = measure(&[*styled], fonts, size);
        if used + wide > width {
            pieces.push(Vec::new());
            used = 0.0;
        }
        used += wide;
        if let Some(piece) = pieces.last_mut() {
            piece.push(*styled);
        }
    }
    pieces
}

fn measure(text: &[Styled], fonts: &FontSet, size: f32) -> f32 {
    stretches(text)
        .iter()
        .map(|(stretch, style)| FontSet::width(&fonts.shape(stretch, *style, false), size))
        .sum()
}

/// Neighbouring characters of one style.
fn stretches(text: &[Styled]) -> Vec<(String, Style)> {
    let mut found: Vec<(String, Style)> = Vec::new();
    for (c, style) in text {
        match found.last_mut() {
            Some((stretch, same)) if same == style => stretch.push(*c),
            _ => found.push((c.to_string(), *style)),
        }
    }
    found
}

/// Shapes a finished line: each stretch of one direction in visual order.
fn set(line: &[Styled], fonts: &FontSet) -> Line {
    let text: String = line.iter().map(|(c, _)| *c).collect();
    let bidi = BidiInfo::new(&text, Some(Level::ltr()));
    let Some(paragraph) = bidi.paragraphs.first() else {
        return Line::default();
    };
    let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let mut runs = Vec::new();
    for range in ranges {
        let right_to_left = levels.get(range.start).is_some_and(Level::is_rtl);
        let inside: Vec<Styled> = line
            .iter()
            .zip(&offsets)
            .filter(|(_, at)| range.contains(*at))
            .map(|(styled, _)| *styled)
            .collect();
        let mut shaped: Vec<Vec<Run>> = stretches(&inside)
            .iter()
            .map(|(stretch, style)| fonts.shape(stretch, *style, right_to_left))
            .collect();
        if right_to_left {
            shaped.reverse();
        }
        runs.extend(shaped.into_iter().flatten());
    }
    Line { runs }
}
