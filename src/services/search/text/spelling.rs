//! Typing errors without an engine's help: a word and a term one edit apart share a fragment, so a table of fragments
//! finds the terms that may be meant, and the edit distance decides.
//!
//! Indexing writes `fragments(term)` for each term; a search looks for `probes(word)` among them, keeps what is
//! `within_one_edit`, and tries the `best`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Letters of the shortest word, typed or meant, in which a typing error is mended.
const MIN_LETTERS: usize = 5;

/// What to index of a term: itself and each form with one letter left out, each once.
///
/// A term of four letters is indexed as it is: what leads to it is a word of five with a letter too many, and that word's
/// probes have it. So it costs one row, and no other word of four letters is taken for it. Shorter ones are not indexed.
pub fn fragments(term: &str) -> Vec<String> {
    if term.chars().count() == MIN_LETTERS - 1 {
        return vec![term.to_owned()];
    }
    with_deletions(term, MIN_LETTERS)
}

/// What to look for among the fragments when `word` was typed; nothing for a word that no five letters can have become.
pub fn probes(word: &str) -> Vec<String> {
    with_deletions(word, MIN_LETTERS - 1)
}

/// Whether `a` becomes `b` by at most one insertion, deletion, substitution or swap of neighbouring letters
/// (optimal string alignment distance of 0 or 1).
pub fn within_one_edit(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    // What follows the first difference has to agree behind one of the four edits.
    let behind = |in_a: usize, in_b: usize| a.get(in_a..).is_some_and(|rest| b.get(in_b..) == Some(rest));
    let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0];
    behind(0, 0) || behind(1, 1) || behind(1, 0) || behind(0, 1) || (swapped && behind(2, 2))
}

/// The terms most likely meant by `word`, the likeliest first and at most so many, of candidates with the number of
/// documents that have each.
///
/// Only terms within one edit count. Who begins with another letter is seldom right, so the same first letter comes
/// first, then more documents, then the alphabet. None when no candidate is near, or the word itself is one of them.
pub fn best<'a>(word: &str, candidates: &'a [(String, u64)], most: usize) -> Vec<&'a str> {
    if candidates.iter().any(|(term, _)| term == word) {
        return Vec::new();
    }
    let first = word.chars().next();
    let mut near: Vec<&(String, u64)> =
        candidates.iter().filter(|(term, _)| within_one_edit(word, term)).collect();
    near.sort_by_key(|(term, documents)| (term.chars().next() != first, Reverse(*documents), term));
    near.into_iter().take(most).map(|(term, _)| term.as_str()).collect()
}

fn with_deletions(word: &str, min_letters: usize) -> Vec<String> {
    if word.chars().count() < min_letters {
        return Vec::new();
    }
    let deletions = word.char_indices().map(|(at, letter)| {
        let (before, after) = word.split_at(at);
        format!("{before}{}", &after[letter.len_utf8()..])
    });
    let distinct: BTreeSet<String> = deletions.chain([word.to_owned()]).collect();
    distinct.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_term_is_indexed_with_each_of_its_deletions() {
        assert_eq!(fragments("mugggs"), ["mgggs", "muggg", "mugggs", "muggs", "ugggs"]);
        assert_eq!(fragments("tasse"), ["asse", "tase", "tass", "tasse", "tsse"]);
        assert_eq!(fragments("größe").len(), 6);
    }

    #[test]
    fn short_terms_are_hardly_indexed_but_what_five_letters_may_become_is_probed() {
        assert!(fragments("mug").is_empty());
        assert_eq!(fragments("lamp"), ["lamp"]);
        assert!(probes("lampp").contains(&"lamp".to_owned()));
        assert!(!probes("lamb").contains(&"lamp".to_owned()));
        assert!(!probes("shos").is_empty());
        assert!(probes("mug").is_empty());
    }

    #[test]
    fn one_edit_of_each_kind_is_near_and_two_are_not() {
        for near in ["jacket", "jackets", "acket", "jaket", "jacked", "jakcet", "ajcket", "jacekt", "jxacket"]
        {
            assert!(within_one_edit("jacket", near), "{near}");
            assert!(within_one_edit(near, "jacket"), "{near}");
        }
        for far in ["", "jack", "racked", "jcakte", "cajket", "jacketss", "tekcaj"] {
            assert!(!within_one_edit("jacket", far), "{far}");
            assert!(!within_one_edit(far, "jacket"), "{far}");
        }
    }

    #[test]
    fn the_best_terms_keep_the_first_letter_then_are_the_most_common_then_the_first_of_the_alphabet() {
        let candidates = |terms: &[(&str, u64)]| -> Vec<(String, u64)> {
            terms.iter().map(|&(term, documents)| (term.to_owned(), documents)).collect()
        };
        let terms = candidates(&[("rocket", 900), ("jocket", 2), ("socket", 5), ("pocket", 50)]);
        assert_eq!(best("jacket", &terms, 3), ["jocket"]);
        assert_eq!(best("xocket", &terms, 3), ["rocket", "pocket", "socket"]);
        assert!(best("lamp", &terms, 3).is_empty());
        let ties = candidates(&[("liner", 7), ("linen", 7)]);
        assert_eq!(best("lineq", &ties, 1), ["linen"]);
    }

    #[test]
    fn a_known_word_is_not_corrected() {
        let terms = [("linen".to_owned(), 1), ("liner".to_owned(), 99)];
        assert!(best("linen", &terms, 3).is_empty());
    }

    /// Optimal string alignment distance by its definition.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let substituted = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let cheapest = substituted.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        cheapest.min(table[i - 2][j - 2] + 1)
                    } else {
                        cheapest
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn within_one_edit_agrees_with_the_definition(a in "[abé]{0,6}", b in "[abé]{0,6}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(within_one_edit(&a, &b), distance(&x, &y) <= 1);
        }

        #[test]
        fn words_one_edit_from_a_term_share_a_fragment_with_it(term in "[abcé]{5,8}", word in "[abcé]{4,9}") {
            if within_one_edit(&term, &word) {
                let indexed = fragments(&term);
                prop_assert!(probes(&word).iter().any(|probe| indexed.contains(probe)));
            }
        }

        #[test]
        fn only_words_of_five_letters_lead_to_another_of_four(term in "[abcé]{4}", word in "[abcé]{3,6}") {
            let indexed = fragments(&term);
            let leads = probes(&word).iter().any(|probe| indexed.contains(probe));
            let is_near = word.chars().count() == 5 && within_one_edit(&term, &word);
            prop_assert_eq!(leads && within_one_edit(&term, &word), is_near || term == word);
        }
    }
}
