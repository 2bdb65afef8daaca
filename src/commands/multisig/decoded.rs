//! A transaction, field by field, as a person reads it before signing.
//!
//! Every structure is taken apart without `..`, so that a field the protocol gains cannot be forgotten here. Bytes that come
//! from others are never printed as they are: a note could move the cursor.

use pnp_types::{
    Address, ApplicationCall, AssetConfig, AssetFreeze, AssetParams, AssetTransfer, Digest, Header, KeyRegistration,
    MicroAlgos, OnCompletion, Payment, Transaction, VotingData,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A fee per transaction that nobody means: a hundred times the least.
const HIGH_FEE: MicroAlgos = MicroAlgos(100_000);

/// One field that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Field {
    /// Its name, in words.
    pub(super) name: &'static str,
    /// Its value.
    pub(super) value: String,
    /// Why to look twice, where the field gives something away for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) danger: Option<&'static str>,
}

/// The fields that are set, in the order in which they matter to people.
#[derive(Debug, Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn add(&mut self, name: &'static str, value: impl ToString) {
        self.0.push(Field { name, value: value.to_string(), danger: None });
    }

    /// What gives something away, and is therefore marked.
    fn danger(&mut self, name: &'static str, value: impl ToString, danger: &'static str) {
        self.0.push(Field { name, value: value.to_string(), danger: Some(danger) });
    }

    fn address(&mut self, name: &'static str, address: &Address) {
        if !address.is_zero() {
            self.add(name, address);
        }
    }

    fn number(&mut self, name: &'static str, number: u64) {
        if number != 0 {
            self.add(name, number);
        }
    }

    fn bytes(&mut self, name: &'static str, bytes: &[u8]) {
        if bytes.iter().any(|byte| *byte != 0) {
            self.add(name, shown(bytes));
        }
    }
}

/// What a transaction says, field by field; what is not set is left out.
pub(super) fn fields(transaction: &Transaction) -> Vec<Field> {
    let Transaction {
        kind,
        header: head,
        keyreg,
        payment: paid,
        asset_config,
        asset_transfer: transfer,
        asset_freeze,
        application_call,
        state_proof,
        heartbeat,
    } = transaction;
    let mut fields = Fields::default();
    fields.add("type", shown_text(kind.as_str()));
    header(&mut fields, head);
    payment(&mut fields, paid);
    asset_transfer_fields(&mut fields, transfer);
    asset_configuration(&mut fields, asset_config);
    let AssetFreeze { account, asset, frozen } = asset_freeze;
    fields.number("freeze asset", *asset);
    fields.address("freeze account", account);
    if *frozen {
        fields.add("frozen", "yes");
    }
    call(&mut fields, application_call);
    key_registration(&mut fields, keyreg);
    let rare = "this program does not show such fields: do not sign what you cannot read";
    if *state_proof != Default::default() {
        fields.danger("state proof", "set", rare);
    }
    if heartbeat.is_some() {
        fields.danger("heartbeat", "set", rare);
    }
    fields.0
}

fn header(fields: &mut Fields, header: &Header) {
    let Header { sender, fee, first_valid, last_valid, note, genesis_id, genesis_hash, group, lease, rekey_to } =
        header;
    fields.add("sender", sender);
    if !rekey_to.is_zero() {
        fields.danger(
            "rekey to",
            rekey_to,
            "from then on only that key signs for the sender: the account is given away",
        );
    }
    match *fee > HIGH_FEE {
        true => fields.danger("fee", fee, "that is over a hundred times the usual fee"),
        false => fields.add("fee", fee),
    }
    fields.add("valid", format!("rounds {first_valid} to {last_valid}"));
    if !note.is_empty() {
        fields.add("note", shown(note));
    }
    if !genesis_id.is_empty() {
        fields.add("network", shown_text(genesis_id));
    }
    fields.add("genesis hash", genesis_hash.to_base64());
    if *group != Digest::ZERO {
        fields.add("group", group.to_base64());
    }
    fields.bytes("lease", lease);
}

fn payment(fields: &mut Fields, payment: &Payment) {
    let Payment { receiver, amount, close_remainder_to } = payment;
    fields.address("receiver", receiver);
    if !amount.is_zero() {
        fields.add("amount", amount);
    }
    if !close_remainder_to.is_zero() {
        let danger = "the sender's account is closed, and all it has left goes there";
        fields.danger("close remainder to", close_remainder_to, danger);
    }
}

fn asset_transfer_fields(fields: &mut Fields, transfer: &AssetTransfer) {
    let AssetTransfer { asset, amount, sender, receiver, close_to } = transfer;
    if *asset != 0 || *amount != 0 || !receiver.is_zero() {
        fields.add("asset", asset);
        fields.add("asset amount", format!("{amount} minor units"));
    }
    fields.address("asset receiver", receiver);
    if !sender.is_zero() {
        fields.danger("take asset from", sender, "a clawback: it is taken from that account without its signature");
    }
    if !close_to.is_zero() {
        fields.danger("close asset to", close_to, "all the sender has of the asset goes there");
    }
}

fn asset_configuration(fields: &mut Fields, config: &AssetConfig) {
    let AssetConfig { asset, params } = config;
    fields.number("configure asset", *asset);
    let AssetParams {
        total,
        decimals,
        default_frozen,
        unit_name,
        asset_name,
        url,
        metadata_hash,
        manager,
        reserve,
        freeze,
        clawback,
    } = params;
    if *asset != 0 && *params == AssetParams::default() {
        fields.danger("destroy asset", asset, "the asset is gone for good");
    }
    fields.number("total", *total);
    fields.number("decimals", u64::from(*decimals));
    if *default_frozen {
        fields.add("default frozen", "yes");
    }
    for (name, text) in [("unit", unit_name), ("asset name", asset_name), ("url", url)] {
        fields.bytes(name, text.as_ref());
    }
    fields.bytes("metadata hash", metadata_hash);
    for (name, address) in [("manager", manager), ("reserve", reserve), ("freeze", freeze), ("clawback", clawback)] {
        fields.address(name, address);
    }
}

fn call(fields: &mut Fields, call: &ApplicationCall) {
    if *call == ApplicationCall::default() {
        return;
    }
    let ApplicationCall {
        application,
        on_completion,
        args,
        accounts,
        foreign_assets,
        foreign_apps,
        access,
        boxes,
        local_schema,
        global_schema,
        approval_program,
        clear_program,
        extra_pages,
        reject_version,
    } = call;
    match application {
        0 => fields.add("application", "a new one"),
        application => fields.add("application", application),
    }
    let completion =
        on_completion.name().map_or_else(|| format!("unknown ({})", on_completion.number()), str::to_owned);
    match *on_completion {
        OnCompletion::DeleteApplication => fields.danger("on completion", completion, "the application ends for good"),
        OnCompletion::UpdateApplication => {
            fields.danger("on completion", completion, "the application's programs, and so its rules, are replaced");
        }
        _ => fields.add("on completion", completion),
    }
    for arg in args {
        fields.add("argument", shown(arg));
    }
    for account in accounts {
        fields.add("account at hand", account);
    }
    for asset in foreign_assets {
        fields.add("asset at hand", asset);
    }
    for app in foreign_apps {
        fields.add("application at hand", app);
    }
    for entry in access {
        fields.add("access", format!("{entry:?}"));
    }
    for entry in boxes {
        fields.add("box", format!("application place {}, name {}", entry.index, shown(&entry.name)));
    }
    for (name, schema) in [("global state", global_schema), ("local state", local_schema)] {
        if *schema != Default::default() {
            fields.add(name, format!("{} byte slices, {} integers", schema.byte_slices, schema.uints));
        }
    }
    for (name, program) in [("approval program", approval_program), ("clear program", clear_program)] {
        if !program.is_empty() {
            let hash = hex::encode(pnp_types::sha512_256(program));
            fields.add(name, format!("{} bytes, sha512/256 {hash}", program.len()));
        }
    }
    fields.number("extra pages", u64::from(*extra_pages));
    fields.number("reject version", *reject_version);
}

fn key_registration(fields: &mut Fields, registration: &KeyRegistration) {
    let KeyRegistration { voting, nonparticipation } = registration;
    let VotingData { vote_key, selection_key, state_proof_key, vote_first, vote_last, vote_key_dilution } = voting;
    fields.bytes("vote key", vote_key);
    fields.bytes("selection key", selection_key);
    fields.bytes("state proof key", state_proof_key);
    fields.number("vote first", *vote_first);
    fields.number("vote last", *vote_last);
    fields.number("key dilution", *vote_key_dilution);
    if *nonparticipation {
        fields.danger("nonparticipation", "yes", "the account can never go online again");
    }
}

/// Bytes for people: text in quotes where it is plain, a number beside eight bytes, else hex.
pub(super) fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| !c.is_control()) => shown_text(text),
        _ => match <[u8; 8]>::try_from(bytes) {
            Ok(number) => format!("0x{} ({})", hex::encode(bytes), u64::from_be_bytes(number)),
            Err(_) => format!("0x{}", hex::encode(bytes)),
        },
    }
}

/// Text in quotes, with whatever a terminal could act on or hide written out.
fn shown_text(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::TransactionType;

    #[test]
    fn what_gives_something_away_is_loud() {
        let other = Address([7; 32]);
        let mut transaction = Transaction { kind: TransactionType::Payment, ..Transaction::default() };
        assert!(fields(&transaction).iter().all(|field| field.danger.is_none()));
        transaction.header.rekey_to = other;
        transaction.header.fee = MicroAlgos(100_001);
        transaction.payment.close_remainder_to = other;
        transaction.asset_transfer.close_to = other;
        transaction.asset_transfer.sender = other;
        transaction.asset_config.asset = 5;
        transaction.keyreg.nonparticipation = true;
        transaction.application_call.on_completion = OnCompletion::DeleteApplication;
        transaction.heartbeat = Some(Box::default());
        let loud: Vec<_> =
            fields(&transaction).iter().filter(|field| field.danger.is_some()).map(|field| field.name).collect();
        assert_eq!(
            loud,
            [
                "rekey to",
                "fee",
                "close remainder to",
                "take asset from",
                "close asset to",
                "destroy asset",
                "on completion",
                "nonparticipation",
                "heartbeat"
            ]
        );
    }

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
            assert_eq!(shown(bytes), text);
        }
        let mut transaction = Transaction { kind: TransactionType::Unknown("\x1b[A".to_owned()), ..Default::default() };
        transaction.header.genesis_id = "\r\x1b[K".to_owned();
        assert!(fields(&transaction).iter().all(|field| field.value.chars().all(|c| !c.is_control())));
    }
}
