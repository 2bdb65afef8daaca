# Homebrew formula of pnp-contract @VERSION@. Made by the release from packaging/pnp-contract.rb: change it there.
class PnpContract < Formula
  desc "Toolchain for Algorand contracts: TEAL assembler, AVM and local network"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/pnp-contract-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/pnp-contract-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/pnp-contract-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/pnp-contract-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "pnp-contract"
    bash_completion.install "completions/pnp-contract.bash" => "pnp-contract"
    fish_completion.install "completions/pnp-contract.fish"
    zsh_completion.install "completions/_pnp-contract"
    man1.install Dir["man/man1/*.1"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/pnp-contract --version")
    (testpath/"one.teal").write "#pragma version 11\nint 1\n"
    system bin/"pnp-contract", "compile", "one.teal"
    system bin/"pnp-contract", "demo", "--quiet"
  end
end
