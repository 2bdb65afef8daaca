//! Answers questions about TEAL, one JSON object a line, in the form of the reference's oracle: what
//! `scripts/differential` and `scripts/bench` compare with it.
//!
//! `{"op":"asm","src":TEXT,"v":13}` assembles, `{"op":"compile","srchex":HEX}` does it as algod's REST, `{"op":"dis","hex":HEX}` disassembles, `{"op":"table"}` tells the opcodes
//! of the last version. `{"op":"eval","hex":HEX,"args":[HEX…]}` runs a program as the logic signature of a one-payment
//! group with a budget of 100,000,000; `{"op":"bench","src":TEXT,"ms":300}` times assembling and running, and
//! `{"op":"check","src":TEXT,"ms":300}` checking. A line that is no such question gets an `err`.

mod assembler;
mod machine;

use std::io::{self, BufRead, BufWriter, Write};

use serde_json::{Value, json};

fn answer(line: &str) -> Value {
    let question: Value = match serde_json::from_str(line) {
        Ok(question) => question,
        Err(error) => return json!({"err": error.to_string()}),
    };
    match question["op"].as_str() {
        Some("asm") => assembler::assembled(&question),
        Some("compile") => assembler::compiled(&question),
        Some("dis") => assembler::disassembled(&question),
        Some("table") => assembler::table(),
        Some("eval") => machine::evaluated(&question),
        Some("bench") => machine::timed(&question),
        Some("check") => machine::check_timed(&question),
        _ => json!({"err": "unknown op"}),
    }
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?))?;
        out.flush()?;
    }
    Ok(())
}
