//! Page objects and their content: text in marked stretches, page number and fold marks as artifacts.

use pdf_writer::types::{ArtifactSubtype, ArtifactType, TabOrder};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::Numbers;
use super::fonts::UsedFonts;
use super::tags::role_name;
use crate::domain::document::Style;
use crate::pdf::font::{Font, FontSet, Run};
use crate::pdf::layout::{LaidOut, PageContent, Placed};
use crate::pdf::page::Geometry;

const FOOT_SIZE: f32 = 8.5;

/// The content streams of all pages.
pub(super) fn contents(laid_out: &LaidOut, fonts: &FontSet, used: &mut UsedFonts) -> Vec<Vec<u8>> {
    let total = laid_out.pages.len();
    let page = |(index, page): (usize, &PageContent)| {
        let mut content = Content::new();
        marked_lines(&mut content, laid_out, page, fonts, used);
        foot(
            &mut content,
            &laid_out.geometry,
            index + 1,
            total,
            fonts,
            used,
        );
        if index == 0 {
            fold_marks(&mut content, &laid_out.geometry);
        }
        content.finish().to_vec()
    };
    laid_out.pages.iter().enumerate().map(page).collect()
}

/// Writes the page tree.
pub(super) fn write(
    pdf: &mut Pdf,
    laid_out: &LaidOut,
    numbers: &mut Numbers,
    tree: Ref,
    page_refs: &[Ref],
    contents: &[Vec<u8>],
    used: &UsedFonts,
) {
    let count = i32::try_from(page_refs.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(page_refs.iter().copied()).count(count);
    let geometry = &laid_out.geometry;
    for ((id, data), key) in page_refs.iter().zip(contents).zip(0..) {
        let stream = numbers.next();
        let mut page = pdf.page(*id);
        page.parent(tree)
            .media_box(Rect::new(0.0, 0.0, geometry.width, geometry.height))
            .contents(stream)
            .struct_parents(key);
        page.tab_order(TabOrder::StructureOrder);
        used.resources(&mut page.resources());
        page.finish();
        pdf.stream(stream, data);
    }
}

fn marked_lines(
    content: &mut Content,
    laid_out: &LaidOut,
    page: &PageContent,
    fonts: &FontSet,
    used: &mut UsedFonts,
) {
    for (mark, owner) in page.owners.iter().enumerate() {
        let role = laid_out
            .tree
            .0
            .get(owner.0)
            .map_or(Name(b"P"), |element| role_name(element.role));
        let mut begin = content.begin_marked_content_with_properties(role);
        begin
            .properties()
            .identify(i32::try_from(mark).unwrap_or(0));
        begin.finish();
        for placed in page.lines.iter().filter(|placed| placed.mark == mark) {
            text_line(content, &laid_out.geometry, placed, fonts, used);
        }
        content.end_marked_content();
    }
}

fn text_line(
    content: &mut Content,
    geometry: &Geometry,
    placed: &Placed,
    fonts: &FontSet,
    used: &mut UsedFonts,
) {
    content.begin_text();
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, placed.x, geometry.height - placed.y]);
    for run in &placed.line.runs {
        if let Some(font) = fonts.get(run.font) {
            content.set_font(Name(UsedFonts::name(run.font).as_bytes()), placed.size);
            show(content, run, font, placed.size, used);
        }
    }
    content.end_text();
}

/// Shows glyphs. The viewer moves by the font's own widths; what shaping changed (kerning, marks) is put in between.
fn show(content: &mut Content, run: &Run, font: &Font, size: f32, used: &mut UsedFonts) {
    let mut rise = 0.0;
    for glyphs in run.glyphs.chunk_by(|a, b| a.y_offset == b.y_offset) {
        let wanted = glyphs
            .first()
            .map_or(0.0, |glyph| glyph.y_offset * size / 1000.0);
        if wanted != rise {
            content.set_rise(wanted);
            rise = wanted;
        }
        let mut positioned = content.show_positioned();
        let mut items = positioned.items();
        for glyph in glyphs {
            let number = used.take(run.font, font, glyph);
            if glyph.x_offset != 0.0 {
                items.adjust(-glyph.x_offset);
            }
            items.show(Str(&number.to_be_bytes()));
            let correction = font.advance(glyph.id) - glyph.advance + glyph.x_offset;
            if correction != 0.0 {
                items.adjust(correction);
            }
        }
    }
    if rise != 0.0 {
        content.set_rise(0.0);
    }
}

/// "1/3" at the foot, for eyes only.
fn foot(
    content: &mut Content,
    geometry: &Geometry,
    number: usize,
    total: usize,
    fonts: &FontSet,
    used: &mut UsedFonts,
) {
    let runs = fonts.shape(&format!("{number}/{total}"), Style::Plain, false);
    let width = FontSet::width(&runs, FOOT_SIZE);
    let mut begin = content.begin_marked_content_with_properties(Name(b"Artifact"));
    begin
        .properties()
        .artifact()
        .kind(ArtifactType::Pagination)
        .subtype(ArtifactSubtype::Footer);
    begin.finish();
    content.begin_text();
    content.set_text_matrix([
        1.0,
        0.0,
        0.0,
        1.0,
        geometry.width - geometry.right - width,
        geometry.bottom * 0.5,
    ]);
    for run in &runs {
        if let Some(font) = fonts.get(run.font) {
            content.set_font(Name(UsedFonts::name(run.font).as_bytes()), FOOT_SIZE);
            show(content, run, font, FOOT_SIZE, used);
        }
    }
    content.end_text();
    content.end_marked_content();
}

fn fold_marks(content: &mut Content, geometry: &Geometry) {
    if geometry.folds.is_empty() {
        return;
    }
    let mut begin = content.begin_marked_content_with_properties(Name(b"Artifact"));
    begin.properties().artifact().kind(ArtifactType::Layout);
    begin.finish();
    content.set_line_width(0.4);
    for fold in geometry.folds {
        let y = geometry.height - fold;
        content.move_to(12.0, y);
        content.line_to(22.0, y);
    }
    content.stroke();
    content.end_marked_content();
}
