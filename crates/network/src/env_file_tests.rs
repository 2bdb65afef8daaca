//! `.env` files as python-dotenv reads them, and where the dotenv of npm differs.

use super::env_file::{EnvFile, parse};
use serde::Deserialize;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Recorded {
    files: Vec<File>,
}

/// A file's text, and what the two programs read with an empty environment.
#[derive(Deserialize)]
struct File {
    text: String,
    /// `null` for a name without a value.
    python_dotenv: BTreeMap<String, Option<String>>,
    dotenv: BTreeMap<String, String>,
}

impl File {
    fn of_python(&self) -> BTreeMap<String, String> {
        self.python_dotenv.clone().into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn recorded() -> Vec<File> {
    let recorded: Recorded = serde_json::from_str(include_str!("../../../tests/vectors/env/lines.json")).unwrap();
    recorded.files
}

fn read(text: &str) -> EnvFile {
    parse(text, |name| (name == "OUTER").then(|| Zeroizing::new("outer".to_owned()))).unwrap()
}

fn values(file: EnvFile) -> BTreeMap<String, String> {
    file.settings.into_iter().map(|(name, value)| (name, value.as_str().to_owned())).collect()
}

#[test]
fn every_file_means_what_it_means_to_python_dotenv() {
    let files = recorded();
    for file in &files {
        assert_eq!(values(read(&file.text)), file.of_python(), "{:?}", file.text);
    }
    let agree = files.iter().filter(|file| file.of_python() == file.dotenv).count();
    assert!(agree > 300 && files.len() > agree + 200, "{agree} of {}", files.len());
}

/// Where the two programs differ, one file for each way: its text, the value of `A` by python-dotenv, which is ours, and by
/// dotenv.
const DIFFERENCES: &[(&str, Option<&str>, Option<&str>)] = &[
    // A colon in place of `=`.
    ("A: b", None, Some("b")),
    // `#` begins a note only behind a blank.
    ("A=b#c", Some("b#c"), Some("b")),
    ("A=# c", Some("# c"), Some("")),
    // Backticks are no quotes.
    ("A=`b c`", Some("`b c`"), Some("b c")),
    ("A=`b # c`", Some("`b"), Some("b # c")),
    // Something behind a closed quote, or a quote that is not closed: the line is skipped.
    ("A=\"b\" c", None, Some("\"b\" c")),
    ("A='b'c", None, Some("'b'c")),
    ("A=\"b", None, Some("\"b")),
    // A backslash goes before quotes and backslashes, and within double quotes before a, b, f, n, r, t and v.
    ("A='b\\'c'", Some("b'c"), Some("b\\'c")),
    ("A=\"b\\\"c\"", Some("b\"c"), Some("b\\\"c")),
    ("A=\"b\\\\nc\"", Some("b\\nc"), Some("b\\\nc")),
    ("A=\"b\\tc\"", Some("b\tc"), Some("b\\tc")),
    // `${NAME}` and `${NAME:-default}` are replaced, in quotes too.
    ("A=${B}", Some(""), Some("${B}")),
    ("A='${B}'", Some(""), Some("${B}")),
    ("A=${B:-c}", Some("c"), Some("${B:-c}")),
    // A name may be in quotes.
    ("'A'=1", Some("1"), None),
    // A name alone takes back what was said of it.
    ("A=b\nA", None, Some("b")),
];

#[test]
fn where_the_programs_differ_python_dotenv_is_followed() {
    let files = recorded();
    for (text, python_dotenv, dotenv) in DIFFERENCES {
        let file = files.iter().find(|file| file.text == *text).unwrap_or_else(|| panic!("{text:?} is not recorded"));
        let of_both = (file.of_python().remove("A"), file.dotenv.get("A").cloned());
        assert_eq!(of_both, (python_dotenv.map(str::to_owned), dotenv.map(str::to_owned)), "{text:?}");
        assert_eq!(values(read(text)).get("A").map(String::as_str), *python_dotenv, "{text:?}");
    }
}

#[test]
fn what_the_process_has_goes_before_the_file() {
    let read = values(read("OUTER=inner\nA=${OUTER}\nB=$OUTER\n"));
    assert_eq!((read["A"].as_str(), read["B"].as_str()), ("outer", "$OUTER"));
}

#[test]
fn skipped_lines_have_their_numbers() {
    assert_eq!(read("A=1\n\n# note\nword word\nB='two\r\nlines'\r\nx y\rz w\nC=\"open\nD=1").skipped, [4, 7, 8, 9]);
    assert_eq!(read("A=1\nB\nexport C\n").skipped, [0; 0]);
}
