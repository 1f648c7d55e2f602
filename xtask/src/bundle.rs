//! Writing the bundle: compressed as far as it goes, with a manifest the binary's build script embeds it by.

use super::Outcome;
use super::page::File;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// What a first visit may cost, compressed by brotli. A ratchet: 700 KiB were wanted.
const BUDGET: usize = 400 * 1024;
const MANIFEST: &str = "manifest.json";

/// What is in the folder.
#[derive(Serialize, Deserialize)]
struct Manifest {
    /// The hash of what it was made of.
    stamp: String,
    files: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    name: String,
    /// Whether every first visit needs it.
    first_load: bool,
    bytes: usize,
    /// The size of `name.br`; nothing when it is not compressed.
    brotli: usize,
    /// The size of `name.gz`.
    gzip: usize,
}

/// A file with its compressed forms.
struct Packed {
    file: File,
    brotli: Vec<u8>,
    gzip: Vec<u8>,
}

/// Whether the folder holds what these inputs make.
pub fn is_made_of(folder: &Path, stamp: &str) -> bool {
    let read = fs::read(folder.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    read.is_some_and(|manifest| manifest.stamp == stamp)
}

/// Writes the folder anew and says the sizes.
pub fn write(folder: &Path, stamp: &str, dev: bool, files: Vec<File>) -> Outcome<String> {
    // Aside first: a server that embeds or serves the folder never sees half of it.
    let fresh = folder.with_extension("new");
    let fails = |what: &Path, error: std::io::Error| format!("{} cannot be written: {error}", what.display());
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh).map_err(|error| fails(&fresh, error))?;
    let packed = pack(files, dev);
    let mut listed = Vec::new();
    for Packed { file, brotli, gzip } in &packed {
        let compressed = !brotli.is_empty();
        let forms = [("", &file.bytes), (".br", brotli), (".gz", gzip)];
        for (ending, bytes) in forms.into_iter().take(if compressed { 3 } else { 1 }) {
            let path = fresh.join(format!("{}{ending}", file.name));
            fs::write(&path, bytes).map_err(|error| fails(&path, error))?;
        }
        let (name, bytes) = (file.name.clone(), file.bytes.len());
        listed.push(Listed { name, first_load: file.first_load, bytes, brotli: brotli.len(), gzip: gzip.len() });
    }
    let manifest = serde_json::to_vec_pretty(&Manifest { stamp: stamp.to_owned(), files: listed }).map_err(|error| error.to_string())?;
    fs::write(fresh.join(MANIFEST), manifest).map_err(|error| fails(&fresh, error))?;
    let _ = fs::remove_dir_all(folder);
    fs::rename(&fresh, folder).map_err(|error| fails(folder, error))?;
    let first: usize = packed.iter().filter(|packed| packed.file.first_load).map(|packed| packed.brotli.len()).sum();
    let words = report(folder, &packed, first, dev);
    if first > BUDGET {
        return Err(format!("{words}\na first visit may cost {} KB: take something out, or load it when it is needed", BUDGET / 1024));
    }
    Ok(words)
}

fn pack(files: Vec<File>, dev: bool) -> Vec<Packed> {
    let one = |file: File| {
        let (brotli, gzip) = if dev { (Vec::new(), Vec::new()) } else { (brotli(&file.bytes), gzip(&file.bytes)) };
        Packed { file, brotli, gzip }
    };
    std::thread::scope(|scope| {
        let working: Vec<_> = files.into_iter().map(|file| scope.spawn(move || one(file))).collect();
        working.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    // Writing into memory cannot fail.
    let _ = brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params);
    packed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn report(folder: &Path, packed: &[Packed], first: usize, dev: bool) -> String {
    let mut words = format!("The builder is in {}", folder.display());
    for Packed { file, brotli, gzip } in packed {
        let compressed = if dev { String::new() } else { format!("  br {:>9}  gz {:>9}", brotli.len(), gzip.len()) };
        let _ = write!(words, "\n  {:>10} {}{compressed}", file.bytes.len(), file.name);
    }
    if !dev {
        let _ = write!(words, "\n  first visit: {} KB of {} KB by brotli", first.div_ceil(1024), BUDGET / 1024);
    }
    words
}
