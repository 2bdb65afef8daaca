//! Everything that can be wrong with a source, as data.
//!
//! The texts are the reference's, letter by letter: SDKs and editors show and parse them. Help beyond them (the version
//! that knows a name, a likely spelling) is computed from the data by [`super::Diagnostic::hint`].

use pnp_opcodes::{MAX_STRING_SIZE, StackType};

use super::bytes_literal::BytesError;
use super::excerpt::Excerpt;
use super::integer::IntegerError;
use super::quote::quoted;

/// What is wrong, or suspicious, at one place of a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    // The text as a whole
    /// The wanted version does not exist.
    #[error("Can not assemble version {0}")]
    NoSuchVersion(u8),
    /// Nothing but blanks.
    #[error("Cannot assemble empty program text")]
    EmptyText,
    /// Nothing but comments and definitions, where no version is given either: [`super::VERSIONLESS_PROGRAM`].
    #[error("there is no instruction and no version")]
    NoInstruction,
    /// A line of 64 KiB or more.
    #[error("line too long")]
    LineTooLong,
    /// A source whose places do not fit 32 bits.
    #[error("program text too long")]
    TextTooLong,

    // Directives and macros
    /// `#` with an unknown word.
    #[error("unknown directive: {0}")]
    UnknownDirective(Excerpt),
    /// `#define` without a body.
    #[error("define directive requires a name and body")]
    IncompleteDefine,
    /// A macro that needs itself; the way round.
    #[error("macro expansion cycle discovered: {0}")]
    MacroCycle(String),
    /// Macros that stand for a million words and more.
    #[error("macro expansion too long")]
    MacroTooLong,
    /// A character macro names cannot have.
    #[error("{0} character not allowed in macro name")]
    MacroCharacter(char),
    /// A macro name that would read as a number.
    #[error("Cannot begin macro name with number: {0}")]
    MacroNumber(String),
    /// A macro named as an encoding.
    #[error("Cannot use {0} as macro name")]
    MacroEncoding(String),
    /// A macro named as a constant.
    #[error("Named constants cannot be used as macro names: {0}")]
    MacroConstant(String),
    /// A macro named as a pseudo-op.
    #[error("Macro names cannot be pseudo-ops: {0}")]
    MacroPseudoOp(String),
    /// A macro named as an opcode.
    #[error("Macro names cannot be opcodes: {0}")]
    MacroOpcode(String),
    /// A macro named as a field.
    #[error("Macro names cannot be field names: {0}")]
    MacroField(String),
    /// A macro named as a label.
    #[error("Labels cannot be used as macro names: {0}")]
    MacroLabel(String),
    /// A label named as a macro.
    #[error("Cannot create label with same name as macro: {0}")]
    LabelMacro(String),
    /// Macros that became illegal when the version was set.
    #[error("version is incompatible with defined macros")]
    MacrosAndVersion,
    /// `#pragma` alone.
    #[error("empty pragma")]
    EmptyPragma,
    /// A pragma without its value.
    #[error("no {0} value")]
    PragmaWithoutValue(&'static str),
    /// More than the value.
    #[error("unexpected extra tokens:{0}")]
    ExtraTokens(Excerpt),
    /// A pragma that comes too late.
    #[error("#pragma {0} is only allowed before instructions")]
    LatePragma(&'static str),
    /// An invalid value.
    #[error("bad #pragma {pragma}: {}", quoted(.value))]
    BadPragma {
        /// Which pragma.
        pragma: &'static str,
        /// Its value.
        value: Excerpt,
    },
    /// A version to come, or none.
    #[error("unsupported version: {0}")]
    UnsupportedVersion(u64),
    /// A version other than the one already settled.
    #[error("version mismatch: assembling v{found} with v{settled} assembler")]
    VersionMismatch {
        /// What the pragma says.
        found: u64,
        /// What was settled before.
        settled: u8,
    },
    /// An unknown pragma.
    #[error("unsupported pragma directive: {}", quoted(.0))]
    UnknownPragma(Excerpt),

    // Opcodes and their immediates
    /// No version has this opcode.
    #[error("unknown opcode: {0}")]
    UnknownOpcode(Excerpt),
    /// A later version has this opcode.
    #[error("{name} opcode was introduced in v{since}")]
    OpcodeTooNew {
        /// The opcode.
        name: String,
        /// Its first version.
        since: u8,
    },
    /// A pseudo-op has no form of so many immediates.
    #[error("{name} expects {counts}")]
    Arity {
        /// The pseudo-op.
        name: String,
        /// The counts it has forms of, in words.
        counts: String,
    },
    /// A later version has a form of so many immediates.
    #[error("{name} opcode with {immediates} was introduced in v{since}")]
    FormTooNew {
        /// The pseudo-op.
        name: &'static str,
        /// The count, in words.
        immediates: String,
        /// The form's first version.
        since: u8,
    },
    /// Not the number of immediates the opcode has.
    #[error("{name} expects {expected} immediate argument{}", if *.expected == 1 { "" } else { "s" })]
    ImmediateCount {
        /// The opcode.
        name: &'static str,
        /// How many it has.
        expected: usize,
    },
    /// No field of that name.
    #[error("{opcode} unknown field: {}", quoted(.field))]
    UnknownField {
        /// The opcode.
        opcode: &'static str,
        /// The word in the field's place.
        field: Excerpt,
    },
    /// A later version has this field.
    #[error("{opcode} {field} field was introduced in v{since}. Missed #pragma version?")]
    FieldTooNew {
        /// The opcode.
        opcode: &'static str,
        /// The field.
        field: &'static str,
        /// Its first version.
        since: u8,
    },
    /// The field is of another form of the pseudo-op.
    #[error("{} field of {opcode} can only be used with {counts}", quoted(.field))]
    FieldOfOtherForm {
        /// The pseudo-op.
        opcode: &'static str,
        /// The field.
        field: String,
        /// The forms that have it, in words.
        counts: String,
    },
    /// A field that `itxn_field` never sets.
    #[error("{opcode} {} is not allowed.", quoted(.field))]
    FieldNotAllowed {
        /// The opcode.
        opcode: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field that `app_params_set` never sets.
    #[error("{opcode} {} is not settable.", quoted(.field))]
    FieldNotSettable {
        /// The opcode.
        opcode: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field that can be set only in a later version.
    #[error("{opcode} {field} field is settable in v{since}. Missed #pragma version?")]
    FieldSettableLater {
        /// The opcode.
        opcode: &'static str,
        /// The field.
        field: &'static str,
        /// The version.
        since: u8,
    },
    /// An immediate that belongs to another place.
    #[error("{opcode} can only use {} as immediate {places}", quoted(.value))]
    ImmediatePlace {
        /// The opcode, with its form if it is a pseudo-op.
        opcode: String,
        /// The immediate.
        value: Excerpt,
        /// Where it could stand.
        places: String,
    },
    /// Not a number where one byte is wanted.
    #[error("{prefix}unable to parse {what} {} as integer", quoted(.value))]
    NotAByte {
        /// The opcode and a space, or nothing.
        prefix: String,
        /// What the number would be.
        what: &'static str,
        /// What is there.
        value: Excerpt,
    },
    /// A number too large for one byte.
    #[error("{prefix}{what} beyond 255: {value}")]
    BeyondByte {
        /// The opcode and a space, or nothing.
        prefix: String,
        /// What the number is.
        what: &'static str,
        /// The number.
        value: u64,
    },
    /// Not a number from -128 to 127.
    #[error("{opcode} unable to parse {what} {} as int8", quoted(.value))]
    NotAnInt8 {
        /// The opcode.
        opcode: &'static str,
        /// What the number would be.
        what: &'static str,
        /// What is there.
        value: Excerpt,
    },
    /// More than 255 targets.
    #[error("{0} cannot take more than 255 labels")]
    TooManyLabels(&'static str),
    /// A slice that ends before it begins.
    #[error("substring end is before start")]
    SubstringOrder,

    // Constants
    /// Not an integer.
    #[error("unable to parse {} as integer", quoted(.0))]
    NotAnInteger(Excerpt),
    /// Not an integer, in a list of them.
    #[error("strconv.ParseUint: parsing {}: {reason}", quoted(.value))]
    NotAnIntegerInList {
        /// What is there.
        value: Excerpt,
        /// Why it is invalid.
        reason: IntegerError,
    },
    /// No byte literal where one is wanted.
    #[error("{0} needs byte literal argument")]
    MissingBytes(&'static str),
    /// Not a byte literal.
    #[error("{opcode} {reason}")]
    NotBytes {
        /// The opcode or pseudo-op.
        opcode: &'static str,
        /// Why it is invalid.
        reason: BytesError,
    },
    /// Something after the byte literal.
    #[error("{0} with extraneous argument")]
    ExtraBytes(&'static str),
    /// A byte literal longer than a stack value can be.
    #[error("{opcode} value is too big ({size} bytes, limit {MAX_STRING_SIZE})")]
    BytesTooBig {
        /// The opcode or pseudo-op.
        opcode: &'static str,
        /// Its size in bytes.
        size: usize,
    },
    /// The same, in a list of them.
    #[error("{opcode} arg {index} is too big ({size} bytes, limit {MAX_STRING_SIZE})")]
    ListedBytesTooBig {
        /// The opcode.
        opcode: &'static str,
        /// Which of the list, from 0.
        index: usize,
        /// Its size in bytes.
        size: usize,
    },
    /// `method` without a string.
    #[error("unable to parse method signature")]
    NotAMethod,
    /// `method` with an invalid string.
    #[error("{0}")]
    BadMethodString(BytesError),
    /// Not an address: not base32.
    #[error("failed to decode address {0} from base 32")]
    AddressEncoding(Excerpt),
    /// Not an address: too short.
    #[error("decoded bad addr: {0}")]
    AddressLength(Excerpt),
    /// Not an address: a typing error, by its checksum.
    #[error("address {0} is malformed, checksum verification failed")]
    AddressChecksum(Excerpt),
    /// An address with something added.
    #[error("address {0} is non-canonical")]
    AddressForm(Excerpt),
    /// A constant that the block written by hand lacks.
    #[error("value {0} does not appear in existing intcblock")]
    NotInIntcBlock(u64),
    /// A constant that the block written by hand lacks.
    #[error("value 0x{} does not appear in existing bytecblock", hex::encode(.0))]
    NotInBytecBlock(Vec<u8>),
    /// More than a block can number.
    #[error("cannot have more than 256 {0} constants")]
    TooManyConstants(&'static str),
    /// A constant beyond the block's end.
    #[error("{opcode} {index} is not defined")]
    UndefinedConstant {
        /// `intc` or `bytec`.
        opcode: &'static str,
        /// Which one.
        index: usize,
    },
    /// Several blocks written by hand: nothing says which is in force.
    #[error("{pseudo} {value} used with manual {opcode}blocks. Use {opcode}.")]
    ManualBlocks {
        /// `int` or `byte`.
        pseudo: &'static str,
        /// `intc` or `bytec`.
        opcode: &'static str,
        /// The constant.
        value: Excerpt,
    },
    /// A block written by hand after a constant of the assembler's own block.
    #[error("{block} following {pseudos}")]
    LateBlock {
        /// The block's opcode.
        block: &'static str,
        /// The pseudo-ops that have used the assembler's block.
        pseudos: &'static str,
    },
    /// What stands where a constant was to be loaded, after an earlier error.
    #[error("unexpected op at {kind}Reference: {found}")]
    LostConstant {
        /// `int` or `byte`.
        kind: &'static str,
        /// The byte that stands there.
        found: u8,
    },

    // Labels
    /// A second label of one name.
    #[error("duplicate label {}", quoted(.0))]
    DuplicateLabel(Excerpt),
    /// No label of that name.
    #[error("reference to undefined label {}", quoted(.0))]
    UndefinedLabel(Excerpt),
    /// A target out of the offset's reach.
    #[error("label {} is too far away", quoted(.0))]
    LabelTooFar(Excerpt),
    /// A target that lies behind, in a version that only goes forward.
    #[error("label {} is a back reference, back jump support was introduced in v4", quoted(.0))]
    BackReference(Excerpt),
    /// A branch to itself.
    #[error("branch to start of same instruction: {} ", quoted(.0))]
    BranchToItself(Excerpt),

    // Types
    /// Fewer values on the stack than the statement takes.
    #[error("{statement} expects {expected} stack arguments but stack height is {height}")]
    StackHeight {
        /// The statement as written.
        statement: Excerpt,
        /// How many it takes.
        expected: usize,
        /// How many there are.
        height: usize,
    },
    /// A value of another type than the statement takes.
    #[error("{statement} arg {index} wanted type {wanted} got {found}")]
    StackTypeMismatch {
        /// The statement as written.
        statement: Excerpt,
        /// Which argument, from the deepest.
        index: usize,
        /// What it takes.
        wanted: StackType,
        /// What is there.
        found: StackType,
    },
    /// `bury 0`.
    #[error("bury 0 always fails")]
    BuryZero,
    /// A frame slot below the arguments.
    #[error("{opcode} {slot} in sub with {args} args")]
    BelowFrame {
        /// The opcode.
        opcode: &'static str,
        /// The slot.
        slot: i64,
        /// How many arguments the subroutine has.
        args: i64,
    },
    /// A frame slot above the stack.
    #[error("{0} above stack")]
    AboveStack(&'static str),
    /// `proto` where control may come from the line above.
    #[error("proto must be unreachable from previous PC")]
    ReachableProto,

    // Salt, and what is merely suspicious
    /// No salt leads off the curve (one chance in 2^128).
    #[error("could not find {0} intcblock salt that yields an off-curve program")]
    NoSalt(&'static str),
    /// The program may need salt, but this build lacks the feature `salt`.
    #[error(
        "this assembler is built without the feature `salt`: it cannot tell whether the program hash is on the curve; use #pragma autosalt false, or build with `salt`"
    )]
    SaltUnavailable,
    /// The logic signature's address might have a key.
    #[error("#pragma autosalt false leaves program hash on curve")]
    OnCurve,
    /// Salt for a program that is no logic signature.
    #[error("#pragma autosalt true used with stateful opcodes")]
    StatefulSalt,
    /// A constant that becomes an immediate because a block is written by hand.
    #[error("{pseudo} {value} used with explicit {block}. must {push}")]
    ExplicitBlock {
        /// `int` or `byte`.
        pseudo: &'static str,
        /// The constant.
        value: Excerpt,
        /// The block's opcode.
        block: &'static str,
        /// The opcode used instead.
        push: &'static str,
    },
    /// A string that is no ABI method signature; it is hashed in spite of that.
    #[error("invalid ARC-4 ABI method signature for method op: {0}")]
    MethodSignature(String),
    /// A version that no public network runs. The reference does not warn of it, nor does [`super::assemble`]:
    /// [`super::unreleased_version`] does.
    #[error("version {version} is not on any public network yet")]
    UnreleasedVersion {
        /// The version.
        version: u8,
    },
}
