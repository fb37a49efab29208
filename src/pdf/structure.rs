//! The structure tree of the page content: what a screen reader walks. Built by layout, written by the writer.

/// Index into the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ElementId(pub(super) usize);

/// What an element is; the standard structure types of PDF 1.7 that a letter needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    H1,
    H2,
    Paragraph,
    Quote,
    List,
    Item,
    Label,
    ItemBody,
    Table,
    Row,
    HeadCell,
    Cell,
}

/// What an element holds, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Element(ElementId),
    /// A stretch of marked content: page and number on that page.
    Content {
        page: usize,
        mark: usize,
    },
}

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) role: Role,
    pub(super) parent: Option<ElementId>,
    pub(super) children: Vec<Child>,
    /// True for a numbered list.
    pub(super) numbered: bool,
}

/// All elements; the first is the document.
#[derive(Debug, Clone)]
pub(super) struct Tree(pub(super) Vec<Element>);

impl Tree {
    pub(super) const ROOT: ElementId = ElementId(0);

    pub(super) fn new() -> Tree {
        Tree(vec![Element {
            role: Role::Document,
            parent: None,
            children: Vec::new(),
            numbered: false,
        }])
    }

    pub(super) fn add(&mut self, parent: ElementId, role: Role) -> ElementId {
        let id = ElementId(self.0.len());
        self.0.push(Element {
            role,
            parent: Some(parent),
            children: Vec::new(),
            numbered: false,
        });
        self.child(parent, Child::Element(id));
        id
    }

    pub(super) fn child(&mut self, parent: ElementId, child: Child) {
        if let Some(element) = self.0.get_mut(parent.0) {
            element.children.push(child);
        }
    }

    pub(super) fn numbered(&mut self, list: ElementId) {
        if let Some(element) = self.0.get_mut(list.0) {
            element.numbered = true;
        }
    }
}
