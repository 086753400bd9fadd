//! The columns that the importer understands, and the headers, old and new, that name them.

/// A column that the importer understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Handle,
    Title,
    Body,
    Vendor,
    Category,
    Type,
    Tags,
    Published,
    OptionName1,
    OptionValue1,
    OptionName2,
    OptionValue2,
    OptionName3,
    OptionValue3,
    Sku,
    Grams,
    InventoryTracker,
    InventoryQuantity,
    InventoryPolicy,
    FulfillmentService,
    Price,
    CompareAtPrice,
    RequiresShipping,
    Taxable,
    Barcode,
    ImageSrc,
    ImagePosition,
    ImageAlt,
    GiftCard,
    SeoTitle,
    SeoDescription,
    VariantImage,
    WeightUnit,
    UnitCost,
    Status,
    FurtherCategories,
}

/// Names of the options, in order.
pub(super) const OPTION_NAMES: [Field; 3] = [Field::OptionName1, Field::OptionName2, Field::OptionName3];
/// A variant's value of each option.
pub(super) const OPTION_VALUES: [Field; 3] = [Field::OptionValue1, Field::OptionValue2, Field::OptionValue3];

/// Each field, its classic header, which is the one written, and its other headers, today's first.
/// In the order of the fields, which is the order of Shopify's exports.
pub(super) const FIELDS: [(Field, &str, &[&str]); 36] = [
    (Field::Handle, "Handle", &["URL handle"]),
    (Field::Title, "Title", &[]),
    (Field::Body, "Body (HTML)", &["Description", "Body HTML"]),
    (Field::Vendor, "Vendor", &[]),
    (Field::Category, "Product Category", &["Standardized Product Type", "Standard Product Type"]),
    (Field::Type, "Type", &["Product type", "Custom Product Type"]),
    (Field::Tags, "Tags", &[]),
    (Field::Published, "Published", &["Published on online store"]),
    (Field::OptionName1, "Option1 Name", &[]),
    (Field::OptionValue1, "Option1 Value", &[]),
    (Field::OptionName2, "Option2 Name", &[]),
    (Field::OptionValue2, "Option2 Value", &[]),
    (Field::OptionName3, "Option3 Name", &[]),
    (Field::OptionValue3, "Option3 Value", &[]),
    (Field::Sku, "Variant SKU", &["SKU"]),
    (Field::Grams, "Variant Grams", &["Weight value (grams)"]),
    (Field::InventoryTracker, "Variant Inventory Tracker", &["Inventory tracker"]),
    (Field::InventoryQuantity, "Variant Inventory Qty", &["Inventory quantity"]),
    (
        Field::InventoryPolicy,
        "Variant Inventory Policy",
        &["Continue selling when out of stock", "Inventory policy"],
    ),
    (Field::FulfillmentService, "Variant Fulfillment Service", &["Fulfillment service"]),
    (Field::Price, "Variant Price", &["Price"]),
    (Field::CompareAtPrice, "Variant Compare At Price", &["Compare-at price", "Compare At Price"]),
    (Field::RequiresShipping, "Variant Requires Shipping", &["Requires shipping"]),
    (Field::Taxable, "Variant Taxable", &["Charge tax"]),
    (Field::Barcode, "Variant Barcode", &["Barcode", "Barcodes", "Variant Barcodes"]),
    (Field::ImageSrc, "Image Src", &["Product image URL"]),
    (Field::ImagePosition, "Image Position", &[]),
    (Field::ImageAlt, "Image Alt Text", &[]),
    (Field::GiftCard, "Gift Card", &[]),
    (Field::SeoTitle, "SEO Title", &[]),
    (Field::SeoDescription, "SEO Description", &[]),
    (Field::VariantImage, "Variant Image", &["Variant image URL"]),
    (Field::WeightUnit, "Variant Weight Unit", &["Weight unit for display"]),
    (Field::UnitCost, "Cost per item", &[]),
    (Field::Status, "Status", &[]),
    // Ours, as Shopify knows one category a product; it looks like a metafield so that Shopify lets it pass.
    (Field::FurtherCategories, "Further Categories (product.metafields.vitrine.categories)", &[]),
];

/// The field that a header names, in any case.
pub(super) fn find(header: &str) -> Option<Field> {
    let header = header.trim();
    FIELDS
        .iter()
        .find(|(_, classic, others)| {
            classic.eq_ignore_ascii_case(header)
                || others.iter().any(|other| other.eq_ignore_ascii_case(header))
        })
        .map(|(field, ..)| *field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_stand_in_the_order_in_which_they_are_counted() {
        for (place, (field, ..)) in FIELDS.iter().enumerate() {
            assert_eq!(*field as usize, place, "{field:?}");
        }
    }

    #[test]
    fn no_header_names_two_fields() {
        let mut headers: Vec<String> = FIELDS
            .iter()
            .flat_map(|(_, classic, others)| others.iter().chain([classic]))
            .map(|header| header.to_ascii_lowercase())
            .collect();
        let count = headers.len();
        headers.sort_unstable();
        headers.dedup();
        assert_eq!(headers.len(), count);
    }
}
