"""Pieces of programs for every opcode that reads or writes the ledger, and the fields that it can name."""


def versions(lowest, text):
    return [(lowest, line.strip()) for line in text.strip().splitlines()]


# Templates: {a} account, {p} application, {s} asset, {k} key, {v} value, {n} box name, {i} small number, {z} size. After -> what is left
# on the stack: i integer, b bytes, ? either, in order.
SNIPPETS = (
    versions(2, """
{a} {p} app_opted_in -> i
{a} {k} app_local_get -> ?
{a} {p} {k} app_local_get_ex -> ?i
{k} app_global_get -> ?
{p} {k} app_global_get_ex -> ?i
{a} {k} {v} app_local_put ->
{k} {v} app_global_put ->
{k} {v} app_global_put ->
{a} {k} app_local_del ->
{k} app_global_del ->
{a} balance -> i
{a} {s} asset_holding_get AssetBalance -> ii
{a} {s} asset_holding_get AssetFrozen -> ii
{s} asset_params_get {assetf} -> ?i
{v} store 3 ->
load 3 -> ?
gtxn {g} Amount -> i
gtxn {g} Sender -> b
gtxn {g} Type -> b
txna ApplicationArgs {i} -> b
txna Accounts {i} -> b
txn NumAppArgs -> i
txn OnCompletion -> i
txn ApplicationID -> i
gtxna {g} ApplicationArgs {i} -> b
""") + versions(3, """
{a} min_balance -> i
{i} gtxns {txnf} -> ?
{i} gtxnsa ApplicationArgs 0 -> b
txna Assets {i} -> i
txna Applications {i} -> i
global {globalf} -> ?
global {globalf} -> ?
txn {txnf} -> ?
""") + versions(4, """
gload {g} 3 -> ?
{i} gloads 3 -> ?
gaid {g} -> i
{i} gaids -> i
""") + versions(5, """
{p} app_params_get {appf} -> ?i
{v} log ->
{L} log ->
{inner}
{inner}
{inner}
{inner}
txnas Accounts -> b
{i} txnas ApplicationArgs -> b
{i} {i} gtxnsas ApplicationArgs -> b
{i} {v} stores ->
{i} loads -> ?
""") + versions(6, """
{a} acct_params_get {acctf} -> ?i
{a} acct_params_get {acctf} -> ?i
{i} 3 gloadss -> ?
{inner}
{inner}
{inner}
{inner}
itxn LastLog -> b
gitxn {g} {itxnf} -> ?
itxn {itxnf} -> ?
itxna Logs {i} -> b
{i} gitxnas {g} Logs -> b
""") + versions(7, """
global Round; {i}; -; block BlkTimestamp; pop ->
global Round; {i}; -; block BlkSeed; len -> i
txn FirstValid; {i}; -; block BlkTimestamp; pop ->
txn FirstValidTime; pop ->
txn FirstValid; block BlkSeed; pop ->
txna ApprovalProgramPages {i} -> b
{v} {v} replace2 0 -> b
""") + versions(8, """
{n} {z} box_create -> i
{n} {z} box_create -> i
{n} box_get -> bi
{n} box_len -> ii
{n} box_del -> i
{n} {L} box_put ->
{n} {i} {i} box_extract -> b
{n} {i} {v} box_replace ->
""") + versions(10, """
{n} {z} box_resize ->
{n} {i} {i} {v} box_splice ->
{n} {z} box_create -> i
""") + versions(11, """
{a} voter_params_get VoterBalance -> ii
{a} voter_params_get VoterIncentiveEligible -> ii
online_stake; pop ->
txn FirstValid; {i}; -; block {blockf} -> ?
txn FirstValid; {i}; -; block {blockf} -> ?
""") + versions(12, """
{p} app_params_get AppVersion -> ii
txn RejectVersion -> i
""") + versions(13, """
{p} {n} {z} app_box_create -> i
{p} {n} app_box_get -> bi
{p} {n} app_box_len -> ii
{p} {n} app_box_del -> i
{p} {n} {L} app_box_put ->
{p} {n} {i} {i} app_box_extract -> b
{p} {n} {i} {v} app_box_replace ->
{p} {n} {i} {i} {v} app_box_splice ->
{p} {n} {z} app_box_resize ->
{i} app_params_set AppForeignBoxReads ->
{i} app_params_set AppFamilyBoxAccess ->
1 app_params_set AppForeignBoxReads ->
1 app_params_set AppFamilyBoxAccess ->
{p} app_params_get AppSizeSponsor -> bi
{p} app_params_get AppForeignBoxReads -> ii
"""))

ASSET_FIELDS = "Total Decimals DefaultFrozen UnitName Name URL MetadataHash Manager Reserve Freeze Clawback Creator".split()
APP_FIELDS = "ApprovalProgram ClearStateProgram GlobalNumUint GlobalNumByteSlice LocalNumUint LocalNumByteSlice ExtraProgramPages Creator Address".split()
ACCT_FIELDS = [(6, f) for f in "Balance MinBalance AuthAddr".split()] + [(8, f) for f in (
    "TotalNumUint TotalNumByteSlice TotalExtraAppPages TotalAppsCreated TotalAppsOptedIn TotalAssetsCreated TotalAssets TotalBoxes TotalBoxBytes".split())] + [
    (11, f) for f in "IncentiveEligible LastProposed LastHeartbeat".split()]
GLOBALS = [(3, f) for f in "MinTxnFee MinBalance MaxTxnLife ZeroAddress GroupSize LogicSigVersion Round CurrentApplicationID CreatorAddress".split()] + [
    (5, "CurrentApplicationAddress"), (6, "OpcodeBudget"), (6, "CallerApplicationID"), (6, "CallerApplicationAddress"), (10, "AssetCreateMinBalance"),
    (10, "AssetOptInMinBalance"), (11, "PayoutsEnabled"), (11, "PayoutsGoOnlineFee"), (11, "PayoutsPercent"), (11, "PayoutsMinBalance"), (11, "PayoutsMaxBalance")]
TXN_FIELDS = [(3, f) for f in """Sender Fee FirstValid LastValid Note Lease Receiver Amount CloseRemainderTo VotePK SelectionPK VoteFirst VoteLast VoteKeyDilution Type TypeEnum
XferAsset AssetAmount AssetSender AssetReceiver AssetCloseTo GroupIndex ApplicationID OnCompletion NumAppArgs NumAccounts RekeyTo ConfigAsset ConfigAssetTotal
ConfigAssetDecimals ConfigAssetUnitName ConfigAssetURL ConfigAssetManager FreezeAsset FreezeAssetAccount FreezeAssetFrozen NumAssets NumApplications GlobalNumUint
GlobalNumByteSlice LocalNumUint LocalNumByteSlice""".split()] + [(4, "ExtraProgramPages"), (5, "Nonparticipation"), (5, "NumLogs"), (5, "CreatedAssetID"),
    (5, "CreatedApplicationID"), (6, "LastLog"), (6, "StateProofPK"), (7, "NumApprovalProgramPages"), (12, "RejectVersion")]
ITXN_FIELDS = [f for f in TXN_FIELDS if f[1] not in ("FirstValid", "LastValid", "Note")]
BLOCK_FIELDS = "BlkFeesCollected BlkBonus BlkTxnCounter BlkProposerPayout BlkProtocol".split()
