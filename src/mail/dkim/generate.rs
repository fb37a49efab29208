//! Makes the keys that sign mail. Signing itself is `ring`'s, which cannot make RSA keys.

use std::convert::Infallible;

use rsa::PrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::DkimError;
use super::key::ed25519_pem;
use crate::domain::random::Random;

/// Longer keys do not fit into one answer of the DNS over UDP, and some receivers take none (RFC 8301, section 3.2).
const RSA_BITS: usize = 2048;

/// Makes an RSA key of 2048 bits, as the text of a PEM file.
///
/// # Errors
/// [`DkimError::Key`] if none can be made.
pub fn new_rsa_key(random: &dyn Random) -> Result<String, DkimError> {
    let wrong = |error: &dyn std::fmt::Display| DkimError::Key(format!("none was made: {error}"));
    let key = PrivateKey::new(&mut Chance(random), RSA_BITS).map_err(|error| wrong(&error))?;
    let pem = key
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| wrong(&error))?;
    Ok(pem.to_string())
}

/// Makes an Ed25519 key, as the text of a PEM file.
pub fn new_ed25519_key(random: &dyn Random) -> String {
    let mut seed = [0; 32];
    random.fill(&mut seed);
    ed25519_pem(&seed)
}

/// Our source of chance in the form that `rsa` asks for.
struct Chance<'a>(&'a dyn Random);

impl TryRng for Chance<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl TryCryptoRng for Chance<'_> {}
