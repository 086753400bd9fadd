//! Names, titles and descriptions, put together from words.

use std::fmt::Write as _;

use super::random::Random;
use super::sentences::{DESCRIPTIONS, OPINIONS, VERDICTS};
use super::words::{
    ADJECTIVES, COLORS, DETAILS, FAMILIES, FIRMS, FIRST_NAMES, MATERIALS, MOMENTS, PLACE_BEGINNINGS,
    PLACE_ENDS, ROOMS,
};

/// How many places there are.
const PLACES: usize = PLACE_BEGINNINGS.len() * PLACE_ENDS.len();

/// Leads through all places, so that the frequent ones do not all begin alike: it shares no factor with their number.
const STEP: usize = 1361;

/// How many vendors there are.
const VENDORS: usize = FAMILIES.len() * FIRMS.len();

/// How many tags there are: fifteen adjectives for each moment.
const TAGS: usize = 15 * MOMENTS.len();

/// The fewest words of a description; the most are twenty-five more, and the longest sentence.
const FEWEST_WORDS: usize = 20;

/// A made-up place: few of the three thousand are frequent.
pub fn place(random: &mut Random) -> String {
    let number = random.rank(PLACES) * STEP % PLACES;
    let (beginning, end) = (number / PLACE_ENDS.len(), number % PLACE_ENDS.len());
    format!("{}{}", PLACE_BEGINNINGS[beginning], PLACE_ENDS[end])
}

/// One of a hundred and fifty makers.
pub fn vendor(random: &mut Random) -> String {
    let number = random.rank(VENDORS);
    format!("{} {}", FAMILIES[number % FAMILIES.len()], FIRMS[number / FAMILIES.len()])
}

/// One of three hundred tags.
pub fn tag(random: &mut Random) -> String {
    let number = random.rank(TAGS);
    format!("{} {}", ADJECTIVES[number / MOMENTS.len()], MOMENTS[number % MOMENTS.len()])
}

/// The public name of somebody.
pub fn display_name(random: &mut Random) -> String {
    let initial = char::from(b'A' + u8::try_from(random.below(26)).unwrap_or(0));
    format!("{} {initial}.", random.pick(&FIRST_NAMES))
}

/// A product's title.
pub fn title(random: &mut Random, thing: &str) -> String {
    let place = place(random);
    let quality = if random.chance(60) { random.frequent(&MATERIALS) } else { random.frequent(&ADJECTIVES) };
    format!("{place} {quality} {thing}")
}

/// A text as part of an address.
pub fn slug(text: &str) -> String {
    text.to_lowercase().replace(' ', "-")
}

/// A product's description as HTML, of 20 to 60 words.
pub fn description(random: &mut Random, thing: &str) -> String {
    let fewest = FEWEST_WORDS + random.index(16);
    let mut html = format!("<p>{}</p>", sentences(random, &DESCRIPTIONS, fewest, thing));
    if random.chance(30) {
        let (one, other) = (random.pick(&DETAILS), random.pick(&DETAILS));
        let _ = write!(html, "<ul><li>{one}</li><li>{other}</li></ul>");
    }
    html
}

/// A review's title and text for some stars, from 1 to 5.
pub fn review(random: &mut Random, stars: usize) -> (String, String) {
    let title = random.pick(VERDICTS[stars.clamp(1, 5) - 1]).to_owned();
    let fewest = 5 + random.index(30);
    (title, sentences(random, &OPINIONS, fewest, "thing"))
}

/// Different sentences until there are enough words.
fn sentences(random: &mut Random, from: &[&str], fewest: usize, thing: &str) -> String {
    let (mut at, step) = (random.index(from.len()), 1 + random.index(from.len() - 1));
    let mut text = String::new();
    let mut words = 0;
    for _ in from {
        if words >= fewest {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        let sentence = fill(random, from[at], thing);
        words += sentence.split(' ').count();
        text.push_str(&sentence);
        at = (at + step) % from.len();
    }
    text
}

/// Puts a word into each place of a sentence.
fn fill(random: &mut Random, sentence: &str, thing: &str) -> String {
    let mut text = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(&word(random, name, thing));
        rest = tail;
    }
    text.push_str(rest);
    text
}

fn word(random: &mut Random, name: &str, thing: &str) -> String {
    match name {
        "thing" => thing.to_owned(),
        "place" => place(random),
        "material" => random.frequent(&MATERIALS).to_owned(),
        "Material" => capital(random.frequent(&MATERIALS)),
        "color" => random.frequent(&COLORS).to_lowercase(),
        "room" => random.frequent(&ROOMS).to_owned(),
        "moment" => random.frequent(&MOMENTS).to_owned(),
        "detail" => random.pick(&DETAILS).to_owned(),
        _ => random.frequent(&ADJECTIVES).to_owned(),
    }
}

/// A text with a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
