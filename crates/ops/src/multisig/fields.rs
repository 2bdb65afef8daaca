//! A transaction, field by field, as a person reads it before signing.
//!
//! Every structure is taken apart without `..`, so that a field the protocol gains cannot be forgotten here.

use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetConfig, AssetFreeze, AssetIndex, AssetParams, AssetTransfer, BoxRef,
    Digest, Header, KeyRegistration, MicroAlgos, OnCompletion, Payment, ResourceRef, Round, StateSchema, Transaction,
    VotingData, sha512_256,
};

/// A fee per transaction that nobody means: a hundred times the least.
const HIGH_FEE: MicroAlgos = MicroAlgos(100_000);

/// One field that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, for example `rekey to`.
    pub name: &'static str,
    /// Its value.
    pub value: FieldValue,
    /// Why to look twice, where the field gives something away for good.
    pub danger: Option<Danger>,
}

/// The value of a field. Text and bytes come from others: they are to be escaped before a terminal shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// It is set, and that is all there is to know.
    Set,
    /// It holds.
    Yes,
    /// An account.
    Address(Address),
    /// A number, for example of an asset or an application.
    Number(u64),
    /// Algos.
    Algos(MicroAlgos),
    /// Minor units of an asset.
    MinorUnits(u64),
    /// The first and the last round.
    Rounds(Round, Round),
    /// Text.
    Text(String),
    /// Bytes, which may be text.
    Bytes(Vec<u8>),
    /// A hash, which is shown in base64.
    Hash(Digest),
    /// The application that the call creates.
    NewApplication,
    /// What a call leads to.
    OnCompletion(OnCompletion),
    /// What the programs may reach.
    Resource(ResourceRef),
    /// A box that the programs may reach.
    Box(BoxRef),
    /// Room for state.
    Schema(StateSchema),
    /// A program.
    Program {
        /// Its bytes.
        size: usize,
        /// Their SHA-512/256.
        sha512_256: Digest,
    },
}

/// What a field gives away for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Danger {
    /// Another key signs for the sender from then on.
    Rekey,
    /// The fee is over a hundred times the usual one.
    HighFee,
    /// The sender's account is closed, and all its Algos go to another.
    ClosesAccount,
    /// An asset is taken from an account without its signature.
    Clawback,
    /// All the sender has of the asset goes to another.
    ClosesAsset,
    /// The asset is destroyed.
    DestroysAsset,
    /// The application ends.
    EndsApplication,
    /// The programs of the application, and so its rules, are replaced.
    ReplacesPrograms,
    /// The account can never go online again.
    NeverOnline,
    /// The transaction has parts that are not taken apart here.
    NotShown,
}

/// The fields that are set, in the order in which they matter to people.
#[derive(Debug, Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn add(&mut self, name: &'static str, value: FieldValue) {
        self.0.push(Field { name, value, danger: None });
    }

    /// What gives something away, and is therefore marked.
    fn danger(&mut self, name: &'static str, value: FieldValue, danger: Danger) {
        self.0.push(Field { name, value, danger: Some(danger) });
    }

    fn address(&mut self, name: &'static str, address: &Address) {
        if !address.is_zero() {
            self.add(name, FieldValue::Address(*address));
        }
    }

    /// An address that gives something away where it is set.
    fn dangerous_address(&mut self, name: &'static str, address: &Address, danger: Danger) {
        if !address.is_zero() {
            self.danger(name, FieldValue::Address(*address), danger);
        }
    }

    fn number(&mut self, name: &'static str, number: u64) {
        if number != 0 {
            self.add(name, FieldValue::Number(number));
        }
    }

    fn yes(&mut self, name: &'static str, holds: bool) {
        if holds {
            self.add(name, FieldValue::Yes);
        }
    }

    fn bytes(&mut self, name: &'static str, bytes: &[u8]) {
        if bytes.iter().any(|byte| *byte != 0) {
            self.add(name, FieldValue::Bytes(bytes.to_owned()));
        }
    }
}

/// The fields of a transaction that are set.
#[must_use]
pub fn fields(transaction: &Transaction) -> Vec<Field> {
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
    fields.add("type", FieldValue::Text(kind.as_str().to_owned()));
    header(&mut fields, head);
    payment(&mut fields, paid);
    asset_transfer_fields(&mut fields, transfer);
    asset_configuration(&mut fields, asset_config);
    let AssetFreeze { account, asset, frozen } = asset_freeze;
    fields.number("freeze asset", asset.0);
    fields.address("freeze account", account);
    fields.yes("frozen", *frozen);
    call(&mut fields, application_call);
    key_registration(&mut fields, keyreg);
    for (name, is_set) in [("state proof", *state_proof != Default::default()), ("heartbeat", heartbeat.is_some())] {
        if is_set {
            fields.danger(name, FieldValue::Set, Danger::NotShown);
        }
    }
    fields.0
}

fn header(fields: &mut Fields, header: &Header) {
    let Header { sender, fee, first_valid, last_valid, note, genesis_id, genesis_hash, group, lease, rekey_to } =
        header;
    fields.add("sender", FieldValue::Address(*sender));
    fields.dangerous_address("rekey to", rekey_to, Danger::Rekey);
    match *fee > HIGH_FEE {
        true => fields.danger("fee", FieldValue::Algos(*fee), Danger::HighFee),
        false => fields.add("fee", FieldValue::Algos(*fee)),
    }
    fields.add("valid", FieldValue::Rounds(*first_valid, *last_valid));
    if !note.is_empty() {
        fields.add("note", FieldValue::Bytes(note.clone()));
    }
    if !genesis_id.is_empty() {
        fields.add("network", FieldValue::Text(genesis_id.clone()));
    }
    fields.add("genesis hash", FieldValue::Hash(*genesis_hash));
    if *group != Digest::ZERO {
        fields.add("group", FieldValue::Hash(*group));
    }
    fields.bytes("lease", lease);
}

fn payment(fields: &mut Fields, payment: &Payment) {
    let Payment { receiver, amount, close_remainder_to } = payment;
    fields.address("receiver", receiver);
    if !amount.is_zero() {
        fields.add("amount", FieldValue::Algos(*amount));
    }
    fields.dangerous_address("close remainder to", close_remainder_to, Danger::ClosesAccount);
}

fn asset_transfer_fields(fields: &mut Fields, transfer: &AssetTransfer) {
    let AssetTransfer { asset, amount, sender, receiver, close_to } = transfer;
    if *asset != AssetIndex::NONE || *amount != 0 || !receiver.is_zero() {
        fields.add("asset", FieldValue::Number(asset.0));
        fields.add("asset amount", FieldValue::MinorUnits(*amount));
    }
    fields.address("asset receiver", receiver);
    fields.dangerous_address("take asset from", sender, Danger::Clawback);
    fields.dangerous_address("close asset to", close_to, Danger::ClosesAsset);
}

fn asset_configuration(fields: &mut Fields, config: &AssetConfig) {
    let AssetConfig { asset, params } = config;
    fields.number("configure asset", asset.0);
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
    if *asset != AssetIndex::NONE && *params == AssetParams::default() {
        fields.danger("destroy asset", FieldValue::Number(asset.0), Danger::DestroysAsset);
    }
    fields.number("total", *total);
    fields.number("decimals", u64::from(*decimals));
    fields.yes("default frozen", *default_frozen);
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
    match *application {
        AppIndex::NONE => fields.add("application", FieldValue::NewApplication),
        application => fields.add("application", FieldValue::Number(application.0)),
    }
    let completion = FieldValue::OnCompletion(*on_completion);
    match *on_completion {
        OnCompletion::DeleteApplication => fields.danger("on completion", completion, Danger::EndsApplication),
        OnCompletion::UpdateApplication => fields.danger("on completion", completion, Danger::ReplacesPrograms),
        _ => fields.add("on completion", completion),
    }
    for arg in args {
        fields.add("argument", FieldValue::Bytes(arg.clone()));
    }
    for account in accounts {
        fields.add("foreign account", FieldValue::Address(*account));
    }
    for asset in foreign_assets {
        fields.add("foreign asset", FieldValue::Number(asset.0));
    }
    for app in foreign_apps {
        fields.add("foreign application", FieldValue::Number(app.0));
    }
    for entry in access {
        fields.add("access", FieldValue::Resource(entry.clone()));
    }
    for entry in boxes {
        fields.add("box", FieldValue::Box(entry.clone()));
    }
    for (name, schema) in [("global state", global_schema), ("local state", local_schema)] {
        if *schema != StateSchema::default() {
            fields.add(name, FieldValue::Schema(*schema));
        }
    }
    for (name, program) in [("approval program", approval_program), ("clear program", clear_program)] {
        if !program.is_empty() {
            let sha512_256 = Digest(sha512_256(program));
            fields.add(name, FieldValue::Program { size: program.len(), sha512_256 });
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
    fields.number("vote first", vote_first.0);
    fields.number("vote last", vote_last.0);
    fields.number("key dilution", *vote_key_dilution);
    if *nonparticipation {
        fields.danger("nonparticipation", FieldValue::Yes, Danger::NeverOnline);
    }
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
        transaction.asset_config.asset = AssetIndex(5);
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
}
