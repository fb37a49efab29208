//! The private key of a signature, read once, and the DNS record that lets others check it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::DkimError;

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410, section 7).
const ED25519_PKCS8: &[u8; 16] =
    b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
/// The algorithm `rsaEncryption` without parameters, as a public key of X.509 names it.
const RSA_ALGORITHM: &[u8; 15] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// A private key that signs mail. It is never printed.
pub struct DkimKey(Kind);

enum Kind {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl std::fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DkimKey").field(&self.algorithm()).finish()
    }
}

impl DkimKey {
    /// Reads a key from a PEM file: RSA of 2048 to 4096 bits in PKCS#8 or PKCS#1, or Ed25519 in PKCS#8.
    ///
    /// # Errors
    /// [`DkimError::Key`], in words.
    pub fn from_pem(pem: &[u8]) -> Result<DkimKey, DkimError> {
        let der = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|error| DkimError::Key(format!("it is no private key in PEM: {error:?}")))?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                // The form with the public key in it is newer than most tools, so it is not asked for.
                if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    return Ok(DkimKey(Kind::Ed25519(Box::new(key))));
                }
                RsaKeyPair::from_pkcs8(der)
            }
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(DkimError::Key("it is neither RSA nor Ed25519".to_owned())),
        };
        let rsa = rsa.map_err(|error| {
            DkimError::Key(format!(
                "it is neither RSA of 2048 to 4096 bits nor Ed25519: {error}"
            ))
        })?;
        Ok(DkimKey(Kind::Rsa(Box::new(rsa))))
    }

    /// The algorithm as the tag `a=` names it.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.0 {
            Kind::Rsa(_) => "rsa-sha256",
            Kind::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The text of the TXT record at `<selector>._domainkey.<domain>`.
    #[must_use]
    pub fn record(&self) -> String {
        match &self.0 {
            Kind::Rsa(key) => {
                let key = public_key_info(key.public_key().as_ref());
                format!("v=DKIM1; k=rsa; p={}", BASE64.encode(key))
            }
            Kind::Ed25519(key) => {
                let key = BASE64.encode(key.public_key().as_ref());
                format!("v=DKIM1; k=ed25519; p={key}")
            }
        }
    }

    /// Signs canonical bytes; the signature in base64.
    pub(super) fn sign(&self, bytes: &[u8]) -> Result<String, DkimError> {
        match &self.0 {
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    bytes,
                    &mut signature,
                )
                .map_err(|_unspecified| DkimError::Sign)?;
                Ok(BASE64.encode(signature))
            }
            // RFC 8463, section 3: what is signed is the hash.
            Kind::Ed25519(key) => Ok(BASE64.encode(key.sign(digest(&SHA256, bytes).as_ref()))),
        }
    }
}

/// An Ed25519 key as a PEM file that other programs read too.
pub(super) fn ed25519_pem(seed: &[u8; 32]) -> String {
    let der: Vec<u8> = ED25519_PKCS8.iter().chain(seed).copied().collect();
    pem(&der)
}

/// A key in PKCS#8 as the text of a PEM file, in lines of 64 as RFC 7468 has them.
pub(super) fn pem(pkcs8: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    for (at, letter) in BASE64.encode(pkcs8).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END PRIVATE KEY-----\n");
    text
}

/// Wraps an RSA key of PKCS#1 as X.509 has it: that is what the world puts into `p=`, and what RFC 6376 shows in its example.
fn public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend_from_slice(pkcs1);
    let bits = der(0x03, &bits);
    der(0x30, &[RSA_ALGORITHM.as_slice(), &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let short: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (short.as_slice(), u8::try_from(short.len())) {
        ([one @ 0..=127], _) => out.push(*one),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend_from_slice(&short);
        }
        (_, Err(_longer_than_memory)) => {}
    }
    out.extend_from_slice(content);
    out
}
