//! An identity token, verified: signature by one of the provider's keys, issuer, audience, times
//! and nonce (OpenID Connect Core 1.0, 3.1.3.7; RFC 7515). Pure; algorithms that need a shared
//! secret, or none, are not taken.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::Timestamp;
use engine::seams::Identity;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;

/// Clocks of two machines may differ by so much.
const SKEW_S: i64 = 60;
/// A token is not longer.
const TOKEN_BYTES_MAX: usize = 64 << 10;

/// A provider's public keys (RFC 7517).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    auth_time: Option<i64>,
    email: Option<String>,
    /// Only a plain `true` counts.
    #[serde(default)]
    email_verified: serde_json::Value,
}

/// The identity of a token, if everything about it fits.
pub(super) fn verify(
    token: &str,
    keys: &Keys,
    wanted: &Wanted<'_>,
) -> Result<Identity, &'static str> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err("its token is too long");
    }
    let malformed = "its token is not one";
    let (signed, signature) = token.rsplit_once('.').ok_or(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(malformed)?;
    let header: Header = part(header).ok_or(malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed)?;
    if header.crit.is_some() {
        return Err("its token wants something that is not known here");
    }
    let fits = |key: &&Key| {
        key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && (header.kid.is_none() || key.kid == header.kid)
    };
    let holds = |key: &Key| proves(key, &header.alg, signed.as_bytes(), &signature);
    if !keys.keys.iter().filter(fits).any(|key| holds(key).is_some()) {
        return Err("its token is signed by none of its keys");
    }
    // Only now is what it says worth reading.
    let claims: Claims = part(claims).ok_or(malformed)?;
    accept(claims, wanted)
}

fn accept(claims: Claims, wanted: &Wanted<'_>) -> Result<Identity, &'static str> {
    let now_s = wanted.now.0.div_euclid(1_000);
    let ours = match &claims.aud {
        Audience::One(client) => client == wanted.client,
        Audience::Many(clients) => {
            let alone = clients.len() == 1 || claims.azp.is_some();
            alone && clients.iter().any(|client| client == wanted.client)
        }
    };
    if claims.iss != wanted.issuer {
        return Err("its token is another issuer's");
    }
    if !ours || claims.azp.as_ref().is_some_and(|client| client != wanted.client) {
        return Err("its token is for somebody else");
    }
    if now_s >= claims.exp.saturating_add(SKEW_S) {
        return Err("its token has run out");
    }
    if claims.iat > now_s.saturating_add(SKEW_S) {
        return Err("its token is of a time to come");
    }
    if claims.nonce.as_deref() != Some(wanted.nonce) {
        return Err("its token is of another sign-in");
    }
    if claims.sub.is_empty() {
        return Err("its token names nobody");
    }
    let verified = claims.email_verified == serde_json::Value::Bool(true);
    Ok(Identity {
        subject: claims.sub,
        mail: claims.email.filter(|_| verified),
        proved_at: claims.auth_time.map(|at| Timestamp(at.saturating_mul(1_000))),
    })
}

/// Nothing when the key does not prove it: of another kind, or the signature of something else.
fn proves(key: &Key, algorithm: &str, signed: &[u8], signature: &[u8]) -> Option<()> {
    let bytes = |value: &Option<String>| URL_SAFE_NO_PAD.decode(value.as_ref()?).ok();
    match (algorithm, key.kty.as_str(), key.crv.as_deref()) {
        ("RS256", "RSA", _) => {
            let key = RsaPublicKeyComponents { n: bytes(&key.n)?, e: bytes(&key.e)? };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).ok()
        }
        ("ES256", "EC", Some("P-256")) => {
            let point = [vec![4], bytes(&key.x)?, bytes(&key.y)?].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).ok()
        }
        ("EdDSA" | "Ed25519", "OKP", Some("Ed25519")) => {
            UnparsedPublicKey::new(&ED25519, bytes(&key.x)?).verify(signed, signature).ok()
        }
        _ => None,
    }
}

fn part<T: serde::de::DeserializeOwned>(encoded: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

#[cfg(test)]
mod tests;
