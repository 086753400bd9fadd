//! Choosing a language: RFC 9110 section 12.5.4 with the lookup of RFC 4647 section 3.4.

use super::MarketLanguage;

/// Ranges of an `Accept-Language` header that are looked at.
const MAX_RANGES: usize = 20;

/// The best of a market's languages for an `Accept-Language` header; its first where none fits.
pub fn negotiate<'a>(header: &str, spoken: &'a [MarketLanguage]) -> Option<&'a MarketLanguage> {
    let mut ranges: Vec<(&str, u16)> =
        header.split(',').take(MAX_RANGES).filter_map(parse).filter(|(_, quality)| *quality > 0).collect();
    ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    ranges.iter().find_map(|(range, _)| look_up(range, spoken)).or_else(|| spoken.first())
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

/// `de-AT-1996` finds `de-AT-1996`, else `de-AT`, else `de`; `*` finds the first.
fn look_up<'a>(range: &str, spoken: &'a [MarketLanguage]) -> Option<&'a MarketLanguage> {
    if range == "*" {
        return spoken.first();
    }
    let mut wanted = range;
    loop {
        if let Some(found) = spoken.iter().find(|one| one.tag.eq_ignore_ascii_case(wanted)) {
            return Some(found);
        }
        wanted = wanted.rsplit_once('-')?.0;
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
            ("pt", "de"),
            ("*;q=0.1, xx", "de"),
            ("en;q=abc, ;;;,,", "de"),
        ] {
            assert_eq!(negotiate(header, &spoken).unwrap().tag, expected, "{header:?}");
        }
    }
}
