//! Sealed columns: XChaCha20-Poly1305 with one key per case; the key itself is sealed by the master key of the installation. Without the key's row a case is noise:
//! that is how it is erased, also from every backup that holds no older copy of the row.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::StorageError;
use crate::domain::random::Random;

/// First byte of every sealed value, so that another way of sealing can be told apart later.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// The master key of an installation.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> MasterKey {
        MasterKey(bytes)
    }

    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> MasterKey {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        MasterKey(bytes)
    }

    /// Makes the key of a new case, open and sealed.
    pub(super) fn new_case_key(
        &self,
        id: Uuid,
        random: &dyn Random,
    ) -> Result<(CaseKey, Vec<u8>), StorageError> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        let key = CaseKey { id, bytes };
        let sealed = key.sealed_by(self, random)?;
        Ok((key, sealed))
    }

    pub(super) fn open_case_key(&self, id: Uuid, sealed: &[u8]) -> Result<CaseKey, StorageError> {
        let open = open(&self.0, &context(id, "key"), sealed)?;
        let bytes = open
            .try_into()
            .map_err(|_wrong_length| StorageError::Sealed)?;
        Ok(CaseKey { id, bytes })
    }
}

/// The key of one case.
#[derive(Clone)]
pub struct CaseKey {
    id: Uuid,
    bytes: [u8; 32],
}

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl CaseKey {
    pub(super) fn bytes(&self) -> [u8; 32] {
        self.bytes
    }

    /// The key, sealed by a master key.
    pub(super) fn sealed_by(
        &self,
        master: &MasterKey,
        random: &dyn Random,
    ) -> Result<Vec<u8>, StorageError> {
        seal(&master.0, &context(self.id, "key"), &self.bytes, random)
    }

    /// Seals a value for one column. A value moved to another case or column does not open.
    pub(super) fn seal(
        &self,
        column: &str,
        value: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, StorageError> {
        seal(&self.bytes, &context(self.id, column), value, random)
    }

    pub(super) fn open(&self, column: &str, sealed: &[u8]) -> Result<Vec<u8>, StorageError> {
        open(&self.bytes, &context(self.id, column), sealed)
    }
}

/// The hash under which a secret is stored. Secrets have 130 bits, so no salt and no slow hash are needed.
#[must_use]
pub fn secret_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn context(id: Uuid, column: &str) -> Vec<u8> {
    let mut context = id.as_bytes().to_vec();
    context.extend(column.as_bytes());
    context
}

fn seal(
    key: &[u8; 32],
    context: &[u8],
    value: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, StorageError> {
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let sealed = cipher
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: value,
                aad: context,
            },
        )
        .map_err(|_opaque| StorageError::Sealed)?;
    let mut out = vec![VERSION];
    out.extend(nonce);
    out.extend(sealed);
    Ok(out)
}

fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StorageError> {
    let (head, body) = sealed
        .split_at_checked(1 + NONCE)
        .ok_or(StorageError::Sealed)?;
    let (version, nonce) = head.split_first().ok_or(StorageError::Sealed)?;
    let nonce: [u8; NONCE] = nonce
        .try_into()
        .map_err(|_wrong_length| StorageError::Sealed)?;
    if *version != VERSION {
        return Err(StorageError::Sealed);
    }
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    cipher
        .decrypt(
            &XNonce::from(nonce),
            Payload {
                msg: body,
                aad: context,
            },
        )
        .map_err(|_opaque| StorageError::Sealed)
}
