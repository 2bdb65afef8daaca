//! What the interpreter dispatches on.

/// The behaviours of opcodes: one variant each. Rows that differ only in cost, in declared types or in the version
/// share a variant; rows whose bytes are read differently (16-bit and varint branches) do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Op {
    /// `err`.
    Err,
    /// `sha256`.
    Sha256,
    /// `keccak256`.
    Keccak256,
    /// `sha512_256`.
    Sha512_256,
    /// `ed25519verify`.
    Ed25519Verify,
    /// `ecdsa_verify`.
    EcdsaVerify,
    /// `ecdsa_pk_decompress`.
    EcdsaPkDecompress,
    /// `ecdsa_pk_recover`.
    EcdsaPkRecover,
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `/`.
    Div,
    /// `*`.
    Mul,
    /// `<`.
    Lt,
    /// `>`.
    Gt,
    /// `<=`.
    Le,
    /// `>=`.
    Ge,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `!`.
    Not,
    /// `len`.
    Len,
    /// `itob`.
    Itob,
    /// `btoi`.
    Btoi,
    /// `%`.
    Mod,
    /// `|`.
    BitOr,
    /// `&`.
    BitAnd,
    /// `^`.
    BitXor,
    /// `~`.
    BitNot,
    /// `mulw`.
    Mulw,
    /// `addw`.
    Addw,
    /// `divmodw`.
    DivModw,
    /// `intcblock`.
    IntcBlock,
    /// `intc`.
    Intc,
    /// `intc_0`.
    Intc0,
    /// `intc_1`.
    Intc1,
    /// `intc_2`.
    Intc2,
    /// `intc_3`.
    Intc3,
    /// `bytecblock`.
    BytecBlock,
    /// `bytec`.
    Bytec,
    /// `bytec_0`.
    Bytec0,
    /// `bytec_1`.
    Bytec1,
    /// `bytec_2`.
    Bytec2,
    /// `bytec_3`.
    Bytec3,
    /// `arg`.
    Arg,
    /// `arg_0`.
    Arg0,
    /// `arg_1`.
    Arg1,
    /// `arg_2`.
    Arg2,
    /// `arg_3`.
    Arg3,
    /// `txn`.
    Txn,
    /// `global`.
    Global,
    /// `gtxn`.
    Gtxn,
    /// `load`.
    Load,
    /// `store`.
    Store,
    /// `txna`.
    Txna,
    /// `gtxna`.
    Gtxna,
    /// `gtxns`.
    Gtxns,
    /// `gtxnsa`.
    Gtxnsa,
    /// `gload`.
    Gload,
    /// `gloads`.
    Gloads,
    /// `gaid`.
    Gaid,
    /// `gaids`.
    Gaids,
    /// `loads`.
    Loads,
    /// `stores`.
    Stores,
    /// `bnz` with a 16-bit offset.
    BranchNonZero,
    /// `bnz` with a varint offset.
    BranchNonZeroVarint,
    /// `bz` with a 16-bit offset.
    BranchZero,
    /// `bz` with a varint offset.
    BranchZeroVarint,
    /// `b` with a 16-bit offset.
    Branch,
    /// `b` with a varint offset.
    BranchVarint,
    /// `return`.
    Return,
    /// `assert`.
    Assert,
    /// `bury`.
    Bury,
    /// `popn`.
    PopN,
    /// `dupn`.
    DupN,
    /// `pop`.
    Pop,
    /// `dup`.
    Dup,
    /// `dup2`.
    Dup2,
    /// `dig`.
    Dig,
    /// `swap`.
    Swap,
    /// `select`.
    Select,
    /// `cover`.
    Cover,
    /// `uncover`.
    Uncover,
    /// `concat`.
    Concat,
    /// `substring`.
    Substring,
    /// `substring3`.
    Substring3,
    /// `getbit`.
    GetBit,
    /// `setbit`.
    SetBit,
    /// `getbyte`.
    GetByte,
    /// `setbyte`.
    SetByte,
    /// `extract`.
    Extract,
    /// `extract3`.
    Extract3,
    /// `extract_uint16`.
    ExtractUint16,
    /// `extract_uint32`.
    ExtractUint32,
    /// `extract_uint64`.
    ExtractUint64,
    /// `replace2`.
    Replace2,
    /// `replace3`.
    Replace3,
    /// `base64_decode`.
    Base64Decode,
    /// `json_ref`.
    JsonRef,
    /// `balance`.
    Balance,
    /// `app_opted_in`.
    AppOptedIn,
    /// `app_local_get`.
    AppLocalGet,
    /// `app_local_get_ex`.
    AppLocalGetEx,
    /// `app_global_get`.
    AppGlobalGet,
    /// `app_global_get_ex`.
    AppGlobalGetEx,
    /// `app_local_put`.
    AppLocalPut,
    /// `app_global_put`.
    AppGlobalPut,
    /// `app_local_del`.
    AppLocalDel,
    /// `app_global_del`.
    AppGlobalDel,
    /// `asset_holding_get`.
    AssetHoldingGet,
    /// `asset_params_get`.
    AssetParamsGet,
    /// `app_params_get`.
    AppParamsGet,
    /// `acct_params_get`.
    AcctParamsGet,
    /// `voter_params_get`.
    VoterParamsGet,
    /// `online_stake`.
    OnlineStake,
    /// `app_params_set`.
    AppParamsSet,
    /// `min_balance`.
    MinBalance,
    /// `pushbytes`.
    PushBytes,
    /// `pushint`.
    PushInt,
    /// `pushbytess`.
    PushBytess,
    /// `pushints`.
    PushInts,
    /// `ed25519verify_bare`.
    Ed25519VerifyBare,
    /// `falcon_verify`.
    FalconVerify,
    /// `sha512`.
    Sha512,
    /// `callsub` with a 16-bit offset.
    Callsub,
    /// `callsub` with a varint offset.
    CallsubVarint,
    /// `retsub`.
    Retsub,
    /// `proto`.
    Proto,
    /// `frame_dig`.
    FrameDig,
    /// `frame_bury`.
    FrameBury,
    /// `switch`.
    Switch,
    /// `match`.
    Match,
    /// `shl`.
    ShiftLeft,
    /// `shr`.
    ShiftRight,
    /// `sqrt`.
    Sqrt,
    /// `bitlen`.
    BitLen,
    /// `exp`.
    Exp,
    /// `expw`.
    Expw,
    /// `bsqrt`.
    BytesSqrt,
    /// `divw`.
    Divw,
    /// `sha3_256`.
    Sha3_256,
    /// `b+`.
    BytesAdd,
    /// `b-`.
    BytesSub,
    /// `b/`.
    BytesDiv,
    /// `b*`.
    BytesMul,
    /// `b<`.
    BytesLt,
    /// `b>`.
    BytesGt,
    /// `b<=`.
    BytesLe,
    /// `b>=`.
    BytesGe,
    /// `b==`.
    BytesEq,
    /// `b!=`.
    BytesNe,
    /// `b%`.
    BytesMod,
    /// `b|`.
    BytesBitOr,
    /// `b&`.
    BytesBitAnd,
    /// `b^`.
    BytesBitXor,
    /// `b~`.
    BytesBitNot,
    /// `bzero`.
    BytesZero,
    /// `log`.
    Log,
    /// `itxn_begin`.
    ItxnBegin,
    /// `itxn_field`.
    ItxnField,
    /// `itxn_submit`.
    ItxnSubmit,
    /// `itxn`.
    Itxn,
    /// `itxna`.
    Itxna,
    /// `itxn_next`.
    ItxnNext,
    /// `gitxn`.
    Gitxn,
    /// `gitxna`.
    Gitxna,
    /// `box_create`.
    BoxCreate,
    /// `box_extract`.
    BoxExtract,
    /// `box_replace`.
    BoxReplace,
    /// `box_del`.
    BoxDel,
    /// `box_len`.
    BoxLen,
    /// `box_get`.
    BoxGet,
    /// `box_put`.
    BoxPut,
    /// `txnas`.
    Txnas,
    /// `gtxnas`.
    Gtxnas,
    /// `gtxnsas`.
    Gtxnsas,
    /// `args`.
    Args,
    /// `gloadss`.
    Gloadss,
    /// `itxnas`.
    Itxnas,
    /// `gitxnas`.
    Gitxnas,
    /// `vrf_verify`.
    VrfVerify,
    /// `block`.
    Block,
    /// `box_splice`.
    BoxSplice,
    /// `box_resize`.
    BoxResize,
    /// `app_box_create`.
    AppBoxCreate,
    /// `app_box_extract`.
    AppBoxExtract,
    /// `app_box_replace`.
    AppBoxReplace,
    /// `app_box_del`.
    AppBoxDel,
    /// `app_box_len`.
    AppBoxLen,
    /// `app_box_get`.
    AppBoxGet,
    /// `app_box_put`.
    AppBoxPut,
    /// `app_box_splice`.
    AppBoxSplice,
    /// `app_box_resize`.
    AppBoxResize,
    /// `ec_add`.
    EcAdd,
    /// `ec_scalar_mul`.
    EcScalarMul,
    /// `ec_pairing_check`.
    EcPairingCheck,
    /// `ec_multi_scalar_mul`.
    EcMultiScalarMul,
    /// `ec_subgroup_check`.
    EcSubgroupCheck,
    /// `ec_map_to`.
    EcMapTo,
    /// `mimc`.
    Mimc,
    /// `poseidon2`.
    Poseidon2,
    /// `sumhash512`.
    Sumhash512,
}

/// A constant that an opcode loads from a block, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// From the `intcblock`.
    Int(u8),
    /// From the `bytecblock`.
    Bytes(u8),
}

impl Op {
    /// The constant it loads from a block; `immediate` is its first immediate, if it has one.
    #[inline]
    pub const fn constant(self, immediate: u8) -> Option<Constant> {
        Some(match self {
            Self::Intc => Constant::Int(immediate),
            Self::Intc0 => Constant::Int(0),
            Self::Intc1 => Constant::Int(1),
            Self::Intc2 => Constant::Int(2),
            Self::Intc3 => Constant::Int(3),
            Self::Bytec => Constant::Bytes(immediate),
            Self::Bytec0 => Constant::Bytes(0),
            Self::Bytec1 => Constant::Bytes(1),
            Self::Bytec2 => Constant::Bytes(2),
            Self::Bytec3 => Constant::Bytes(3),
            _ => return None,
        })
    }

    /// Whether it pushes one integer that the program names.
    pub const fn is_integer_constant(self) -> bool {
        matches!(self, Self::PushInt) || matches!(self.constant(0), Some(Constant::Int(_)))
    }
}
