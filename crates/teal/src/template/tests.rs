use super::*;

const ADDRESS: &str = "7777777777777777777777777777777777777777777777777774MSJUVU";

fn with(assignments: &[&str]) -> Templates {
    let mut templates = Templates::default();
    assignments.iter().for_each(|text| templates.assign(text).unwrap());
    templates
}

/// The source with `TMPL_A` of a value, or what does not fit.
fn filled(source: &str, value: &str) -> Result<String, String> {
    with(&[&format!("A={value}")]).substitute(source).map_err(|error| error.to_string())
}

#[test]
fn assignments_have_a_name_and_a_value() {
    assert_eq!(with(&["A=1"]), with(&["TMPL_A=1"]));
    for (wrong, error) in
        [("A", AssignmentError::NoEquals), ("=1", AssignmentError::Name), ("A-B=1", AssignmentError::Name)]
    {
        assert_eq!(Templates::default().assign(wrong), Err(error), "{wrong}");
    }
    assert_eq!(filled("byte TMPL_A", "a=b"), Ok("byte 0x613d62".to_owned()));
}

#[test]
fn an_integer_is_needed_where_the_assembler_takes_one() {
    let places = [
        "int TMPL_A",
        "pushint TMPL_A",
        "pushints 1 TMPL_A",
        "intcblock 1 2 TMPL_A",
        "label: int TMPL_A",
        "int 1; int TMPL_A",
        "arg TMPL_A",
        "load TMPL_A",
        "txna ApplicationArgs TMPL_A",
        "txn ApplicationArgs TMPL_A",
        "gtxn TMPL_A Fee",
        "gtxna 0 Accounts TMPL_A",
        "substring 0 TMPL_A",
        "intc TMPL_A",
    ];
    for place in places {
        for (value, number) in
            [("7", "7"), ("0x10", "16"), ("0b11", "3"), ("017", "15"), ("1_0", "10"), ("true", "1"), ("false", "0")]
        {
            assert_eq!(filled(place, value), Ok(place.replace("TMPL_A", number)), "{place} {value}");
        }
        for value in [
            "",
            "abc",
            "1,000",
            "1.5",
            "+1",
            " 1",
            "1 ",
            "1e3",
            "TRUE",
            "yes",
            "base64:AA==",
            "text:7",
            "0x",
            "18446744073709551616",
            "\u{663}",
        ] {
            let error = filled(place, value).unwrap_err();
            assert!(
                error.starts_with(&format!("TMPL_A (line 1) is {value:?}, but takes an integer")),
                "{place}: {error}"
            );
        }
        let bytes = Templates::from_iter([("A", TemplateValue::Bytes(vec![7]))]);
        assert!(matches!(bytes.substitute(place), Err(TemplateError::Misfits(_))), "{place}");
    }
    assert_eq!(filled("frame_dig TMPL_A", "-1"), Ok("frame_dig -1".to_owned()));
    assert_eq!(filled("frame_bury TMPL_A", "true"), Ok("frame_bury 1".to_owned()));
    assert!(filled("frame_dig TMPL_A", "x").is_err());
    assert!(filled("pushint TMPL_A", "-1").is_err());
}

#[test]
fn only_int_knows_integers_by_name() {
    assert_eq!(filled("int TMPL_A", "OptIn"), Ok("int 1".to_owned()));
    assert_eq!(filled("int TMPL_A", "axfer"), Ok("int 4".to_owned()));
    assert!(filled("pushint TMPL_A", "OptIn").is_err());
}

#[test]
fn bytes_are_text_or_say_how_they_are_encoded() {
    for place in ["byte TMPL_A", "pushbytes TMPL_A", "pushbytess \"a\" TMPL_A", "bytecblock 0x01 TMPL_A 0x02"] {
        for (value, hex) in [
            ("hi", "0x6869"),
            ("7", "0x37"),
            ("1,000", "0x312c303030"),
            ("", "0x"),
            ("größe", "0x6772c3b6c39f65"),
            ("0x01ff", "0x01ff"),
            ("base64:AQI=", "0x0102"),
            ("b64(AQI=)", "0x0102"),
            ("base32:AEBA", "0x0102"),
            ("text:0x01", "0x30783031"),
            ("base64", "0x626173653634"),
            ("true", "0x74727565"),
        ] {
            assert_eq!(filled(place, value), Ok(place.replace("TMPL_A", hex)), "{place} {value}");
        }
        assert_eq!(
            filled(place, &format!("addr:{ADDRESS}")),
            Ok(place.replace("TMPL_A", &format!("0x{}", "ff".repeat(32))))
        );
        assert!(filled(place, &format!("text:{ADDRESS}")).is_ok());
        for value in ["0x1", "0xzz", "base64:*", "base32:1", "addr:AAAA", ADDRESS] {
            assert!(filled(place, value).is_err(), "{place} {value}");
        }
        let number = Templates::from_iter([("A", TemplateValue::Uint(7))]);
        assert!(matches!(number.substitute(place), Err(TemplateError::Misfits(_))), "{place}");
    }
}

#[test]
fn an_address_is_needed_in_addr() {
    let hex = format!("0x{}", "ff".repeat(32));
    for value in [ADDRESS, &hex, &format!("addr:{ADDRESS}"), "base64://////////////////////////////////////////8="] {
        assert_eq!(filled("addr TMPL_A", value), Ok(format!("addr {ADDRESS}")), "{value}");
    }
    for value in ["", "7", "hi", "0x01", &ADDRESS.replace('M', "N"), "abcdefghijklmnopqrstuvwxyz012345"] {
        assert!(filled("addr TMPL_A", value).is_err(), "{value}");
    }
    let typed = Templates::from_iter([("A", TemplateValue::Bytes(vec![0xff; 32]))]);
    assert_eq!(typed.substitute("addr TMPL_A"), Ok(format!("addr {ADDRESS}")));
}

#[test]
fn elsewhere_a_value_is_one_word() {
    for (source, value, must) in [
        ("txn TMPL_A", "Fee", Some("txn Fee")),
        ("b TMPL_A", "end", Some("b end")),
        ("TMPL_A:", "end", Some("end:")),
        ("#pragma version TMPL_A", "8", Some("#pragma version 8")),
        ("#define FEE TMPL_A", "0x10", Some("#define FEE 0x10")),
        ("byte base32 TMPL_A", "AEBA", Some("byte base32 AEBA")),
        ("byte base32(TMPL_A)", "AEBA", Some("byte base32(AEBA)")),
        ("method TMPL_A", "pay(uint64)void", Some("method \"pay(uint64)void\"")),
        ("method TMPL_A", "pay", None),
        ("b TMPL_A", "a b", None),
        ("b TMPL_A", "a;err", None),
        ("b TMPL_A", "a//", None),
        ("b TMPL_A", "a\nerr", None),
        ("b TMPL_A", "", None),
    ] {
        assert_eq!(filled(source, value).ok().as_deref(), must, "{source} {value}");
    }
}

#[test]
fn whole_words_are_replaced_and_nothing_else() {
    let templates = with(&["A=7", "B=hi"]);
    for (source, must) in [
        ("byte TMPL_B; int TMPL_A // TMPL_C", "byte 0x6869; int 7 // TMPL_C"),
        ("int TMPL_A\n\nint TMPL_A\n", "int 7\n\nint 7\n"),
        ("byte TMPL_A\r\nint TMPL_A\r\n", "byte 0x37\r\nint 7\r\n"),
        ("byte \"TMPL_C // \\\" TMPL_C\"; int TMPL_A", "byte \"TMPL_C // \\\" TMPL_C\"; int 7"),
        ("byte base64(TMPL_C//+=) ; int TMPL_A", "byte base64(TMPL_C//+=) ; int 7"),
        ("byte b64 //TMPL_C ; int TMPL_A", "byte b64 //TMPL_C ; int 7"),
        ("XTMPL_C int", "XTMPL_C int"),
        ("größe TMPL_A", "größe 7"),
    ] {
        assert_eq!(templates.substitute(source).unwrap(), must, "{source}");
    }
}

#[test]
fn another_prefix_names_other_variables() {
    let mut templates = Templates::with_prefix("PRFX_").unwrap();
    templates.assign("GREETING=hi").unwrap();
    templates.assign("PRFX_FEE=7").unwrap();
    let source = "bytecblock \"greeting\" PRFX_GREETING; int PRFX_FEE; b TMPL_X";
    assert_eq!(templates.substitute(source).unwrap(), "bytecblock \"greeting\" 0x6869; int 7; b TMPL_X");
    for wrong in ["", "1_", "A-", "TMPL "] {
        assert!(Templates::with_prefix(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_missing_variable_is_named_once() {
    let error = with(&["A=7"]).substitute("int TMPL_C\nint TMPL_D\nint TMPL_C\nint TMPL_AB").unwrap_err();
    assert_eq!(error.to_string(), "no value for TMPL_C (line 1), TMPL_D (line 2), TMPL_AB (line 4)");
}

#[test]
fn every_misfit_is_named_where_it_stands() {
    let error = filled("byte TMPL_A\npushint TMPL_A\n  addr TMPL_A", "x").unwrap_err();
    assert_eq!(
        error,
        "TMPL_A (line 2) is \"x\", but takes an integer, or true or false; TMPL_A (line 3) is \"x\", but takes an address, \
         or 0x, base64: or base32: and 32 bytes"
    );
}

#[test]
fn a_variable_without_a_value_gets_one_that_fits() {
    let source = "int TMPL_A; byte TMPL_B\n  pushbytes TMPL_A\nlab: pushint TMPL_D // byte\nbyte \"x\"; addr TMPL_E\nmethod TMPL_F\ntxna ApplicationArgs TMPL_G";
    let text = with(&["D=7"]).substitute_known(source).unwrap();
    assert!(text.contains("pushint 7"), "{text}");
    assert!(crate::assemble(&format!("#pragma version 8\n{text}"), Default::default()).is_ok(), "{text}");
}

#[test]
fn variables_have_their_places() {
    let found = Templates::default().variables("int 1\n  int TMPL_X // TMPL_Y");
    assert_eq!(found, [Variable { name: "TMPL_X".to_owned(), line: 2, column: 6 }]);
}
