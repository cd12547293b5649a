//! Compressed values of the catalog.
//!
//! Never here: SQL, what the values mean.

use crate::error::{Error, Result};
use crate::parse::Parsed;
use crate::store::outline;

/// Bytes compressed with zstd, with a checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed(pub(super) Vec<u8>);

/// Nothing that is stored is larger: the largest file is 1 GiB, and decoding at most triples it.
const MAX_UNPACKED_BYTES: u64 = 4 << 30;
const COMPRESSION_LEVEL: i32 = 3;

impl Packed {
    pub(super) fn pack(bytes: &[u8]) -> Result<Packed> {
        let packed = zstd::bulk::Compressor::new(COMPRESSION_LEVEL).and_then(|mut compressor| {
            compressor.include_checksum(true)?;
            compressor.compress(bytes)
        });
        packed.map(Packed).map_err(|error| Error::internal(format!("cannot compress {} bytes: {error}", bytes.len())))
    }

    pub(super) fn unpack(&self) -> Option<Vec<u8>> {
        self.unpack_within(MAX_UNPACKED_BYTES)
    }

    /// The bytes, unless there are more than `most`.
    pub(super) fn unpack_within(&self, most: u64) -> Option<Vec<u8>> {
        let size = zstd::zstd_safe::get_frame_content_size(&self.0).ok()??;
        if size > most {
            return None;
        }
        zstd::bulk::decompress(&self.0, usize::try_from(size).ok()?).ok()
    }
}

/// The content of a file in the form in which it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackedContent {
    pub(super) text: Packed,
    pub(super) offsets: Option<Vec<u8>>,
    pub(super) outline: Packed,
}

impl PackedContent {
    /// Compresses a file's content; takes time, so workers do it.
    ///
    /// # Errors
    /// `INTERNAL` when the compressor refuses.
    pub(crate) fn new(text: &str, offsets: Option<Vec<u8>>, parsed: &Parsed) -> Result<PackedContent> {
        let outline = Packed::pack(&outline::encode(parsed))?;
        Ok(PackedContent { text: Packed::pack(text.as_bytes())?, offsets, outline })
    }
}
