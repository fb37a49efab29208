//! What is read from outside the code: the embedded law data and the real clock. Decides nothing about the law itself.

mod clock;
mod law_files;
mod random;

pub use clock::SystemClock;
pub use law_files::{DataError, embedded_law, law_from};
pub use random::SystemRandom;
