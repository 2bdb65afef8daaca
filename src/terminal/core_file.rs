//! No core file of a process that may hold keys, and no look into its memory by the user's other programs.

/// Asks the system not to write this process's memory down when it crashes, nor to let others read it. Where it cannot, the
/// command goes on as it would elsewhere: this is a second line behind wiping.
pub(crate) fn forbid() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        // A refusal leaves things as the user's own limits have them.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}
