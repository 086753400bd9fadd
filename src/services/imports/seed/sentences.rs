//! What is said of seeds: sentences with places for words.
//!
//! Each has from 6 to 15 words where every place takes one word, `{thing}` up to three.

/// What a shop says of a product. Their number is prime, so that any step leads through all of them.
pub const DESCRIPTIONS: [&str; 31] = [
    "A {adjective} {thing} in {material}, made for the {room} and for years of use.",
    "The {place} range began with this {thing} and has grown slowly since.",
    "{Material} ages well, and in a {room} it may do so in peace.",
    "We like it in {color}, but the other shades are just as good.",
    "It is {adjective} and {adjective}, and it asks for very little care.",
    "Every piece is finished by hand in {place}, where the workshop has stood for decades.",
    "Wipe it with a damp cloth and let it dry in the shade.",
    "Pair it with the {place} collection or let it stand alone.",
    "The {adjective} shape comes from an old drawing that we found in a {room}.",
    "Good for {moment} and better for everything that follows.",
    "There is {detail}, and that makes a difference every single day.",
    "Our designers tried {material} and {material} before they settled on this one.",
    "Whoever owns one {thing} from {place} soon wants a second.",
    "It leaves the house as a gift and comes back as a request.",
    "Made from {material} that is cut, {adjective} and assembled under one roof.",
    "Small enough for the {room}, large enough for {moment}.",
    "The colour was mixed after the cliffs of {place} on a clear day.",
    "With {detail} it is ready for {moment} at any time of year.",
    "A {thing} should be {adjective} first and beautiful second; this one manages both.",
    "Its makers in {place} use {material} from nearby and waste nothing.",
    "You can repair it, resell it or hand it down.",
    "What looks {adjective} at first turns out to be remarkably practical.",
    "Children, guests and the occasional cat have tested it in our {room}.",
    "The surface is {adjective} to the touch and gets nicer with age.",
    "No two are alike, because {material} never is.",
    "It goes well with {color}, with {material} and with a good book.",
    "Delivered assembled, with {detail} and a short note about its care.",
    "This {thing} replaces three others that used to crowd the {room}.",
    "Named after {place}, a village with one street and a very good baker.",
    "The edges are {adjective}, the weight is right, and nothing rattles.",
    "For {moment} we can think of nothing more fitting.",
];

/// How reviewers begin, by how many stars they give.
pub const VERDICTS: [&[&str]; 5] = [
    &["Sent it back", "Not for me", "Broke within a week", "Very disappointed"],
    &["Looks better online", "Too small for us", "Expected more", "Scratched on arrival"],
    &["It is fine", "Good but not great", "Does the job", "Mixed feelings"],
    &["Nearly perfect", "Happy with it", "Good quality", "Would buy again"],
    &["Love it", "Better than expected", "The whole family uses it", "Worth every cent", "A small joy"],
];

/// What reviewers go on to say. Their number is prime, too.
pub const OPINIONS: [&str; 23] = [
    "The {material} feels solid and the finish is {adjective}.",
    "I bought it for {moment} and use it almost every day now.",
    "It arrived quickly and was packed with care.",
    "The colour is a little darker than in the pictures.",
    "It stands in the {room} and everybody asks about it.",
    "After three months it still looks like new.",
    "I wish there were one more size between the two.",
    "My sister has the one from the {place} range and is jealous.",
    "Instructions would have been nice, but it is not hard to work out.",
    "It smelled of the workshop for a day and then of nothing.",
    "For this price I had expected {detail}.",
    "There is {detail}, which I had not even noticed in the description.",
    "A bit heavier than I thought, in a good way.",
    "We ordered two more as presents.",
    "One corner was damaged, and the shop replaced it without a question.",
    "It is {adjective}, it is {adjective}, what more could one want?",
    "The {room} looks much tidier with it.",
    "I have had cheaper ones and they did not last.",
    "Washing it was easy and it kept its shape.",
    "Honestly, the older model in {material} was better.",
    "Our cat approves.",
    "It does what it should and does not shout about it.",
    "Delivery took two weeks, which is long for a {adjective} little thing.",
];
