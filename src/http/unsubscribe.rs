//! `/u/{token}`: unsubscribing in one click (RFC 8058). A mail program posts to it; a person who follows the link gets a
//! page with a button, because programs that only look at links must not unsubscribe anybody.

use super::AppState;
use super::problem::{ApiError, ApiResult};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tradewind_engine::incoming::{Arrival, ConsentChange, Incoming};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::{Json, JsonMap};
use uuid::Uuid;

/// Bytes of the signature that a token carries: 128 bits cannot be guessed.
const SIGNATURE: usize = 16;

/// Makes and reads the tokens of one workspace.
#[derive(Clone)]
pub struct Tokens {
    /// Whose customers they name.
    pub workspace: WorkspaceId,
    secret: [u8; 32],
}

impl Tokens {
    /// Tokens signed with `secret`.
    #[must_use]
    pub fn new(workspace: WorkspaceId, secret: [u8; 32]) -> Self {
        Self { workspace, secret }
    }
    /// The token of a customer: his id and a signature, fit for an address.
    #[must_use]
    pub fn make(&self, customer: CustomerId) -> String {
        let mut bytes = customer.0.as_bytes().to_vec();
        bytes.extend_from_slice(&self.sign(customer)[..SIGNATURE]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }
    /// Whose token it is; None when it was not made here.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<CustomerId> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, signature) = bytes.split_at_checked(16)?;
        let customer = CustomerId(Uuid::from_slice(id).ok()?);
        let genuine = signature.ct_eq(&self.sign(customer)[..SIGNATURE]);
        bool::from(genuine).then_some(customer)
    }
    /// A keyed hash of an address: the same for the same address, and nothing to who has not the secret.
    #[must_use]
    pub fn address(&self, address: &str) -> Uuid {
        let mut first = [0; 16];
        first.copy_from_slice(&self.mac(b"address", address.as_bytes())[..16]);
        Uuid::from_bytes(first)
    }
    fn sign(&self, customer: CustomerId) -> [u8; 32] {
        self.mac(b"unsubscribe", customer.0.as_bytes())
    }
    fn mac(&self, purpose: &[u8], of: &[u8]) -> [u8; 32] {
        // HMAC fills a short key up with zeros to its block; done here, making it cannot fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.secret);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(purpose);
        mac.update(self.workspace.0.as_bytes());
        mac.update(of);
        mac.finalize().into_bytes().into()
    }
}

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/u/{token}", get(ask).post(withdraw))
}

fn customer(state: &AppState, token: &str) -> ApiResult<CustomerId> {
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "not_found", "this link is not whole: copy it from the mail again, to its end");
    state.unsubscribe.read(token).ok_or_else(unknown)
}

async fn ask(State(state): State<AppState>, Path(token): Path<String>) -> ApiResult<Response> {
    customer(&state, &token)?;
    Ok(page(
        "Unsubscribe",
        "<p>You will get no more marketing mail from this sender.</p><form method=\"post\"><button>Unsubscribe</button></form>",
    ))
}

async fn withdraw(State(state): State<AppState>, Path(token): Path<String>) -> ApiResult<Response> {
    let customer = customer(&state, &token)?;
    let consent = ConsentChange {
        channel: "email".into(),
        purpose: "marketing".into(),
        status: ConsentStatus::Withdrawn,
        source: "unsubscribe".into(),
        proof: Json::String("one-click link of a mail".into()),
    };
    let incoming = Incoming::Profile { customer, user_id: None, traits: JsonMap::new(), consent: vec![consent] };
    let arrival = Arrival { workspace: state.unsubscribe.workspace, incoming, received_at: state.env.now() };
    state.engine.accept(vec![arrival]).await?;
    Ok(page("You are unsubscribed", "<p>You will get no more marketing mail from this sender.</p>"))
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}}button{{font:inherit;padding:.6rem 1.2rem}}</style>\
         <h1>{title}</h1>{body}</html>"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
        // The address holds the token.
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_customer_and_cannot_be_forged() {
        let tokens = Tokens::new(WorkspaceId(Uuid::from_u128(1)), [7; 32]);
        let customer = CustomerId(Uuid::from_u128(42));
        let token = tokens.make(customer);
        assert_eq!(tokens.read(&token), Some(customer));
        assert_eq!(Tokens::new(WorkspaceId(Uuid::from_u128(1)), [8; 32]).read(&token), None);
        assert_eq!(Tokens::new(WorkspaceId(Uuid::from_u128(2)), [7; 32]).read(&token), None);
        for bad in ["", "abc", &token[1..], &token[..token.len() - 4], &format!("{token}AAAA")] {
            assert_eq!(tokens.read(bad), None, "{bad}");
        }
    }
}
