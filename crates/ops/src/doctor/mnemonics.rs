//! Mnemonics in text, such as in files that git keeps.

use pnp_keys::mnemonic;
use zeroize::Zeroizing;

/// Words of a mnemonic.
const WORDS: usize = 25;

/// The line, from 1, of the first mnemonic in a text; in quotes, over several lines and as a list, too.
pub(super) fn first_mnemonic(text: &str) -> Option<usize> {
    // Where the words of the present run are: only those of the list count, and numbers do not stand between them.
    let mut run: Vec<(usize, &str)> = Vec::new();
    let mut line = 1_usize;
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        if !word.is_empty() {
            if mnemonic::is_word(word) {
                run.push((line, word));
                if let Some(start) = run.len().checked_sub(WORDS)
                    && let Some(window) = run.get(start..)
                    && is_mnemonic(window)
                {
                    return window.first().map(|(line, _)| *line);
                }
            } else {
                run.clear();
            }
        }
        line = line.saturating_add(usize::from(part.ends_with('\n')));
    }
    None
}

/// Whether 25 words have the checksum of a key that is worth something.
fn is_mnemonic(words: &[(usize, &str)]) -> bool {
    // A list of words is in order; a key's words are so once in 10^25.
    if words.is_sorted_by_key(|(_, word)| *word) {
        return false;
    }
    let mut text = Zeroizing::new(String::with_capacity(256));
    for (_, word) in words {
        text.push_str(word);
        text.push(' ');
    }
    // Everybody knows the key of zeros, which examples use.
    mnemonic::to_seed(&text).is_ok_and(|seed| seed.iter().any(|byte| *byte != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mnemonic_is_found_however_it_is_written() {
        let words = mnemonic::from_seed(&[7; 32]);
        let list = words.split(' ').map(|word| format!("  \"{word}\",\n")).collect::<String>();
        for (text, line) in [
            (format!("a\nb\nUSER_MNEMONIC=\"{}\"\n", *words), 3),
            (format!("cat dog\n{}\n", words.to_uppercase()), 2),
            (format!("x = [\n{list}]\n"), 2),
        ] {
            assert_eq!(first_mnemonic(&text), Some(line), "{text}");
        }
    }

    #[test]
    fn other_words_are_none() {
        let known = mnemonic::from_seed(&[0; 32]);
        let wrong = mnemonic::from_seed(&[7; 32]).replacen(' ', " zoo ", 1);
        let list = include_str!("../../../keys/src/mnemonic_words.txt");
        for text in ["", list, &known, &wrong, "abandon ability able"] {
            assert_eq!(first_mnemonic(text), None);
        }
    }
}
