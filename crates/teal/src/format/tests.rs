//! Properties on random sources, and the layout's rules one by one.

use proptest::prelude::*;
use proptest::sample::select;

use super::{FormatError, format, split};
use crate::{AssembleOptions, assemble};

fn laid_out(source: &str) -> String {
    format(source).unwrap()
}

#[test]
fn the_statement_that_settles_the_version_stays_with_its_label() {
    // `+` is an opcode, which no macro may be called once the version is known.
    let source = "#define + ; 1\na: int + 2";
    assert_eq!(laid_out(source), "#define +; 1\na: int + 2\n");
    let settled = "#define +; 1\n    pop\na:\n    int + 2\n";
    assert_eq!(laid_out("#define + ; 1\npop; a: int + 2"), settled);
    assert_eq!(laid_out(settled), settled);
    assert_eq!(laid_out("#pragma version 8\n#define X 1\na: int X"), "#pragma version 8\n#define X 1\na:\n    int X\n");
    let problems = |text: &str| {
        let found = assemble(text, AssembleOptions::default()).unwrap_err();
        found.into_iter().map(|found| found.problem).collect::<Vec<_>>()
    };
    assert_eq!(problems(source), problems(&laid_out(source)));
}

#[test]
fn labels_stand_out_and_instructions_stand_in() {
    assert_eq!(laid_out("  main:\n int   1\nend: int 2;pop"), "main:\n    int 1\nend:\n    int 2; pop\n");
    assert_eq!(laid_out("int 1; here: ; int 2 ;; ;"), "    int 1\nhere:\n    int 2\n");
    assert_eq!(laid_out("\t#pragma   version\t8\n#define  X  a;b"), "#pragma version 8\n#define X a; b\n");
}

#[test]
fn what_would_read_differently_stays_together() {
    // A second label on the line is not a label, and a line that begins with # is a directive.
    assert_eq!(laid_out("a: b: int 1; pop"), "a: b: int 1; pop\n");
    assert_eq!(laid_out("; #a: int 1"), "    ; #a: int 1\n");
    assert_eq!(laid_out("int 1; #pragma x"), "    int 1; #pragma x\n");
    assert_eq!(laid_out("#define M x: int 1\na: M"), "#define M x: int 1\na: M\n");
    // `base64` without its text makes `//` a word, also behind the semicolon.
    assert_eq!(laid_out("  a:  byte b64; //:  int 1"), "  a:  byte b64; //:  int 1\n");
    // Behind such a word a comment begins only without a blank between; what ends its line goes, all at once.
    assert_eq!(laid_out("  base64// c \r\r\npop"), "  base64// c\n    pop\n");
    assert_eq!(laid_out("  a:  byte b64; //:  int 1 \t\r\n"), "  a:  byte b64; //:  int 1\n");
}

#[test]
fn strings_are_left_alone() {
    let source = "byte \"a  ;b //\tc\\\"  d\"// e";
    assert_eq!(laid_out(source), "    byte \"a  ;b //\tc\\\"  d\"         // e\n");
    assert_eq!(laid_out("byte \"open  end  "), "    byte \"open  end  \n");
}

#[test]
fn comments_share_a_column_up_to_the_next_blank_line() {
    let long = "byte \"forty bytes of text that reach very far\"";
    let source = format!("int 1 // a\nl: // b\n{long} // c\n\nint 2 //d");
    let column = 4 + long.len() + 2;
    let expected = [
        format!("{:column$}// a", "    int 1"),
        format!("{:column$}// b", "l:"),
        format!("    {long}  // c"),
        String::new(),
        format!("{:36}//d", "    int 2"),
    ];
    assert_eq!(laid_out(&source), expected.join("\n") + "\n");
    let far = format!("int 1 // a\nbyte \"{}\" // b", "x".repeat(80));
    assert!(laid_out(&far).starts_with(&format!("{:36}// a\n", "    int 1")), "far code moves nobody");
}

#[test]
fn comments_alone_stand_as_what_is_below() {
    assert_eq!(laid_out("// a\n  // b\nint 1\n// c\nl:"), "    // a\n    // b\n    int 1\n// c\nl:\n");
    assert_eq!(laid_out("// head\n\n  // note\n\n"), "// head\n\n    // note\n");
    let continued = "int 1   // a\n        // b\n      // c\nint 2";
    assert_eq!(laid_out(continued), format!("{:36}// a\n{:36}// b\n    // c\n    int 2\n", "    int 1", ""));
}

#[test]
fn separators_alone_are_a_program() {
    assert_eq!(laid_out(" ;;\n;"), ";\n");
    assert_eq!(laid_out(";\n"), ";\n");
    assert_eq!(laid_out(";\u{c}\u{c};"), ";    \u{c}\u{c}\n");
    assert_eq!(laid_out(";    \u{c}\u{c}\n"), ";    \u{c}\u{c}\n");
}

#[test]
fn blank_lines_and_line_ends() {
    assert_eq!(laid_out("\n\n\nint 1\n\n\n\n\nl:\n\nint 2\n\n"), "    int 1\n\n\nl:\n    int 2\n");
    assert_eq!(laid_out("int 1\r\n\r\n// a \r\n"), "    int 1\n\n// a\n");
    assert_eq!(laid_out(""), "");
    assert_eq!(laid_out(" \n\t\r\n"), "");
}

#[test]
fn what_cannot_be_formatted_is_reported() {
    assert_eq!(format("\u{feff}int 1"), Err(FormatError::ByteOrderMark));
    for before_it in ["\n", " ", "\t\n\n  "] {
        assert_eq!(format(&format!("{before_it}\u{feff}:\nint 1")), Err(FormatError::ByteOrderMark));
        assert_eq!(laid_out(&format!("{before_it}\u{feff}int 1")), "    \u{feff}int 1\n");
    }
    assert_eq!(format("int 1\nint 2\r\r\n"), Err(FormatError::CarriageReturn { line: 2 }));
    assert_eq!(format("int 1\rint 2"), Err(FormatError::CarriageReturn { line: 1 }));
    let long = format!("int 1\n// {}", "x".repeat(1 << 16));
    assert_eq!(format(&long), Err(FormatError::LineTooLong { line: 2 }));
    let grows = format!("{}int 1", "pop;".repeat(16_000));
    assert_eq!(format(&grows), Err(FormatError::LineTooLong { line: 1 }), "it would be longer than may be");
}

/// Words that are apt to be misread, with what separates them.
fn sources() -> impl Strategy<Value = String> {
    let words = [
        "int",
        "1",
        "0x2",
        "byte",
        "\"a b\"",
        "\"a;//b\\\"c\"",
        "\"open",
        "x\"y",
        "base64",
        "b64",
        "b64(a//b)",
        "base64(a",
        "c)",
        "a//b",
        "//",
        "// note",
        "//  two  ",
        "#pragma",
        "version",
        "8",
        "#define",
        "M",
        "N",
        "lab:",
        "end:",
        "#odd:",
        ":",
        "b",
        "lab",
        "end",
        "+",
        "pop",
        "dup",
        "==",
        "assert",
        "return",
        "TMPL_X",
        "größe",
        "txn",
        "Fee",
        "M:",
        "\u{feff}",
        "\u{feff}:",
        "\u{b}",
        "\u{c}",
        "\u{a0}",
    ];
    let gaps =
        [" ", " ", " ", "  ", "\t", ";", "; ", " ; ", "\n", "\n", "\n    ", "\r\n", " \r\r\n", "\n\n", "\n\n\n\n", ""];
    prop::collection::vec((select(words.to_vec()), select(gaps.to_vec())), 0..60)
        .prop_map(|parts| parts.into_iter().map(|(word, gap)| format!("{word}{gap}")).collect())
}

/// Sources that assemble: whole statements, laid out at random.
fn programs() -> impl Strategy<Value = String> {
    let statements = [
        "int 1",
        "pop",
        "byte \"a ; b\"",
        "byte base64(YQ==)",
        "byte b64 YQ==",
        "txn Fee",
        "int 7; pop",
        "l1: int 1; pop",
        "dup;pop",
        "// c",
        "int 3 // d",
        "ONE",
        "pushint 300",
    ];
    let gaps = ["\n", "\n", "\n\n", "\n  ", "\r\n", "  \n\t"];
    prop::collection::vec((select(statements.to_vec()), select(gaps.to_vec())), 0..40).prop_map(|parts| {
        let mut text = "#pragma version 9\n#pragma typetrack false\n#define ONE int 1 ; pop\n".to_owned();
        for (at, (statement, gap)) in parts.into_iter().enumerate() {
            text.push_str(&statement.replace("l1:", &format!("l{at}:")));
            text.push_str(gap);
        }
        text + "int 1"
    })
}

/// The bytes, or what is wrong, without places.
fn outcome(source: &str) -> Result<Vec<u8>, Vec<String>> {
    let problems = |found: Vec<crate::Diagnostic>| found.iter().map(|one| one.problem.to_string()).collect();
    assemble(source, AssembleOptions::default()).map(|assembled| assembled.bytes).map_err(problems)
}

fn comments(source: &str) -> Vec<String> {
    let of_line = |line: &str| split(line).comment.map(|comment| comment.trim_end().to_owned());
    source.split('\n').filter_map(of_line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_its_meaning(source in sources()) {
        let Ok(tidy) = format(&source) else { return Ok(()) };
        prop_assert_eq!(format(&tidy), Ok(tidy.clone()));
        prop_assert_eq!(comments(&tidy), comments(&source));
        prop_assert_eq!(outcome(&tidy), outcome(&source));
    }

    #[test]
    fn programs_keep_their_bytes(source in programs()) {
        let tidy = format(&source).unwrap();
        prop_assert!(outcome(&source).is_ok(), "{source}");
        prop_assert_eq!(format(&tidy), Ok(tidy.clone()));
        prop_assert_eq!(comments(&tidy), comments(&source));
        prop_assert_eq!(outcome(&tidy), outcome(&source));
    }
}
