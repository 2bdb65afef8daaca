//! The compact form: header, claims and signature, each in base64url, with dots between them.

use super::super::KeyNetwork;
use super::super::mac::MacKey;
use super::{TokenError, TokenKind};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The most bytes of a token that are looked at. The longest that are made have 1,300.
const MAX_TOKEN: usize = 2048;

/// The headers that the gateway's own tokens have, byte for byte.
pub(super) const SESSION_HEADER: &str = r#"{"alg":"HS256","typ":"pnp-session+jwt"}"#;
pub(super) const USER_HEADER: &str = r#"{"alg":"HS256","typ":"pnp-user+jwt"}"#;

/// The three parts of a token, as they came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    /// The first part.
    pub(super) header: &'a str,
    /// The second part.
    pub(super) claims: &'a str,
    /// What the signature is over: both, with the dot.
    pub(super) signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) =
            signed.split_once('.').filter(|(_, claims)| !claims.contains('.')).ok_or(TokenError::Malformed)?;
        Ok(Self { header, claims, signed, signature })
    }

    /// The signature's bytes: both algorithms have a fixed length.
    pub(super) fn signature<const N: usize>(&self) -> Result<[u8; N], TokenError> {
        let mut bytes = [0; N];
        if BASE64URL_NOPAD.decode_len(self.signature.len()) != Ok(N) {
            return Err(TokenError::Malformed);
        }
        BASE64URL_NOPAD.decode_mut(self.signature.as_bytes(), &mut bytes).map_err(|_| TokenError::Malformed)?;
        Ok(bytes)
    }

    /// The claims. They mean something only after the signature was verified.
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        decoded(self.claims)
    }

    /// Why a token whose signature is wrong is refused: it says that it is of another network, or it is forged.
    pub(super) fn wrong_signature(&self, network: KeyNetwork) -> TokenError {
        #[derive(Deserialize)]
        struct NetworkOnly {
            #[serde(alias = "net")]
            iss: String,
        }
        match self.claims::<NetworkOnly>() {
            Ok(NetworkOnly { iss }) if iss.parse::<KeyNetwork>().is_ok_and(|named| named != network) => {
                TokenError::WrongNetwork
            }
            Ok(_) => TokenError::WrongSignature,
            Err(error) => error,
        }
    }
}

/// The JSON of a part.
pub(super) fn decoded<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

/// A part of a JSON text.
pub(super) fn encoded(json: &str) -> String {
    BASE64URL_NOPAD.encode(json.as_bytes())
}

/// A text as JSON, with quotation marks.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A token by HMAC-SHA256.
pub(super) fn sign_hs256(header: &str, claims: &str, key: &MacKey) -> String {
    let mut token = encoded(header);
    token.push('.');
    token.push_str(&encoded(claims));
    let mac = key.mac(token.as_bytes());
    token.push('.');
    token.push_str(&BASE64URL_NOPAD.encode(&mac));
    token
}

/// The type in the header of playback tokens.
pub(super) const PLAYBACK_TYPE: &str = "JWT";
/// Characters of a playback key's id.
pub(super) const KEY_ID: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaybackHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// Whether a part is the header of a playback token, of any key.
fn is_playback_header(part: &str) -> bool {
    decoded::<PlaybackHeader>(part)
        .is_ok_and(|header| header.alg == "ES256" && header.typ == PLAYBACK_TYPE && header.kid.len() == KEY_ID)
}

/// What kind of token the first part stands for.
pub(super) fn kind_of_header(part: &str) -> Result<TokenKind, TokenError> {
    if part == encoded(SESSION_HEADER) {
        Ok(TokenKind::Session)
    } else if part == encoded(USER_HEADER) {
        Ok(TokenKind::User)
    } else if is_playback_header(part) {
        Ok(TokenKind::Playback)
    } else {
        Err(TokenError::Malformed)
    }
}

/// The claims of a token by HMAC-SHA256 with exactly this header. Network, audience and time are the caller's to check.
pub(super) fn verify_hs256<T: DeserializeOwned>(
    token: &str,
    header: &str,
    network: KeyNetwork,
    key: &MacKey,
) -> Result<T, TokenError> {
    let parts = Parts::of(token)?;
    if parts.header != encoded(header) {
        return Err(kind_of_header(parts.header).map_or_else(|error| error, |_| TokenError::WrongAudience));
    }
    let signature: [u8; 32] = parts.signature()?;
    if !key.is_mac(parts.signed.as_bytes(), &signature) {
        return Err(parts.wrong_signature(network));
    }
    parts.claims()
}

/// Refuses claims of another network or for another audience.
pub(super) fn check_claims(
    (named, network): (&str, KeyNetwork),
    (audience, expected): (&str, &str),
) -> Result<(), TokenError> {
    if named != network.text() {
        return Err(TokenError::WrongNetwork);
    }
    if audience == expected { Ok(()) } else { Err(TokenError::WrongAudience) }
}
