//! Tokens as Cognito signs them, and as others would like to.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::cognito_double::{CLIENT, ISSUER, NOW};

/// The id of the pool's key.
pub(crate) const KEY_ID: &str = "pool-key-1";

/// A key pair that was made for these tests. The pool's, and one that it does not know.
pub(crate) fn key(name: &str) -> RsaKeyPair {
    let der: &[u8] = match name {
        "pool" => include_bytes!("../keys/pool.der"),
        _ => include_bytes!("../keys/other.der"),
    };
    RsaKeyPair::from_der(der).unwrap()
}

/// The public half, as a pool publishes it.
pub(crate) fn jwks(key_id: &str) -> Value {
    let key = key("pool");
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let (n, e) = (encoded(&public.n), encoded(&public.e));
    json!({ "keys": [{ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": key_id, "n": n, "e": e }] })
}

/// The claims of an agent's access token that was given at `NOW` for a quarter of an hour.
pub(crate) fn access() -> Value {
    json!({
        "sub": "7d9a6c1e-0000-4000-8000-000000000001", "iss": ISSUER, "client_id": CLIENT, "token_use": "access",
        "scope": "openid email", "auth_time": NOW, "iat": NOW, "exp": NOW + 900, "jti": "1", "username": "ada",
        "cognito:groups": ["agent", "location:berlin"],
    })
}

/// The claims of the id token beside it.
pub(crate) fn id() -> Value {
    json!({
        "sub": "7d9a6c1e-0000-4000-8000-000000000001", "iss": ISSUER, "aud": CLIENT, "token_use": "id",
        "auth_time": NOW, "iat": NOW, "exp": NOW + 900, "email": "agent@example.test", "cognito:groups": ["agent"],
    })
}

/// The claims with some of them changed; null removes one.
pub(crate) fn with(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
    }
    claims
}

/// A token of the pool.
pub(crate) fn token(claims: &Value) -> String {
    signed_by("pool", &json!({ "alg": "RS256", "kid": KEY_ID }), claims)
}

/// A token with this header, signed with RS256 whatever the header says.
pub(crate) fn signed_by(name: &str, header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let key = key(name);
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(
        &RSA_PKCS1_SHA256,
        &random,
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{message}.{}", encoded(&signature))
}

/// A token without a signature.
pub(crate) fn unsigned(claims: &Value) -> String {
    format!(
        "{}.",
        message(&json!({ "alg": "none", "kid": KEY_ID }), claims)
    )
}

/// A token whose HMAC key is the pool's public key, which everybody knows.
pub(crate) fn keyed_with_the_public_key(claims: &Value) -> String {
    let message = message(&json!({ "alg": "HS256", "kid": KEY_ID }), claims);
    let pool = key("pool");
    let secret = hmac::Key::new(hmac::HMAC_SHA256, pool.public_key().as_ref());
    format!(
        "{message}.{}",
        encoded(hmac::sign(&secret, message.as_bytes()).as_ref())
    )
}

fn message(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        encoded(header.to_string()),
        encoded(claims.to_string())
    )
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
