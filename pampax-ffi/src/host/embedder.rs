//! The embedder of a program.

use super::{pampax_failure, pampax_host, pampax_watch, set};
use crate::boundary::{Table, Userdata, Versioned, adopt, needed};
use crate::error::pampax_error;
use crate::pampax_status;
use crate::text::{c_text, text};
use pampax_core::host::{BoxError, Embedder, Purpose};
use pampax_core::{Error, Result, Watch};
use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

/// The texts are pieces of indexed files.
pub const PAMPAX_PURPOSE_DOCUMENT: i32 = 0;
/// The text is a question.
pub const PAMPAX_PURPOSE_QUERY: i32 = 1;

/// Texts that a callback is given. They belong to the engine and are valid until the callback returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_texts {
    /// `count` texts, each of which ends with a NUL.
    pub items: *const *const c_char,
    /// Their lengths in bytes, without the NUL.
    pub lengths: *const usize,
    /// How many there are.
    pub count: usize,
}

/// Turns texts into vectors.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_embedder {
    /// `sizeof(pampax_embedder)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// A stable name of the model and its version; it is copied. Vectors of different ids are never compared.
    pub id: *const c_char,
    /// The number of components of every vector, at least 1.
    pub dimensions: usize,
    /// Writes one vector for each text into `vectors`, one after another: `texts->count * dimensions` numbers. Returns 0,
    /// or anything else when it fails. `purpose` is `PAMPAX_PURPOSE_DOCUMENT` or `PAMPAX_PURPOSE_QUERY`.
    pub embed: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            texts: *const pampax_texts,
            purpose: i32,
            vectors: *mut f32,
            watch: *const pampax_watch,
            failure: *mut pampax_failure,
        ) -> i32,
    >,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds numbers, pointers and functions that may be NULL.
unsafe impl Versioned for pampax_embedder {}
// SAFETY: as above.
unsafe impl Table for pampax_embedder {}

type Embed = unsafe extern "C" fn(
    *mut c_void,
    *const pampax_texts,
    i32,
    *mut f32,
    *const pampax_watch,
    *mut pampax_failure,
) -> i32;

struct CEmbedder {
    userdata: Userdata,
    id: String,
    dimensions: usize,
    embed: Embed,
}

impl CEmbedder {
    /// # Safety
    /// As [`adopt`].
    unsafe fn new(table: *const pampax_embedder) -> Result<CEmbedder> {
        // SAFETY: as for this function.
        let (table, userdata) = unsafe { adopt(table, "embedder") }?;
        let embed = needed(table.embed, "embed")?;
        // SAFETY: as for this function.
        let id = unsafe { text(table.id, "id") }?.to_owned();
        match table.dimensions {
            0 => Err(Error::argument("dimensions", "a vector has at least one component")),
            dimensions => Ok(CEmbedder { userdata, id, dimensions, embed }),
        }
    }
}

impl Embedder for CEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        let purpose = match purpose {
            Purpose::Query => PAMPAX_PURPOSE_QUERY,
            _ => PAMPAX_PURPOSE_DOCUMENT,
        };
        let count = texts.len().checked_mul(self.dimensions).ok_or("so many numbers cannot be held")?;
        // What a callback leaves out is no number, which the engine refuses.
        let mut vectors = vec![f32::NAN; count];
        let (texts, watch) = (Texts::new(texts), pampax_watch(watch.clone()));
        let mut failure = pampax_failure::default();
        let list = texts.list();
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        let status = unsafe {
            (self.embed)(self.userdata.pointer(), &list, purpose, vectors.as_mut_ptr(), &watch, &mut failure)
        };
        failure.outcome(status)?;
        Ok(vectors)
    }
}

/// Texts in the form that C has them in.
pub(super) struct Texts {
    _texts: Vec<CString>,
    pointers: Vec<*const c_char>,
    lengths: Vec<usize>,
}

impl Texts {
    pub fn new(texts: &[&str]) -> Texts {
        let texts: Vec<CString> = texts.iter().map(|text| c_text(*text)).collect();
        let pointers = texts.iter().map(|text| text.as_ptr()).collect();
        let lengths = texts.iter().map(|text| text.as_bytes().len()).collect();
        Texts { _texts: texts, pointers, lengths }
    }

    pub fn list(&self) -> pampax_texts {
        pampax_texts { items: self.pointers.as_ptr(), lengths: self.lengths.as_ptr(), count: self.lengths.len() }
    }
}

/// Gives a host an embedder. The table is copied; its callback is called from any thread, also from several at once.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_set_embedder(
    host: *mut pampax_host,
    embedder: *const pampax_embedder,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        set(host, out_error, || {
            let embedder = Arc::new(CEmbedder::new(embedder)?);
            Ok(Box::new(|host| host.with_embedder(embedder)))
        })
    }
}
