//! Standard output.
//!
//! Whoever reads it may have seen enough (`vitrine documents list | head`): then the command ends without a word, as
//! one that succeeded. Nothing is lost by that, for what commands change is committed before they tell of it.

use std::fmt::Arguments;
use std::io::{ErrorKind, Result, Write, stdout};
use std::process::exit;

/// Standard output for long texts.
pub struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        or_end(stdout().write(bytes))
    }

    fn flush(&mut self) -> Result<()> {
        or_end(stdout().flush())
    }
}

/// Prints a line, as `println!` does. Where it cannot be written, as on a full disk, the command ends with the code 1.
pub fn line(text: Arguments<'_>) {
    if let Err(error) = or_end(writeln!(stdout().lock(), "{text}")) {
        eprintln!("vitrine: cannot write to standard output: {error}");
        exit(1);
    }
}

fn or_end<T>(done: Result<T>) -> Result<T> {
    if done.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        exit(0);
    }
    done
}

/// Prints a line, formatted as `println!` formats.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::out::line(format_args!($($text)*)) };
}
