//! HTML that strangers wrote: what of it may be shown, and what it says without markup.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

/// Elements after which a reader sees a new line.
const BLOCKS: [&str; 14] = [
    "</p>", "</div>", "</li>", "</tr>", "</h1>", "</h2>", "</h3>", "</h4>", "</h5>", "</h6>", "<br", "</td>",
    "</ul>", "</ol>",
];

/// More tags than any page has. What parses HTML takes time with the square of how deep it is nested, so of markup with
/// more of them only the words are kept.
const MOST_TAGS: usize = 5_000;

/// Elements that go on in each block that follows until they are ended
/// ([HTML Standard, 13.2.4.3](https://html.spec.whatwg.org/multipage/parsing.html#the-list-of-active-formatting-elements)).
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// How many elements may come of that at worst: formatting ones times all tags.
const MOST_REPEATED: usize = 2_000_000;

/// Removes everything that could run, look like the page around it, or ask for input: scripts, event handlers, styles,
/// frames, forms, unknown schemes. Images stay, wherever they are.
pub fn sanitise(html: &str) -> String {
    static SAFE: LazyLock<Builder<'static>> = LazyLock::new(Builder::default);
    if is_plain(html) {
        return html.to_owned();
    }
    if is_too_much(html) {
        return plain_words(html);
    }
    let safe = keep_first_breaks(SAFE.clean(html).to_string());
    // Ends that were left out are in it now: what is kept must be kept again when it comes back.
    if is_too_much(&safe) { plain_words(&safe) } else { safe }
}

fn plain_words(html: &str) -> String {
    html_escape::encode_text(&words(html)).into_owned()
}

/// A line break right behind `<pre>` is none to those who read HTML, so that one that is meant needs another before it.
fn keep_first_breaks(safe: String) -> String {
    const START: &str = "<pre>\n";
    if safe.contains(START) { safe.replace(START, "<pre>\n\n") } else { safe }
}

/// The words alone, blocks parted by line breaks.
pub fn to_text(html: &str) -> String {
    static NO_TAGS: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::default();
        builder.tags(HashSet::new());
        builder
    });
    if is_plain(html) {
        return tidy(html);
    }
    if is_too_much(html) {
        return words(html);
    }
    let mut parted = html.to_owned();
    for block in BLOCKS {
        parted = parted.replace(block, &format!("\n{block}"));
    }
    let bare = NO_TAGS.clean(&parted).to_string();
    tidy(&html_escape::decode_html_entities(&bare))
}

fn is_too_much(html: &str) -> bool {
    let tags = html.bytes().filter(|byte| *byte == b'<').count();
    let formats = |piece: &&str| FORMATTING.iter().any(|name| begins(piece, name));
    tags > MOST_TAGS || html.split('<').skip(1).filter(formats).count() * tags > MOST_REPEATED
}

/// Whether what stands behind a `<` is the start of such an element.
fn begins(piece: &str, name: &str) -> bool {
    let is_named = piece.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    is_named && !piece[name.len()..].starts_with(char::is_alphanumeric)
}

/// What stands between tags, each piece in a line of its own; not what is for programs.
fn words(html: &str) -> String {
    const UNREAD: [&str; 2] = ["script", "style"];
    let mut pieces = html.split('<');
    let mut texts = vec![pieces.next().unwrap_or_default()];
    let mut unread: Option<&str> = None;
    for piece in pieces {
        let ends = |name: &str| piece.strip_prefix('/').is_some_and(|piece| begins(piece, name));
        if unread.is_some_and(|name| !ends(name)) {
            continue;
        }
        unread = UNREAD.into_iter().find(|name| begins(piece, name));
        texts.extend(piece.split_once('>').map(|(_, text)| text).filter(|_| unread.is_none()));
    }
    tidy(&html_escape::decode_html_entities(&texts.join("\n")))
}

/// Whether there is nothing in it that HTML would read as markup.
fn is_plain(text: &str) -> bool {
    !text.contains(['<', '>', '&', '\0'])
}

/// One space between words, no blank lines.
fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn what_could_run_is_removed() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "<iframe src='https://example.com'></iframe>",
            "<svg><script>alert(1)</script></svg>",
        ] {
            let safe = sanitise(hostile).to_lowercase();
            assert!(!safe.contains("alert(1)") || !safe.contains('<'), "{hostile} -> {safe}");
            assert!(!safe.contains("iframe") && !safe.contains("onerror"), "{hostile} -> {safe}");
        }
        assert_eq!(sanitise("<p>A <b>good</b> pot</p>"), "<p>A <b>good</b> pot</p>");
    }

    #[test]
    fn what_is_safe_stays_as_it_is() {
        for html in ["<pre>\n\n\nx</pre>", "<pre>\nx</pre>", "<pre>x</pre><p>y</p>"] {
            let once = sanitise(html);
            assert_eq!(sanitise(&once), once, "{html}");
        }
        assert_eq!(sanitise("<pre>\n\nx</pre>"), "<pre>\n\nx</pre>");
    }

    #[test]
    fn deep_markup_takes_no_longer_than_flat_markup() {
        let began = Instant::now();
        let deep = "<div>".repeat(80_000);
        assert!(sanitise(&format!("{deep}words")).contains("words"));
        assert_eq!(to_text(&format!("{deep}words")), "words");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[test]
    fn of_markup_without_end_the_words_are_kept_at_once() {
        for part in ["<div>a &amp; b", "<b><table><tr><td>a &amp; b</b>", "<p title='>'><!-- <p>a &amp; b"] {
            let html = part.repeat(20_000);
            let began = Instant::now();
            let (safe, text) = (sanitise(&html), to_text(&html));
            assert!(began.elapsed() < Duration::from_secs(1), "{part}");
            assert!(!safe.contains('<') && safe.matches("a &amp; b").count() == 20_000, "{part}");
            assert_eq!(text.matches("a & b").count(), 20_000, "{part}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_again() {
        for html in
            ["<p>x".repeat(3_000), "<p>x".repeat(2_400), "<b title=1>".repeat(60) + &"<p>x".repeat(60)]
        {
            let safe = sanitise(&html);
            assert_eq!(sanitise(&safe), safe);
            assert!(safe.contains('x'));
        }
    }

    #[test]
    fn programs_are_no_words() {
        let odd =
            "<p>a<style>p > b { color: red }</style>b<SCRIPT>if (1<2) run()</script>c<styled>d".repeat(2_000);
        assert_eq!(to_text(&odd).lines().take(5).collect::<Vec<_>>(), ["a", "b", "c", "d", "a"]);
        assert!(!sanitise(&odd).contains("red") && !sanitise(&odd).contains("run"));
    }

    #[test]
    fn what_goes_on_in_each_block_does_not_grow_without_end() {
        let open = (0..1_200).map(|number| format!("<b title={number}>")).collect::<String>();
        let html = format!("<p>{open}</p>{}", "<p>x</p>".repeat(1_200));
        let began = Instant::now();
        let safe = sanitise(&html);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        assert!(safe.len() < html.len() && safe.matches('x').count() == 1_200);
        let bold = "<p><b>x</b> y</p>".repeat(700);
        assert_eq!(sanitise(&bold), bold);
    }

    #[test]
    fn text_keeps_the_words_apart() {
        assert_eq!(to_text("<p>One</p><p>two &amp; three</p>"), "One\ntwo & three");
        assert_eq!(to_text("<ul><li>a</li><li>b</li></ul>"), "a\nb");
        assert_eq!(to_text("  plain \n\n text "), "plain\ntext");
    }
}
