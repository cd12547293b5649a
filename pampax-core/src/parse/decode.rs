//! Bytes to text, with the way back: which encoding, which characters, and where each of them lies in the file.
//!
//! Never here: disk, and what the text means.

mod offsets;

pub use offsets::OffsetMap;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// How many bytes at the start of a file decide whether it is text.
pub const HEAD_BYTES: usize = 8 << 10;

/// How many bytes the guess of a legacy encoding looks at.
const GUESS_BYTES: usize = 256 << 10;

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// The text, without a byte order mark; line ends as they are in the file.
    pub text: String,
    /// The name of the encoding, such as `UTF-8`, `UTF-16LE` or `Shift_JIS`.
    pub encoding: &'static str,
    /// The way from a byte of `text` to a byte of the file.
    pub offsets: OffsetMap,
}

/// Why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotText {
    /// The first bytes are those of a known binary format.
    #[error("the first bytes are those of {0}")]
    Magic(&'static str),
    /// There is a NUL byte near the start.
    #[error("there is a NUL byte at offset {0}")]
    Nul(usize),
    /// Too many bytes near the start are control characters.
    #[error("{controls} of the first {bytes} bytes are control characters")]
    Controls {
        /// The number of control characters.
        controls: usize,
        /// The number of bytes looked at.
        bytes: usize,
    },
    /// No encoding fits.
    #[error("no known encoding fits the bytes")]
    NoEncoding,
    /// The text or the file would pass 4 GiB.
    #[error("the text is longer than 4 GiB")]
    TooLong,
}

const MAGIC: &[(&[u8], &str)] = &[
    (b"\x7fELF", "an ELF file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"\x1f\x9d", "compress data"),
    (b"BZh91AY&SY", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\x04\x22\x4d\x18", "lz4 data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\xca\xfe\xba\xbe", "a class or Mach-O file"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O file"),
    (b"\x00asm", "a WebAssembly module"),
    (b"!<arch>\n", "an archive of object files"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS", "Ogg data"),
    (b"fLaC", "FLAC data"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\xff\xfe\x00\x00", "UTF-32 text"),
    (b"\x00\x00\xfe\xff", "UTF-32 text"),
];

/// What the start of a file says about its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Utf8Marked,
    Utf16 { little_endian: bool, marked: bool },
    Bytes,
}

/// The text of a file's `bytes`.
///
/// UTF-8 and UTF-16 are recognised with and without a byte order mark; anything else that is text is guessed. Malformed
/// sequences become U+FFFD, and the map knows their length.
///
/// # Errors
/// The reason why the bytes are not text.
pub fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    match kind(bytes)? {
        Kind::Utf8Marked => from_utf8_lossy(bytes, 3),
        Kind::Utf16 { little_endian, marked } => from_utf16(bytes, little_endian, marked),
        Kind::Bytes => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Decoded { text: text.to_owned(), encoding: "UTF-8", offsets: OffsetMap::default() }),
            Err(_) if is_mostly_utf8(bytes) => from_utf8_lossy(bytes, 0),
            Err(_) => from_legacy(bytes),
        },
    }
}

/// Why a file that starts with `head` is not text, as far as its first [`HEAD_BYTES`] bytes tell.
///
/// # Errors
/// The reason why the bytes are not text.
pub fn check_head(head: &[u8]) -> Result<(), NotText> {
    kind(head).map(|_| ())
}

fn kind(bytes: &[u8]) -> Result<Kind, NotText> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(NotText::Magic(name));
    }
    match head {
        [0xef, 0xbb, 0xbf, ..] => return Ok(Kind::Utf8Marked),
        [0xff, 0xfe, ..] => return Ok(Kind::Utf16 { little_endian: true, marked: true }),
        [0xfe, 0xff, ..] => return Ok(Kind::Utf16 { little_endian: false, marked: true }),
        _ => {}
    }
    if let Some(nul) = head.iter().position(|&byte| byte == 0) {
        let order = [true, false].into_iter().find(|&little_endian| is_utf16(head, little_endian));
        return order.map(|little_endian| Kind::Utf16 { little_endian, marked: false }).ok_or(NotText::Nul(nul));
    }
    let controls = head.iter().filter(|&&byte| is_control(u32::from(byte))).count();
    match controls * 20 > head.len() {
        true => Err(NotText::Controls { controls, bytes: head.len() }),
        false => Ok(Kind::Bytes),
    }
}

/// Control characters that text does not hold: all but those for space, backspace, escape and the end of a DOS file.
fn is_control(code: u32) -> bool {
    matches!(code, 0..=7 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f)
}

/// Whether unmarked bytes with a NUL among them read as UTF-16 text: well formed, free of control characters, and with
/// at least three ASCII characters in ten, as code and prose in every script have by their spaces and punctuation.
fn is_utf16(head: &[u8], little_endian: bool) -> bool {
    let (mut characters, mut ascii) = (0usize, 0usize);
    let mut rest = char::decode_utf16(units(head, little_endian)).peekable();
    while let Some(unit) = rest.next() {
        match unit {
            Ok(character) if is_control(u32::from(character)) => return false,
            Ok(character) => ascii += usize::from(character.is_ascii()),
            // The head may end inside a character.
            Err(_) if rest.peek().is_none() => {}
            Err(_) => return false,
        }
        characters += 1;
    }
    characters > 0 && ascii * 10 >= characters * 3
}

fn units(bytes: &[u8], little_endian: bool) -> impl Iterator<Item = u16> + '_ {
    bytes.chunks_exact(2).map(move |pair| match little_endian {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    })
}

/// Whether bytes that are not UTF-8 as a whole are UTF-8 with a few damaged places.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut malformed) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        malformed += usize::from(!chunk.invalid().is_empty());
    }
    valid >= malformed * 2
}

fn from_utf8_lossy(bytes: &[u8], mark: u8) -> Result<Decoded, NotText> {
    let mut writer = Writer::new(bytes.len());
    writer.mark(mark)?;
    for chunk in bytes.get(usize::from(mark)..).unwrap_or_default().utf8_chunks() {
        writer.copy(chunk.valid())?;
        if !chunk.invalid().is_empty() {
            writer.character(char::REPLACEMENT_CHARACTER, chunk.invalid().len())?;
        }
    }
    Ok(writer.finish("UTF-8"))
}

fn from_utf16(bytes: &[u8], little_endian: bool, marked: bool) -> Result<Decoded, NotText> {
    let mut writer = Writer::new(bytes.len());
    let mark = if marked { 2 } else { 0 };
    writer.mark(mark)?;
    let body = bytes.get(usize::from(mark)..).unwrap_or_default();
    for unit in char::decode_utf16(units(body, little_endian)) {
        match unit {
            Ok(character) => writer.character(character, character.len_utf16() * 2)?,
            Err(_) => writer.character(char::REPLACEMENT_CHARACTER, 2)?,
        }
    }
    if body.len() % 2 == 1 {
        writer.character(char::REPLACEMENT_CHARACTER, 1)?;
    }
    Ok(writer.finish(if little_endian { "UTF-16LE" } else { "UTF-16BE" }))
}

fn from_legacy(bytes: &[u8]) -> Result<Decoded, NotText> {
    let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(64);
    let sample = &bytes[start..bytes.len().min(start + GUESS_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, start + sample.len() == bytes.len());
    let decoded = from_encoding(bytes, detector.guess(None, Utf8Detection::Deny))?;
    let replaced = decoded.text.chars().filter(|&character| character == char::REPLACEMENT_CHARACTER).count();
    match replaced * 20 > bytes.len() {
        true => Err(NotText::NoEncoding),
        false => Ok(decoded),
    }
}

/// Decodes an ASCII-compatible, stateless encoding. Every guess of the detector is one once ISO-2022-JP is denied.
fn from_encoding(bytes: &[u8], encoding: &'static Encoding) -> Result<Decoded, NotText> {
    let single = single_bytes(encoding);
    let mut writer = Writer::new(bytes.len());
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let ascii = rest.iter().take_while(|byte| byte.is_ascii()).count();
        if ascii > 0 {
            writer.copy(&String::from_utf8_lossy(&rest[..ascii]))?;
            rest = &rest[ascii..];
            continue;
        }
        let taken = match single[usize::from(first)] {
            Some(character) => {
                writer.character(character, 1)?;
                1
            }
            None if encoding.is_single_byte() => {
                writer.character(char::REPLACEMENT_CHARACTER, 1)?;
                1
            }
            None => writer.sequence(rest, encoding)?,
        };
        rest = &rest[taken..];
    }
    Ok(writer.finish(encoding.name()))
}

/// What each byte means alone, for the bytes that mean something alone.
fn single_bytes(encoding: &'static Encoding) -> [Option<char>; 256] {
    std::array::from_fn(|byte| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&[byte as u8]).map(String::from)?;
        text.chars().next()
    })
}

/// Text and its map, growing together.
struct Writer {
    text: String,
    offsets: OffsetMap,
}

impl Writer {
    fn new(capacity: usize) -> Writer {
        Writer { text: String::with_capacity(capacity), offsets: OffsetMap::default() }
    }

    fn push(&mut self, count: usize, text_bytes: usize, source_bytes: usize) -> Result<(), NotText> {
        let count = u32::try_from(count).map_err(|_| NotText::TooLong)?;
        // Both widths are at most 6: no character of any encoding is longer on either side.
        self.offsets.push(count, text_bytes as u8, source_bytes as u8).ok_or(NotText::TooLong)
    }

    /// A byte order mark of `bytes` bytes, which has no text.
    fn mark(&mut self, bytes: u8) -> Result<(), NotText> {
        if bytes == 0 { Ok(()) } else { self.push(1, 0, usize::from(bytes)) }
    }

    /// Text that is the same bytes in the file.
    fn copy(&mut self, text: &str) -> Result<(), NotText> {
        self.text.push_str(text);
        if text.is_empty() { Ok(()) } else { self.push(text.len(), 1, 1) }
    }

    fn character(&mut self, character: char, source_bytes: usize) -> Result<(), NotText> {
        self.text.push(character);
        self.push(1, character.len_utf8(), source_bytes)
    }

    /// The shortest prefix of `bytes` that is a whole sequence of `encoding`, or a malformed one; its length.
    fn sequence(&mut self, bytes: &[u8], encoding: &'static Encoding) -> Result<usize, NotText> {
        for length in 2..=bytes.len().min(4) {
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes[..length]);
            if let Some(text) = decoded {
                self.text.push_str(&text);
                return self.push(1, text.len(), length).map(|()| length);
            }
        }
        // An ASCII byte after a broken lead byte is itself; any other byte belongs to the broken sequence.
        let length = if bytes.get(1).is_some_and(|byte| !byte.is_ascii()) { 2 } else { 1 };
        self.character(char::REPLACEMENT_CHARACTER, length).map(|()| length)
    }

    fn finish(self, encoding: &'static str) -> Decoded {
        Decoded { text: self.text, encoding, offsets: self.offsets }
    }
}

#[cfg(test)]
mod tests;
