//! HTML that strangers wrote: what of it may be shown, and what it says without markup.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

/// Elements after which a reader sees a new line.
const BLOCKS: [&str; 14] = [
    "</p>", "</div>", "</li>", "</tr>", "</h1>", "</h2>", "</h3>", "</h4>", "</h5>", "</h6>", "<br", "</td>",
    "</ul>", "</ol>",
];

/// Removes everything that could run, look like the page around it, or ask for input: scripts, event handlers, styles,
/// frames, forms, unknown schemes. Images stay, wherever they are.
pub fn sanitise(html: &str) -> String {
    static SAFE: LazyLock<Builder<'static>> = LazyLock::new(Builder::default);
    if is_plain(html) {
        return html.to_owned();
    }
    SAFE.clean(html).to_string()
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
    let mut parted = html.to_owned();
    for block in BLOCKS {
        parted = parted.replace(block, &format!("\n{block}"));
    }
    let bare = NO_TAGS.clean(&parted).to_string();
    tidy(&html_escape::decode_html_entities(&bare))
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
    fn text_keeps_the_words_apart() {
        assert_eq!(to_text("<p>One</p><p>two &amp; three</p>"), "One\ntwo & three");
        assert_eq!(to_text("<ul><li>a</li><li>b</li></ul>"), "a\nb");
        assert_eq!(to_text("  plain \n\n text "), "plain\ntext");
    }
}
