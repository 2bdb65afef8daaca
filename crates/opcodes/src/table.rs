//! THE table: every opcode of AVM 1 to 14, one row for each version that changed it.
//!
//! A row reads: byte, name, version, stack signature, `Op`, then what differs from "no immediates, cost 1, every
//! mode". Signature letters: `i` integer, `b` bytes (`b{32}` of that length), `a` any, `T` bool, `I` big integer, `K`
//! state key, `N` box name, `x` ends the program; before the colon what is popped, after it what is pushed, the top of
//! the stack last. Rows are ordered by byte, second byte and version. Read from go-algorand
//! `data/transactions/logic/opcodes.go` and checked against its published `langspec_v*.json`.

use super::FieldGroup::{
    AcctParams, AppParams, AppParamsSettable, AssetHolding, AssetParams, Base64Encoding, BlockHeader, EcGroup,
    EcdsaCurve, Global, Itxn, JsonRefType, MimcConfig, Poseidon2Config, TxnArray, TxnScalar, VoterParams, VrfStandard,
};
use super::cost::{flat, linear};
use super::immediate::{byte, byte_list, bytes, field, int8, label, labels, uint, uints, varint_label};
use super::spec::op;
use super::{Op, OpSpec};

/// Every row, ordered by byte, second byte and version.
pub const OPCODES: &[OpSpec] = &[
    // Hashes and signatures
    op(0x00, "err", 1, ":x", Op::Err),
    op(0x01, "sha256", 1, "b:b{32}", Op::Sha256).cost(7),
    op(0x01, "sha256", 2, "b:b{32}", Op::Sha256).cost(35),
    op(0x02, "keccak256", 1, "b:b{32}", Op::Keccak256).cost(26),
    op(0x02, "keccak256", 2, "b:b{32}", Op::Keccak256).cost(130),
    op(0x03, "sha512_256", 1, "b:b{32}", Op::Sha512_256).cost(9),
    op(0x03, "sha512_256", 2, "b:b{32}", Op::Sha512_256).cost(45),
    op(0x04, "ed25519verify", 1, "bb{64}b{32}:T", Op::Ed25519Verify).cost(1900).sig_only(),
    op(0x04, "ed25519verify", 5, "bb{64}b{32}:T", Op::Ed25519Verify).cost(1900),
    op(0x05, "ecdsa_verify", 5, "b{32}b{32}b{32}b{32}b{32}:T", Op::EcdsaVerify)
        .imm(&[field("v", EcdsaCurve)])
        .cost_by_field(&[flat(1700), flat(2500)]),
    op(0x06, "ecdsa_pk_decompress", 5, "b{33}:b{32}b{32}", Op::EcdsaPkDecompress)
        .imm(&[field("v", EcdsaCurve)])
        .cost_by_field(&[flat(650), flat(2400)]),
    op(0x07, "ecdsa_pk_recover", 5, "b{32}ib{32}b{32}:b{32}b{32}", Op::EcdsaPkRecover)
        .imm(&[field("v", EcdsaCurve)])
        .cost(2000),
    // Arithmetic, logic and conversion of integers
    op(0x08, "+", 1, "ii:i", Op::Add),
    op(0x09, "-", 1, "ii:i", Op::Sub),
    op(0x0a, "/", 1, "ii:i", Op::Div),
    op(0x0b, "*", 1, "ii:i", Op::Mul),
    op(0x0c, "<", 1, "ii:T", Op::Lt),
    op(0x0d, ">", 1, "ii:T", Op::Gt),
    op(0x0e, "<=", 1, "ii:T", Op::Le),
    op(0x0f, ">=", 1, "ii:T", Op::Ge),
    op(0x10, "&&", 1, "ii:T", Op::And),
    op(0x11, "||", 1, "ii:T", Op::Or),
    op(0x12, "==", 1, "aa:T", Op::Eq),
    op(0x13, "!=", 1, "aa:T", Op::Ne),
    op(0x14, "!", 1, "i:i", Op::Not),
    op(0x15, "len", 1, "b:i", Op::Len),
    op(0x16, "itob", 1, "i:b{8}", Op::Itob),
    op(0x17, "btoi", 1, "b:i", Op::Btoi),
    op(0x18, "%", 1, "ii:i", Op::Mod),
    op(0x19, "|", 1, "ii:i", Op::BitOr),
    op(0x1a, "&", 1, "ii:i", Op::BitAnd),
    op(0x1b, "^", 1, "ii:i", Op::BitXor),
    op(0x1c, "~", 1, "i:i", Op::BitNot),
    op(0x1d, "mulw", 1, "ii:ii", Op::Mulw),
    op(0x1e, "addw", 2, "ii:ii", Op::Addw),
    op(0x1f, "divmodw", 4, "iiii:iiii", Op::DivModw).cost(20),
    // Constants and logic signature arguments
    op(0x20, "intcblock", 1, ":", Op::IntcBlock).imm(&[uints("uint ...")]),
    op(0x21, "intc", 1, ":i", Op::Intc).imm(&[byte("i")]),
    op(0x22, "intc_0", 1, ":i", Op::Intc0),
    op(0x23, "intc_1", 1, ":i", Op::Intc1),
    op(0x24, "intc_2", 1, ":i", Op::Intc2),
    op(0x25, "intc_3", 1, ":i", Op::Intc3),
    op(0x26, "bytecblock", 1, ":", Op::BytecBlock).imm(&[byte_list("bytes ...")]),
    op(0x27, "bytec", 1, ":b", Op::Bytec).imm(&[byte("i")]),
    op(0x28, "bytec_0", 1, ":b", Op::Bytec0),
    op(0x29, "bytec_1", 1, ":b", Op::Bytec1),
    op(0x2a, "bytec_2", 1, ":b", Op::Bytec2),
    op(0x2b, "bytec_3", 1, ":b", Op::Bytec3),
    op(0x2c, "arg", 1, ":b", Op::Arg).imm(&[byte("n")]).sig_only(),
    op(0x2d, "arg_0", 1, ":b", Op::Arg0).sig_only(),
    op(0x2e, "arg_1", 1, ":b", Op::Arg1).sig_only(),
    op(0x2f, "arg_2", 1, ":b", Op::Arg2).sig_only(),
    op(0x30, "arg_3", 1, ":b", Op::Arg3).sig_only(),
    // Transaction and global fields, scratch space
    op(0x31, "txn", 1, ":a", Op::Txn).imm(&[field("f", TxnScalar)]),
    op(0x32, "global", 1, ":a", Op::Global).imm(&[field("f", Global)]),
    op(0x33, "gtxn", 1, ":a", Op::Gtxn).imm(&[byte("t"), field("f", TxnScalar)]),
    op(0x34, "load", 1, ":a", Op::Load).imm(&[byte("i")]),
    op(0x35, "store", 1, "a:", Op::Store).imm(&[byte("i")]),
    op(0x36, "txna", 2, ":a", Op::Txna).imm(&[field("f", TxnArray), byte("i")]),
    op(0x37, "gtxna", 2, ":a", Op::Gtxna).imm(&[byte("t"), field("f", TxnArray), byte("i")]),
    op(0x38, "gtxns", 3, "i:a", Op::Gtxns).imm(&[field("f", TxnScalar)]),
    op(0x39, "gtxnsa", 3, "i:a", Op::Gtxnsa).imm(&[field("f", TxnArray), byte("i")]),
    op(0x3a, "gload", 4, ":a", Op::Gload).imm(&[byte("t"), byte("i")]).app_only(),
    op(0x3b, "gloads", 4, "i:a", Op::Gloads).imm(&[byte("i")]).app_only(),
    op(0x3c, "gaid", 4, ":i", Op::Gaid).imm(&[byte("t")]).app_only(),
    op(0x3d, "gaids", 4, "i:i", Op::Gaids).app_only(),
    op(0x3e, "loads", 5, "i:a", Op::Loads),
    op(0x3f, "stores", 5, "ia:", Op::Stores),
    // Flow of control
    op(0x40, "bnz", 1, "i:", Op::BranchNonZero).imm(&[label("target")]),
    op(0x40, "bnz", 13, "i:", Op::BranchNonZeroVarint).imm(&[varint_label("target")]),
    op(0x41, "bz", 2, "i:", Op::BranchZero).imm(&[label("target")]),
    op(0x41, "bz", 13, "i:", Op::BranchZeroVarint).imm(&[varint_label("target")]),
    op(0x42, "b", 2, ":", Op::Branch).imm(&[label("target")]),
    op(0x42, "b", 13, ":", Op::BranchVarint).imm(&[varint_label("target")]),
    op(0x43, "return", 2, "i:x", Op::Return),
    op(0x44, "assert", 3, "i:", Op::Assert),
    // The shape of the stack
    op(0x45, "bury", 8, "a:", Op::Bury).imm(&[byte("n")]),
    op(0x46, "popn", 8, ":", Op::PopN).imm(&[byte("n")]),
    op(0x47, "dupn", 8, "a:", Op::DupN).imm(&[byte("n")]),
    op(0x48, "pop", 1, "a:", Op::Pop),
    op(0x49, "dup", 1, "a:aa", Op::Dup),
    op(0x4a, "dup2", 2, "aa:aaaa", Op::Dup2),
    op(0x4b, "dig", 3, "a:aa", Op::Dig).imm(&[byte("n")]),
    op(0x4c, "swap", 3, "aa:aa", Op::Swap),
    op(0x4d, "select", 3, "aai:a", Op::Select),
    op(0x4e, "cover", 5, "a:a", Op::Cover).imm(&[byte("n")]),
    op(0x4f, "uncover", 5, "a:a", Op::Uncover).imm(&[byte("n")]),
    // Byte slices
    op(0x50, "concat", 2, "bb:b", Op::Concat),
    op(0x51, "substring", 2, "b:b", Op::Substring).imm(&[byte("s"), byte("e")]),
    op(0x52, "substring3", 2, "bii:b", Op::Substring3),
    op(0x53, "getbit", 3, "ai:i", Op::GetBit),
    op(0x54, "setbit", 3, "aii:a", Op::SetBit),
    op(0x55, "getbyte", 3, "bi:i", Op::GetByte),
    op(0x56, "setbyte", 3, "bii:b", Op::SetByte),
    op(0x57, "extract", 5, "b:b", Op::Extract).imm(&[byte("s"), byte("l")]),
    op(0x58, "extract3", 5, "bii:b", Op::Extract3),
    op(0x59, "extract_uint16", 5, "bi:i", Op::ExtractUint16),
    op(0x5a, "extract_uint32", 5, "bi:i", Op::ExtractUint32),
    op(0x5b, "extract_uint64", 5, "bi:i", Op::ExtractUint64),
    op(0x5c, "replace2", 7, "bb:b", Op::Replace2).imm(&[byte("s")]),
    op(0x5d, "replace3", 7, "bib:b", Op::Replace3),
    op(0x5e, "base64_decode", 7, "b:b", Op::Base64Decode)
        .imm(&[field("e", Base64Encoding)])
        .cost_by_length(1, 1, 16, 0),
    op(0x5f, "json_ref", 7, "bb:a", Op::JsonRef).imm(&[field("r", JsonRefType)]).cost_by_length(25, 2, 7, 1),
    // Accounts, applications and assets
    op(0x60, "balance", 2, "i:i", Op::Balance).app_only(),
    op(0x60, "balance", 4, "a:i", Op::Balance).app_only(),
    op(0x61, "app_opted_in", 2, "ii:T", Op::AppOptedIn).app_only(),
    op(0x61, "app_opted_in", 4, "ai:T", Op::AppOptedIn).app_only(),
    op(0x62, "app_local_get", 2, "iK:a", Op::AppLocalGet).app_only(),
    op(0x62, "app_local_get", 4, "aK:a", Op::AppLocalGet).app_only(),
    op(0x63, "app_local_get_ex", 2, "iiK:aT", Op::AppLocalGetEx).app_only(),
    op(0x63, "app_local_get_ex", 4, "aiK:aT", Op::AppLocalGetEx).app_only(),
    op(0x64, "app_global_get", 2, "K:a", Op::AppGlobalGet).app_only(),
    op(0x65, "app_global_get_ex", 2, "iK:aT", Op::AppGlobalGetEx).app_only(),
    op(0x66, "app_local_put", 2, "iKa:", Op::AppLocalPut).app_only(),
    op(0x66, "app_local_put", 4, "aKa:", Op::AppLocalPut).app_only(),
    op(0x67, "app_global_put", 2, "Ka:", Op::AppGlobalPut).app_only(),
    op(0x68, "app_local_del", 2, "iK:", Op::AppLocalDel).app_only(),
    op(0x68, "app_local_del", 4, "aK:", Op::AppLocalDel).app_only(),
    op(0x69, "app_global_del", 2, "K:", Op::AppGlobalDel).app_only(),
    op(0x70, "asset_holding_get", 2, "ii:aT", Op::AssetHoldingGet).imm(&[field("f", AssetHolding)]).app_only(),
    op(0x70, "asset_holding_get", 4, "ai:aT", Op::AssetHoldingGet).imm(&[field("f", AssetHolding)]).app_only(),
    op(0x71, "asset_params_get", 2, "i:aT", Op::AssetParamsGet).imm(&[field("f", AssetParams)]).app_only(),
    op(0x72, "app_params_get", 5, "i:aT", Op::AppParamsGet).imm(&[field("f", AppParams)]).app_only(),
    op(0x73, "acct_params_get", 6, "a:aT", Op::AcctParamsGet).imm(&[field("f", AcctParams)]).app_only(),
    op(0x74, "voter_params_get", 11, "a:aT", Op::VoterParamsGet).imm(&[field("f", VoterParams)]).app_only(),
    op(0x75, "online_stake", 11, ":i", Op::OnlineStake).app_only(),
    op(0x76, "app_params_set", 13, "i:", Op::AppParamsSet).imm(&[field("f", AppParamsSettable)]).app_only(),
    op(0x78, "min_balance", 3, "i:i", Op::MinBalance).app_only(),
    op(0x78, "min_balance", 4, "a:i", Op::MinBalance).app_only(),
    // Immediate constants, later signatures and hashes
    op(0x80, "pushbytes", 3, ":b", Op::PushBytes).imm(&[bytes("bytes")]),
    op(0x81, "pushint", 3, ":i", Op::PushInt).imm(&[uint("uint")]),
    op(0x82, "pushbytess", 8, ":", Op::PushBytess).imm(&[byte_list("bytes ...")]),
    op(0x83, "pushints", 8, ":", Op::PushInts).imm(&[uints("uint ...")]),
    op(0x84, "ed25519verify_bare", 7, "bb{64}b{32}:T", Op::Ed25519VerifyBare).cost(1900),
    op(0x85, "falcon_verify", 12, "bbb{1793}:T", Op::FalconVerify).cost(1700),
    op(0x86, "sumhash512", 14, "b:b{64}", Op::Sumhash512).cost_by_length(150, 4, 7, 0),
    op(0x87, "sha512", 13, "b:b{64}", Op::Sha512).cost_by_length(15, 2, 32, 0),
    // Subroutines and jump tables
    op(0x88, "callsub", 4, ":", Op::Callsub).imm(&[label("target")]),
    op(0x88, "callsub", 13, ":", Op::CallsubVarint).imm(&[varint_label("target")]),
    op(0x89, "retsub", 4, ":", Op::Retsub),
    op(0x8a, "proto", 8, ":", Op::Proto).imm(&[byte("a"), byte("r")]),
    op(0x8b, "frame_dig", 8, ":a", Op::FrameDig).imm(&[int8("i")]),
    op(0x8c, "frame_bury", 8, "a:", Op::FrameBury).imm(&[int8("i")]),
    op(0x8d, "switch", 8, "i:", Op::Switch).imm(&[labels("target ...")]),
    op(0x8e, "match", 8, "a:", Op::Match).imm(&[labels("target ...")]),
    // More integers, one more hash
    op(0x90, "shl", 4, "ii:i", Op::ShiftLeft),
    op(0x91, "shr", 4, "ii:i", Op::ShiftRight),
    op(0x92, "sqrt", 4, "i:i", Op::Sqrt).cost(4),
    op(0x93, "bitlen", 4, "a:i", Op::BitLen),
    op(0x94, "exp", 4, "ii:i", Op::Exp),
    op(0x95, "expw", 4, "ii:ii", Op::Expw).cost(10),
    op(0x96, "bsqrt", 6, "I:I", Op::BytesSqrt).cost(40),
    op(0x97, "divw", 6, "iii:i", Op::Divw),
    op(0x98, "sha3_256", 7, "b:b{32}", Op::Sha3_256).cost(130),
    // Byte slices as big integers
    op(0xa0, "b+", 4, "II:b", Op::BytesAdd).cost(10),
    op(0xa1, "b-", 4, "II:I", Op::BytesSub).cost(10),
    op(0xa2, "b/", 4, "II:I", Op::BytesDiv).cost(20),
    op(0xa3, "b*", 4, "II:b", Op::BytesMul).cost(20),
    op(0xa4, "b<", 4, "II:T", Op::BytesLt),
    op(0xa5, "b>", 4, "II:T", Op::BytesGt),
    op(0xa6, "b<=", 4, "II:T", Op::BytesLe),
    op(0xa7, "b>=", 4, "II:T", Op::BytesGe),
    op(0xa8, "b==", 4, "II:T", Op::BytesEq),
    op(0xa9, "b!=", 4, "II:T", Op::BytesNe),
    op(0xaa, "b%", 4, "II:I", Op::BytesMod).cost(20),
    op(0xab, "b|", 4, "bb:b", Op::BytesBitOr).cost(6),
    op(0xac, "b&", 4, "bb:b", Op::BytesBitAnd).cost(6),
    op(0xad, "b^", 4, "bb:b", Op::BytesBitXor).cost(6),
    op(0xae, "b~", 4, "b:b", Op::BytesBitNot).cost(4),
    op(0xaf, "bzero", 4, "i:b", Op::BytesZero),
    // Effects: logs and inner transactions
    op(0xb0, "log", 5, "b:", Op::Log).app_only(),
    op(0xb1, "itxn_begin", 5, ":", Op::ItxnBegin).app_only(),
    op(0xb2, "itxn_field", 5, "a:", Op::ItxnField).imm(&[field("f", Itxn)]).app_only(),
    op(0xb3, "itxn_submit", 5, ":", Op::ItxnSubmit).app_only(),
    op(0xb4, "itxn", 5, ":a", Op::Itxn).imm(&[field("f", TxnScalar)]).app_only(),
    op(0xb5, "itxna", 5, ":a", Op::Itxna).imm(&[field("f", TxnArray), byte("i")]).app_only(),
    op(0xb6, "itxn_next", 6, ":", Op::ItxnNext).app_only(),
    op(0xb7, "gitxn", 6, ":a", Op::Gitxn).imm(&[byte("t"), field("f", TxnScalar)]).app_only(),
    op(0xb8, "gitxna", 6, ":a", Op::Gitxna).imm(&[byte("t"), field("f", TxnArray), byte("i")]).app_only(),
    // Boxes
    op(0xb9, "box_create", 8, "Ni:T", Op::BoxCreate).app_only(),
    op(0xba, "box_extract", 8, "Nii:b", Op::BoxExtract).app_only(),
    op(0xbb, "box_replace", 8, "Nib:", Op::BoxReplace).app_only(),
    op(0xbc, "box_del", 8, "N:T", Op::BoxDel).app_only(),
    op(0xbd, "box_len", 8, "N:iT", Op::BoxLen).app_only(),
    op(0xbe, "box_get", 8, "N:bT", Op::BoxGet).app_only(),
    op(0xbf, "box_put", 8, "Nb:", Op::BoxPut).app_only(),
    // Fields by an index from the stack
    op(0xc0, "txnas", 5, "i:a", Op::Txnas).imm(&[field("f", TxnArray)]),
    op(0xc1, "gtxnas", 5, "i:a", Op::Gtxnas).imm(&[byte("t"), field("f", TxnArray)]),
    op(0xc2, "gtxnsas", 5, "ii:a", Op::Gtxnsas).imm(&[field("f", TxnArray)]),
    op(0xc3, "args", 5, "i:b", Op::Args).sig_only(),
    op(0xc4, "gloadss", 6, "ii:a", Op::Gloadss).app_only(),
    op(0xc5, "itxnas", 6, "i:a", Op::Itxnas).imm(&[field("f", TxnArray)]).app_only(),
    op(0xc6, "gitxnas", 6, "i:a", Op::Gitxnas).imm(&[byte("t"), field("f", TxnArray)]).app_only(),
    // Randomness, block headers, more boxes
    op(0xd0, "vrf_verify", 7, "bb{80}b{32}:b{64}T", Op::VrfVerify).imm(&[field("s", VrfStandard)]).cost(5700),
    op(0xd1, "block", 7, "i:a", Op::Block).imm(&[field("f", BlockHeader)]),
    op(0xd2, "box_splice", 10, "Niib:", Op::BoxSplice).app_only(),
    op(0xd3, "box_resize", 10, "Ni:", Op::BoxResize).app_only(),
    // Boxes of other applications: one prefix byte, then a sub-opcode
    op(0xd4, "app_box_create", 13, "iNi:T", Op::AppBoxCreate).sub(1).app_only(),
    op(0xd4, "app_box_extract", 13, "iNii:b", Op::AppBoxExtract).sub(2).app_only(),
    op(0xd4, "app_box_replace", 13, "iNib:", Op::AppBoxReplace).sub(3).app_only(),
    op(0xd4, "app_box_del", 13, "iN:T", Op::AppBoxDel).sub(4).app_only(),
    op(0xd4, "app_box_len", 13, "iN:iT", Op::AppBoxLen).sub(5).app_only(),
    op(0xd4, "app_box_get", 13, "iN:bT", Op::AppBoxGet).sub(6).app_only(),
    op(0xd4, "app_box_put", 13, "iNb:", Op::AppBoxPut).sub(7).app_only(),
    op(0xd4, "app_box_splice", 13, "iNiib:", Op::AppBoxSplice).sub(8).app_only(),
    op(0xd4, "app_box_resize", 13, "iNi:", Op::AppBoxResize).sub(9).app_only(),
    // Elliptic curves and arithmetic hashes
    op(0xe0, "ec_add", 10, "bb:b", Op::EcAdd).imm(&[field("g", EcGroup)]).cost_by_field(&[
        flat(125),
        flat(170),
        flat(205),
        flat(290),
    ]),
    op(0xe1, "ec_scalar_mul", 10, "bb:b", Op::EcScalarMul).imm(&[field("g", EcGroup)]).cost_by_field(&[
        flat(1810),
        flat(3430),
        flat(2950),
        flat(6530),
    ]),
    op(0xe2, "ec_pairing_check", 10, "bb:T", Op::EcPairingCheck).imm(&[field("g", EcGroup)]).cost_by_field(&[
        linear(8000, 7400, 64),
        linear(8000, 7400, 128),
        linear(13_000, 10_000, 96),
        linear(13_000, 10_000, 192),
    ]),
    op(0xe3, "ec_multi_scalar_mul", 10, "bb:b", Op::EcMultiScalarMul).imm(&[field("g", EcGroup)]).cost_by_field(&[
        linear(3600, 90, 32),
        linear(7200, 270, 32),
        linear(6500, 95, 32),
        linear(14_850, 485, 32),
    ]),
    op(0xe4, "ec_subgroup_check", 10, "b:T", Op::EcSubgroupCheck).imm(&[field("g", EcGroup)]).cost_by_field(&[
        flat(20),
        flat(3100),
        flat(1850),
        flat(2340),
    ]),
    op(0xe5, "ec_map_to", 10, "b:b", Op::EcMapTo).imm(&[field("g", EcGroup)]).cost_by_field(&[
        flat(630),
        flat(3300),
        flat(1950),
        flat(8150),
    ]),
    op(0xe6, "mimc", 11, "b:b{32}", Op::Mimc)
        .imm(&[field("c", MimcConfig)])
        .cost_by_field(&[linear(10, 550, 32), linear(10, 550, 32)]),
    op(0xe7, "poseidon2", 13, "b:b{32}", Op::Poseidon2)
        .imm(&[field("c", Poseidon2Config)])
        .cost_by_field(&[linear(7, 350, 32), linear(7, 350, 32)]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn rows_are_ordered() {
        let keys: Vec<_> = OPCODES.iter().map(|spec| (spec.byte, spec.sub, spec.since)).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn every_op_has_a_row() {
        let used: HashSet<u8> = OPCODES.iter().map(|spec| spec.op as u8).collect();
        let last = Op::Sumhash512 as u8;
        assert_eq!((0..=last).filter(|op| !used.contains(op)).collect::<Vec<_>>(), Vec::<u8>::new());
        assert!(
            used.iter().all(|op| *op <= last),
            "Op::Sumhash512 is no longer the last variant: name the new one here"
        );
    }
}
