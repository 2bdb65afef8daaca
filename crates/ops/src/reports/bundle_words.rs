//! Bundles in words: when they can be sent, who has signed them, what their transactions say.
//!
//! Bytes that come from others are never printed as they are: a note could move the cursor.

use crate::multisig::{Danger, Field, FieldValue, SignatureState, Signatures, SignerState, Validity, ValidityWarning};
use pnp_network::PublicNetwork;
use pnp_types::Digest;

/// When a bundle can be sent, in one line.
#[must_use]
pub fn validity(validity: &Validity) -> String {
    let Validity { first_valid, last_valid, now, rounds_left, .. } = validity;
    let rounds = format!("rounds {first_valid} to {last_valid}");
    match (now, rounds_left) {
        (Some(now), Some(0)) => format!("{rounds}: expired, the network is in round {now}"),
        (Some(now), Some(left)) => {
            let early = match validity.early_by() {
                Some(rounds) => format!(", from {} on", duration(rounds)),
                None => String::new(),
            };
            format!("{rounds}, now {now}: {} left{early}", duration(*left))
        }
        _ => format!("{rounds}, {} in all; how many are left is not known here", duration(validity.length())),
    }
}

/// Why a bundle may not be sent in time.
#[must_use]
pub fn validity_warning(warning: ValidityWarning) -> String {
    match warning {
        ValidityWarning::Never { first_valid, last_valid } => {
            format!("it can never be sent: round {first_valid} is after round {last_valid}")
        }
        ValidityWarning::Expired { last_valid, now } => {
            format!("it expired: its last round was {last_valid}, the network is in round {now}")
        }
        ValidityWarning::ExpiresSoon { rounds_left } => format!("it expires soon: {} are left", duration(rounds_left)),
    }
}

/// Rounds and about how long they last.
#[must_use]
pub fn duration(rounds: u64) -> String {
    let seconds = Validity::seconds(rounds);
    let (unit, number) = match seconds {
        0..120 => ("seconds", seconds),
        120..7200 => ("minutes", seconds / 60),
        _ => ("hours", seconds / 3600),
    };
    let plural = if rounds == 1 { "" } else { "s" };
    format!("{rounds} round{plural} (about {number} {unit} at 2.8 s a round)")
}

/// How many have signed, in one line.
#[must_use]
pub fn signatures(signatures: &Signatures) -> String {
    let signed = signatures.in_state(SignatureState::Signed).count();
    let state = match (signatures.in_state(SignatureState::Wrong).count(), signatures.missing) {
        (0, 0) => "enough to send it".to_owned(),
        (0, 1) => "1 more is needed".to_owned(),
        (0, missing) => format!("{missing} more are needed"),
        (1, _) => "1 SIGNATURE DOES NOT HOLD".to_owned(),
        (wrong, _) => format!("{wrong} SIGNATURES DO NOT HOLD"),
    };
    format!("{signed} of {} signed, {} have to: {state}", signatures.signers.len(), signatures.threshold)
}

/// A line for each signer.
#[must_use]
pub fn signers(signatures: &Signatures) -> Vec<String> {
    let line = |signer: &SignerState| {
        let state = match signer.state {
            SignatureState::Signed => "signed",
            SignatureState::Partly => "partly",
            SignatureState::Missing => "missing",
            SignatureState::Wrong => "WRONG",
        };
        format!("{state:<9} {}", signer.address)
    };
    signatures.signers.iter().map(line).collect()
}

/// What people call the network with this genesis hash.
#[must_use]
pub fn network(genesis_hash: Digest) -> String {
    let hash = genesis_hash.to_base64();
    match PublicNetwork::by_genesis_hash(&hash) {
        Some(public) => public.name().to_owned(),
        None => format!("the network with genesis hash {hash}"),
    }
}

/// The value of a field.
#[must_use]
pub fn value(value: &FieldValue) -> String {
    match value {
        FieldValue::Set => "set".to_owned(),
        FieldValue::Yes => "yes".to_owned(),
        FieldValue::Address(address) => address.to_string(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Algos(amount) => amount.to_string(),
        FieldValue::MinorUnits(amount) => format!("{amount} minor units"),
        FieldValue::Rounds(first, last) => format!("rounds {first} to {last}"),
        FieldValue::Text(text) => quoted_text(text),
        FieldValue::Bytes(bytes) => quoted(bytes),
        FieldValue::Hash(hash) => hash.to_base64(),
        FieldValue::NewApplication => "a new one".to_owned(),
        FieldValue::OnCompletion(completion) => {
            completion.name().map_or_else(|| format!("unknown ({})", completion.number()), str::to_owned)
        }
        FieldValue::Resource(resource) => format!("{resource:?}"),
        FieldValue::Box(entry) => format!("application place {}, name {}", entry.index, quoted(&entry.name)),
        FieldValue::Schema(schema) => format!("{} byte slices, {} integers", schema.byte_slices, schema.uints),
        FieldValue::Program { size, sha512_256 } => format!("{size} bytes, sha512/256 {}", hex::encode(sha512_256.0)),
    }
}

/// A field in one line.
#[must_use]
pub fn field(field: &Field) -> String {
    format!("{} {}", field.name, value(&field.value))
}

/// What a field gives away for good.
#[must_use]
pub const fn danger(danger: Danger) -> &'static str {
    match danger {
        Danger::Rekey => "from then on only that key signs for the sender: the account is given away",
        Danger::HighFee => "that is over a hundred times the usual fee",
        Danger::ClosesAccount => "the sender's account is closed, and all it has left goes there",
        Danger::Clawback => "a clawback: it is taken from that account without its signature",
        Danger::ClosesAsset => "all the sender has of the asset goes there",
        Danger::DestroysAsset => "the asset is gone for good",
        Danger::EndsApplication => "the application ends for good",
        Danger::ReplacesPrograms => "the application's programs, and so its rules, are replaced",
        Danger::NeverOnline => "the account can never go online again",
        Danger::NotShown => "this program does not show such fields: do not sign what you cannot read",
    }
}

/// Bytes for people: text in quotes where it is plain, a number beside eight bytes, else hex.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| !c.is_control()) => quoted_text(text),
        _ => match <[u8; 8]>::try_from(bytes) {
            Ok(number) => format!("0x{} ({})", hex::encode(bytes), u64::from_be_bytes(number)),
            Err(_) => format!("0x{}", hex::encode(bytes)),
        },
    }
}

/// Text in quotes, with whatever a terminal could act on or hide written out.
fn quoted_text(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multisig::fields;
    use pnp_types::{Round, Transaction, TransactionType};

    #[test]
    fn what_others_wrote_cannot_act_on_the_terminal() {
        for (bytes, text) in [
            (b"pay \"me\"".as_slice(), r#""pay \"me\"""#),
            (b"\x1b[2Jall fine", "0x1b5b324a616c6c2066696e65"),
            ("a\u{202e}b".as_bytes(), r#""a\u{202e}b""#),
            (b"", "0x"),
            (&500_u64.to_be_bytes(), "0x00000000000001f4 (500)"),
            (b"\xff", "0xff"),
        ] {
            assert_eq!(quoted(bytes), text);
        }
        let mut transaction = Transaction { kind: TransactionType::Unknown("\x1b[A".to_owned()), ..Default::default() };
        transaction.header.genesis_id = "\r\x1b[K".to_owned();
        assert!(fields(&transaction).iter().all(|field| value(&field.value).chars().all(|c| !c.is_control())));
    }

    #[test]
    fn the_time_that_is_left_is_in_rounds_and_about_as_long_as_they_last() {
        assert_eq!(duration(1000), "1000 rounds (about 46 minutes at 2.8 s a round)");
        let left = |first_valid, now, left| Validity {
            first_valid: Round(first_valid),
            last_valid: Round(1010),
            now: Some(Round(now)),
            rounds_left: Some(left),
            seconds_left: None,
        };
        assert!(validity(&left(10, 1010, 0)).contains("expired"));
        assert!(validity(&left(100, 50, 960)).contains("from 49 rounds"));
        let soon = validity_warning(ValidityWarning::ExpiresSoon { rounds_left: 60 });
        assert!(soon.contains("60 rounds (about 2 minutes"), "{soon}");
    }
}
