//! The codes of all errors: one row each.

use axum::http::StatusCode;

/// What a client should do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The same request can never succeed.
    Never,
    /// Send the same request with the same id or key: it takes effect at most once.
    SameId,
    /// Correct what `detail` names and send a new request with a new id or key.
    NewId,
    /// Wait (for `Retry-After` seconds, where that header is present) and send the same request with the same id or key.
    After,
}

impl Retry {
    /// As in JSON.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::SameId => "same_id",
            Self::NewId => "new_id",
            Self::After => "after",
        }
    }
}

/// Whether the request that failed had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It had none.
    None,
    /// It was applied; only the answer failed.
    Applied,
    /// It may have been applied: send it with the same id again to find out.
    Unknown,
}

impl Outcome {
    /// As in JSON.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Applied => "applied",
            Self::Unknown => "unknown",
        }
    }
}

/// What is always the same about errors with one code.
#[derive(Clone, Copy, Debug)]
pub struct CodeRow {
    /// The code as in JSON.
    pub text: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// A short sentence without details.
    pub title: &'static str,
    /// What to do about it, unless the error says something more specific.
    pub hint: &'static str,
    /// What a client should do.
    pub retry: Retry,
    /// Whether the request had an effect.
    pub outcome: Outcome,
}

/// Makes the enum [`Code`] and its table from one list of rows.
macro_rules! codes {
    ($($variant:ident $text:literal $status:ident $retry:ident $outcome:ident $title:literal $hint:literal;)+) => {
        /// What went wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// What is always the same about errors with this code.
            #[must_use]
            pub const fn row(self) -> &'static CodeRow {
                match self {
                    $(Self::$variant => &const { CodeRow {
                        text: $text,
                        status: StatusCode::$status,
                        title: $title,
                        hint: $hint,
                        retry: Retry::$retry,
                        outcome: Outcome::$outcome,
                    } },)+
                }
            }
        }
    };
}

// Code, text, status, retry, outcome, title, hint.
codes! {
    InsufficientBalance "INSUFFICIENT_BALANCE" PAYMENT_REQUIRED NewId None
        "The wallet does not hold enough." "Top up the wallet, then send a new request.";
    SessionExists "SESSION_EXISTS" CONFLICT NewId None
        "Another device has an open session for this content."
        "Ask the user, then start with `on_conflict: \"replace\"`, or stop the other session.";
    SessionClosed "SESSION_CLOSED" CONFLICT Never None
        "The session is closed." "Start a new session.";
    SessionReplaced "SESSION_REPLACED" CONFLICT Never None
        "Another device took over this session." "Show this to the user. Do not replace the other session automatically.";
    TickIdReused "TICK_ID_REUSED" UNPROCESSABLE_ENTITY NewId None
        "This tick id was used with another `played_ms`." "Use a new tick id for each heartbeat; repeat a heartbeat unchanged.";
    PriceMismatch "PRICE_MISMATCH" UNPROCESSABLE_ENTITY NewId None
        "The content has another price." "Omit `price_per_minute`: the catalogue has the price.";
    PriceRequired "PRICE_REQUIRED" UNPROCESSABLE_ENTITY NewId None
        "The content has no price." "Create the content with `PUT /v1/contents/{id}`, or name a price with a secret key.";
    PriceNotBillable "PRICE_NOT_BILLABLE" UNPROCESSABLE_ENTITY NewId None
        "The price is not a whole number of cents per minute." "Use one of the nearest prices in `detail`.";
    PriceOutOfRange "PRICE_OUT_OF_RANGE" UNPROCESSABLE_ENTITY NewId None
        "The price is outside the limits." "Use a price within the limits in `detail`.";
    AmountOutOfRange "AMOUNT_OUT_OF_RANGE" UNPROCESSABLE_ENTITY NewId None
        "The amount is outside the limits." "Use an amount within the limits in `detail`.";
    DailyLimitReached "DAILY_LIMIT_REACHED" UNPROCESSABLE_ENTITY After None
        "A limit per day is reached." "Try again on the next day (UTC), or ask the operator to raise the limit.";
    NotWithdrawable "NOT_WITHDRAWABLE" UNPROCESSABLE_ENTITY NewId None
        "This part of the balance cannot be withdrawn yet." "Withdraw at most the `withdrawable` amount of the wallet.";
    DestinationNotReady "DESTINATION_NOT_READY" UNPROCESSABLE_ENTITY NewId None
        "The destination cannot receive the asset." "The owner of the address must opt in to the asset first.";
    ReturnUrlNotAllowed "RETURN_URL_NOT_ALLOWED" UNPROCESSABLE_ENTITY NewId None
        "The origin of `return_url` is not listed." "Add the origin to the settings of the partner.";
    WalletFrozen "WALLET_FROZEN" CONFLICT NewId None
        "The wallet is frozen." "A payment was taken back. The wallet works again when its debt is paid.";
    WalletClosed "WALLET_CLOSED" CONFLICT Never None
        "The wallet is closed." "Use another user id.";
    WalletNotEmpty "WALLET_NOT_EMPTY" UNPROCESSABLE_ENTITY NewId None
        "The wallet still holds money." "Name a `destination` that the rest is sent to, or close the wallet when it is spent.";
    WalletNotStopped "WALLET_NOT_STOPPED" CONFLICT Never None
        "The wallet is not stopped." "Nothing is to be done: it goes on.";
    ChainDiffers "CHAIN_DIFFERS" CONFLICT NewId None
        "The wallet's account differs from its books." "Find out why. Then name one of the `corrections`, if there are any.";
    RiskLimit "RISK_LIMIT" SERVICE_UNAVAILABLE After None
        "Too much is charged and not settled on the chain yet." "Settlement is behind. Try again later with the same id.";
    TreasuryLow "TREASURY_LOW" SERVICE_UNAVAILABLE After None
        "The treasury does not hold enough PLY." "Nothing was charged. The operator must fund the treasury.";
    ContractUnavailable "CONTRACT_UNAVAILABLE" SERVICE_UNAVAILABLE After None
        "The contract cannot bill." "The operator must replace the contract.";
    NetworkNotArmed "NETWORK_NOT_ARMED" FORBIDDEN Never None
        "This gateway may not move money on this network." "The operator must run `pnp-contract gateway arm` first.";

    KeyMissing "KEY_MISSING" UNAUTHORIZED NewId None
        "The request has no key or token." "Send `Authorization: Bearer` and a key or token.";
    KeyMalformed "KEY_MALFORMED" UNAUTHORIZED NewId None
        "This is not a key or token of a gateway." "Copy the whole key: keys begin with `pnp_` and end with a checksum.";
    KeyPlaceholder "KEY_PLACEHOLDER" UNAUTHORIZED NewId None
        "This key is a placeholder from the documentation." "Replace it with a key of your gateway; `serve` prints one.";
    KeyUnknown "KEY_UNKNOWN" UNAUTHORIZED NewId None
        "This gateway does not know this key." "Check that the key belongs to this gateway.";
    KeyRevoked "KEY_REVOKED" UNAUTHORIZED NewId None
        "The key was revoked." "Create a new key.";
    KeyExpired "KEY_EXPIRED" UNAUTHORIZED NewId None
        "The key has expired." "Create a new key, or use the one that replaced it.";
    TokenExpired "TOKEN_EXPIRED" UNAUTHORIZED SameId None
        "The token has expired." "Get a new token and send the same request again.";
    TokenInvalid "TOKEN_INVALID" UNAUTHORIZED SameId None
        "The token is not valid here." "Get a new token from this gateway and send the same request again.";
    SecretKeyInBrowser "SECRET_KEY_IN_BROWSER" FORBIDDEN Never None
        "A browser sent a secret key." "Revoke this key: visitors can read it. Use a publishable key and user tokens in browsers.";
    NetworkMismatch "NETWORK_MISMATCH" FORBIDDEN Never None
        "The key or token belongs to another network." "Use a key of the network that this gateway serves.";
    OriginNotAllowed "ORIGIN_NOT_ALLOWED" FORBIDDEN Never None
        "The origin of the page is not listed." "Add the origin to the publishable key. Calls with secret keys belong on a server.";
    Forbidden "FORBIDDEN" FORBIDDEN Never None
        "The key or token may not do this." "Use a credential that may; the documentation of the call names them.";
    NotFound "NOT_FOUND" NOT_FOUND Never None
        "There is nothing here." "Check the path and the id.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" METHOD_NOT_ALLOWED Never None
        "The path has no such method." "Use one of the methods in the `Allow` header.";
    Misdirected "MISDIRECTED" MISDIRECTED_REQUEST Never None
        "This gateway does not answer for this host name." "Use `localhost`, `127.0.0.1` or `[::1]`.";

    IdempotencyKeyRequired "IDEMPOTENCY_KEY_REQUIRED" BAD_REQUEST NewId None
        "The header `Idempotency-Key` is missing." "Send a random key, and the same key when you repeat the request.";
    IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" UNPROCESSABLE_ENTITY NewId None
        "The idempotency key was used for another request." "Use a new key for a new request; repeat a request unchanged.";
    IdempotencyInProgress "IDEMPOTENCY_IN_PROGRESS" CONFLICT SameId Unknown
        "The first request with this key is still running." "Send the same request again in a moment.";

    InvalidBody "INVALID_BODY" BAD_REQUEST NewId None
        "The body is not valid JSON." "Send one JSON object in UTF-8.";
    UnknownField "UNKNOWN_FIELD" BAD_REQUEST NewId None
        "The request has an unknown field." "Remove the field, or check its spelling.";
    MissingField "MISSING_FIELD" BAD_REQUEST NewId None
        "The request lacks a field." "Add the field.";
    InvalidField "INVALID_FIELD" BAD_REQUEST NewId None
        "A field has a value that is not allowed." "Correct the field.";
    InvalidCursor "INVALID_CURSOR" BAD_REQUEST NewId None
        "The cursor is not from this list." "Use `next_cursor` of the page before, with the same filters.";
    InvalidTimeZone "INVALID_TIME_ZONE" BAD_REQUEST NewId None
        "The time zone is unknown." "Use a name of the IANA database, such as `Europe/Berlin`.";
    BodyTooLarge "BODY_TOO_LARGE" PAYLOAD_TOO_LARGE NewId None
        "The body is too large." "Send less in one request.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" UNSUPPORTED_MEDIA_TYPE NewId None
        "The content type is not supported." "Send `Content-Type: application/json`.";
    RequestTimeout "REQUEST_TIMEOUT" REQUEST_TIMEOUT SameId None
        "The body did not arrive in time." "Send the same request again.";

    RateLimited "RATE_LIMITED" TOO_MANY_REQUESTS After None
        "Too many requests." "Wait for the time in `Retry-After`.";
    Busy "BUSY" SERVICE_UNAVAILABLE SameId None
        "The gateway is busy." "Send the same request again in a moment.";
    NotReady "NOT_READY" SERVICE_UNAVAILABLE After None
        "The gateway is not ready." "Send requests to another gateway, or wait until what `missing` lists is there.";
    StoreUnavailable "STORE_UNAVAILABLE" SERVICE_UNAVAILABLE SameId Unknown
        "The store did not answer." "Send the same request with the same id again: it takes effect once.";
    Internal "INTERNAL" INTERNAL_SERVER_ERROR SameId Unknown
        "The gateway failed." "Send the same request with the same id again. Report the request id if it stays.";
}

impl Code {
    /// The code as in JSON.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.row().text
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().status
    }

    /// The code of a text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.text() == text)
    }
}
