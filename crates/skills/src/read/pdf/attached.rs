//! Files within a PDF (`AF` of the catalogue, the `EmbeddedFiles` of the names tree, else any file
//! specification), and whether a page holds a picture. It opens none of them.

use pdf_extract::{Dictionary, Document, Object, ObjectId};

use super::Attached;

const FILES_MAX: usize = 64;
/// What one file may come to when unpacked, in bytes.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
const DEPTH_MAX: usize = 16;

/// All files within, each once.
pub(super) fn files(document: &Document) -> Vec<Attached> {
    let mut files: Vec<Attached> = Vec::new();
    let mut seen: Vec<ObjectId> = Vec::new();
    let mut specifications: Vec<&Dictionary> = Vec::new();
    if let Ok(catalog) = document.catalog() {
        let associated = catalog.get(b"AF").ok().and_then(|af| resolved(document, af));
        let associated = associated.and_then(|af| af.as_array().ok()).into_iter().flatten();
        specifications.extend(associated.filter_map(|one| dictionary(document, one)));
        let names = catalog.get(b"Names").ok().and_then(|names| dictionary(document, names));
        let tree = names.and_then(|names| names.get(b"EmbeddedFiles").ok());
        if let Some(tree) = tree.and_then(|tree| dictionary(document, tree)) {
            walk(document, tree, 0, &mut specifications);
        }
    }
    // Whatever else says of itself that it is one.
    let all = document.objects.values().filter_map(|object| object.as_dict().ok());
    specifications.extend(all.filter(|dictionary| {
        dictionary.get(b"Type").and_then(Object::as_name).is_ok_and(|name| name == b"Filespec")
    }));
    for specification in specifications {
        if files.len() >= FILES_MAX {
            break;
        }
        files.extend(file(document, specification, &mut seen));
    }
    files
}

fn walk<'a>(
    document: &'a Document,
    node: &'a Dictionary,
    depth: usize,
    found: &mut Vec<&'a Dictionary>,
) {
    if depth > DEPTH_MAX || found.len() > FILES_MAX {
        return;
    }
    let list = |name: &[u8]| {
        let list = node.get(name).ok().and_then(|list| resolved(document, list));
        list.and_then(|list| list.as_array().ok()).map(Vec::as_slice).unwrap_or_default()
    };
    // Names and values take turns.
    found.extend(list(b"Names").iter().skip(1).step_by(2).filter_map(|o| dictionary(document, o)));
    for kid in list(b"Kids").iter().filter_map(|kid| dictionary(document, kid)) {
        walk(document, kid, depth + 1, found);
    }
}

fn file(
    document: &Document,
    specification: &Dictionary,
    seen: &mut Vec<ObjectId>,
) -> Option<Attached> {
    let held = dictionary(document, specification.get(b"EF").ok()?)?;
    let held = held.get(b"UF").or_else(|_| held.get(b"F")).ok()?;
    if let Ok(id) = held.as_reference() {
        if seen.contains(&id) {
            return None;
        }
        seen.push(id);
    }
    let stream = resolved(document, held)?.as_stream().ok()?;
    let bytes = match stream.dict.get(b"Filter") {
        Ok(_) => stream.decompressed_content().ok()?,
        Err(_) => stream.content.clone(),
    };
    let words = |name: &[u8]| {
        let value = resolved(document, specification.get(name).ok()?)?;
        Some(text(value.as_str().ok()?))
    };
    let relationship = specification.get(b"AFRelationship").and_then(Object::as_name).ok();
    (bytes.len() <= FILE_BYTES_MAX).then(|| Attached {
        name: words(b"UF").or_else(|| words(b"F")).unwrap_or_default(),
        relationship: relationship.map(|name| String::from_utf8_lossy(name).into_owned()),
        bytes,
    })
}

/// A text string of PDF: UTF-16 with a mark, else close to Latin-1.
fn text(bytes: &[u8]) -> String {
    if let Some(wide) = bytes.strip_prefix(b"\xfe\xff") {
        let units = wide.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        return char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    resolved(document, object)?.as_dict().ok()
}

/// Whether a page draws a picture of at least a few hundred dots.
pub(super) fn has_picture(document: &Document, page: u32) -> bool {
    let pages = document.get_pages();
    let Some(id) = pages.get(&page) else { return false };
    let images = document.get_page_images(*id).unwrap_or_default();
    images.iter().any(|image| image.width >= 300 && image.height >= 300)
}
