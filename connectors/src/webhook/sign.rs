//! Signatures by Standard Webhooks: HMAC-SHA256 over `{id}.{timestamp}.{body}`.

use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;

/// A key, ready to sign.
#[derive(Clone)]
pub(super) struct Signer {
    keyed: Hmac<Sha256>,
}

/// The three headers of a signed request.
pub(super) struct Signature {
    pub(super) id: String,
    pub(super) timestamp: String,
    pub(super) signature: String,
}

impl Signer {
    /// From `whsec_` and base64 (the prefix may be missing).
    pub(super) fn new(secret: &Secret) -> Result<Self, Problem> {
        let wrong = || {
            Problem::new("webhook.settings", "webhook.secret is no signing secret: write whsec_ and the base64 of 24 to 64 random bytes")
                .in_field("/secret")
        };
        let text = secret.expose().trim();
        let key = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).map_err(|_| wrong())?;
        if !(24..=64).contains(&key.len()) {
            return Err(wrong());
        }
        Ok(Self { keyed: Hmac::new_from_slice(&key).map_err(|_| wrong())? })
    }

    /// Signs the attempt at `key` made at `now`.
    pub(super) fn headers(&self, key: &EffectKey, now: Timestamp, body: &[u8]) -> Signature {
        // An id must not hold a dot, or it could not be told from the timestamp.
        let id = key.to_string().replace('.', "_");
        let timestamp = now.micros().div_euclid(1_000_000).to_string();
        let signature = self.sign(&id, &timestamp, body);
        Signature { id, timestamp, signature }
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mut mac = self.keyed.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_standard_webhooks_hold() {
        for (secret, id, timestamp, body, signature) in [
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                "1649367553",
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ] {
            let signer = Signer::new(&Secret::new(secret)).unwrap();
            assert_eq!(signer.sign(id, timestamp, body.as_bytes()), signature);
        }
    }

    #[test]
    fn ids_hold_no_dot_and_timestamps_are_seconds() {
        let key: EffectKey = "00000000-0000-0000-0000-000000000007.send-mail.2".parse().unwrap();
        let signer = Signer::new(&Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")).unwrap();
        let made = signer.headers(&key, Timestamp::from_micros(1_649_367_553_999_999), b"{}");
        assert_eq!(made.id, "00000000-0000-0000-0000-000000000007_send-mail_2");
        assert_eq!(made.timestamp, "1649367553");
    }

    #[test]
    fn secrets_too_short_or_not_base64_are_refused() {
        for bad in ["", "whsec_", "whsec_!!!!", "whsec_c2hvcnQ=", "plain password"] {
            let problem = Signer::new(&Secret::new(bad)).err().unwrap();
            assert_eq!(problem.field, "/secret", "{bad}");
            assert!(bad.is_empty() || bad == "whsec_" || !problem.message.contains(bad), "the secret is not repeated");
        }
    }
}
