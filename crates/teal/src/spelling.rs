//! The likeliest name behind a misspelt one.

/// The closest of `known` to `word`, if it is close: one edit for short words, about one in three letters for others.
/// Of several as close, the first.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.len() / 3).clamp(1, 3);
    if word.len() > 64 {
        return None;
    }
    known
        .filter(|name| name.len() > 1 && name.len().abs_diff(word.len()) <= allowed)
        .map(|name| (distance(word, name), name))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// Letters to insert, delete, replace or swap with their neighbour; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase().into_bytes(), b.to_ascii_lowercase().into_bytes());
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: &Vec<usize> = &before;
                best = best.min(swapped[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits() {
        assert_eq!(distance("assert", "asert"), 1);
        assert_eq!(distance("retrun", "return"), 1);
        assert_eq!(distance("ASSERT", "assert"), 0);
        assert_eq!(closest("b+=", ["b+", "b-"].into_iter()), Some("b+"));
        assert_eq!(closest("frobnicate", ["assert"].into_iter()), None);
    }
}
