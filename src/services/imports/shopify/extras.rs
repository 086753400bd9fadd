//! Columns that are nobody's field: which metafield holds such a column's cells, and back.

/// Namespace of columns that say nothing of one.
const OTHER: &str = "shopify_csv";
/// Namespace of the columns `Google Shopping / ...`.
const GOOGLE: &str = "google_shopping";

/// Columns with one value per market: first word, namespace, level.
/// The key is the market's name as it stands.
const MARKET_COLUMNS: [(&str, &str, Level); 3] = [
    ("Included", "market_included", Level::Product),
    ("Price", "market_price", Level::Variant),
    ("Compare At Price", "market_compare_at_price", Level::Variant),
];

/// Columns that Shopify renamed, or whose letters have a case of their own: today's name, the older one.
const SPELLINGS: [(&str, &str); 4] = [
    ("Google Shopping / Manufacturer part number (MPN)", "Google Shopping / MPN"),
    ("Google Shopping / Ad group name", "Google Shopping / AdWords Grouping"),
    ("Google Shopping / Ads labels", "Google Shopping / AdWords Labels"),
    ("Tax code", "Variant Tax Code"),
];

/// Whose custom data a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The product's: its first row has the value.
    Product,
    /// The variant's: each variant's row has its own.
    Variant,
}

/// A column that is kept as metafields.
///
/// - `Color (product.metafields.shopify.color-pattern)`: namespace and key stand in the header;
///   `(variant.metafields.ns.key)` likewise.
/// - `Google Shopping / MPN`: namespace `google_shopping`, key `mpn`.
/// - `Included / M`, `Price / M`, `Compare At Price / M`: namespaces `market_included`, `market_price`
///   and `market_compare_at_price`, key the market's name `M`.
/// - Any other: namespace `shopify_csv`; a variant's if it begins with `Variant` or `Unit Price`,
///   else the product's.
///
/// A name of plain words becomes a key in snake case (`Custom Label 0`, `custom_label_0`), any other
/// is the key as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// Whose data it is.
    pub level: Level,
    /// The metafield's namespace.
    pub namespace: String,
    /// The metafield's key.
    pub key: String,
    /// The column's header: as it was read, or one that reads as the same metafield.
    pub header: String,
}

impl Extra {
    /// The column that a metafield is written to; `None` where no header reads back as it
    /// (a dot in the namespace, spaces at an end, nothing at all).
    pub fn new(level: Level, namespace: &str, key: &str) -> Option<Self> {
        if key.is_empty() {
            return None;
        }
        let own = match namespace {
            OTHER => Some(words(key)),
            GOOGLE => Some(format!("Google Shopping / {}", words(key))),
            _ => MARKET_COLUMNS
                .iter()
                .find(|column| column.1 == namespace)
                .map(|column| format!("{} / {key}", column.0)),
        };
        let owner = match level {
            Level::Product => "product",
            Level::Variant => "variant",
        };
        let label = words(&key.replace('-', "_"));
        let path = format!("({owner}.metafields.{namespace}.{key})");
        let any = format!("{label} {path}");
        own.map(spelling)
            .into_iter()
            .chain([any, path])
            .filter(|header| super::columns::find(header).is_none())
            .map(|header| Self::from_header(&header))
            .find(|found| found.is(level, namespace, key))
    }

    /// What a header that is no field's stands for.
    pub(super) fn from_header(header: &str) -> Self {
        let header = header.trim();
        let (level, namespace, key) = in_brackets(header).unwrap_or_else(|| by_name(header));
        Self { level, namespace, key, header: header.to_owned() }
    }

    /// Whether this is the column of a metafield.
    pub fn is(&self, level: Level, namespace: &str, key: &str) -> bool {
        self.level == level && self.namespace == namespace && self.key == key
    }
}

/// `... (product.metafields.namespace.key)`.
fn in_brackets(header: &str) -> Option<(Level, String, String)> {
    let (_, inside) = header.strip_suffix(')')?.rsplit_once('(')?;
    let (owner, path) = inside.split_once(".metafields.")?;
    let level = match owner {
        "product" => Level::Product,
        "variant" => Level::Variant,
        _ => return None,
    };
    let (namespace, key) = path.split_once('.')?;
    let told = !namespace.is_empty() && !key.is_empty();
    told.then(|| (level, namespace.to_owned(), key.to_owned()))
}

fn by_name(header: &str) -> (Level, String, String) {
    let header = SPELLINGS
        .iter()
        .find(|(today, _)| today.eq_ignore_ascii_case(header))
        .map_or(header, |(_, older)| older);
    if let Some((family, name)) = header.split_once('/') {
        let (family, name) = (family.trim(), name.trim());
        if family.eq_ignore_ascii_case("Google Shopping") {
            return (Level::Product, GOOGLE.to_owned(), key(name));
        }
        let family =
            if family.eq_ignore_ascii_case("Compare-at price") { "Compare At Price" } else { family };
        let market =
            MARKET_COLUMNS.iter().find(|column| column.0.eq_ignore_ascii_case(family) && !name.is_empty());
        if let Some((_, namespace, level)) = market {
            return (*level, (*namespace).to_owned(), name.to_owned());
        }
    }
    let lower = header.to_ascii_lowercase();
    let of_variant = ["variant ", "unit price "].iter().any(|start| lower.starts_with(start));
    let level = if of_variant { Level::Variant } else { Level::Product };
    (level, OTHER.to_owned(), key(header))
}

/// A column's name as a key: plain words in snake case, anything else as it stands.
fn key(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    if name.bytes().all(is_plain) { name.to_ascii_lowercase().replace(' ', "_") } else { name.to_owned() }
}

/// A key as a column's name: snake case as words with capitals, anything else as it stands.
fn words(key: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !key.bytes().all(is_plain) {
        return key.to_owned();
    }
    let mut words = String::with_capacity(key.len());
    for letter in key.chars() {
        let starts = words.is_empty() || words.ends_with(' ');
        words.push(match letter {
            '_' => ' ',
            _ if starts => letter.to_ascii_uppercase(),
            _ => letter,
        });
    }
    words
}

fn spelling(header: String) -> String {
    SPELLINGS
        .iter()
        .find(|(_, older)| older.eq_ignore_ascii_case(&header))
        .map_or(header, |(_, older)| (*older).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> (Level, String, String) {
        let extra = Extra::from_header(header);
        assert_eq!(extra.header, header.trim());
        (extra.level, extra.namespace, extra.key)
    }

    fn of(level: Level, namespace: &str, key: &str) -> (Level, String, String) {
        (level, namespace.to_owned(), key.to_owned())
    }

    #[test]
    fn a_header_says_which_metafield_its_cells_are() {
        use Level::{Product, Variant};
        for (header, expected) in [
            ("Color (product.metafields.shopify.color-pattern)", of(Product, "shopify", "color-pattern")),
            ("Fit (old) (variant.metafields.custom.fit.v2)", of(Variant, "custom", "fit.v2")),
            ("Google Shopping / MPN", of(Product, "google_shopping", "mpn")),
            ("Google Shopping / Manufacturer part number (MPN)", of(Product, "google_shopping", "mpn")),
            ("google shopping / age group", of(Product, "google_shopping", "age_group")),
            ("Included / South America", of(Product, "market_included", "South America")),
            ("Price / International", of(Variant, "market_price", "International")),
            ("Compare-at price / EU", of(Variant, "market_compare_at_price", "EU")),
            ("Compare At Price / EU", of(Variant, "market_compare_at_price", "EU")),
            ("Tax code", of(Variant, "shopify_csv", "variant_tax_code")),
            ("Variant Tax Code", of(Variant, "shopify_csv", "variant_tax_code")),
            ("Unit price base measure", of(Variant, "shopify_csv", "unit_price_base_measure")),
            ("Option1 Linked To", of(Product, "shopify_csv", "option1_linked_to")),
            ("Größe/Maß", of(Product, "shopify_csv", "Größe/Maß")),
            ("(product.metafields.custom.)", of(Product, "shopify_csv", "(product.metafields.custom.)")),
            ("Price / ", of(Product, "shopify_csv", "Price /")),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
    }

    #[test]
    fn a_metafield_is_written_under_the_header_it_came_from() {
        for header in [
            "Google Shopping / MPN",
            "Google Shopping / AdWords Grouping",
            "Google Shopping / Custom Label 0",
            "Variant Tax Code",
            "Option1 Linked To",
            "Unit Price Total Measure",
            "Included / United States",
            "Price / US & Canada",
            "Compare At Price / International",
            "Care (product.metafields.custom.care)",
            "Color Pattern (product.metafields.shopify.color-pattern)",
            "Größe/Maß",
        ] {
            let (level, namespace, key) = read(header);
            assert_eq!(Extra::new(level, &namespace, &key).unwrap().header, header);
        }
    }

    #[test]
    fn a_metafield_never_takes_a_fields_own_column() {
        let header = |level, namespace, key| Extra::new(level, namespace, key).unwrap().header;
        assert_eq!(header(Level::Product, OTHER, "title"), "Title (product.metafields.shopify_csv.title)");
        assert_eq!(
            header(Level::Product, OTHER, "Price / X"),
            "Price / X (product.metafields.shopify_csv.Price / X)"
        );
        assert_eq!(header(Level::Variant, OTHER, "care"), "Care (variant.metafields.shopify_csv.care)");
        assert_eq!(header(Level::Variant, GOOGLE, "mpn"), "Mpn (variant.metafields.google_shopping.mpn)");
    }

    #[test]
    fn what_no_header_can_name_is_refused() {
        for (namespace, key) in [("a.b", "c"), ("", "c"), (OTHER, ""), ("a", ""), ("a", "b("), ("a(", "b")] {
            assert_eq!(Extra::new(Level::Product, namespace, key), None, "{namespace} {key}");
        }
    }
}
