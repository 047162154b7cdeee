//! Keys of the audit log and of witnesses: made once, kept in a file that only their owner reads,
//! signing by Ed25519. What is signed is said in `casework::audit::note`.

use crate::command::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casework::audit::note::{PublicKey, Purpose, is_key_name};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// How a key file begins; the form is that of the Go project's `note` keys.
const BEGINS: &str = "PRIVATE+KEY+";

/// A key that can sign.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// Checks an Ed25519 signature.
pub fn check(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
}

impl Signer {
    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        let signature = self.pair.sign(message);
        bytes.iter_mut().zip(signature.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// Reads a key file, or makes it when there is none.
    pub fn open_or_make(path: &Path, name: &str, purpose: Purpose) -> Result<Self, Failure> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(text.trim(), purpose)
                .ok_or_else(|| Failure::Setting(format!("{} is not such a key", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Self::make(path, name, purpose)
            }
            Err(error) => Err(Failure::file("read", path, &error)),
        }
    }

    /// Reads a key file; `None` when there is none.
    pub fn read(path: &Path, purpose: Purpose) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        Self::open_or_make(path, "", purpose).map(Some)
    }

    fn make(path: &Path, name: &str, purpose: Purpose) -> Result<Self, Failure> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| Failure::Outside(format!("no randomness for a key: {error}")))?;
        let (name, kind) = (name.to_owned(), kind(purpose));
        let signer = Self::of(&seed, name, purpose)
            .ok_or_else(|| Failure::Use("a key's name has no spaces and no +".into()))?;
        let PublicKey { name, .. } = &signer.public;
        let number = signer.public.to_string();
        let number = number.get(name.len() + 1..name.len() + 9).unwrap_or_default();
        let secret = BASE64.encode([[kind].as_slice(), &seed].concat());
        let mut options = std::fs::File::options();
        let opened = options.write(true).create_new(true).mode(0o600).open(path);
        let written = opened.and_then(|mut file| {
            writeln!(file, "{BEGINS}{name}+{number}+{secret}")?;
            file.sync_all()
        });
        written.map_err(|error| Failure::file("write", path, &error))?;
        Ok(signer)
    }

    fn of(seed: &[u8], name: String, purpose: Purpose) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let bytes = pair.public_key().as_ref().try_into().ok()?;
        let named = is_key_name(&name);
        named.then_some(Self { pair, public: PublicKey { name, purpose, bytes } })
    }

    fn parse(text: &str, purpose: Purpose) -> Option<Self> {
        let mut parts = text.strip_prefix(BEGINS)?.splitn(3, '+');
        let (name, number, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let secret = BASE64.decode(secret).ok()?;
        let (found, seed) = secret.split_first()?;
        let signer = Self::of(seed, name.to_owned(), purpose)?;
        let same = signer.public.to_string().starts_with(&format!("{name}+{number}+"));
        (*found == kind(purpose) && same).then_some(signer)
    }
}

fn kind(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Log => 0x01,
        Purpose::Witness => 0x04,
    }
}

/// A name for an office's log: its own in small letters, and eight digits that are this log's
/// alone.
pub fn log_name(office: &str) -> Result<String, Failure> {
    let mut tag = [0; 4];
    getrandom::fill(&mut tag)
        .map_err(|error| Failure::Outside(format!("no randomness for a name: {error}")))?;
    let words = office.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    let slug = if slug.is_empty() { "office" } else { &slug };
    Ok(format!("{slug}/{:08x}", u32::from_be_bytes(tag)))
}

#[cfg(test)]
mod tests;
