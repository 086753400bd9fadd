//! What facets and their values are called that are not the shop's own words.

use crate::services::markets::Locale;

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    language: &'static str,
    pub category: &'static str,
    pub collection: &'static str,
    pub product_type: &'static str,
    pub vendor: &'static str,
    pub tag: &'static str,
    pub price: &'static str,
    pub availability: &'static str,
    pub in_stock: &'static str,
    pub sold_out: &'static str,
    /// Before the lowest price of a range that is open above.
    pub from: &'static str,
}

/// A row for each language: English first, which stands in for those that have none.
macro_rules! words {
    ($($language:ident: $category:literal $collection:literal $product_type:literal $vendor:literal $tag:literal
       $price:literal $availability:literal $in_stock:literal $sold_out:literal $from:literal;)+) => {
        const ALL: &[Words] = &[$(Words {
            language: stringify!($language),
            category: $category,
            collection: $collection,
            product_type: $product_type,
            vendor: $vendor,
            tag: $tag,
            price: $price,
            availability: $availability,
            in_stock: $in_stock,
            sold_out: $sold_out,
            from: $from,
        }),+];
    };
}

words! {
    en: "Category" "Collection" "Type" "Vendor" "Tag" "Price" "Availability" "In stock" "Sold out" "from";
    cs: "Kategorie" "Kolekce" "Typ" "Značka" "Štítek" "Cena" "Dostupnost" "Skladem" "Vyprodáno" "od";
    da: "Kategori" "Kollektion" "Type" "Mærke" "Tag" "Pris" "Tilgængelighed" "På lager" "Udsolgt" "fra";
    de: "Kategorie" "Kollektion" "Produktart" "Marke" "Schlagwort" "Preis" "Verfügbarkeit" "Auf Lager" "Ausverkauft" "ab";
    es: "Categoría" "Colección" "Tipo" "Marca" "Etiqueta" "Precio" "Disponibilidad" "Disponible" "Agotado" "desde";
    fi: "Kategoria" "Kokoelma" "Tyyppi" "Merkki" "Tunniste" "Hinta" "Saatavuus" "Varastossa" "Loppuunmyyty" "alkaen";
    fr: "Catégorie" "Collection" "Type" "Marque" "Étiquette" "Prix" "Disponibilité" "En stock" "Épuisé" "à partir de";
    it: "Categoria" "Collezione" "Tipo" "Marca" "Etichetta" "Prezzo" "Disponibilità" "Disponibile" "Esaurito" "da";
    nb: "Kategori" "Kolleksjon" "Type" "Merke" "Tagg" "Pris" "Tilgjengelighet" "På lager" "Utsolgt" "fra";
    nl: "Categorie" "Collectie" "Type" "Merk" "Label" "Prijs" "Beschikbaarheid" "Op voorraad" "Uitverkocht" "vanaf";
    pl: "Kategoria" "Kolekcja" "Typ" "Marka" "Tag" "Cena" "Dostępność" "Dostępne" "Wyprzedane" "od";
    pt: "Categoria" "Coleção" "Tipo" "Marca" "Etiqueta" "Preço" "Disponibilidade" "Disponível" "Esgotado" "a partir de";
    sv: "Kategori" "Kollektion" "Typ" "Varumärke" "Tagg" "Pris" "Tillgänglighet" "I lager" "Slutsåld" "från";
}

impl Words {
    /// The words of the best language of a request that has any, in the order in which its texts fall back.
    pub fn of(locale: &Locale) -> &'static Self {
        let languages = [locale.language.as_str(), &locale.chain[0], &locale.chain[1]];
        languages.into_iter().find_map(Self::in_language).unwrap_or(&ALL[0])
    }

    fn in_language(tag: &str) -> Option<&'static Self> {
        let primary = match tag.split('-').next()? {
            "nn" | "no" => "nb",
            other => other,
        };
        ALL.iter().find(|words| words.language == primary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_their_first_part() {
        for (tag, sold_out) in
            [("de", "Ausverkauft"), ("de-AT", "Ausverkauft"), ("pt-BR", "Esgotado"), ("no", "Utsolgt")]
        {
            assert_eq!(Words::in_language(tag).map(|words| words.sold_out), Some(sold_out), "{tag}");
        }
        assert_eq!(Words::in_language("ja"), None);
        assert_eq!(Words::in_language(""), None);
    }
}
