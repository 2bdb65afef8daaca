//! Any text through the formatter: laid out once or twice it is the same, and so is the program it assembles to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pnp_teal::{AssembleOptions, assemble, format};

fuzz_target!(|input: &[u8]| {
    let Some((version, text)) = input.split_first() else { return };
    let source = String::from_utf8_lossy(text);
    let Ok(tidy) = format(&source) else { return };
    assert_eq!(format(&tidy).as_ref(), Ok(&tidy));
    let options = AssembleOptions { version: Some(version % 64).filter(|version| (1..=13).contains(version)) };
    match (assemble(&source, options), assemble(&tidy, options)) {
        (Ok(before), Ok(after)) => assert_eq!(before.bytes, after.bytes, "{tidy}"),
        // What is wrong stays wrong, in the same order; only the places move.
        (Err(before), Err(after)) => assert!(before.iter().map(|found| &found.problem).eq(after.iter().map(|found| &found.problem)), "{tidy}"),
        (before, after) => panic!("{before:?}\n{after:?}\n{tidy}"),
    }
});
