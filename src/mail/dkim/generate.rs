//! Makes the keys that sign mail.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};

use super::DkimError;
use super::key::{ed25519_pem, pem};
use crate::domain::random::Random;

/// Makes an RSA key of 2048 bits, as the text of a PEM file. Longer keys do not fit into one answer of the DNS over UDP, and some receivers take none
/// (RFC 8301, section 3.2). The chance is that of the library, which takes no other for RSA.
///
/// # Errors
/// [`DkimError::Key`] if none can be made.
pub fn new_rsa_key() -> Result<String, DkimError> {
    let none = |_unspecified| DkimError::Key("none was made".to_owned());
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(none)?;
    let der: Pkcs8V1Der = key.as_der().map_err(none)?;
    Ok(pem(der.as_ref()))
}

/// Makes an Ed25519 key, as the text of a PEM file.
pub fn new_ed25519_key(random: &dyn Random) -> String {
    let mut seed = [0; 32];
    random.fill(&mut seed);
    ed25519_pem(&seed)
}
