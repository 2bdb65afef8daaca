//! No secret leaves the process that uses it: the whole life of a contract with known keys, and a look for them everywhere.

use super::Project;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use pnp_keys::mnemonic;
use pnp_types::SigningKey;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Stands for the address of the account in the keystore.
const OTHER: &str = "OTHER'S ADDRESS";
const PASSWORD: &str = "a-password-that-is-looked-for";

/// Seeds that no program has by chance.
fn seed(number: u8) -> [u8; 32] {
    pnp_types::sha512_256(&[b"a key of the secrets test".as_slice(), &[number]].concat())
}

fn words(number: u8) -> String {
    mnemonic::from_seed(&seed(number)).as_str().to_owned()
}

/// Everything by which a key or the password would be known, with what it is.
fn needles() -> Vec<(String, Vec<u8>)> {
    let mut needles = vec![("the password".to_owned(), PASSWORD.as_bytes().to_vec())];
    for number in 0..3 {
        let (seed, words) = (seed(number), words(number));
        let words: Vec<&str> = words.split(' ').collect();
        needles.extend(words.windows(3).map(|three| (format!("words of key {number}"), three.join(" ").into_bytes())));
        for (form, bytes) in [
            ("seed", seed.to_vec()),
            ("first half", seed[..16].to_vec()),
            ("second half", seed[16..].to_vec()),
            ("hex", hex::encode(seed).into_bytes()),
            ("HEX", hex::encode_upper(seed).into_bytes()),
            ("base64", BASE64.encode(&seed).into_bytes()),
            ("base64 without padding", BASE64_NOPAD.encode(&seed).into_bytes()),
            ("base64 for addresses", BASE64URL_NOPAD.encode(&seed).into_bytes()),
        ] {
            needles.push((format!("{form} of key {number}"), bytes));
        }
    }
    needles
}

const PAGE: usize = 4096;

/// What of the needles is in `haystack`.
pub(crate) fn found(haystack: &[u8], needles: &[(String, Vec<u8>)]) -> Vec<String> {
    places(haystack, needles).iter().map(|(what, place)| format!("{what} at {place}")).collect()
}

/// The needles that are in `haystack`, each with its place.
pub(crate) fn places<'n>(haystack: &[u8], needles: &'n [(String, Vec<u8>)]) -> Vec<(&'n str, usize)> {
    // Few bytes of memory are a needle's first two: looking for those first makes a core of many megabytes bearable.
    let mut starts = vec![Vec::new(); 1 << 16];
    for (index, (_, needle)) in needles.iter().enumerate() {
        assert_ne!(needle[0], 0);
        starts[usize::from(u16::from_le_bytes([needle[0], needle[1]]))].push(index);
    }
    let (mut found, zeros) = (Vec::new(), [0; PAGE]);
    for start in (0..haystack.len()).step_by(PAGE) {
        let end = haystack.len().min(start + PAGE);
        // Most of a core is empty, and no needle starts with a zero.
        if haystack[start..end] == zeros[..end - start] {
            continue;
        }
        for place in start..end.min(haystack.len() - 1) {
            for index in &starts[usize::from(u16::from_le_bytes([haystack[place], haystack[place + 1]]))] {
                let (what, needle) = &needles[*index];
                if haystack[place..].starts_with(needle) {
                    found.push((what.as_str(), place));
                }
            }
        }
    }
    found
}

pub(crate) fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

/// A project whose keys come from `.env`, from the process's environment and from the keystore, and whose `git` writes down
/// what it is started with.
fn project() -> Project {
    let project = Project::new();
    let here = project.path().display().to_string();
    let git = format!("#!/bin/sh\n{{ echo \"$@\"; env; }} >> '{here}/git.log'\nexec /usr/bin/env -i true\n");
    let project = project
        .file("bin/git", &git)
        .file(".env", &format!("CREATOR_MNEMONIC=\"{}\"\n", words(0)))
        .file("secret/password", &format!("{PASSWORD}\n"))
        .with("PATH", &format!("{here}/bin:/usr/bin:/bin"))
        .with("PNP_KEYSTORE", &format!("{here}/keystore"))
        .with("PNP_KEYSTORE_PASSWORD_FILE", &format!("{here}/secret/password"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(project.path().join("bin/git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    project
}

fn import(project: &Project, name: &str, number: u8) -> Vec<u8> {
    let mut child = project
        .command(&["-vv", "account", "import", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(words(number).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].concat()
}

/// The life of a contract, with failures of every kind; what all commands said.
fn live(project: &Project) -> Vec<u8> {
    let mut said = import(project, "other", 2);
    let other = SigningKey::from_seed(&seed(2)).address().to_string();
    let lives: &[(&[&str], i32)] = &[
        (&["account", "list"], 0),
        (&["account", "fund", "creator"], 0),
        (&["account", "fund", "user"], 0),
        (&["account", "fund", "other"], 0),
        (&["deploy", "--updatable", "--deletable"], 0),
        (&["asset", "optin", "--from", "user"], 0),
        (&["asset", "send", "--amount", "1000", "--to", "user"], 0),
        (&["asset", "optin", "--from", "other"], 0),
        (&["optin"], 0),
        (&["optin"], 1),
        (&["bill", "--units", "5"], 0),
        (&["bill", "--units", "5000"], 1),
        (&["bill", "--units", "5", "--from", "other"], 1),
        (&["account", "passwd", "other"], 1),
        (&["account", "export", "other"], 1),
        (&["account", "new", "fresh", "--keystore"], 0),
        (&["multisig", "new", "--threshold", "2", "--name", "ops", "creator", "user", "other"], 0),
        (&["account", "rekey", "other", "--to", "ops"], 0),
        (&["asset", "create", "--from", "other"], 1),
        (
            &[
                "asset",
                "send",
                "--amount",
                "0",
                "--to",
                "user",
                "--sender",
                OTHER,
                "--multisig",
                "ops",
                "--out",
                "b.msig",
            ],
            0,
        ),
        (&["multisig", "submit", "b.msig"], 1),
        (&["multisig", "sign", "b.msig", "--as", "other", "--yes"], 0),
        (&["multisig", "sign", "b.msig", "--as", "user", "--yes"], 0),
        (&["multisig", "submit", "b.msig"], 0),
        (&["params", "--max-rate", "50"], 0),
        (&["update", "--same-template"], 0),
        (&["status"], 0),
        (&["leave"], 0),
        (&["delete"], 0),
        (&["bill", "--units", "1"], 1),
    ];
    for (arguments, code) in lives {
        for form in [&["-vv"][..], &["-vv", "--json"]] {
            // What changes the chain is done once.
            if form.len() == 2
                && *code == 0
                && !matches!(arguments[0], "status" | "bill")
                && arguments.get(1) != Some(&"list")
            {
                continue;
            }
            // Words are never part of a document, even if a person confirms.
            let code = if form.len() == 2 && arguments.get(1) == Some(&"export") { 2 } else { *code };
            let mut all = form.to_vec();
            all.extend(arguments.iter().map(|word| if *word == OTHER { other.as_str() } else { word }));
            let output = project.command(&all).output().unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(
                output.status.code(),
                Some(code),
                "{arguments:?}: {text}{}",
                String::from_utf8_lossy(&output.stdout)
            );
            said.extend([output.stdout, output.stderr].concat());
        }
    }
    said
}

#[test]
fn no_secret_is_said_written_or_handed_on() {
    let project = project().with("USER_MNEMONIC", &words(1));
    let needles = needles();
    let said = live(&project);
    assert!(said.len() > 1000, "commands say something");
    assert_eq!(found(&said, &needles), Vec::<String>::new(), "on stdout or stderr");
    let git = std::fs::read(project.path().join("git.log")).unwrap();
    assert!(found(&git, &[("its arguments".to_owned(), b"rev-parse".to_vec())]).len() == 1 || !git.is_empty());

    let sources = [project.path().join(".env"), project.path().join("secret/password")];
    let mut all = Vec::new();
    files(project.path(), &mut all);
    let (mut scanned, mut bad) = (0, Vec::new());
    for path in all.iter().filter(|path| !sources.contains(path)) {
        scanned += 1;
        bad.extend(
            found(&std::fs::read(path).unwrap(), &needles).iter().map(|what| format!("{}: {what}", path.display())),
        );
    }
    assert!(bad.is_empty(), "{bad:#?}");
    for part in ["git.log", "keystore/other.json", "deployments/embedded.yaml", ".pnp/embedded"] {
        assert!(all.iter().any(|path| path.starts_with(project.path().join(part))), "{part} was looked at");
    }
    assert!(scanned > 6, "{scanned} files");
    // The search finds what is there.
    assert!(!found(&std::fs::read(&sources[0]).unwrap(), &needles).is_empty());
}

/// The memory of a command as it ends, after its last use of a key, and its exit code: a core that a debugger writes, since
/// the command itself forbids one. Nothing where there is no debugger, or it may not look.
#[cfg(target_os = "linux")]
pub(crate) fn core_at_exit(project: &Project, arguments: &[&str], input: &str) -> Option<(Vec<u8>, i32)> {
    let core = project.path().join("core.dump");
    let command = project.command(arguments);
    let mut gdb = std::process::Command::new("gdb");
    gdb.args(["-q", "-batch", "-nx", "-readnever"]);
    for step in ["set startup-with-shell off", "catch syscall exit_group", "run"] {
        gdb.args(["-ex", step]);
    }
    gdb.args(["-ex", &format!("gcore {}", core.display())]);
    for step in ["continue", r#"printf "ended with %d\n", $_exitcode"#] {
        gdb.args(["-ex", step]);
    }
    gdb.arg("--args").arg(command.get_program()).args(command.get_args()).current_dir(project.path()).env_clear();
    gdb.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Else the core holds 64 MB of addresses for each thread, which nothing has used.
    gdb.env("MALLOC_ARENA_MAX", "1");
    let mut child = gdb.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let _ = child.stdin.take()?.write_all(input.as_bytes());
    let output = child.wait_with_output().ok()?;
    let bytes = std::fs::read(&core).ok()?;
    let _ = std::fs::remove_file(core);
    let transcript = String::from_utf8_lossy(&output.stdout).into_owned();
    let code = transcript.lines().rev().find_map(|line| line.strip_prefix("ended with ")?.parse().ok());
    Some((bytes, code.unwrap_or_else(|| panic!("{arguments:?}: {transcript}"))))
}

#[test]
#[cfg(target_os = "linux")]
fn no_secret_stays_in_memory_after_its_use() {
    // Of keys from files, stdin and the keystore. The process's environment is the system's, and stays.
    let project = project().with("PNP_KEYSTORE_NEW_PASSWORD", "the next one");
    let mut needles = needles();
    project.done(&["account", "fund", "creator"]);
    let Some((core, code)) = core_at_exit(&project, &["account", "import", "other"], &words(2)) else {
        eprintln!("SKIPPED: there is no gdb here, or it may not look into other processes");
        return;
    };
    assert_eq!(code, 0, "the import");
    assert!(core.len() > 1 << 20, "a core of {} bytes", core.len());
    assert_eq!(found(&core, &needles), Vec::<String>::new(), "after an import");
    project.done(&["account", "fund", "other"]);
    let other = SigningKey::from_seed(&seed(2)).address().to_string();
    let back = ["account", "rekey", "--multisig", "ops", "--sender", &other, "--to", &other, "--out", "back.msig"];
    for arguments in [
        // The contract takes the newest, of which the creator hands some out.
        &["asset", "create", "--from", "other"][..],
        &["asset", "create"],
        &["account", "export", "other", "--out", "x"],
        &["account", "new", "fresh", "--keystore"],
        &["account", "passwd", "fresh"],
        &["deploy"],
        &["bill", "--units", "1"],
        &["multisig", "new", "--threshold", "1", "--name", "ops", "creator", "other"],
        &["account", "rekey", "other", "--to", "ops"],
        &back,
        &["multisig", "sign", "back.msig", "--as", "other", "--yes"],
        &["multisig", "submit", "back.msig"],
    ] {
        let (core, code) = core_at_exit(&project, arguments, "").unwrap();
        assert_eq!(code, 0, "{arguments:?}");
        let _ = std::fs::remove_file(project.path().join("x"));
        if arguments.starts_with(&["account", "new"]) {
            // What was made is known once it is exported.
            project.done(&["account", "export", "fresh", "--out", "fresh.txt"]);
            let words = std::fs::read_to_string(project.path().join("fresh.txt")).unwrap();
            let words: Vec<&str> = words.split_whitespace().collect();
            needles.extend(words.windows(3).map(|three| ("words made here".to_owned(), three.join(" ").into_bytes())));
            let made = mnemonic::to_seed(&words.join(" ")).unwrap();
            needles.push(("seed made here".to_owned(), made[..16].to_vec()));
        }
        assert_eq!(found(&core, &needles), Vec::<String>::new(), "after {arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_may_hold_keys_leaves_no_core() {
    use std::io::{BufRead, BufReader};
    let project = Project::new();
    let mut child = project
        .command(&["localnet", "run", "--in-memory", "--algod-port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
    child.kill().unwrap();
    child.wait().unwrap();
}
