//! Fixed words: enums whose names are the same in code, JSON, data files and database.

/// A name that is not in the list, and the nearest that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {what}; nearest: {}", near.join(", "))]
pub struct UnknownName {
    /// What kind of name it should be.
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// Valid names that look like it.
    pub near: Vec<String>,
}

/// Makes an enum of fixed words: one list gives the words, the parser and the order.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $what:literal: $($variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[expect(missing_docs, reason = "the names are the documentation; DESIGN and the READMEs explain them")]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of the list.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word of the interfaces.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// Reads the word.
            ///
            /// # Errors
            /// [`UnknownName`](crate::domain::names::UnknownName) with the nearest valid words.
            pub fn parse(given: &str) -> Result<$name, $crate::domain::names::UnknownName> {
                $name::ALL.iter().copied().find(|name| name.as_str() == given).ok_or_else(|| $crate::domain::names::UnknownName {
                    what: $what,
                    given: given.to_owned(),
                    near: $crate::domain::nearest::nearest(given, $name::ALL.iter().map(|name| name.as_str())),
                })
            }
        }
    };
}

pub(crate) use names;
