//! The one source of real randomness: the operating system.

use rand::TryRng;
use rand::rngs::SysRng;

use crate::domain::random::Random;

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret may be made; there is nothing sensible to go on with"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        SysRng
            .try_fill_bytes(buffer)
            .expect("the operating system gives random bytes");
    }
}
