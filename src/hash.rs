//! The hash by which a result knows its inputs and its files again: SHA-256 in hexadecimal.

use std::fmt::Write as _;
use std::io::{self, BufRead, Write};

use sha2::{Digest as _, Sha256};

/// The hash of bytes.
pub fn sha256(bytes: &[u8]) -> String {
    in_hexadecimal(&Sha256::digest(bytes))
}

/// The hash of all that is read, piece by piece.
///
/// # Errors
/// Those of reading.
pub fn sha256_of(mut reader: impl BufRead) -> io::Result<String> {
    let mut hasher = Sha256::new();
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(in_hexadecimal(&hasher.finalize()));
        }
        hasher.update(piece);
        let length = piece.len();
        reader.consume(length);
    }
}

/// Hashes what is written as it passes.
pub struct Hashing<W> {
    out: W,
    hasher: Sha256,
}

impl<W: Write> Hashing<W> {
    /// Nothing has been written to `out` yet.
    pub fn new(out: W) -> Self {
        Self { out, hasher: Sha256::new() }
    }

    /// The hash of all that was written.
    pub fn finish(self) -> String {
        in_hexadecimal(&self.hasher.finalize())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_hashed_however_little_is_taken_at_once() {
        let mut room = [0; 3];
        let mut hashing = Hashing::new(&mut room[..]);
        assert_eq!((hashing.write(b"ab").unwrap(), hashing.write(b"cde").unwrap()), (2, 1));
        assert_eq!(hashing.finish(), sha256(b"abc"));
        assert_eq!(&room, b"abc");
    }

    #[test]
    fn the_hash_is_the_published_one_however_it_is_read() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), abc);
        assert_eq!(sha256_of(io::BufReader::with_capacity(2, &b"abc"[..])).unwrap(), abc);
    }
}
