//! What an image says of itself in its first bytes: its kind, its width and height. Nothing is decoded.

use std::io::{Read, Seek, SeekFrom};

/// The most pixels that an image may have, so that nobody who shows it runs out of memory.
const PIXELS: u64 = 100_000_000;

/// The most segments that are looked at before the size of a JPEG.
const SEGMENTS: usize = 1000;

/// The kinds of images that are taken. SVG is not: it can carry scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/webp`
    Webp,
    /// `image/gif`
    Gif,
}

impl Kind {
    /// The kind with a media type.
    pub fn of(mime_type: &str) -> Option<Self> {
        match mime_type {
            "image/png" => Some(Self::Png),
            "image/jpeg" => Some(Self::Jpeg),
            "image/webp" => Some(Self::Webp),
            "image/gif" => Some(Self::Gif),
            _ => None,
        }
    }

    /// What names of its files end with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }
}

/// What an image says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its kind, by its first bytes.
    pub kind: Kind,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// Reads the header of a file; `None` where it is no image that is taken, or has no size or too much of it.
pub fn look(mut file: impl Read + Seek) -> Option<Picture> {
    let head: [u8; 12] = read(&mut file)?;
    let (kind, (width, height)) = match &head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => (Kind::Png, png(&mut file)?),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', w1, w2, h1, h2, ..] => {
            (Kind::Gif, (little(&[*w1, *w2]), little(&[*h1, *h2])))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => (Kind::Webp, webp(&mut file)?),
        [0xff, 0xd8, 0xff, ..] => (Kind::Jpeg, jpeg(&mut file)?),
        _ => return None,
    };
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > PIXELS {
        return None;
    }
    Some(Picture { kind, width: i32::try_from(width).ok()?, height: i32::try_from(height).ok()? })
}

fn read<const N: usize>(file: &mut impl Read) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// At most four bytes, the least first.
fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

/// At most four bytes, the greatest first.
fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

/// The first chunk has to be `IHDR`, of 13 bytes.
fn png(file: &mut (impl Read + Seek)) -> Option<(u32, u32)> {
    file.seek(SeekFrom::Start(8)).ok()?;
    let head: [u8; 16] = read(file)?;
    (head[..8] == *b"\0\0\0\x0dIHDR").then(|| (big(&head[8..12]), big(&head[12..])))
}

/// One of three chunks comes first: lossy, lossless, or extended.
fn webp(file: &mut (impl Read + Seek)) -> Option<(u32, u32)> {
    let head: [u8; 18] = read(file)?;
    let (chunk, body) = head.split_at(8);
    match &chunk[..4] {
        b"VP8 " if body[3..6] == [0x9d, 0x01, 0x2a] => {
            Some((little(&body[6..8]) & 0x3fff, little(&body[8..10]) & 0x3fff))
        }
        b"VP8L" if body[0] == 0x2f => {
            let bits = little(&body[1..5]);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(&body[4..7]) + 1, little(&body[7..10]) + 1)),
        _ => None,
    }
}

/// The size stands in the first segment that begins a frame.
fn jpeg(file: &mut (impl Read + Seek)) -> Option<(u32, u32)> {
    file.seek(SeekFrom::Start(2)).ok()?;
    for _ in 0..SEGMENTS {
        let [0xff, mut marker] = read(file)? else { return None };
        while marker == 0xff {
            [marker] = read(file)?;
        }
        match marker {
            // Markers without a body.
            0x01 | 0xd0..=0xd7 => {}
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let head: [u8; 7] = read(file)?;
                return Some((big(&head[5..7]), big(&head[3..5])));
            }
            // The picture itself, or its end, before any frame began.
            0xd9 | 0xda => return None,
            _ => {
                let length = big(&read::<2>(file)?);
                file.seek(SeekFrom::Current(i64::from(length.checked_sub(2)?))).ok()?;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn looked(bytes: &[u8]) -> Option<(Kind, i32, i32)> {
        look(Cursor::new(bytes)).map(|picture| (picture.kind, picture.width, picture.height))
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn each_kind_tells_its_size() {
        assert_eq!(looked(&png(640, 480)), Some((Kind::Png, 640, 480)));
        assert_eq!(looked(b"GIF89a\x80\x02\xe0\x01\0\0"), Some((Kind::Gif, 640, 480)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03";
        assert_eq!(looked(jpeg), Some((Kind::Jpeg, 640, 480)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
        assert_eq!(looked(lossy), Some((Kind::Webp, 640, 480)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(looked(extended), Some((Kind::Webp, 640, 480)));
        let bits: u32 = 0x27f | 0x1df << 14;
        let mut lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".to_vec();
        lossless.extend(bits.to_le_bytes());
        lossless.extend([0; 5]);
        assert_eq!(looked(&lossless), Some((Kind::Webp, 640, 480)));
    }

    #[test]
    fn what_is_no_image_or_too_large_is_none() {
        let drawing = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
        for bytes in [Vec::new(), drawing, png(0, 1), png(100_000, 100_000), png(1, 1)[..20].to_vec()] {
            assert_eq!(looked(&bytes), None);
        }
        assert_eq!(looked(b"\xff\xd8\xff\xd9xxxxxxxxxxxx"), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall_over(kind in 0_usize..4, rest in prop::collection::vec(any::<u8>(), 0..200)) {
            let heads: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFFabcdWEBP", b"\xff\xd8\xff"];
            let mut bytes = heads[kind].to_vec();
            bytes.extend(rest);
            let _ = looked(&bytes);
        }
    }
}
