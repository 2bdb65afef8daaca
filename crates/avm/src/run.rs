//! Running one program alone: [`Run`] needs nothing but the program, and says all there is to know about how it ended.

use std::fmt;

use super::error::{EvalError, ProgramError, trimmed};
use super::evaluate::{run_application, run_signature};
use super::group::{DescribeOpcodes, GroupContext};
use super::ledger::Ledger;
use super::memory_ledger::{MemoryLedger, StateChange};
use super::program::Mode;
use super::tracer::Tracer;
use super::value::Value;
use pnp_types::consensus::{LATEST, Protocol};
use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, BoxRef, LogicSignature, OnCompletion, Round,
    SignedTransactionWithApplyData, Transaction, TransactionType, assign_group,
};

/// How many rounds the transaction of a run is valid, from the ledger's round on.
const VALIDITY: u64 = 1000;

/// A program about to run, by the rules of the newest protocol version that public networks run, or by [`Self::consensus`].
///
/// Without more, an application runs for a call without arguments from [`Run::SENDER`] to [`Run::APP`], and a logic
/// signature signs a payment of nothing by the account of its program. The group around the transaction is visible to the
/// program; of its programs only this one runs. Fees, signatures and the sizes of groups are not checked.
///
/// ```
/// use pnp_avm::{Run, Verdict};
///
/// let program = [11, 0x36, 0x1a, 0, 0x17, 0x44, 0x81, 1]; // txna ApplicationArgs 0; btoi; assert; int 1
/// let outcome = Run::application(program).arg_uint(7).run();
/// assert!(outcome.is_approved());
/// assert_eq!(outcome.cost, 4);
///
/// let outcome = Run::application(program).arg_uint(0).run();
/// let Verdict::Failed(failure) = &outcome.verdict else { panic!("{}", outcome.verdict) };
/// assert_eq!((failure.pc, failure.opcode, failure.message.as_str()), (5, Some("assert"), "assert failed pc=5"));
/// ```
#[must_use = "a run does nothing until `run` or `run_on` is called"]
pub struct Run<'t> {
    program: Vec<u8>,
    mode: Mode,
    app: AppIndex,
    transaction: Transaction,
    signature_args: Vec<Vec<u8>>,
    before: Vec<Transaction>,
    after: Vec<Transaction>,
    extra_budget: u64,
    consensus: Protocol,
    tracer: Option<&'t mut dyn Tracer>,
    describe: Option<DescribeOpcodes>,
}

impl<'t> Run<'t> {
    /// Who calls an application unless [`Self::sender`] or [`Self::transaction`] say otherwise.
    pub const SENDER: Address = Address([1; 32]);

    /// The id of the application unless [`Self::app`] or [`Self::transaction`] say otherwise.
    pub const APP: AppIndex = AppIndex(1001);

    /// Runs `program`, bytecode, as an application's approval program; with [`OnCompletion::ClearState`] as its clear
    /// state program.
    pub fn application(program: impl Into<Vec<u8>>) -> Self {
        let transaction = Transaction::app_call(Self::SENDER, Self::APP).build();
        Self::new(program.into(), Mode::Application, transaction)
    }

    /// Runs `program`, bytecode, as a logic signature.
    pub fn signature(program: impl Into<Vec<u8>>) -> Self {
        let program = program.into();
        let own = Address::of_program(&program);
        let payment = Transaction::payment(own, own, Default::default()).build();
        Self::new(program, Mode::Signature, payment)
    }

    fn new(program: Vec<u8>, mode: Mode, transaction: Transaction) -> Self {
        Self {
            program,
            mode,
            app: Self::APP,
            transaction,
            signature_args: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            extra_budget: 0,
            consensus: LATEST,
            tracer: None,
            describe: None,
        }
    }

    /// The transaction that the program runs for, in place of what earlier methods set. A call of application 0 creates
    /// the application, with the id that [`Self::app`] sets.
    ///
    /// ```
    /// use pnp_avm::Run;
    /// use pnp_types::{Address, MicroAlgos, Transaction};
    ///
    /// let (alice, bob) = (Address([5; 32]), Address([6; 32]));
    /// let program = [11, 0x31, 0x08, 0x81, 7, 0x12]; // txn Amount; int 7; ==
    /// let outcome = Run::signature(program).transaction(Transaction::payment(alice, bob, MicroAlgos(7))).run();
    /// assert!(outcome.is_approved());
    /// ```
    pub fn transaction(mut self, transaction: impl Into<Transaction>) -> Self {
        self.transaction = transaction.into();
        if self.transaction.application_call.application != AppIndex::NONE {
            self.app = self.transaction.application_call.application;
        }
        self
    }

    /// Adds an argument: of the call for an application, of the signature for a logic signature.
    pub fn arg(mut self, arg: impl Into<Vec<u8>>) -> Self {
        match self.mode {
            Mode::Application => self.transaction.application_call.args.push(arg.into()),
            Mode::Signature => self.signature_args.push(arg.into()),
        }
        self
    }

    /// Adds a number as an argument, in the eight bytes that `btoi` reads.
    pub fn arg_uint(self, number: u64) -> Self {
        self.arg(number.to_be_bytes())
    }

    /// Adds arguments.
    pub fn args<A: Into<Vec<u8>>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// The sender of the transaction.
    pub fn sender(mut self, sender: Address) -> Self {
        self.transaction.header.sender = sender;
        self
    }

    /// The id of the application, not 0. A ledger that does not have it gets it before the run, with the sender as its
    /// creator.
    pub fn app(mut self, app: AppIndex) -> Self {
        self.app = app;
        if self.transaction.application_call.application != AppIndex::NONE {
            self.transaction.application_call.application = app;
        }
        self
    }

    /// What happens besides the call. As with the methods below, a logic signature's transaction becomes a call.
    pub fn on_completion(mut self, action: OnCompletion) -> Self {
        self.call().on_completion = action;
        self
    }

    /// Adds accounts that the call names.
    pub fn accounts(mut self, accounts: impl IntoIterator<Item = Address>) -> Self {
        self.call().accounts.extend(accounts);
        self
    }

    /// Adds assets that the call names.
    pub fn assets(mut self, assets: impl IntoIterator<Item = AssetIndex>) -> Self {
        self.call().foreign_assets.extend(assets);
        self
    }

    /// Adds applications that the call names.
    pub fn apps(mut self, apps: impl IntoIterator<Item = AppIndex>) -> Self {
        self.call().foreign_apps.extend(apps);
        self
    }

    /// Adds a box of the application that the call names. Each gives room for 2048 bytes of boxes.
    pub fn box_name(mut self, name: impl Into<Vec<u8>>) -> Self {
        self.call().boxes.push(BoxRef { index: 0, name: name.into() });
        self
    }

    /// Adds a transaction of the group before the program's, after those added before.
    pub fn before(mut self, transaction: impl Into<Transaction>) -> Self {
        self.before.push(transaction.into());
        self
    }

    /// Adds a transaction of the group after the program's, after those added before.
    pub fn after(mut self, transaction: impl Into<Transaction>) -> Self {
        self.after.push(transaction.into());
        self
    }

    /// Raises the opcode budget of the group: 700 for each application call, or 20,000 for each transaction of a group
    /// with a logic signature.
    pub fn extra_budget(mut self, extra: u64) -> Self {
        self.extra_budget = self.extra_budget.saturating_add(extra);
        self
    }

    /// Runs by the rules of another protocol version, for example [`FUTURE`](pnp_types::consensus::FUTURE) for programs of
    /// AVM version 14.
    pub fn consensus(mut self, consensus: Protocol) -> Self {
        self.consensus = consensus;
        self
    }

    /// Shows the run to a tracer, opcode by opcode where it asks for that.
    pub fn tracer(mut self, tracer: &'t mut dyn Tracer) -> Self {
        self.tracer = Some(tracer);
        self
    }

    /// Adds the opcodes around the failing one to the texts of failures; a disassembler names them.
    pub fn opcodes_in_errors(mut self, describe: DescribeOpcodes) -> Self {
        self.describe = Some(describe);
        self
    }

    fn call(&mut self) -> &mut ApplicationCall {
        self.transaction.kind = TransactionType::ApplicationCall;
        &mut self.transaction.application_call
    }

    /// Runs the program on an empty [`MemoryLedger`].
    pub fn run(self) -> Outcome {
        self.run_on(&mut MemoryLedger::new())
    }

    /// Runs the program on this ledger, which keeps the changes if the program approves, and is as before if not.
    pub fn run_on(mut self, ledger: &mut MemoryLedger) -> Outcome {
        let untouched = ledger.clone();
        let result = match self.mode {
            Mode::Application => self.run_application(ledger),
            Mode::Signature => self.run_signature(ledger),
        };
        let outcome = result.unwrap_or_else(Outcome::refused);
        if !outcome.is_approved() {
            *ledger = untouched;
        }
        outcome
    }

    fn run_application(&mut self, ledger: &mut MemoryLedger) -> Result<Outcome, EvalError> {
        let refused = |error: super::ledger::LedgerError| EvalError::Refused(error.message);
        let (app, sender) = (self.app, self.transaction.header.sender);
        if ledger.app_params(app).map_err(refused)?.is_none() {
            ledger.add_app(app, sender, self.program.clone());
        }
        let call = self.transaction.application_call.clone();
        let before = ledger.clone();
        let group = self.group(ledger)?;
        let (usage, paid) = ledger.group_fees(&group);
        let mut group = self.watched(GroupContext::for_applications(group, self.consensus.params, usage, paid));
        group.add_app_budget(self.extra_budget);

        ledger.before_program(app, sender, &call).map_err(refused)?;
        let index = self.before.len();
        let (verdict, machine) = run_application(ledger, &mut group, index, app, &self.program)?;
        if matches!(verdict, Ok(true)) {
            ledger.after_program(app, sender, &call).map_err(refused)?;
        }
        let scratch = group.past_scratch.get_mut(index).and_then(Option::take).unwrap_or_default();
        let delta = group.transactions.get_mut(index).map(|entry| std::mem::take(&mut entry.apply_data.eval_delta));
        let delta = delta.unwrap_or_default();
        let changes = if matches!(verdict, Ok(true)) { ledger.changes_since(&before) } else { Vec::new() };
        Ok(Outcome {
            logs: delta.logs.iter().map(|log| log.to_vec()).collect(),
            inner_transactions: delta.inner_txns,
            changes,
            ..Outcome::new(verdict, machine.cost, machine.stack, &scratch)
        })
    }

    fn run_signature(&mut self, ledger: &MemoryLedger) -> Result<Outcome, EvalError> {
        let mut group = self.group(ledger)?;
        let index = self.before.len();
        if let Some(entry) = group.get_mut(index) {
            let (logic, args) = (self.program.clone(), std::mem::take(&mut self.signature_args));
            entry.signed.lsig = LogicSignature { logic, args, ..LogicSignature::default() };
        }
        let mut group = self.watched(GroupContext::for_signatures(group, self.consensus.params));
        group.add_signature_budget(self.extra_budget);
        let (verdict, machine) = run_signature(&mut group, index, ledger)?;
        Ok(Outcome::new(verdict, machine.cost, machine.stack, &machine.scratch))
    }

    /// The transactions of the group, complete: with a validity, a network and a group id.
    fn group(&mut self, ledger: &MemoryLedger) -> Result<Vec<SignedTransactionWithApplyData>, EvalError> {
        if self.mode == Mode::Application {
            self.call();
        }
        let own = std::iter::once(&self.transaction);
        let mut transactions: Vec<_> = self.before.iter().chain(own).chain(&self.after).cloned().collect();
        for header in transactions.iter_mut().map(|transaction| &mut transaction.header) {
            if header.last_valid == Round::GENESIS {
                header.first_valid = ledger.round();
                header.last_valid = header.first_valid.saturating_add(VALIDITY);
            }
            if header.genesis_hash.is_zero() {
                header.genesis_hash = Ledger::genesis_hash(ledger);
            }
        }
        let is_grouped = transactions.iter().any(|transaction| !transaction.header.group.is_zero());
        if transactions.len() > 1 && !is_grouped {
            assign_group(&mut transactions).map_err(|error| EvalError::Refused(error.to_string()))?;
        }
        let entry = |transaction| {
            let mut entry = SignedTransactionWithApplyData::default();
            entry.signed.transaction = transaction;
            entry
        };
        Ok(transactions.into_iter().map(entry).collect())
    }

    fn watched(&mut self, group: GroupContext<'t>) -> GroupContext<'t> {
        let group = match self.describe {
            Some(describe) => group.with_opcodes_in_errors(describe),
            None => group,
        };
        match self.tracer.take() {
            Some(tracer) => group.with_tracer(tracer),
            None => group,
        }
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("program", &hex::encode(&self.program))
            .field("mode", &self.mode)
            .field("app", &self.app)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

/// How a run ended. Its text, for people, is the network's own.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// The program ended with a number other than 0.
    Approved,
    /// The program ended with 0.
    Rejected,
    /// An opcode failed: [`ProgramError::opcode`] at [`ProgramError::pc`], because of [`ProgramError::message`].
    Failed(Box<ProgramError>),
    /// The transaction may not run, whatever its program: the reason.
    Refused(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approved => f.write_str("approved"),
            Self::Rejected => f.write_str("rejected"),
            Self::Failed(error) => error.fmt(f),
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// The cost of the opcodes that ran, without those of inner calls.
    pub cost: u64,
    /// What the program logged, also where it failed later.
    pub logs: Vec<Vec<u8>>,
    /// The inner transactions that it sent, with their effects.
    pub inner_transactions: Vec<SignedTransactionWithApplyData>,
    /// What is different in the ledger; nothing unless the program approved.
    pub changes: Vec<StateChange>,
    /// The stack at the end, its top last.
    pub stack: Vec<Value>,
    /// The scratch space at the end, up to its last slot that is not 0.
    pub scratch: Vec<Value>,
}

impl Outcome {
    fn new(verdict: Result<bool, EvalError>, cost: u64, stack: Vec<Value>, scratch: &[Value]) -> Self {
        let verdict = match verdict {
            Ok(true) => Verdict::Approved,
            Ok(false) => Verdict::Rejected,
            Err(EvalError::Program(error)) => Verdict::Failed(error),
            Err(EvalError::Refused(reason)) => Verdict::Refused(reason),
        };
        Self {
            verdict,
            cost,
            logs: Vec::new(),
            inner_transactions: Vec::new(),
            changes: Vec::new(),
            stack,
            scratch: trimmed(scratch),
        }
    }

    /// The outcome of a program that did not begin.
    fn refused(error: EvalError) -> Self {
        Self::new(Err(error), 0, Vec::new(), &[])
    }

    /// Whether the program approved.
    pub fn is_approved(&self) -> bool {
        matches!(self.verdict, Verdict::Approved)
    }

    /// The failure, if an opcode failed.
    pub fn failure(&self) -> Option<&ProgramError> {
        match &self.verdict {
            Verdict::Failed(error) => Some(error),
            _ => None,
        }
    }
}
