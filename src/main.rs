//! The `pnp-contract` binary.

fn main() -> std::process::ExitCode {
    pnp_contract::main()
}
