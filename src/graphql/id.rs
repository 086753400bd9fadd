//! Ids as clients see them: a readable prefix and the key in 26 letters and digits (the TypeID format:
//! Crockford's base 32 in lower case, most significant bits first).

use std::fmt::Display;

use async_graphql::ID;
use entity::id::Id;
use uuid::Uuid;

use crate::services::{Problems, Reason, Result};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Letters and digits of an encoded key: 130 bits, of which the first two are zero.
const LENGTH: usize = 26;

/// An id as clients see it: `prd_01h455vb4pex5vsknk084sn02q`.
pub fn show<I: Id>(id: I) -> ID {
    show_as(I::PREFIX, id.uuid())
}

/// The same for an id whose kind is known by its prefix only.
pub fn show_as(prefix: &str, id: Uuid) -> ID {
    let mut text = String::with_capacity(prefix.len() + 1 + LENGTH);
    text.push_str(prefix);
    text.push('_');
    text.extend(encode(id).map(char::from));
    ID(text)
}

/// Writes an id as JSON: a string that needs no escapes.
pub fn write<I: Id>(id: I, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(I::PREFIX.as_bytes());
    out.push(b'_');
    out.extend_from_slice(&encode(id.uuid()));
    out.push(b'"');
}

fn encode(id: Uuid) -> [u8; LENGTH] {
    let mut text = [b'0'; LENGTH];
    let mut bits = id.as_u128();
    for letter in text.iter_mut().rev() {
        *letter = ALPHABET[usize::try_from(bits & 31).unwrap_or_default()];
        bits >>= 5;
    }
    text
}

/// The id that a client sent; `None` where it is none of this kind.
pub fn read<I: Id>(id: &ID) -> Option<I> {
    decode(id.strip_prefix(I::PREFIX)?.strip_prefix('_')?).map(I::from_uuid)
}

/// The key of an id of any kind.
pub fn any(id: &ID) -> Option<Uuid> {
    decode(id.split_once('_')?.1)
}

fn decode(encoded: &str) -> Option<Uuid> {
    if encoded.len() != LENGTH || encoded.as_bytes()[0] > b'7' {
        return None;
    }
    let mut bits: u128 = 0;
    for letter in encoded.bytes() {
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 5 | five as u128;
    }
    Some(Uuid::from_u128(bits))
}

/// The id that the input of a change names.
///
/// # Errors
/// At the way to the field where it is none of this kind: then there is nothing of this id.
pub fn named<I: Id>(id: &ID, path: &[&dyn Display]) -> Result<I> {
    read(id)
        .ok_or_else(|| Problems::one(Reason::NotFound, path, "there is nothing of this kind with this id"))
}

/// A list of ids that the input of a change names.
///
/// # Errors
/// At the way to each of the list that is none of this kind.
pub fn all_named<I: Id>(ids: &[ID], field: &str) -> Result<Vec<I>> {
    ids.iter().enumerate().map(|(index, id)| named(id, &[&field, &index])).collect()
}

#[cfg(test)]
mod tests {
    use entity::id::{ProductId, VariantId};

    use super::*;

    #[test]
    fn an_id_comes_back_as_it_was_sent() {
        for _ in 0..1000 {
            let id = ProductId::generate();
            assert_eq!(read::<ProductId>(&show(id)), Some(id));
        }
        let known = ProductId(Uuid::from_u128(0x0188_BAC7_4AFA_78AA_BC3B_BD1E_EF28_D881));
        assert_eq!(show(known).as_str(), "prd_01h2xcejqtf2nbrexx3vqjhp41");
        let mut written = Vec::new();
        write(known, &mut written);
        assert_eq!(written, b"\"prd_01h2xcejqtf2nbrexx3vqjhp41\"");
    }

    #[test]
    fn what_is_no_id_of_the_kind_is_none() {
        let variant = show(VariantId::generate());
        assert_eq!(read::<ProductId>(&variant), None);
        for text in
            ["", "prd", "prd_", "prd_1", "prd_zzzzzzzzzzzzzzzzzzzzzzzzzz", "prd_01h2xcejqtf2nbrexx3vqjhp4l"]
        {
            assert_eq!(read::<ProductId>(&ID(text.to_owned())), None, "{text}");
        }
    }
}
