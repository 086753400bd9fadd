//! The tree of two hundred categories: eight departments of four aisles, each with five kinds of things.

use super::text::capital;

/// A root of the tree.
#[derive(Debug)]
pub struct Department {
    pub title: &'static str,
    /// Values of the option `Size`, from the smallest.
    pub sizes: &'static [&'static str],
    pub aisles: [Aisle; 4],
}

/// A category below a department.
#[derive(Debug)]
pub struct Aisle {
    pub title: &'static str,
    /// Product types: that of the first three things, and that of the others.
    pub types: [&'static str; 2],
    /// What is sold there, each a category with its plural as title.
    pub things: [&'static str; 5],
}

/// Leaves of the tree.
pub const LEAVES: usize = 8 * 4 * 5;

const fn aisle(title: &'static str, types: [&'static str; 2], things: [&'static str; 5]) -> Aisle {
    Aisle { title, types, things }
}

const SIZES: &[&str] = &["Small", "Medium", "Large", "Extra large"];
const LENGTHS: &[&str] = &["60 cm", "90 cm", "120 cm", "160 cm"];
const WEAR: &[&str] = &["S", "M", "L", "XL"];
const CAPACITIES: &[&str] = &["0.5 l", "1 l", "2 l", "4 l"];
const FORMATS: &[&str] = &["A6", "A5", "A4", "A3"];

/// Everything that is sold.
pub const DEPARTMENTS: [Department; 8] = [
    Department {
        title: "Home",
        sizes: LENGTHS,
        aisles: [
            aisle(
                "Lighting",
                ["Lamp", "Candle holder"],
                ["table lamp", "floor lamp", "pendant lamp", "lantern", "candlestick"],
            ),
            aisle("Furniture", ["Seat", "Table"], ["armchair", "stool", "bench", "side table", "desk"]),
            aisle("Textiles", ["Blanket", "Curtain"], ["throw", "cushion", "quilt", "curtain", "door mat"]),
            aisle(
                "Storage",
                ["Shelf", "Box"],
                ["bookcase", "wall rack", "coat stand", "basket", "storage box"],
            ),
        ],
    },
    Department {
        title: "Kitchen",
        sizes: CAPACITIES,
        aisles: [
            aisle("Cooking", ["Pan", "Pot"], ["frying pan", "saucepan", "wok", "stock pot", "casserole"]),
            aisle(
                "Baking",
                ["Baking tin", "Baking tool"],
                ["cake tin", "bread tin", "baking tray", "rolling pin", "pastry cutter"],
            ),
            aisle(
                "Preparing",
                ["Knife set", "Bowl"],
                ["cleaver", "paring blade", "grater", "mixing bowl", "colander"],
            ),
            aisle(
                "Brewing",
                ["Teapot", "Coffee maker"],
                ["teapot", "kettle", "tea strainer", "coffee grinder", "french press"],
            ),
        ],
    },
    Department {
        title: "Dining",
        sizes: SIZES,
        aisles: [
            aisle(
                "Tableware",
                ["Plate", "Dish"],
                ["dinner plate", "dessert plate", "soup plate", "serving platter", "butter dish"],
            ),
            aisle(
                "Drinkware",
                ["Cup", "Drinking glass"],
                ["mug", "espresso cup", "tumbler", "wine goblet", "carafe"],
            ),
            aisle(
                "Cutlery",
                ["Cutlery set", "Server"],
                ["dinner fork", "table spoon", "steak blade", "salad server", "cake slice"],
            ),
            aisle(
                "Linens",
                ["Table linen", "Mat"],
                ["tablecloth", "napkin", "table runner", "place mat", "trivet"],
            ),
        ],
    },
    Department {
        title: "Clothing",
        sizes: WEAR,
        aisles: [
            aisle("Tops", ["Shirt", "Knitwear"], ["shirt", "blouse", "polo shirt", "sweater", "cardigan"]),
            aisle(
                "Bottoms",
                ["Trousers", "Skirt"],
                ["chino", "jogger", "culotte", "pencil skirt", "maxi skirt"],
            ),
            aisle(
                "Outerwear",
                ["Jacket", "Coat"],
                ["rain jacket", "bomber jacket", "quilted vest", "trench coat", "parka"],
            ),
            aisle("Accessories", ["Hat", "Neckwear"], ["beanie", "sun hat", "cap", "shawl", "bandana"]),
        ],
    },
    Department {
        title: "Stationery",
        sizes: FORMATS,
        aisles: [
            aisle(
                "Paper",
                ["Notebook", "Card"],
                ["notebook", "sketchbook", "planner", "greeting card", "postcard"],
            ),
            aisle(
                "Writing",
                ["Pen", "Pencil"],
                ["fountain pen", "ballpoint pen", "brush pen", "pencil", "marker"],
            ),
            aisle(
                "Desk",
                ["Organiser", "Desk tool"],
                ["letter tray", "pen holder", "document folder", "stapler", "paper weight"],
            ),
            aisle(
                "Art",
                ["Paint", "Art paper"],
                ["watercolour set", "gouache set", "ink bottle", "canvas panel", "drawing pad"],
            ),
        ],
    },
    Department {
        title: "Garden",
        sizes: SIZES,
        aisles: [
            aisle(
                "Plants",
                ["House plant", "Seed packet"],
                ["fern", "cactus plant", "orchid", "herb kit", "bulb mix"],
            ),
            aisle(
                "Pots",
                ["Planter", "Vase"],
                ["flower pot", "hanging planter", "window box", "bud vase", "floor vase"],
            ),
            aisle(
                "Tools",
                ["Garden tool", "Watering can"],
                ["trowel", "pruner", "hand rake", "watering can", "garden hose"],
            ),
            aisle(
                "Outdoor",
                ["Garden seat", "Garden light"],
                ["deck chair", "hammock", "garden bench", "solar lantern", "torch"],
            ),
        ],
    },
    Department {
        title: "Travel",
        sizes: SIZES,
        aisles: [
            aisle("Bags", ["Bag", "Pouch"], ["backpack", "tote bag", "weekender", "wash bag", "cable pouch"]),
            aisle(
                "Luggage",
                ["Suitcase", "Luggage accessory"],
                ["cabin case", "trunk", "garment bag", "luggage tag", "packing cube"],
            ),
            aisle(
                "Camping",
                ["Tent", "Sleeping bag"],
                ["tent", "tarp", "camp bed", "sleeping bag", "camp pillow"],
            ),
            aisle(
                "On the road",
                ["Bottle", "Lunch box"],
                ["water bottle", "thermos flask", "travel mug", "lunch box", "snack tin"],
            ),
        ],
    },
    Department {
        title: "Bath",
        sizes: LENGTHS,
        aisles: [
            aisle(
                "Towels",
                ["Towel", "Bathrobe"],
                ["bath towel", "hand towel", "beach towel", "bathrobe", "hair wrap"],
            ),
            aisle(
                "Care",
                ["Soap", "Brush"],
                ["soap bar", "shampoo bar", "bath oil", "nail scrubber", "back scrubber"],
            ),
            aisle(
                "Fittings",
                ["Mirror", "Holder"],
                ["wall mirror", "shaving mirror", "shower curtain", "soap dish", "towel rail"],
            ),
            aisle(
                "Laundry",
                ["Laundry basket", "Laundry aid"],
                ["laundry hamper", "laundry bag", "peg basket", "drying rack", "ironing board"],
            ),
        ],
    },
];

/// A leaf of the tree, from 0 to [`LEAVES`] - 1.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    pub department: &'static Department,
    pub aisle: &'static Aisle,
    pub thing: &'static str,
    pub product_type: &'static str,
}

impl Leaf {
    /// The leaf with a number; numbers go on from the beginning after the last one.
    pub fn new(number: usize) -> Self {
        let department = &DEPARTMENTS[number / 20 % 8];
        let aisle = &department.aisles[number / 5 % 4];
        let place = number % 5;
        Self {
            department,
            aisle,
            thing: aisle.things[place],
            product_type: aisle.types[usize::from(place > 2)],
        }
    }

    /// The titles from the root to the leaf.
    pub fn path(&self) -> Vec<String> {
        vec![self.department.title.to_owned(), self.aisle.title.to_owned(), self.title()]
    }

    fn title(&self) -> String {
        format!("{}{}", capital(self.thing), plural_end(self.thing))
    }
}

fn plural_end(word: &str) -> &'static str {
    let hissing = ["s", "x", "ch", "sh"].iter().any(|end| word.ends_with(end));
    if hissing { "es" } else { "s" }
}
