//! Every check: its name, how bad what it finds is, why it matters and what to do about it.

use super::finding::Level;

/// A check's number: its place in [`CHECKS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rule {
    UncheckedRekeyTo,
    UncheckedCloseTo,
    UncheckedAssetCloseTo,
    UncheckedAssetSender,
    UncheckedFee,
    UncheckedGroupSize,
    AbsoluteGroupIndex,
    UnprotectedUpdate,
    UnprotectedDelete,
    UpdateAllowed,
    DeleteAllowed,
    UncheckedReceiver,
    UncheckedAsset,
    SelfPayment,
    AlwaysApproves,
    MissingOptInValue,
    StackImbalance,
    StackUnderflow,
    ConstantCondition,
    UnreachableCode,
    UnusedScratch,
    UnsetScratch,
    EndlessLoop,
    UnboundedLoop,
    OverBudget,
    UnavailableResource,
    NeedsReference,
    ConstantGtxn,
    SelfAccess,
    SenderAccess,
    AllowWithoutReason,
    AllowUnknownName,
    AllowWithoutEffect,
    AnalysisIncomplete,
    DoesNotAssemble,
}

/// What a check is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    pub(super) rule: Rule,
    /// Its name, which is what `allow` takes.
    pub name: &'static str,
    /// How bad what it finds is at worst.
    pub level: Level,
    /// What it finds.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

impl Rule {
    pub(super) fn check(self) -> &'static Check {
        &CHECKS[self as usize]
    }
}

/// The check of that name.
pub fn check_named(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// Every check, in the order of its number.
pub const CHECKS: &[Check] = &[
    Check {
        rule: Rule::UncheckedRekeyTo,
        name: "unchecked-rekey-to",
        level: Level::High,
        title: "a transaction is approved whatever its RekeyTo is",
        why: "Who is named in RekeyTo can sign for the account from then on, and take all it has.",
        fix: "Approve only if `txn RekeyTo` equals `global ZeroAddress`, for each transaction of the group that counts.",
    },
    Check {
        rule: Rule::UncheckedCloseTo,
        name: "unchecked-close-to",
        level: Level::High,
        title: "a payment is approved whatever its CloseRemainderTo is",
        why: "A payment that closes the account sends all its Algos to whoever CloseRemainderTo names.",
        fix: "Approve only if `txn CloseRemainderTo` equals `global ZeroAddress`, or an address of your own.",
    },
    Check {
        rule: Rule::UncheckedAssetCloseTo,
        name: "unchecked-asset-close-to",
        level: Level::High,
        title: "an asset transfer is approved whatever its AssetCloseTo is",
        why: "A transfer that closes the holding sends all of the asset to whoever AssetCloseTo names.",
        fix: "Approve only if `txn AssetCloseTo` equals `global ZeroAddress`, or an address of your own.",
    },
    Check {
        rule: Rule::UncheckedAssetSender,
        name: "unchecked-asset-sender",
        level: Level::Medium,
        title: "an asset transfer is approved whatever its AssetSender is",
        why: "With AssetSender the transfer is a clawback: the asset comes from that account, not from the transaction's sender.",
        fix: "Approve only if `AssetSender` of the transfer equals `global ZeroAddress`.",
    },
    Check {
        rule: Rule::UncheckedFee,
        name: "unchecked-fee",
        level: Level::High,
        title: "a transaction is approved whatever its Fee is",
        why: "The account that a logic signature signs for pays the fee: anybody can burn all it has.",
        fix: "Approve only if `txn Fee` is at most `global MinTxnFee`, or another small amount.",
    },
    Check {
        rule: Rule::UncheckedGroupSize,
        name: "unchecked-group-size",
        level: Level::High,
        title: "a transaction is read by its place in the group, but the group's size is not checked",
        why: "In a larger group the same transaction can be counted for several calls: one payment buys many times.",
        fix: "Check `global GroupSize`, or read the transaction by its distance from `txn GroupIndex`.",
    },
    Check {
        rule: Rule::AbsoluteGroupIndex,
        name: "absolute-group-index",
        level: Level::Medium,
        title: "a transaction is read by its place in the group, but the call's own place is not checked",
        why: "A call at another place of the group reads the same transaction: several calls count it, or the call reads itself.",
        fix: "Check `txn GroupIndex`, or read the transaction by its distance from it.",
    },
    Check {
        rule: Rule::UnprotectedUpdate,
        name: "unprotected-update",
        level: Level::High,
        title: "anybody can replace the application's programs",
        why: "Who replaces the programs decides over all the application holds.",
        fix: "For UpdateApplication compare `txn Sender` with `global CreatorAddress` or a stored address, or refuse.",
    },
    Check {
        rule: Rule::UnprotectedDelete,
        name: "unprotected-delete",
        level: Level::High,
        title: "anybody can delete the application",
        why: "What the application's account holds, and what others keep in its state, is lost with it.",
        fix: "For DeleteApplication compare `txn Sender` with `global CreatorAddress` or a stored address, or refuse.",
    },
    Check {
        rule: Rule::UpdateAllowed,
        name: "update-allowed",
        level: Level::Info,
        title: "the application's programs can be replaced by those it lets",
        why: "Users trust the account that can replace the programs, not the programs.",
        fix: "Refuse UpdateApplication once the application is in use, or say who may do it and why.",
    },
    Check {
        rule: Rule::DeleteAllowed,
        name: "delete-allowed",
        level: Level::Info,
        title: "the application can be deleted by those it lets",
        why: "What the application holds is out of reach once it is deleted.",
        fix: "Refuse DeleteApplication, or only allow it when nothing is left in the application's account.",
    },
    Check {
        rule: Rule::UncheckedReceiver,
        name: "unchecked-receiver",
        level: Level::High,
        title: "a transfer of the group is counted whoever receives it",
        why: "A caller can pay itself and be served as if it had paid you.",
        fix: "Compare the transfer's `Receiver` or `AssetReceiver` with the address that must be paid.",
    },
    Check {
        rule: Rule::UncheckedAsset,
        name: "unchecked-asset",
        level: Level::High,
        title: "an asset transfer of the group is counted whatever asset it moves",
        why: "A caller can make an asset of its own and pay with that.",
        fix: "Compare the transfer's `XferAsset` with the asset that must be paid.",
    },
    Check {
        rule: Rule::SelfPayment,
        name: "self-payment",
        level: Level::Medium,
        title: "a transfer of the group is counted though its sender may be its receiver",
        why: "The caller chooses the receiver: a payment to itself moves nothing.",
        fix: "Compare the receiver with an address the caller does not choose, or check that it is not the transfer's `Sender`.",
    },
    Check {
        rule: Rule::AlwaysApproves,
        name: "always-approves",
        level: Level::High,
        title: "the program approves everything",
        why: "A logic signature that approves everything gives its account away; an application can be replaced or deleted by anybody.",
        fix: "Check what is approved; for a clear-state program say so with `--mode clear`.",
    },
    Check {
        rule: Rule::MissingOptInValue,
        name: "missing-opt-in-value",
        level: Level::Medium,
        title: "a local value is used as bytes, but opting in does not set it",
        why: "A local value that was never set reads as the integer 0: comparing or joining it with bytes fails, every time.",
        fix: "Write the value, if only an empty byte string, where OnCompletion is OptIn; or read it with `app_local_get_ex`.",
    },
    Check {
        rule: Rule::StackImbalance,
        name: "stack-imbalance",
        level: Level::Medium,
        title: "paths meet with stacks of different heights, or the program ends with the wrong number of values",
        why: "What follows takes the wrong values on one of the paths; a program that ends with more or fewer than one value fails.",
        fix: "Let every path leave the same number of values; `pop` what is not needed, or give a subroutine a `proto`.",
    },
    Check {
        rule: Rule::StackUnderflow,
        name: "stack-underflow",
        level: Level::Medium,
        title: "an opcode takes more values than the stack holds, or of another type",
        why: "The program fails whenever it comes here.",
        fix: "Push what the opcode takes on every path that leads to it.",
    },
    Check {
        rule: Rule::ConstantCondition,
        name: "constant-condition",
        level: Level::Medium,
        title: "a condition comes out the same on every path",
        why: "A check that cannot fail checks nothing, and one that cannot hold refuses everything.",
        fix: "Compare what was meant, or take the condition away. `pushint` right before it says that it is a setting.",
    },
    Check {
        rule: Rule::UnreachableCode,
        name: "unreachable-code",
        level: Level::Low,
        title: "code that no path leads to",
        why: "It costs bytes, and a check in it is never made.",
        fix: "Take it away, or branch to it.",
    },
    Check {
        rule: Rule::UnusedScratch,
        name: "unused-scratch",
        level: Level::Low,
        title: "a value is stored that nothing loads",
        why: "It costs bytes and budget, or another slot was meant.",
        fix: "Take the `store` away, or load the slot. Other applications of a group can read it with `gload`.",
    },
    Check {
        rule: Rule::UnsetScratch,
        name: "unset-scratch",
        level: Level::Low,
        title: "a slot is loaded that nothing has been stored in",
        why: "It is always the integer 0, which is hardly what was meant.",
        fix: "Store a value on every path that leads here, or write `int 0`.",
    },
    Check {
        rule: Rule::EndlessLoop,
        name: "endless-loop",
        level: Level::Medium,
        title: "a loop that control cannot leave, or not any more once it has gone round",
        why: "Every call that goes round it fails once its budget is spent.",
        fix: "Give the loop a condition to leave it, and change in each round what the condition depends on.",
    },
    Check {
        rule: Rule::UnboundedLoop,
        name: "unbounded-loop",
        level: Level::Low,
        title: "a loop whose number of rounds nothing bounds",
        why: "With the wrong input a call spends its budget and fails.",
        fix: "Count the rounds against a constant, or check the input before the loop.",
    },
    Check {
        rule: Rule::OverBudget,
        name: "over-budget",
        level: Level::Medium,
        title: "a path costs more than the budget of one call",
        why: "Such a call fails unless other calls of its group, or inner ones, bring their budgets along.",
        fix: "Make the path cheaper, or let callers add calls to the group; `global OpcodeBudget` tells what is left.",
    },
    Check {
        rule: Rule::UnavailableResource,
        name: "unavailable-resource",
        level: Level::Medium,
        title: "an element of the call is read that no call can have",
        why: "The program fails whenever it comes here.",
        fix: "Use a smaller index.",
    },
    Check {
        rule: Rule::NeedsReference,
        name: "needs-reference",
        level: Level::Info,
        title: "a box, account, asset or application is used that the caller must name",
        why: "A call that does not list it among its references fails.",
        fix: "Tell callers which references this path needs; simulating a call finds them.",
    },
    Check {
        rule: Rule::ConstantGtxn,
        name: "constant-gtxn",
        level: Level::Info,
        title: "a constant index is pushed for `gtxns`",
        why: "`gtxn` takes it as an immediate, which is shorter and cheaper.",
        fix: "Write `gtxn INDEX FIELD`.",
    },
    Check {
        rule: Rule::SelfAccess,
        name: "self-access",
        level: Level::Info,
        title: "the transaction reads itself through its place in the group",
        why: "`txn` does the same in one instruction.",
        fix: "Write `txn FIELD`.",
    },
    Check {
        rule: Rule::SenderAccess,
        name: "sender-access",
        level: Level::Info,
        title: "the sender is read as the first of the accounts",
        why: "`txn Sender` is shorter and says what is meant.",
        fix: "Write `txn Sender`.",
    },
    Check {
        rule: Rule::AllowWithoutReason,
        name: "allow-without-reason",
        level: Level::Medium,
        title: "a finding is silenced without a reason",
        why: "Who reads the program later cannot tell whether it was thought about.",
        fix: "Write the reason after the parenthesis: `// check: allow(NAME) reason`.",
    },
    Check {
        rule: Rule::AllowUnknownName,
        name: "allow-unknown-name",
        level: Level::Medium,
        title: "no check has the name that is allowed",
        why: "It silences nothing.",
        fix: "Use a name that `check --list` prints.",
    },
    Check {
        rule: Rule::AllowWithoutEffect,
        name: "allow-without-effect",
        level: Level::Medium,
        title: "nothing is found where it is allowed",
        why: "It would hide a finding that comes later and was never thought about.",
        fix: "Take the comment away, or put it on the finding's line.",
    },
    Check {
        rule: Rule::AnalysisIncomplete,
        name: "analysis-incomplete",
        level: Level::Info,
        title: "the program has too many paths to follow all of them",
        why: "Something may be there that was not found.",
        fix: "Split the program, or use fewer branches.",
    },
    Check {
        rule: Rule::DoesNotAssemble,
        name: "does-not-assemble",
        level: Level::High,
        title: "the source is no program",
        why: "Nothing can be said about it.",
        fix: "Correct what the assembler says.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_in_the_order_of_their_numbers() {
        for (at, check) in CHECKS.iter().enumerate() {
            assert_eq!(check.rule as usize, at, "{}", check.name);
            let words: Vec<String> = format!("{:?}", check.rule)
                .split_inclusive(|_: char| true)
                .collect::<String>()
                .chars()
                .map(|c| if c.is_ascii_uppercase() { format!("-{}", c.to_ascii_lowercase()) } else { c.to_string() })
                .collect();
            assert_eq!(words.concat().trim_start_matches('-'), check.name);
        }
        assert_eq!(check_named("self-payment").map(|check| check.level), Some(Level::Medium));
        assert_eq!(check_named("nothing"), None);
    }
}
