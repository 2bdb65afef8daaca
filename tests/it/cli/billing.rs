//! Many ticks with a journal: files, counts, what is refused, and going on.

use super::Project;
use pnp_types::{AppIndex, Digest};
use pnp_usage::journal::{self, Journal, Record};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

/// The documents of a batch, line by line: its ticks, and the summary.
fn batch(project: &Project, arguments: &[&str], exit: i32) -> (Vec<Value>, Value) {
    let mut all = vec!["--json", "bill"];
    all.extend(arguments);
    let ran = project.run(&all);
    documents(&ran.stdout, ran.code, exit, &ran.stderr)
}

fn documents(stdout: &str, code: i32, exit: i32, stderr: &str) -> (Vec<Value>, Value) {
    assert_eq!(code, exit, "{stdout}\n{stderr}");
    let mut lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.pop().unwrap();
    let summary = last["summary"].clone();
    assert!(summary.is_object(), "the last line is the summary: {last}");
    (lines, summary)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// A project with a contract and two users that can pay.
fn shop() -> Project {
    let project = Project::new();
    project.done(&["deploy"]);
    for name in ["alice", "bob"] {
        project.done(&["account", "new", name]);
    }
    project
}

fn journal_of(project: &Project, summary: &Value) -> PathBuf {
    project.path().join(summary["journal"].as_str().unwrap())
}

/// What a user has left of the asset.
fn holding(project: &Project, user: &str) -> u64 {
    let receipt = project.done(&["bill", "--units", "1", "--price", "1", "--user", user, "--tick", "z"]);
    number(&receipt["receipt"]["before"]["user"])
}

#[test]
fn a_file_is_billed_line_by_line_and_only_once() {
    let csv = "\u{feff}user,units,unit_price,tick_id\r\nalice,10,100,a-1\r\nbob,1,,\r\nalice,1,5,a-2\r\n\r\nnobody,1,1,\r\n\
               alice,0,1,a-3\r\nalice,x,1,\r\nalice,1,5000,a-4\r\nalice,1,7,a-1\r\n\"bob\",\"2\",3,\r\n";
    let project = shop().file("use.csv", csv);
    let (ticks, summary) = batch(&project, &["--from", "use.csv"], 3);
    assert_eq!((number(&summary["lines"]), number(&summary["charged"]), number(&summary["refused"])), (9, 4, 5));
    assert_eq!((number(&summary["gross"]), number(&summary["fee"])), (1000 + 1 + 5 + 6, 50));
    assert_eq!(summary["complete"], true);
    let of_line = |line: u64| ticks.iter().find(|tick| tick["line"] == line).unwrap();
    for (line, reason) in [
        (6, "there is no key for the account"),
        (7, "at least 1 unit"),
        (8, "not a whole number"),
        (9, "outside the contract's limits"),
        (10, "not greater than a-2"),
    ] {
        let tick = of_line(line);
        assert_eq!(tick["outcome"], "refused");
        assert!(tick["reason"].as_str().unwrap().contains(reason), "{tick}");
    }
    assert_eq!((&of_line(2)["tick"], &of_line(2)["outcome"]), (&Value::from("a-1"), &Value::from("charged")));
    assert!(number(&of_line(2)["round"]) < number(&of_line(4)["round"]), "a user's lines are billed in their order");
    assert!(of_line(3)["tick"].as_str().is_some_and(|tick| tick.len() == 26), "a tick is made where none is given");

    // Again: nothing happens.
    let (again, summary) = batch(&project, &["--from", "use.csv"], 3);
    assert!(again.is_empty(), "{again:?}");
    assert_eq!((number(&summary["charged"]), number(&summary["charged_before"])), (0, 4));
    assert_eq!(number(&summary["gross"]), 1012);
    // Lines may be added; those before must be as they were.
    let project = project.file("use.csv", &format!("{csv}bob,5,5,\r\n"));
    let (added, summary) = batch(&project, &["--from", "use.csv"], 3);
    assert_eq!((added.len(), number(&summary["gross"])), (1, 1037));
    let project = project.file("use.csv", &csv.replace("bob,1,,", "bob,9,,"));
    let (none, summary) = batch(&project, &["--from", "use.csv"], 1);
    assert!(none.is_empty());
    assert_eq!(summary["error"]["code"], "other_input");
    assert_eq!(holding(&project, "alice"), 1_000_000 - 1005);
}

#[test]
fn what_was_sent_without_a_known_outcome_is_found_out() {
    let lines: String = (0..30).map(|line| format!("{},1,{}\n", ["alice", "bob"][line % 2], line + 1)).collect();
    let project = shop().file("use.csv", &lines);
    let (_, summary) = batch(&project, &["--from", "use.csv"], 0);
    let path = journal_of(&project, &summary);
    let whole = std::fs::read_to_string(&path).unwrap();
    // As a kill right after the last group was sent leaves it: with the intent, without its outcome.
    let records: Vec<&str> = whole.split_inclusive('\n').collect();
    let last = records.iter().rposition(|line| line.contains("{\"intent\"")).unwrap();
    let cut = records[..=last].concat();
    std::fs::write(&path, format!("{cut}0123456789abcdef {{\"charg")).unwrap();
    let open = journal::read(&path, |_| {}).unwrap().open.len() as u64;
    assert!(open >= 1);
    let (ticks, summary) = batch(&project, &["--from", "use.csv"], 0);
    assert_eq!((ticks.len() as u64, number(&summary["charged"])), (open, open));
    assert_eq!(number(&summary["gross"]), (1..=30).sum::<u64>());
    let paid = |first: u64| (first..=30).step_by(2).sum::<u64>();
    assert_eq!(holding(&project, "alice"), 1_000_000 - paid(1), "nothing is charged twice");
    assert_eq!(holding(&project, "bob"), 1_000_000 - paid(2));

    // An intent that never left: it is sent now, with the very tick that is written down.
    let mut ticks = Vec::new();
    journal::read(&path, |record| {
        if let Record::Intent(intent) = record {
            ticks.push(intent.tick.to_string());
        }
    })
    .unwrap();
    assert_eq!(ticks.len(), 30, "no line got a second group");
}

#[test]
fn the_same_bill_many_times_and_lines_of_stdin() {
    let project = Project::new();
    project.done(&["deploy"]);
    let (ticks, summary) = batch(&project, &["--count", "5", "--units", "2", "--price", "10"], 0);
    assert_eq!((ticks.len(), number(&summary["gross"])), (5, 100));
    // Another order of the same; with its own journal it is the same order.
    let (ticks, _) = batch(&project, &["--count", "5", "--units", "2", "--price", "10"], 0);
    assert_eq!(ticks.len(), 5);
    let named = ["--count", "3", "--units", "1", "--price", "10", "--journal", "three.journal"];
    assert_eq!(batch(&project, &named, 0).0.len(), 3);
    assert_eq!(batch(&project, &named, 0).0.len(), 0);
    let mut command = project.command(&["--json", "bill", "--from", "-", "--rate", "500/s"]);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(b"{\"user\":\"user\",\"units\":1}\n{\"user\":\"user\",\"units\":3,\"unit_price\":4}\n").unwrap();
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (ticks, summary) = documents(&text(output.stdout), output.status.code().unwrap(), 0, &text(output.stderr));
    assert_eq!((ticks.len(), number(&summary["gross"])), (2, 13));
    assert_eq!(holding(&project, "user"), 1_000_000 - 243);
}

#[test]
fn one_process_has_a_journal_and_it_belongs_to_one_contract() {
    let project = shop().file("use.csv", "alice,1\n").file("notes.txt", "my notes\n");
    let (_, summary) = batch(&project, &["--from", "use.csv", "--journal", "j"], 0);
    let genesis = data_encoding::BASE64.decode(summary["genesis_hash"].as_str().unwrap().as_bytes()).unwrap();
    let genesis = Digest(genesis.try_into().unwrap());
    let app = AppIndex(number(&summary["app"]));
    let held = Journal::open(&project.path().join("j"), genesis, app, "").unwrap();
    project.refused(&["bill", "--from", "use.csv", "--journal", "j"], 1, "journal_held");
    drop(held);
    project.done(&["deploy", "--new", "--fee-pct", "100"]);
    project.refused(&["bill", "--from", "use.csv", "--journal", "j"], 1, "other_journal");
    project.refused(&["bill", "--from", "use.csv", "--journal", "notes.txt"], 1, "no_journal");
    assert_eq!(std::fs::read_to_string(project.path().join("notes.txt")).unwrap(), "my notes\n");
    project.refused(&["bill", "--from", "none.csv"], 1, "unreadable");
    project.refused(&["bill", "--from", "use.csv", "--units", "1"], 2, "usage");
    let header = project.file("bad.csv", "user,units,colour\n");
    header.refused(&["bill", "--from", "bad.csv"], 2, "usage");
    let header = header.file("utf16.csv", "");
    std::fs::write(header.path().join("utf16.csv"), b"\xff\xfeu\0s\0").unwrap();
    header.refused(&["bill", "--from", "utf16.csv"], 2, "usage");
    let left = std::fs::read_dir(header.path().join(".pnp/journals")).into_iter().flatten().count();
    assert_eq!(left, 0, "what is refused as a whole leaves no journal behind");
}

#[test]
fn a_line_that_was_refused_before_it_was_sent_is_corrected_and_billed() {
    let june = "user,units,unit_price\nalice,10,5\nalice,\"1,000\",1\nalice,20,5\n";
    let project = shop().file("june.csv", june);
    let (ticks, summary) = batch(&project, &["--from", "june.csv"], 3);
    let refused = ticks.iter().find(|tick| tick["outcome"] == "refused").unwrap();
    assert!(refused["line"] == 3 && refused["reason"].as_str().unwrap().contains("digits alone"), "{refused}");
    assert_eq!(number(&summary["gross"]), 150);
    // Refused once more, then right; what was charged is passed over each time.
    let project = project.file("june.csv", &june.replace("\"1,000\"", "1.000"));
    let (ticks, summary) = batch(&project, &["--from", "june.csv"], 3);
    assert_eq!((ticks.len(), number(&summary["charged_before"])), (1, 2), "{summary:#}");
    let right = june.replace("\"1,000\"", "1000");
    let project = project.file("june.csv", &right);
    for charged in [1, 0] {
        let (ticks, summary) = batch(&project, &["--from", "june.csv"], 0);
        assert_eq!((ticks.len(), number(&summary["gross"])), (charged, 1150), "{summary:#}");
    }
    // From then on all lines are as they are, and further ones may follow.
    for changed in [
        right.replace("1000", "1001"),
        right.replace("10,5", "11,5"),
        right.replace("20,5", "21,5"),
        right.replace("alice,1000,1\n", ""),
        right.replace("alice,1000,1\n", "\n"),
        right.replace("alice,1000,1\n", "# gone\n"),
        right.replace("alice,20,5\n", ""),
        right.replace("alice,1000", "alice,1,1\nalice,1000"),
    ] {
        std::fs::write(project.path().join("june.csv"), &changed).unwrap();
        let (ticks, summary) = batch(&project, &["--from", "june.csv"], 1);
        assert_eq!((ticks.len(), &summary["error"]["code"]), (0, &Value::from("other_input")), "{changed}");
    }
    let project = project.file("june.csv", &format!("{right}alice,1,1,\n"));
    assert_eq!(number(&batch(&project, &["--from", "june.csv"], 0).1["gross"]), 1151);
    assert_eq!(holding(&project, "alice"), 1_000_000 - 1151);
}

#[test]
fn a_batch_of_which_nothing_was_sent_binds_nobody() {
    let project = shop().file("use.csv", "user|units\nalice|3\nalice|4\nalice|5\n");
    let (_, summary) = batch(&project, &["--from", "use.csv"], 3);
    assert_eq!((number(&summary["charged"]), number(&summary["refused"])), (0, 4));
    let project = project.file("use.csv", "user;units;unit_price;tick_id\nalice;3;100;\n");
    for charged in [1, 0] {
        let (ticks, summary) = batch(&project, &["--from", "use.csv"], 0);
        assert_eq!((ticks.len(), number(&summary["gross"])), (charged, 300), "{summary:#}");
    }
}

#[test]
fn the_account_that_pays_is_still_heard_by_its_old_flag() {
    let project = shop();
    let ran = project.run(&["--json", "bill", "--units", "1", "--from", "alice"]);
    assert!(ran.code == 0 && ran.stderr.contains("--user alice"), "{}", ran.stderr);
    let receipt: Value = serde_json::from_str(&ran.stdout).unwrap();
    let accounts = project.done(&["account", "list"]);
    assert!(accounts.to_string().contains(receipt["receipt"]["user"].as_str().unwrap()));
}

/// Every line that was read has one end.
fn assert_adds_up(summary: &Value) {
    let ends = ["charged", "charged_before", "refused", "left", "doubtful"].map(|end| number(&summary[end]));
    assert_eq!(ends.iter().sum::<u64>(), number(&summary["lines"]), "{summary:#}");
}

#[test]
fn the_lines_of_a_halted_batch_add_up() {
    let csv = "user,units,unit_price,tick_id\nalice,1,5,a-1\nalice,1,5,a-2\nbob,1,5,b-1\nnobody,1,5,c-1\nbob,1,5,b-2\n";
    let project = shop().file("use.csv", csv);
    // The groups of the first lines are refused a fee: their tasks end in what halts the batch.
    let (_, summary) = batch(&project, &["--from", "use.csv", "--max-fee", "1"], 1);
    assert_eq!(summary["error"]["code"], "fee_ceiling", "{summary:#}");
    assert!(number(&summary["lines"]) > 0, "{summary:#}");
    assert_adds_up(&summary);
    // Keys that others may read halt it while a line is looked at.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let keys = project.path().join(".pnp/accounts/embedded.json");
        std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (_, summary) = batch(&project, &["--from", "use.csv"], 1);
        assert_eq!(summary["error"]["code"], "exposed_keys", "{summary:#}");
        assert_adds_up(&summary);
        std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let (_, summary) = batch(&project, &["--from", "use.csv"], 3);
    assert_eq!((number(&summary["charged"]), number(&summary["refused"])), (4, 1), "{summary:#}");
    assert_adds_up(&summary);
}
