//! The template files that are embedded in the binary.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct TemplateFiles;

/// Path below `templates/` to content, in order of the paths.
pub(super) fn all() -> BTreeMap<String, String> {
    TemplateFiles::iter()
        .filter_map(|path| {
            TemplateFiles::get(&path).map(|file| {
                (
                    path.into_owned(),
                    String::from_utf8_lossy(&file.data).into_owned(),
                )
            })
        })
        .collect()
}
