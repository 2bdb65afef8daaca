//! The 25 words in which people keep a seed: 24 of data, one of checksum.
//!
//! Must not know where words come from or what the seed is for. Nothing here puts a word into an error text: a mistyped
//! word is all but the secret itself.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use pnp_types::Seed;
use pnp_types::sha512_256;

/// The BIP-39 list of English words, in alphabetical order; a word's place is its 11 bits.
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("mnemonic_words.txt").lines().collect());

/// Words that hold the seed.
const DATA_WORDS: usize = 24;
/// Bits that a word holds.
const BITS: u32 = 11;

/// Why words are no seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MnemonicError {
    /// Words are missing, or there are too many.
    #[error("a mnemonic has 25 words, not {count}{hint}", count = .0, hint = seed_phrase(*.0))]
    Count(usize),
    /// The words are a seed phrase with its checksum right: the wallet derives accounts from it.
    #[error("these {0} words are the seed phrase of a wallet (BIP-39), and not the 25 words of an Algorand account")]
    SeedPhrase(usize),
    /// Some words are not of the list. They are counted from 1 and not repeated, so that no secret shows.
    #[error("{} of the mnemonic {} not in the English BIP-39 word list; {}", places(.unknown),
            if .unknown.len() == 1 { "is" } else { "are" }, mistake(.unknown, .near))]
    UnknownWords {
        /// Their places.
        unknown: Vec<usize>,
        /// The places of those that one letter more, less or other, or two swapped, makes a word of the list.
        near: Vec<usize>,
    },
    /// The words are all of the list, and still do not belong together.
    #[error("the mnemonic's checksum is wrong: a word is mistaken for another, or two are swapped")]
    Checksum,
}

/// What 24 words are perhaps: as many as most wallets' seed phrases have.
const fn seed_phrase(count: usize) -> &'static str {
    match count {
        DATA_WORDS => {
            ": one is missing, or they are the seed phrase of a wallet (BIP-39), and not the words of an account"
        }
        _ => "",
    }
}

fn places(positions: &[usize]) -> String {
    let list: Vec<String> = positions.iter().map(usize::to_string).collect();
    format!("{} {}", if positions.len() == 1 { "word" } else { "words" }, list.join(", "))
}

/// What is probably wrong with the words that are unknown.
fn mistake(unknown: &[usize], near: &[usize]) -> String {
    match near {
        [] => "no word of the list is like it: are these the words of an Algorand account?".to_owned(),
        all if all == unknown => "look for a typing mistake: one letter is wrong".to_owned(),
        some => format!("look for a typing mistake: one letter is wrong in {}", places(some)),
    }
}

/// The 25 words of a 32-byte seed, separated by spaces.
pub fn from_seed(seed: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(256));
    let mut buffer = 0_u32;
    let mut filled = 0;
    // The lowest bits of the first byte come first; the last word is filled up with zeros.
    for byte in seed.iter().copied().chain([0]) {
        buffer |= u32::from(byte) << filled;
        filled += u8::BITS;
        if filled >= BITS {
            push_word(&mut text, buffer);
            buffer >>= BITS;
            filled -= BITS;
        }
    }
    buffer.zeroize();
    push_word(&mut text, checksum(seed));
    text
}

/// The seed of 25 words, which stand apart by any white space and in any case.
pub fn to_seed(words: &str) -> Result<Seed, MnemonicError> {
    let count = words.split_whitespace().count();
    if count != DATA_WORDS + 1 {
        return Err(if is_seed_phrase(words) { MnemonicError::SeedPhrase(count) } else { MnemonicError::Count(count) });
    }
    let mut numbers = Zeroizing::new([0_u32; DATA_WORDS + 1]);
    let (mut unknown, mut near) = (Vec::new(), Vec::new());
    for ((word, number), place) in words.split_whitespace().zip(numbers.iter_mut()).zip(1..) {
        match number_of(word) {
            Some(found) => *number = found,
            None => {
                unknown.push(place);
                near.extend(is_mistyped(word).then_some(place));
            }
        }
    }
    if !unknown.is_empty() {
        return Err(MnemonicError::UnknownWords { unknown, near });
    }
    let mut bytes = Zeroizing::new([0_u8; 33]);
    let mut slots = bytes.iter_mut();
    let mut buffer = 0_u32;
    let mut filled = 0;
    for number in numbers.iter().take(DATA_WORDS) {
        buffer |= number << filled;
        filled += BITS;
        while filled >= u8::BITS {
            if let Some(slot) = slots.next() {
                *slot = u8::try_from(buffer & 0xff).unwrap_or_default();
            }
            buffer >>= u8::BITS;
            filled -= u8::BITS;
        }
    }
    buffer.zeroize();
    let (seed, padding) = bytes.split_first_chunk::<32>().ok_or(MnemonicError::Checksum)?;
    if padding != [0] || numbers.last() != Some(&checksum(seed)) {
        return Err(MnemonicError::Checksum);
    }
    Ok(Seed::copy_of(seed))
}

fn push_word(text: &mut String, bits: u32) {
    let index = usize::try_from(bits & ((1 << BITS) - 1)).unwrap_or_default();
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(WORDS.get(index).copied().unwrap_or_default());
}

/// Whether a word is of the list.
pub fn is_word(word: &str) -> bool {
    number_of(word).is_some()
}

fn number_of(word: &str) -> Option<u32> {
    let lower = Zeroizing::new(word.to_ascii_lowercase());
    WORDS.binary_search(&lower.as_str()).ok().and_then(|index| u32::try_from(index).ok())
}

/// Whether one letter too many, too few or wrong, or two swapped, tells the word from one of the list.
fn is_mistyped(word: &str) -> bool {
    let lower = Zeroizing::new(word.to_ascii_lowercase());
    WORDS.iter().any(|listed| is_near(lower.as_bytes(), listed.as_bytes()))
}

/// Whether two words are one mistake apart: what is left between their common beginning and end tells.
fn is_near(one: &[u8], other: &[u8]) -> bool {
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let rest = |word: &[u8]| word.len().saturating_sub(end);
    match (one.get(..rest(one)).unwrap_or_default(), other.get(..rest(other)).unwrap_or_default()) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// Whether words are a seed phrase as BIP-39 has it: 11 bits a word, of which the last ones, one for each three words, are the
/// first of the SHA-256 of the others.
fn is_seed_phrase(words: &str) -> bool {
    let count = words.split_whitespace().count();
    if !matches!(count, 12 | 15 | 18 | 21 | 24) {
        return false;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(33));
    let (mut buffer, mut filled) = (0_u32, 0);
    for word in words.split_whitespace() {
        let Some(number) = number_of(word) else { return false };
        buffer = (buffer << BITS) | number;
        filled += BITS;
        while filled >= u8::BITS {
            filled -= u8::BITS;
            bytes.push(u8::try_from((buffer >> filled) & 0xff).unwrap_or_default());
        }
        buffer &= (1 << filled) - 1;
    }
    // The checksum is what is left over, or of 24 words the last byte.
    let (sum, bits) = match (filled, count) {
        (0, _) => (bytes.pop().map(u32::from), u8::BITS),
        (left, _) => (Some(buffer), left),
    };
    buffer.zeroize();
    let first = Sha256::digest(bytes.as_slice()).first().copied().map(u32::from);
    sum.zip(first).is_some_and(|(sum, first)| first >> (u8::BITS - bits) == sum)
}

/// The 11 bits of the checksum word: the first ones of the seed's hash.
fn checksum(seed: &[u8; 32]) -> u32 {
    let [first, second, ..] = sha512_256(seed);
    (u32::from(first) | (u32::from(second) << u8::BITS)) & ((1 << BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Vec<(String, [u8; 32])> {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/types/signing.json")).unwrap();
        let rows = vectors["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| {
                let seed = hex::decode(row["seeds"][0].as_str().unwrap()).unwrap();
                (row["mnemonic"].as_str().unwrap().to_owned(), seed.try_into().unwrap())
            })
            .collect()
    }

    #[test]
    fn recorded_seeds_have_the_recorded_words() {
        for (words, seed) in recorded() {
            assert_eq!(*from_seed(&seed), words);
            assert_eq!(*to_seed(&words).unwrap(), seed);
            assert_eq!(*to_seed(&format!("\n{}\t", words.to_uppercase().replace(' ', "  "))).unwrap(), seed);
        }
        for byte in [0, 0x55, 0xff] {
            assert_eq!(*to_seed(&from_seed(&[byte; 32])).unwrap(), [byte; 32]);
        }
    }

    #[test]
    fn mistakes_are_located_and_not_repeated() {
        let (words, _) = recorded().remove(0);
        let change = |changes: &[(usize, &'static str)]| {
            let mut list: Vec<&str> = words.split(' ').collect();
            changes.iter().for_each(|(place, word)| list[place - 1] = word);
            to_seed(&list.join(" ")).unwrap_err().to_string()
        };
        assert_eq!(
            change(&[(3, "sesame")]),
            "word 3 of the mnemonic is not in the English BIP-39 word list; no word of the list is like it: are these the \
             words of an Algorand account?"
        );
        for mistyped in ["abandn", "abandonn", "abandoM", "baandon"] {
            let message = change(&[(3, mistyped)]);
            assert!(message.ends_with("look for a typing mistake: one letter is wrong"), "{mistyped}: {message}");
        }
        let two = change(&[(3, "sesame"), (25, "zooo")]);
        assert!(two.starts_with("words 3, 25 of the mnemonic are not in"), "{two}");
        assert!(two.ends_with("one letter is wrong in word 25"), "{two}");
        assert_eq!(to_seed("abandon").unwrap_err(), MnemonicError::Count(1));
        let mut swapped: Vec<&str> = words.split(' ').collect();
        swapped.swap(0, 1);
        assert_ne!(swapped.join(" "), words);
        assert_eq!(to_seed(&swapped.join(" ")).unwrap_err(), MnemonicError::Checksum);
    }

    /// The phrases are the published test vectors of BIP-39.
    #[test]
    fn a_wallets_seed_phrase_is_no_mnemonic() {
        let eleven = "abandon ".repeat(11);
        let twenty_three = "abandon ".repeat(23);
        let answer = |words: &str| to_seed(words).unwrap_err();
        assert_eq!(answer(&format!("{eleven}about")), MnemonicError::SeedPhrase(12));
        assert_eq!(answer(&format!("{twenty_three}art")), MnemonicError::SeedPhrase(24));
        assert_eq!(
            answer(
                "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal will"
            ),
            MnemonicError::SeedPhrase(18)
        );
        assert!(answer(&format!("{twenty_three}ART")).to_string().contains("seed phrase of a wallet (BIP-39)"));
        // An account's words without the last one, or with a word that is not in the list.
        let (words, _) = recorded().remove(0);
        let (without_last, _) = words.rsplit_once(' ').unwrap();
        assert!(answer(without_last).to_string().starts_with("a mnemonic has 25 words, not 24: one is missing, or"));
        assert_eq!(answer(&format!("{eleven}sesame")), MnemonicError::Count(12));
        assert_eq!(answer(&format!("{eleven}abandon")).to_string(), "a mnemonic has 25 words, not 12");
    }

    /// The 24th word holds three bits; the others have to be zero.
    #[test]
    fn words_beyond_the_seed_are_refused() {
        let words = from_seed(&[0; 32]);
        let mut list: Vec<&str> = words.split(' ').collect();
        list[23] = "zoo";
        assert_eq!(to_seed(&list.join(" ")).unwrap_err(), MnemonicError::Checksum);
    }
}
