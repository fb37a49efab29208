//! Layout: the document of blocks to pages of positioned lines, each belonging to an element of the structure tree. Knows no PDF.

use super::font::FontSet;
use super::lines::{Line, break_lines};
use super::page::Geometry;
use super::structure::{Child, ElementId, Role, Tree};
use crate::domain::document::{Block, Document, Span, Style};

const SIZE: f32 = 10.5;
const LEADING: f32 = 14.5;
const SMALL: f32 = 9.0;
const SMALL_LEADING: f32 = 11.5;
const GAP: f32 = 7.0;
const INDENT: f32 = 18.0;

/// A line in its place. `y` is the baseline, measured from the top edge.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) line: Line,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) mark: usize,
}

/// One page: its lines, and how many stretches of marked content it has.
#[derive(Debug, Clone, Default)]
pub(super) struct PageContent {
    pub(super) lines: Vec<Placed>,
    /// The element of each stretch of marked content, by its number.
    pub(super) owners: Vec<ElementId>,
}

/// The whole letter, laid out.
#[derive(Debug, Clone)]
pub(super) struct LaidOut {
    pub(super) geometry: Geometry,
    pub(super) pages: Vec<PageContent>,
    pub(super) tree: Tree,
}

/// Lays out a letter.
pub(super) fn lay_out(document: &Document, fonts: &FontSet, geometry: &Geometry) -> LaidOut {
    let mut flow = Flow {
        fonts,
        geometry: *geometry,
        pages: vec![PageContent::default()],
        tree: Tree::new(),
        y: geometry.top,
    };
    flow.address_lines(&document.sender, SMALL, SMALL_LEADING);
    flow.y = flow.y.max(geometry.address_top);
    flow.address_lines(&document.recipient, SIZE, LEADING);
    flow.y = flow.y.max(geometry.date_top);
    flow.address_lines(std::slice::from_ref(&document.date), SIZE, LEADING);
    flow.y += LEADING;
    let subject = [Span::Text(document.subject.clone(), Style::Strong)];
    flow.paragraph(&subject, Tree::ROOT, Role::H1, 0.0, LEADING * 3.0);
    flow.y += GAP;
    flow.blocks(&document.body, Tree::ROOT, 0.0);
    LaidOut {
        geometry: *geometry,
        pages: flow.pages,
        tree: flow.tree,
    }
}

struct Flow<'a> {
    fonts: &'a FontSet,
    geometry: Geometry,
    pages: Vec<PageContent>,
    tree: Tree,
    /// Top of the next line.
    y: f32,
}

impl Flow<'_> {
    fn blocks(&mut self, blocks: &[Block], parent: ElementId, indent: f32) {
        for block in blocks {
            match block {
                Block::Heading(spans) => {
                    let strong: Vec<Span> = spans.iter().map(strengthen).collect();
                    self.paragraph(&strong, parent, Role::H2, indent, LEADING * 3.0);
                }
                Block::Paragraph(spans) => {
                    self.paragraph(spans, parent, Role::Paragraph, indent, 0.0)
                }
                Block::List { start, items } => self.list(*start, items, parent, indent),
                Block::Quote(inner) => {
                    let quote = self.tree.add(parent, Role::Quote);
                    self.blocks(inner, quote, indent + INDENT);
                    continue; // its last block has left the gap
                }
                Block::Table(rows) => self.table(rows, parent, indent),
            }
            self.y += GAP;
        }
    }

    /// Lines of an address or a date: one paragraph.
    fn address_lines(&mut self, lines: &[String], size: f32, leading: f32) {
        if lines.is_empty() {
            return;
        }
        let element = self.tree.add(Tree::ROOT, Role::Paragraph);
        let width = self.geometry.text_width();
        for line in lines {
            for line in break_lines(
                &[Span::Text(line.clone(), Style::Plain)],
                self.fonts,
                size,
                width,
            ) {
                self.place(line, element, 0.0, size, leading);
            }
        }
    }

    /// A paragraph. `keep` is the room that must be left below its last line (a heading does not stand alone at the foot of a page).
    fn paragraph(&mut self, spans: &[Span], parent: ElementId, role: Role, indent: f32, keep: f32) {
        let element = self.tree.add(parent, role);
        let lines = break_lines(spans, self.fonts, SIZE, self.geometry.text_width() - indent);
        self.flow_lines(lines, element, indent, keep);
    }

    /// Places lines; neither the first nor the last line of a paragraph stands alone on a page.
    fn flow_lines(&mut self, lines: Vec<Line>, element: ElementId, indent: f32, keep: f32) {
        let total = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let left = total - index;
            let alone_at_foot = index == 0 && total > 1 && !self.fits(2.0 * LEADING);
            let last_alone_on_next = left == 2 && index > 0 && !self.fits(2.0 * LEADING);
            let heading = index == 0 && keep > 0.0 && !self.fits(keep);
            if alone_at_foot || last_alone_on_next || heading {
                self.next_page();
            }
            self.place(line, element, indent, SIZE, LEADING);
        }
    }

    fn list(&mut self, start: Option<u64>, items: &[Vec<Block>], parent: ElementId, indent: f32) {
        let list = self.tree.add(parent, Role::List);
        if start.is_some() {
            self.tree.numbered(list);
        }
        for (item, number) in items.iter().zip(start.unwrap_or(0)..) {
            let element = self.tree.add(list, Role::Item);
            let label = self.tree.add(element, Role::Label);
            let mark = if start.is_some() {
                format!("{number}.")
            } else {
                "•".to_owned()
            };
            let lines = break_lines(
                &[Span::Text(mark, Style::Plain)],
                self.fonts,
                SIZE,
                INDENT * 2.0,
            );
            if !self.fits(2.0 * LEADING) {
                self.next_page();
            }
            let (page, top) = (self.pages.len(), self.y);
            for line in lines {
                self.place(line, label, indent + 2.0, SIZE, LEADING);
            }
            // The body begins on the line of its mark.
            if self.pages.len() == page {
                self.y = top;
            }
            let body = self.tree.add(element, Role::ItemBody);
            self.blocks(item, body, indent + INDENT + 4.0);
            self.y -= GAP * 0.6;
        }
        self.y += GAP * 0.6 - GAP;
    }

    fn table(&mut self, rows: &[Vec<Vec<Span>>], parent: ElementId, indent: f32) {
        let table = self.tree.add(parent, Role::Table);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let columns = u16::try_from(columns).map_or(1.0, f32::from);
        let width = (self.geometry.text_width() - indent) / columns;
        for (index, row) in rows.iter().enumerate() {
            let element = self.tree.add(table, Role::Row);
            let set = |spans: &Vec<Span>| break_lines(spans, self.fonts, SIZE, width - GAP);
            let cells: Vec<Vec<Line>> = row.iter().map(set).collect();
            let height = cells
                .iter()
                .map(Vec::len)
                .max()
                .and_then(|lines| u16::try_from(lines).ok())
                .map_or(0.0, f32::from)
                * LEADING;
            if !self.fits(height) {
                self.next_page();
            }
            let top = self.y;
            let mut x = indent;
            for cell in cells {
                self.y = top;
                let role = if index == 0 {
                    Role::HeadCell
                } else {
                    Role::Cell
                };
                let cell_element = self.tree.add(element, role);
                for line in cell {
                    self.place(line, cell_element, x, SIZE, LEADING);
                }
                x += width;
            }
            self.y = top + height;
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.y + height <= self.geometry.height - self.geometry.bottom
    }

    fn next_page(&mut self) {
        self.pages.push(PageContent::default());
        self.y = self.geometry.top + SMALL_LEADING;
    }

    fn place(&mut self, line: Line, element: ElementId, indent: f32, size: f32, leading: f32) {
        if !self.fits(leading) {
            self.next_page();
        }
        let number = self.pages.len() - 1;
        let Some(page) = self.pages.last_mut() else {
            return;
        };
        // Lines of one element that follow each other on a page are one stretch of marked content.
        if page.owners.last() != Some(&element) {
            page.owners.push(element);
            self.tree.child(
                element,
                Child::Content {
                    page: number,
                    mark: page.owners.len() - 1,
                },
            );
        }
        let mark = page.owners.len() - 1;
        let baseline = self.y + leading * 0.5 + size * 0.35;
        page.lines.push(Placed {
            line,
            x: self.geometry.left + indent,
            y: baseline,
            size,
            mark,
        });
        self.y += leading;
    }
}

fn strengthen(span: &Span) -> Span {
    match span {
        Span::Text(text, _) => Span::Text(text.clone(), Style::Strong),
        Span::Break => Span::Break,
    }
}
