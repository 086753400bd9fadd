//! Words in forms that the shop may not have: `towels` where its texts only tell of a towel. A search finds them by their
//! stem, and a typing error in them is found by these forms.

use super::spelling::within_one_edit;
use super::terms::Stemming;

/// What the languages with stems put at the end of most nouns. Whether it makes a form of the same word, the stem decides.
const ENDINGS: [&str; 6] = ["s", "es", "e", "n", "en", "er"];

/// Letters of the shortest word that takes or loses an ending.
const MIN_LETTERS: usize = 4;

/// A typed word with another ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The word, folded.
    pub text: String,
    ending: &'static str,
    is_longer: bool,
    stemming: Stemming,
}

impl Form {
    /// The forms of a folded word; none where nothing is known of its language.
    pub(super) fn of(word: &str, stemming: Stemming) -> Vec<Self> {
        if stemming.is_none() || word.chars().count() < MIN_LETTERS {
            return Vec::new();
        }
        let shorter = ENDINGS.into_iter().filter_map(|ending| {
            let text = word.strip_suffix(ending).filter(|text| text.chars().count() >= MIN_LETTERS)?;
            Some(Self { text: text.to_owned(), ending, is_longer: false, stemming })
        });
        let longer = ENDINGS.into_iter().map(|ending| {
            let text = format!("{word}{ending}");
            Self { text, ending, is_longer: true, stemming }
        });
        shorter.chain(longer).collect()
    }

    /// Whether a term of the shop is what was meant, in another form and with one typing error.
    pub fn leads_to(&self, term: &str) -> bool {
        let other = if self.is_longer {
            term.strip_suffix(self.ending).map(ToOwned::to_owned)
        } else {
            Some(format!("{term}{}", self.ending))
        };
        within_one_edit(&self.text, term) && other.is_some_and(|other| self.stemming.is_same(&other, term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(language: &str, typed: &str, term: &str) -> bool {
        Form::of(typed, Stemming::of(language)).iter().any(|form| form.leads_to(term))
    }

    #[test]
    fn other_forms_of_a_misspelt_word_are_found() {
        for (language, typed, term) in [
            ("en", "towles", "towel"),
            ("en", "towle", "towels"),
            ("en", "jakcets", "jacket"),
            ("en", "raincaots", "raincoat"),
            ("en", "dishse", "dish"),
            ("de", "jakcen", "jacke"),
            ("de", "jakce", "jacken"),
        ] {
            assert!(leads(language, typed, term), "{typed} {term}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for (language, typed, term) in [
            ("en", "towles", "tower"),
            ("en", "princes", "prints"),
            ("en", "xqzvw", "towel"),
            ("ja", "towles", "towel"),
        ] {
            assert!(!leads(language, typed, term), "{typed} {term}");
        }
    }
}
