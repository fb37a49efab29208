//! What belongs to the installation as a whole: the key under which addresses are hashed, sealed by the master key, and the change of the master key.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::schema::{case_keys, form_drafts, held_mails, installation};
use super::seal::MasterKey;
use super::types::Id;
use super::{StorageError, Tx};

/// There is one row.
const ONLY: Uuid = Uuid::nil();

pub(super) fn derived(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [&key[..], b"secret", purpose.as_bytes(), &key[..]] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl Tx<'_> {
    /// The key of the hashes; made at the first start.
    ///
    /// # Errors
    /// [`StorageError::Sealed`] if the master key is not the one of this database.
    pub(super) fn hash_key(&mut self) -> Result<[u8; 32], StorageError> {
        let sealed: Option<Vec<u8>> = installation::table
            .find(Id(ONLY))
            .select(installation::sealed_key)
            .first(self.conn)
            .optional()?;
        if let Some(sealed) = sealed {
            return Ok(self.master.open_case_key(ONLY, &sealed)?.bytes());
        }
        let (key, sealed) = self.master.new_case_key(ONLY, self.random)?;
        diesel::insert_into(installation::table)
            .values((
                installation::id.eq(Id(ONLY)),
                installation::sealed_key.eq(sealed),
            ))
            .execute(self.conn)?;
        Ok(key.bytes())
    }

    /// A keyed hash of an address: equal addresses meet, and nobody without the key can try addresses.
    pub(super) fn keyed_hash(&self, purpose: &str, text: &str) -> Vec<u8> {
        self.keyed_bytes_hash(purpose, text.trim().to_lowercase().as_bytes())
    }

    pub(super) fn keyed_bytes_hash(&self, purpose: &str, bytes: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        // The key stands at both ends, and each part says its length: no other input gives the same bytes.
        for part in [
            &self.hash_key[..],
            purpose.as_bytes(),
            bytes,
            &self.hash_key[..],
        ] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }

    /// Seals every key anew under another master key. What the keys seal stays as it is.
    ///
    /// # Errors
    /// The database, or a key that does not open; then nothing was changed.
    pub fn rotate_master_key(&mut self, new: &MasterKey) -> Result<usize, StorageError> {
        let mut done = 0;
        let cases: Vec<(Id, Vec<u8>)> = case_keys::table.load(self.conn)?;
        for (id, sealed) in cases {
            let sealed = self.resealed(id.0, &sealed, new)?;
            diesel::update(case_keys::table.find(id))
                .set(case_keys::sealed_key.eq(sealed))
                .execute(self.conn)?;
            done += 1;
        }
        let drafts: Vec<(Id, Vec<u8>)> = form_drafts::table
            .select((form_drafts::id, form_drafts::sealed_key))
            .load(self.conn)?;
        for (id, sealed) in drafts {
            let sealed = self.resealed(id.0, &sealed, new)?;
            diesel::update(form_drafts::table.find(id))
                .set(form_drafts::sealed_key.eq(sealed))
                .execute(self.conn)?;
        }
        let held: Vec<(Id, Vec<u8>)> = held_mails::table
            .select((held_mails::id, held_mails::sealed_key))
            .load(self.conn)?;
        for (id, sealed) in held {
            let sealed = self.resealed(id.0, &sealed, new)?;
            diesel::update(held_mails::table.find(id))
                .set(held_mails::sealed_key.eq(sealed))
                .execute(self.conn)?;
        }
        let sealed: Vec<u8> = installation::table
            .find(Id(ONLY))
            .select(installation::sealed_key)
            .first(self.conn)?;
        let sealed = self.resealed(ONLY, &sealed, new)?;
        diesel::update(installation::table.find(Id(ONLY)))
            .set(installation::sealed_key.eq(sealed))
            .execute(self.conn)?;
        Ok(done)
    }

    fn resealed(&self, id: Uuid, sealed: &[u8], new: &MasterKey) -> Result<Vec<u8>, StorageError> {
        self.master
            .open_case_key(id, sealed)?
            .sealed_by(new, self.random)
    }
}
