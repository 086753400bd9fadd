//! How a file is read: its lines, its bytes, and what is no file of products.

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::PathBuf;

use super::{Group, MAX_ROW_BYTES, Options, Problem, Reader};

const EURO: Options = Options { currency_exponent: 2 };

fn read(csv: impl AsRef<[u8]>) -> Result<Vec<Group>, Problem> {
    Reader::new(csv.as_ref(), EURO).map(Iterator::collect)
}

fn lines(groups: &[Group]) -> Vec<(&str, u64)> {
    groups.iter().map(|group| (group.draft.handle.as_str(), group.first_line)).collect()
}

/// Products, variants, images and problems of a file of Shopify's; nothing if it is not there.
fn counted(name: &str) -> Option<[usize; 4]> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/shopify").join(name);
    let file = File::open(&path).ok();
    if file.is_none() {
        // Past the test runner, which shows what is printed only of tests that fail.
        let _ = writeln!(io::stderr(), "SKIPPED: {} is not there", path.display());
    }
    let groups: Vec<Group> = Reader::new(BufReader::new(file?), EURO).unwrap().collect();
    let sum = |count: fn(&Group) -> usize| groups.iter().map(count).sum();
    Some([
        groups.len(),
        sum(|group| group.draft.variants.len()),
        sum(|group| group.draft.media.len()),
        sum(|group| group.problems.len()),
    ])
}

#[test]
fn shopifys_own_sample_files_are_read_whole() {
    for (name, counts) in [("apparel.csv", [20, 22, 20, 0]), ("home-and-garden.csv", [20, 21, 21, 0])] {
        if let Some(found) = counted(name) {
            assert_eq!(found, counts, "{name}");
        }
    }
}

#[test]
fn lines_are_physical_whatever_ends_them() {
    let rows =
        ["Handle,Title,Body (HTML)", "a,A,\"one\ntwo\"", "", "b,B,", "b,,", "c,C,\"\"\"x\"\"\n\n\"", "d,D"];
    for end in ["\n", "\r\n"] {
        let file = format!("\u{feff}{}", rows.join(end));
        let groups = read(&file).unwrap();
        assert_eq!(lines(&groups), [("a", 2), ("b", 5), ("c", 7), ("d", 10)], "{end:?}");
        assert_eq!(groups[2].draft.description_html.as_deref(), Some("\"x\"\n\n"));
        assert_eq!(groups[3].bytes_read, file.len() as u64);
    }
    let groups = read("Handle,Title\ra,A\rb,B\r").unwrap();
    assert_eq!(lines(&groups), [("a", 2), ("b", 3)]);
}

#[test]
fn quoted_line_breaks_of_windows_stay_as_they_are() {
    let groups = read("Handle,Title,Body (HTML)\r\na,A,\"one\r\ntwo\"\r\nb,B,x\r\n").unwrap();
    assert_eq!(groups[0].draft.description_html.as_deref(), Some("one\r\ntwo"));
    assert_eq!(lines(&groups), [("a", 2), ("b", 4)]);
}

#[test]
fn few_cells_are_empty_ones_and_many_are_a_problem_of_their_row() {
    let groups =
        read("Handle,Title,Variant Price,Vendor\na,A,1\na,,x,y,z\nb,B,2,V,,\n,,,\nc,C,3,V,,oops\n").unwrap();
    assert_eq!(lines(&groups), [("a", 2), ("b", 4)]);
    assert_eq!(groups[0].draft.vendor.as_deref(), Some(""));
    assert_eq!(groups[0].problems[0].to_string(), "line 3: 5 cells for 4 columns (\"z\")");
    assert_eq!(groups[1].problems[0].to_string(), "line 6: 6 cells for 4 columns (\"oops\")");
}

#[test]
fn a_column_without_a_name_is_no_problem_while_it_is_empty() {
    let groups = read("Handle,Title,,\na,A,,\nb,B,,x\n").unwrap();
    assert_eq!(lines(&groups), [("a", 2)]);
    assert_eq!(groups[0].problems[0].to_string(), "line 3: a cell in column 4, which has no name (\"x\")");
}

#[test]
fn bytes_that_are_no_text_are_a_problem_of_their_row_only() {
    let file = b"Handle,Title,Vendor,Variant Price\na,A,caf\xe9,1\nb,B,V,\xff\nb\xff,X,V,1\nc,C,V,1\n";
    let groups = read(file).unwrap();
    assert_eq!(lines(&groups), [("a", 2), ("b", 3), ("c", 5)]);
    assert_eq!(groups[0].problems[0].to_string(), "line 2, Vendor: not text in UTF-8 (\"caf\u{fffd}\")");
    assert_eq!((groups[0].draft.vendor.as_deref(), groups[0].draft.variants.len()), (None, 1));
    let of_b: Vec<_> =
        groups[1].problems.iter().map(|problem| (problem.line, problem.column.as_deref())).collect();
    assert_eq!(of_b, [(3, Some("Variant Price")), (4, Some("Handle"))]);
    assert!(groups[1].draft.variants.is_empty());
}

#[test]
fn rows_that_belong_to_no_product_come_with_a_group_all_the_same() {
    let groups = read("Handle,Title\n,Lost\na,A\n!!!,Lost too\n").unwrap();
    assert_eq!(lines(&groups), [("a", 3)]);
    let reasons: Vec<_> = groups[0].problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        reasons,
        [
            "line 2, Handle: the row has no handle",
            "line 4, Handle: a handle needs a letter or a digit (\"!!!\")"
        ]
    );
    let groups = read("Handle,Title\n,Lost\n").unwrap();
    assert_eq!((groups.len(), groups[0].draft.handle.as_str(), groups[0].problems.len()), (1, "", 1));
}

#[test]
fn a_bad_row_does_not_part_a_product() {
    let groups = read("Handle,Title,Variant Price,Option1 Value\na,A,1,S\n,,2,\nA ,,3,M\n").unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].draft.variants.len(), groups[0].problems.len(), groups[0].lines), (2, 1, 2));
}

#[test]
fn what_is_no_file_of_products_gets_one_clear_problem() {
    for (file, reason) in [
        (b"" as &[u8], "the file is empty"),
        (b"\n\n\r\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "this is no CSV file in UTF-8"),
        (b"\xff\xfeH\x00a\x00n\x00", "this is no CSV file in UTF-8"),
        (b"Order,Total\n1,2\n", "this is no product CSV"),
        (b"Handle;Title;Vendor\na;A;V\n", "the columns have to be separated by commas"),
        (b"Handle,\"Title\na,A\n", "a quote is left open"),
    ] {
        let problem = read(file).unwrap_err();
        assert!(problem.reason.starts_with(reason), "{problem}");
        assert_eq!(problem.line, 1);
    }
    assert_eq!(read("Handle,Title\n").unwrap(), []);
    assert_eq!(read("\n\nOrder,Total\n").unwrap_err().line, 3);
}

#[test]
fn a_quote_left_open_is_reported_and_swallows_no_product_in_silence() {
    for end in ["", "\n", "\r\n"] {
        let mut reader =
            Reader::new(io::Cursor::new(format!("Handle,Title\na,A\nb,\"B\nc,C{end}")), EURO).unwrap();
        let groups: Vec<_> = reader.by_ref().collect();
        assert_eq!(lines(&groups), [("a", 2)]);
        assert_eq!((groups[0].problems[0].line, groups[0].problems.len()), (3, 1));
        assert!(reader.is_incomplete());
    }
    for whole in ["Handle,Title\na,\"A\"", "Handle,Title\na,5\" pipe"] {
        let mut reader = Reader::new(whole.as_bytes(), EURO).unwrap();
        assert_eq!((reader.by_ref().count(), reader.is_incomplete()), (1, false), "{whole}");
    }
}

#[test]
fn an_endless_row_is_given_up_before_it_fills_the_memory() {
    for endless in [b'x', b'"', b'\n', b','] {
        let start: &[u8] = b"Handle,Title\na,A\nb,\"B";
        let read_bytes = std::cell::Cell::new(0);
        let file = Counted(start.chain(io::repeat(endless)), &read_bytes);
        let mut reader = Reader::new(file, EURO).unwrap();
        let groups: Vec<_> = reader.by_ref().take(3).collect();
        assert_eq!(lines(&groups), [("a", 2)]);
        assert!(groups[0].problems.last().unwrap().reason.contains("longer than 4 MiB"), "{endless}");
        assert!(reader.is_incomplete());
        assert!(read_bytes.get() < MAX_ROW_BYTES + 200_000);
    }
}

#[test]
fn a_product_without_end_comes_in_groups() {
    let rows: Vec<_> = (0..25_000).map(|row| format!("a,,{row},V{row}")).collect();
    let rows = rows.join(
        "
",
    );
    let groups = read(format!("Handle,Title,Variant Price,Option1 Value\n{rows}")).unwrap();
    let counts: Vec<_> = groups.iter().map(|group| group.draft.variants.len()).collect();
    assert_eq!(counts, [10_000, 10_000, 5_000]);
    let groups = read(format!("Handle,Title\n{}", ",x\n".repeat(25_000))).unwrap();
    let counts: Vec<_> = groups.iter().map(|group| group.problems.len()).collect();
    assert_eq!(counts, [10_000, 10_000, 5_000]);
}

#[test]
fn a_file_that_breaks_off_keeps_what_was_read_and_says_so() {
    let file = b"Handle,Title\na,A\nb,B\n".chain(Broken);
    let mut reader = Reader::new(file, EURO).unwrap();
    let groups: Vec<_> = reader.by_ref().collect();
    assert_eq!(lines(&groups), [("a", 2), ("b", 3)]);
    assert_eq!(groups[1].problems[0].to_string(), "line 4: the file cannot be read on: the disk is gone");
    assert!(reader.is_incomplete());
}

#[test]
fn bytes_read_grow_to_the_size_of_the_file() {
    let file = "Handle,Title\na,A\na,\nb,B\n";
    let read: Vec<_> = read(file).unwrap().iter().map(|group| group.bytes_read).collect();
    assert_eq!(read, [20, file.len() as u64]);
}

#[test]
fn the_columns_kept_as_metafields_are_told_with_their_headers() {
    let file = "Handle,Title,Price / EU,Price,My Color (product.metafields.custom.color)\n";
    let reader = Reader::new(file.as_bytes(), EURO).unwrap();
    let headers: Vec<_> = reader.extras().map(|extra| extra.header.as_str()).collect();
    assert_eq!(headers, ["My Color (product.metafields.custom.color)", "Price / EU"]);
}

/// Counts what is read.
struct Counted<'a, R>(R, &'a std::cell::Cell<u64>);

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        self.1.set(self.1.get() + length as u64);
        Ok(length)
    }
}

/// Fails on the first byte.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}
