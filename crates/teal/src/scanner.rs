//! Where words, blanks and lines end in a source: its bytes looked at sixty-four at a time.
//!
//! Each byte of such a block becomes a bit of what it may end, so that the next end is a count of zeros.

use wide::u8x64;

const BLOCK: usize = 64;

/// A way through a source, which is quick as long as the places asked for do not go back.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    pub(super) source: &'a [u8],
    block: Block,
}

/// What the bytes of a block are, the first one at the lowest bit. Behind the source there are newlines.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// Where it begins.
    start: usize,
    /// What may end a word: bytes below the digits, and `;`.
    stops: u64,
    /// Spaces and tabs.
    blanks: u64,
    newlines: u64,
}

impl Block {
    /// Has no byte of a source.
    const BEFORE: Self = Self { start: 0_usize.wrapping_sub(BLOCK), stops: 0, blanks: 0, newlines: 0 };

    fn read(source: &[u8], start: usize) -> Self {
        let rest = source.get(start..).unwrap_or_default();
        let bytes = u8x64::new(rest.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [b'\n'; BLOCK];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            padded
        }));
        let equal = |byte: u8| bytes.simd_eq(u8x64::splat(byte));
        let below_digits = bytes.min(u8x64::splat(b'0' - 1)).simd_eq(bytes);
        Self {
            start,
            stops: (below_digits | equal(b';')).to_bitmask(),
            blanks: (equal(b' ') | equal(b'\t')).to_bitmask(),
            newlines: equal(b'\n').to_bitmask(),
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a [u8]) -> Self {
        Self { source, block: Block::BEFORE }
    }

    /// The first byte from `at` on that may end a word, or the source's end.
    #[inline]
    pub(super) fn stop(&mut self, at: usize) -> usize {
        self.first(at, |block| block.stops)
    }

    /// The next word from `at` on: its beginning, which is the first byte that is no blank, or the source's end, and its
    /// [`Self::stop`].
    #[inline]
    pub(super) fn word(&mut self, at: usize) -> (usize, usize) {
        match self.word_in_block(at) {
            Some(word) => word,
            None => self.word_across(at),
        }
    }

    #[inline]
    fn word_in_block(&self, at: usize) -> Option<(usize, usize)> {
        let offset = at.wrapping_sub(self.block.start);
        if offset >= BLOCK {
            return None;
        }
        let word = !self.block.blanks >> offset;
        if word == 0 {
            return None;
        }
        let blanks = word.trailing_zeros() as usize;
        let stop = self.block.stops >> (offset + blanks);
        let start = at + blanks;
        (stop != 0).then(|| (start, start + stop.trailing_zeros() as usize))
    }

    /// The same for a word that begins or ends behind the block.
    #[inline(never)]
    fn word_across(&mut self, at: usize) -> (usize, usize) {
        self.move_to(at);
        self.word_in_block(at).unwrap_or_else(|| {
            let start = self.no_blank(at);
            (start, self.stop(start))
        })
    }

    /// The first byte from `at` on that is no blank, or the source's end.
    pub(super) fn no_blank(&mut self, at: usize) -> usize {
        self.first(at, |block| !block.blanks)
    }

    /// The first newline from `at` on, or the source's end.
    #[inline]
    pub(super) fn newline(&mut self, at: usize) -> usize {
        self.first(at, |block| block.newlines)
    }

    /// Whether the byte that was found last, which is at `at`, is a blank.
    #[inline]
    pub(super) fn found_blank(&self, at: usize) -> bool {
        self.block.blanks.wrapping_shr((at - self.block.start) as u32) & 1 != 0
    }

    /// Whether the byte that was found last, which is at `at`, is a newline, or the source's end.
    #[inline]
    pub(super) fn found_newline(&self, at: usize) -> bool {
        self.block.newlines.wrapping_shr((at - self.block.start) as u32) & 1 != 0
    }

    #[inline]
    fn first(&mut self, mut at: usize, bits: impl Fn(&Block) -> u64) -> usize {
        loop {
            let offset = at.wrapping_sub(self.block.start);
            if offset >= BLOCK {
                self.move_to(at);
                continue;
            }
            let left = bits(&self.block) >> offset;
            if left != 0 {
                return at + left.trailing_zeros() as usize;
            }
            at += BLOCK - offset;
        }
    }

    /// Reads the block that begins at `at`.
    // Not inlined: it needs many instructions and is not needed for most words.
    #[inline(never)]
    fn move_to(&mut self, at: usize) {
        self.block = Block::read(self.source, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_found_from_every_place() {
        for len in [0, 1, 63, 64, 65, 127, 128, 200] {
            let pieces = b"word-1 \t;\n\n   another/x\x80\xff(b64)\"  ";
            let source: Vec<u8> = (0..len).map(|at| pieces[at * at / 3 % pieces.len()]).collect();
            let mut scanner = Scanner::new(&source);
            // Back and forth, so that blocks are read again.
            for at in (0..=len).chain((0..=len).rev()) {
                let first = |from: usize, is: fn(u8) -> bool| {
                    source[from..].iter().position(|byte| is(*byte)).map_or(source.len(), |found| from + found)
                };
                let is_blank = |byte| matches!(byte, b' ' | b'\t');
                let is_stop = |byte| byte < b'0' || byte == b';';
                let stop = scanner.stop(at);
                assert_eq!(stop, first(at, is_stop));
                let found = source.get(stop).copied();
                assert_eq!(scanner.found_blank(stop), found.is_some_and(is_blank));
                assert_eq!(scanner.found_newline(stop), found.is_none_or(|byte| byte == b'\n'));
                let start = first(at, |byte| !matches!(byte, b' ' | b'\t'));
                assert_eq!(scanner.no_blank(at), start);
                assert_eq!(scanner.word(at), (start, first(start, is_stop)));
                assert_eq!(scanner.newline(at), first(at, |byte| byte == b'\n'));
            }
        }
    }
}
