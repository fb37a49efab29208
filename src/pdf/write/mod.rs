//! The writer: laid-out pages to PDF objects. Knows no layout. Object numbers follow from the order of things alone, so the same letter gives the same bytes.

mod fonts;
mod metadata;
mod pages;
mod tags;

use pdf_writer::{Finish, Name, Pdf, Ref, TextStr};
use sha2::{Digest, Sha256};

use super::PdfError;
use super::font::FontSet;
use super::layout::LaidOut;
use crate::domain::document::Document;

/// Hands out object numbers in order.
#[derive(Debug)]
pub(super) struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }

    fn take(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// Writes the document.
pub(super) fn write(
    document: &Document,
    fonts: &FontSet,
    laid_out: &LaidOut,
) -> Result<Vec<u8>, PdfError> {
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let mut numbers = Numbers(0);
    let [catalog, tree, info, xmp, struct_root] = [
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    ];
    let page_refs = numbers.take(laid_out.pages.len());
    let element_refs = numbers.take(laid_out.tree.0.len());

    let mut used = fonts::UsedFonts::new(fonts, &mut numbers);
    let contents = pages::contents(laid_out, fonts, &mut used);
    pages::write(
        &mut pdf,
        laid_out,
        &mut numbers,
        tree,
        &page_refs,
        &contents,
        &used,
    );
    used.write(&mut pdf, fonts, &mut numbers)?;
    tags::write(
        &mut pdf,
        laid_out,
        &mut numbers,
        struct_root,
        &page_refs,
        &element_refs,
    );
    metadata::write(&mut pdf, document, info, xmp);

    let mut root = pdf.catalog(catalog);
    root.pages(tree)
        .lang(TextStr(&document.language))
        .metadata(xmp);
    root.mark_info().marked(true);
    root.viewer_preferences().display_doc_title(true);
    root.pair(Name(b"StructTreeRoot"), struct_root);
    root.finish();
    // The file's name in the PDF sense: fixed by its content, not by chance or time.
    let id = Sha256::digest(format!("{document:?}").as_bytes())
        .iter()
        .copied()
        .take(16)
        .collect::<Vec<u8>>();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}
