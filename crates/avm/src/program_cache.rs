//! Decoded programs, kept for the next call.
//!
//! An application is called again and again; decoding it once is enough for the life of the process. The cache is
//! bounded and forgets everything when it is full, which costs one decoding for each program still in use.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::program::{Dialect, Program};
use super::value::Bytes;

/// How many programs are kept.
const CAPACITY: usize = 1024;

type Cache = HashMap<Dialect, HashMap<Bytes, Arc<Program>>>;

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The decoded form of a program, or why it has no readable version.
pub(super) fn load(program: &[u8], dialect: Dialect) -> Result<Arc<Program>, &'static str> {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let programs = cache.entry(dialect).or_default();
    if let Some(known) = programs.get(program) {
        return Ok(Arc::clone(known));
    }
    let bytes = Bytes::from(program);
    let decoded = Arc::new(Program::decode(bytes.clone(), dialect)?);
    if programs.len() >= CAPACITY {
        programs.clear();
    }
    programs.insert(bytes, Arc::clone(&decoded));
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_program::program;

    #[test]
    fn a_program_is_decoded_once() {
        let dialect = Dialect { sized_constants: true };
        let program = program(13, "int 1; int 99; pop");
        let (first, again) = (load(&program, dialect).unwrap(), load(&program, dialect).unwrap());
        assert!(Arc::ptr_eq(&first, &again));
        assert!(load(&[], dialect).is_err());
    }
}
