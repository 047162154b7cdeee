//! Passwords: hashed with Argon2id and compared, a few at a time and off the threads that serve.
//! Length is the one rule for them; who has which is not known here.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The least length, in characters. A sentence is easier to keep than signs that a rule wants
/// (NIST SP 800-63B, 5.1.1.2).
pub const CHARACTERS_MIN: usize = 12;
/// The longest that is hashed, in bytes.
pub const BYTES_MAX: usize = 1_024;
/// Hashed at once: each takes a processor and 19 MiB for a moment.
const AT_ONCE: usize = 2;
/// More than so many that wait are turned away.
const WAITING_MAX: usize = 32;
/// Compared with where there is no password, so that a name nobody has takes as long as one that
/// somebody has. Of the same cost; no known password has this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZW9uZSBub3Qga25vd24$\
                      bm9ib2R5IGhhcyB0aGlzIGhhc2gsIG5vIG9uZSBkb2U";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// It is too short.
    #[error("a password has at least {CHARACTERS_MIN} characters; a sentence will do")]
    TooShort,
    /// It is too long.
    #[error("a password has at most {BYTES_MAX} bytes")]
    TooLong,
    /// It cannot be hashed.
    #[error("cannot hash a password: the machine gives no random bytes or no memory")]
    NotHashed,
}

/// Hashes a new password: Argon2id with 19 MiB, two passes, one lane, as OWASP recommends, in PHC
/// form with its salt. It takes tens of milliseconds; call it where that holds nobody up.
///
/// # Errors
/// When it is too short or too long, or the machine cannot do it.
pub fn hash(password: &str) -> Result<String, PasswordRefused> {
    if password.chars().count() < CHARACTERS_MIN {
        return Err(PasswordRefused::TooShort);
    }
    if password.len() > BYTES_MAX {
        return Err(PasswordRefused::TooLong);
    }
    let hashed = Argon2::default().hash_password(password.as_bytes());
    Ok(hashed.map_err(|_| PasswordRefused::NotHashed)?.to_string())
}

/// Compares passwords, a few at a time.
#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        Self { at_once, waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl Hashing {
    /// Whether it is the password of this hash; `None` when too many wait already.
    pub(crate) async fn matches(&self, password: String, known: Option<String>) -> Option<bool> {
        let _waiting = self.waiting.try_acquire().ok()?;
        let turn = Arc::clone(&self.at_once).acquire_owned().await.ok()?;
        let compared = tokio::task::spawn_blocking(move || {
            // Held until it is done, even when whoever asked went away.
            let _turn = turn;
            compare(&password, known.as_deref())
        });
        compared.await.ok()
    }

    /// Hashes a new password off the threads that serve.
    pub(crate) async fn hash(password: String) -> Result<String, PasswordRefused> {
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
        hashed.map_err(|_| PasswordRefused::NotHashed)?
    }
}

fn compare(password: &str, known: Option<&str>) -> bool {
    let is_known = known.is_some() && password.len() <= BYTES_MAX;
    let Ok(hash) = PasswordHash::new(known.unwrap_or(NOBODY)) else { return false };
    // Compared in any case: the time must not tell whether there is such a person.
    let password = if password.len() <= BYTES_MAX { password } else { "" };
    let same = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    same && is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_itself_and_no_other_and_each_hash_has_its_own_salt() {
        let (one, other) = (hash("a long sentence").unwrap(), hash("a long sentence").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != other, "{one}");
        assert!(compare("a long sentence", Some(&one)) && compare("a long sentence", Some(&other)));
        assert!(!compare("a long sentence ", Some(&one)));
        assert!(!compare("", Some(&one)) && !compare("a long sentence", Some("not a hash")));
    }

    #[test]
    fn nobody_s_hash_costs_the_same_and_opens_nothing() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let real = hash("a long sentence").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(parsed.algorithm, real.algorithm);
        assert_eq!(parsed.params.to_string(), real.params.to_string());
        assert_eq!(parsed.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
        assert!(!compare("a long sentence", None) && !compare("", None));
    }

    #[test]
    fn length_is_the_one_rule() {
        assert_eq!(hash("eleven char"), Err(PasswordRefused::TooShort));
        assert_eq!(hash(&"x".repeat(BYTES_MAX + 1)), Err(PasswordRefused::TooLong));
        assert!(hash("äääääääääääß").is_ok() && hash("            ").is_ok());
    }
}
