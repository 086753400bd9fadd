//! Mending typing errors, where what was typed finds nothing.

use std::collections::{HashMap, HashSet};

use entity::time::Timestamp;
use sea_orm::DbBackend;
use serde_json::json;

use super::text::{self, Corrected, spelling};
use super::words;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{self, Sql};

/// Terms that are tried for each word.
const TERMS: usize = 3;

/// Queries that are tried in all.
const TRIES: usize = 12;

/// A word as it was typed, and the terms that may be meant, the likeliest first.
type Meant = (String, Vec<String>);

/// The likeliest query that finds something, with words as the shop spells them.
pub async fn mend(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    query: &text::Query,
) -> Result<Option<Corrected>> {
    let meant = corrections(db, locale, now, query).await?;
    let choices: Vec<usize> = meant.iter().map(|(_, terms)| terms.len() + 1).collect();
    let mut tried: Vec<(HashMap<String, String>, Corrected)> = Vec::new();
    for ranks in tries(&choices) {
        let chosen = meant.iter().zip(ranks);
        let chosen =
            chosen.filter_map(|((word, terms), rank)| Some((word.clone(), terms.get(rank)?.clone())));
        let chosen: HashMap<String, String> = chosen.collect();
        if let Some(corrected) = query.with_corrections(&chosen) {
            tried.push((chosen, corrected));
        }
    }
    let Some(mut chosen) = first_that_finds(db, locale, now, tried).await? else { return Ok(None) };
    let spelled = words::spelled(db, locale, now, chosen.values().cloned()).await?;
    for term in chosen.values_mut() {
        if let Some(spelled) = spelled.get(term) {
            term.clone_from(spelled);
        }
    }
    Ok(query.with_corrections(&chosen))
}

/// For each word that may be a typing error, the terms one edit away that are on offer, in the order of the words.
async fn corrections(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    query: &text::Query,
) -> Result<Vec<Meant>> {
    static CANDIDATES: Sql = Sql::new(
        "SELECT DISTINCT r.value->>0, f.term FROM {lateral}jsonb_array_elements($1::jsonb) r{window}\
         json_each($1) r CROSS{end} JOIN search_fragment f ON f.language = $2 AND f.fragment = r.value->>1",
    );
    let mut words: Vec<Typed<'_>> = Vec::new();
    for typed in query.typed_words() {
        // A word that was typed twice is chosen for once.
        if words.iter().all(|other| other.word != typed.word) {
            words.push(Typed { word: typed.word, forms: query.forms(typed.word) });
        }
    }
    let texts: HashSet<&str> = words.iter().flat_map(Typed::texts).collect();
    let probes = texts
        .iter()
        .flat_map(|text| spelling::probes(text).into_iter().map(move |probe| json!([text, probe])));
    let probes = sql::rows(probes.collect::<Vec<_>>());
    let mut near: HashMap<String, Vec<String>> = HashMap::new();
    for row in CANDIDATES.all(db, [probes, locale.language.clone().into()]).await? {
        let (text, term): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if words.iter().any(|typed| typed.may_mean(&text, &term)) {
            near.entry(text).or_default().push(term);
        }
    }
    let candidates: HashSet<&String> = near.values().flatten().collect();
    let counts = words::occurrences(db, locale, now, candidates.into_iter().cloned()).await?;
    let meant = words.iter().map(|typed| (typed.word.to_owned(), typed.meant(&near, &counts)));
    Ok(meant.filter(|(_, terms)| !terms.is_empty()).collect())
}

/// A word as it was typed, and its other forms.
struct Typed<'a> {
    word: &'a str,
    forms: Vec<text::Form>,
}

impl Typed<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.word).chain(self.forms.iter().map(|form| form.text.as_str()))
    }

    /// Whether a term is meant, if this text, the word or one of its forms, has the typing error.
    fn may_mean(&self, text: &str, term: &str) -> bool {
        if text == self.word {
            return spelling::within_one_edit(text, term);
        }
        self.forms.iter().any(|form| form.text == text && form.leads_to(term))
    }

    /// The terms that may be meant, the likeliest first: those that differ by the error alone before those in another form.
    fn meant(&self, near: &HashMap<String, Vec<String>>, counts: &HashMap<String, u64>) -> Vec<String> {
        let counted = |text: &str| -> Vec<(String, u64)> {
            let terms = near.get(text).into_iter().flatten();
            terms.filter_map(|term| Some((term.clone(), *counts.get(term)?))).collect()
        };
        let exact = counted(self.word);
        if exact.iter().any(|(term, _)| term == self.word) {
            return Vec::new();
        }
        let best = spelling::best(self.word, &exact, TERMS);
        let mut meant: Vec<String> = best.into_iter().map(ToOwned::to_owned).collect();
        for form in &self.forms {
            let mut terms = counted(&form.text);
            terms.retain(|(term, _)| form.leads_to(term) && !meant.contains(term));
            let best = spelling::best(&form.text, &terms, TERMS);
            meant.extend(best.into_iter().map(ToOwned::to_owned));
        }
        meant.truncate(TERMS);
        meant
    }
}

/// Which of its choices each word takes in each try, the likeliest try first: the best of all words, then one of them
/// next best, and so on.
fn tries(choices: &[usize]) -> Vec<Vec<usize>> {
    let most: usize = choices.iter().map(|choices| choices - 1).sum();
    (0..=most).flat_map(|behind| ranked(choices, behind)).take(TRIES).collect()
}

/// All tries that are so many places behind the best choices in all.
fn ranked(choices: &[usize], behind: usize) -> Vec<Vec<usize>> {
    let Some((own, others)) = choices.split_first() else {
        return if behind == 0 { vec![Vec::new()] } else { Vec::new() };
    };
    let mut found = Vec::new();
    for rank in 0..(*own).min(behind + 1) {
        for mut rest in ranked(others, behind - rank) {
            rest.insert(0, rank);
            found.push(rest);
        }
    }
    found
}

/// The corrections of the first query that finds something on offer: one statement, however many there are.
async fn first_that_finds(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    tried: Vec<(HashMap<String, String>, Corrected)>,
) -> Result<Option<HashMap<String, String>>> {
    // Counted on PostgreSQL, which would rather read all documents than its index to find one of unknown words.
    static FINDING: Sql = Sql::new(
        "SELECT k.id FROM {texts $1} k WHERE {lateral}(SELECT count(*) FROM search_document d \
           JOIN product_listing l ON l.id = d.listing_id \
           WHERE d.terms @@ k.id::tsquery AND l.locale_id = $2 AND l.published_at <= $3) > 0\
         {window}EXISTS (SELECT 1 FROM search_document \
           CROSS JOIN product_listing l ON l.id = search_document.rowid \
           WHERE search_document MATCH k.id AND l.locale_id = $2 AND l.published_at <= $3){end}",
    );
    if tried.is_empty() {
        return Ok(None);
    }
    let engine = db.get_database_backend();
    let terms = |corrected: &Corrected| match engine {
        DbBackend::Postgres => corrected.query.tsquery(),
        _ => corrected.query.fts5_match(),
    };
    let texts = sql::texts(engine, tried.iter().filter_map(|(_, corrected)| terms(corrected)));
    let rows = FINDING.all(db, [texts, locale.id.into(), now.0.into()]).await?;
    let finding = rows.iter().map(|row| row.try_get_by_index::<String>(0));
    let finding: HashSet<String> = finding.collect::<std::result::Result<_, _>>()?;
    let finds = |corrected: &Corrected| terms(corrected).is_some_and(|terms| finding.contains(&terms));
    Ok(tried.into_iter().find(|(_, corrected)| finds(corrected)).map(|(chosen, _)| chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_choices_are_tried_first_and_a_bounded_number_in_all() {
        assert_eq!(tries(&[3]), [[0], [1], [2]]);
        assert_eq!(tries(&[2, 3]), [[0, 0], [0, 1], [1, 0], [0, 2], [1, 1], [1, 2]]);
        assert_eq!(tries(&[4; 12]).len(), TRIES);
        assert_eq!(tries(&[]), [Vec::<usize>::new()]);
    }
}
