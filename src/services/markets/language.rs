//! Choosing a language: RFC 9110 section 12.5.4 with the lookup of RFC 4647 section 3.4, and its prefixes
//! where a range is shorter than a language.

use super::MarketLanguage;

/// Ranges of an `Accept-Language` header that are looked at.
const MAX_RANGES: usize = 20;

/// The best of a market's languages for an `Accept-Language` header; where none fits, the first that the shopper does not
/// exclude, and where all are excluded, the first.
pub fn negotiate<'a>(header: &str, spoken: &'a [MarketLanguage]) -> Option<&'a MarketLanguage> {
    let mut ranges: Vec<(&str, u16)> = header.split(',').take(MAX_RANGES).filter_map(parse).collect();
    ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    let welcome: Vec<&MarketLanguage> =
        spoken.iter().filter(|language| !is_excluded(&language.tag, &ranges)).collect();
    let wanted = ranges.iter().filter(|(_, quality)| *quality > 0);
    let found = wanted.clone().find_map(|(range, _)| look_up(range, &welcome));
    // Of a language that is wanted as another country has it, `en-US`, `en-GB` is better than none of it.
    let elsewhere = || wanted.clone().find_map(|(range, _)| look_up(range.split('-').next()?, &welcome));
    found.or_else(elsewhere).or_else(|| welcome.first().copied()).or_else(|| spoken.first())
}

/// Whether the closest of the ranges that cover a language has the quality 0.
fn is_excluded(tag: &str, ranges: &[(&str, u16)]) -> bool {
    let covers =
        |range: &str| if range == "*" { Some(0) } else { is_prefix(range, tag).then_some(range.len()) };
    let closest = ranges.iter().filter_map(|(range, quality)| Some((covers(range)?, *quality)));
    closest.max().is_some_and(|(_, quality)| quality == 0)
}

/// Whether a range covers a language: `pt` covers `pt` and `pt-BR` (RFC 4647 section 3.3.1).
fn is_prefix(range: &str, tag: &str) -> bool {
    let begin = tag.get(..range.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(range));
    begin && matches!(tag.as_bytes().get(range.len()), None | Some(b'-'))
}

/// A range with its quality in thousandths.
fn parse(part: &str) -> Option<(&str, u16)> {
    let mut pieces = part.split(';').map(str::trim);
    let range = pieces.next().filter(|range| !range.is_empty())?;
    let quality = pieces
        .find_map(|piece| piece.strip_prefix("q="))
        .map_or(Some(1000), |quality| thousandths(quality.trim()))?;
    Some((range, quality))
}

fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    if fraction.len() > 3 {
        return None;
    }
    let value: u16 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (value <= 1000).then_some(value)
}

/// `de-AT-1996` finds `de-AT-1996`, else `de-AT`, else `de`; `pt` finds `pt`, else `pt-BR`; `*` finds the first.
fn look_up<'a>(range: &str, welcome: &[&'a MarketLanguage]) -> Option<&'a MarketLanguage> {
    if range == "*" {
        return welcome.first().copied();
    }
    let mut wanted = range;
    loop {
        if let Some(found) = welcome.iter().find(|one| one.tag.eq_ignore_ascii_case(wanted)) {
            return Some(found);
        }
        match wanted.rsplit_once('-') {
            Some((shorter, _)) => wanted = shorter,
            None => return welcome.iter().find(|one| is_prefix(range, &one.tag)).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_spoken_language_wins() {
        let spoken: Vec<_> =
            ["de", "en", "pt-BR"].map(|tag| MarketLanguage { locale_id: 0, tag: tag.to_owned() }).into();
        for (header, expected) in [
            ("", "de"),
            ("en", "en"),
            ("EN-gb", "en"),
            ("fr, en;q=0.5, de;q=0.4", "en"),
            ("de;q=0, en;q=0.1", "en"),
            ("pt-br", "pt-BR"),
            ("pt", "pt-BR"),
            ("PT, en;q=0.5", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("fr, pt-PT;q=0.5, sv;q=0.2", "pt-BR"),
            ("pt-PT, en;q=0.5", "en"),
            ("de-CH", "de"),
            ("de;q=0, *", "en"),
            ("de;q=0", "en"),
            ("de-CH;q=0", "de"),
            ("*;q=0", "de"),
            ("*;q=0, en;q=0.1", "en"),
            ("en;q=0, de;q=0, *;q=0.5", "pt-BR"),
            ("pt;q=0, pt-BR;q=0.2", "pt-BR"),
            ("de, de;q=0", "de"),
            ("*;q=0.1, xx", "de"),
            ("en;q=abc, ;;;,,", "de"),
        ] {
            assert_eq!(negotiate(header, &spoken).unwrap().tag, expected, "{header:?}");
        }
    }
}
