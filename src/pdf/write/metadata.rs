//! Title, author and language, in the information dictionary and as XMP. No date: the letter has its own, and the same letter gives the same bytes.

use pdf_writer::{Finish, Name, Pdf, Ref, TextStr};
use xmp_writer::{LangId, XmpWriter};

use crate::domain::document::Document;

/// Writes both kinds of metadata.
pub(super) fn write(pdf: &mut Pdf, document: &Document, info: Ref, xmp: Ref) {
    let author = document
        .sender
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let mut dictionary = pdf.document_info(info);
    dictionary
        .title(TextStr(&document.subject))
        .author(TextStr(author))
        .creator(TextStr("Demur"));
    dictionary.finish();

    let mut writer = XmpWriter::new();
    writer.title([(None, document.subject.as_str())]);
    writer.creator([author]);
    writer.creator_tool("Demur");
    writer.language([LangId(&document.language)]);
    writer.format("application/pdf");
    let packet = writer.finish(None);
    // The writer has no field for PDF/UA; the identification is one element of its own schema.
    let packet = packet.replacen("</rdf:Description>", "<pdfuaid:part xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">1</pdfuaid:part></rdf:Description>", 1);
    let mut stream = pdf.stream(xmp, packet.as_bytes());
    stream
        .pair(Name(b"Type"), Name(b"Metadata"))
        .pair(Name(b"Subtype"), Name(b"XML"));
    stream.finish();
}
