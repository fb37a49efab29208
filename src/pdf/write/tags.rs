//! The structure tree in the PDF: elements, and the way back from marked content to them.

use pdf_writer::types::{ListNumbering, StructRole, TableHeaderScope};
use pdf_writer::writers::{StructElement, StructTreeRoot};
use pdf_writer::{Finish, Name, Pdf, Ref};

use super::Numbers;
use crate::pdf::layout::LaidOut;
use crate::pdf::structure::{Child, Element, Role, Tree};

/// Writes the root, every element, and the lists that lead from a page's marks to their elements.
pub(super) fn write(
    pdf: &mut Pdf,
    laid_out: &LaidOut,
    numbers: &mut Numbers,
    root: Ref,
    page_refs: &[Ref],
    element_refs: &[Ref],
) {
    let parents = numbers.take(laid_out.pages.len());
    let reference = |index: usize| element_refs.get(index).copied().unwrap_or(root);
    for (id, page) in parents.iter().zip(&laid_out.pages) {
        pdf.indirect(*id)
            .array()
            .items(page.owners.iter().map(|owner| reference(owner.0)));
    }
    let mut tree: StructTreeRoot<'_> = pdf.indirect(root).start();
    tree.child(reference(Tree::ROOT.0));
    let mut parent_tree = tree.parent_tree();
    let mut nums = parent_tree.nums();
    for (id, key) in parents.iter().zip(0..) {
        nums.insert(key, *id);
    }
    nums.finish();
    parent_tree.finish();
    tree.parent_tree_next_key(i32::try_from(parents.len()).unwrap_or(0));
    tree.finish();
    for (index, element) in laid_out.tree.0.iter().enumerate() {
        let parent = element.parent.map_or(root, |parent| reference(parent.0));
        write_element(
            pdf.struct_element(reference(index)),
            element,
            parent,
            page_refs,
            element_refs,
        );
    }
}

fn write_element(
    mut written: StructElement<'_>,
    element: &Element,
    parent: Ref,
    page_refs: &[Ref],
    element_refs: &[Ref],
) {
    written.kind(role(element.role)).parent(parent);
    match element.role {
        Role::List => {
            let numbering = if element.numbered {
                ListNumbering::Decimal
            } else {
                ListNumbering::Disc
            };
            written.attributes().push().list().list_numbering(numbering);
        }
        Role::HeadCell => {
            written
                .attributes()
                .push()
                .table()
                .scope(TableHeaderScope::Column);
        }
        _ => {}
    }
    let mut children = written.children();
    for child in &element.children {
        match child {
            Child::Element(id) => {
                if let Some(reference) = element_refs.get(id.0) {
                    children.struct_element(*reference);
                }
            }
            Child::Content { page, mark } => {
                if let Some(reference) = page_refs.get(*page) {
                    children
                        .marked_content_ref()
                        .page(*reference)
                        .marked_content_id(i32::try_from(*mark).unwrap_or(0));
                }
            }
        }
    }
    children.finish();
    written.finish();
}

fn role(role: Role) -> StructRole {
    match role {
        Role::Document => StructRole::Document,
        Role::H1 => StructRole::H1,
        Role::H2 => StructRole::H2,
        Role::Paragraph => StructRole::P,
        Role::Quote => StructRole::BlockQuote,
        Role::List => StructRole::L,
        Role::Item => StructRole::LI,
        Role::Label => StructRole::Lbl,
        Role::ItemBody => StructRole::LBody,
        Role::Table => StructRole::Table,
        Role::Row => StructRole::TR,
        Role::HeadCell => StructRole::TH,
        Role::Cell => StructRole::TD,
    }
}

/// The tag of marked content of an element.
pub(super) fn role_name(of: Role) -> Name<'static> {
    role(of).to_name()
}
