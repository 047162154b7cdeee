//! A bounded tree of elements with their namespaces. Comments and processing instructions are left
//! out; it knows nothing of invoices.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use super::Refused;
use crate::read::text_in_charset;

const BYTES_MAX: usize = 16 * 1024 * 1024;
const DEPTH_MAX: usize = 48;
const ELEMENTS_MAX: usize = 400_000;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text directly in it, trimmed.
    pub(super) text: String,
    /// First byte and the byte after the last, tags included.
    pub(super) bytes: [usize; 2],
}

impl Element {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub(super) fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element along a path of names, `a/b/c`.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        let mut element = self;
        for name in path.split('/') {
            element = element.child(name)?;
        }
        Some(element)
    }

    /// The words at a path, if there are any.
    pub(super) fn words(&self, path: &str) -> Option<String> {
        self.at(path).map(|element| element.text.clone()).filter(|text| !text.is_empty())
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Bytes as text: UTF-8, UTF-16 with a mark, or the encoding that the declaration names.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Refused> {
    if bytes.len() > BYTES_MAX {
        return Err(Refused::TooLarge { bytes: bytes.len(), max: BYTES_MAX });
    }
    let start = String::from_utf8_lossy(bytes.get(..120).unwrap_or(bytes)).into_owned();
    let named = start.split_once("encoding=").and_then(|(_, rest)| {
        rest.get(1..)?.split(['"', '\'']).next().map(str::to_ascii_lowercase)
    });
    let named = named.filter(|_| start.trim_start_matches('\u{feff}').starts_with("<?xml"));
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let charset = if marked { Some("utf-16".to_owned()) } else { named };
    let utf8 = |bytes: &[u8]| {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        String::from_utf8(bytes.to_vec()).map_err(|error| Refused::NotXml {
            at: error.utf8_error().valid_up_to(),
            what: "not utf-8".to_owned(),
        })
    };
    match charset.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii") => utf8(bytes),
        Some(other) => match text_in_charset(other, bytes) {
            Some(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
            None => utf8(bytes),
        },
    }
}

/// The outermost element of a document.
pub(super) fn parse(text: &str) -> Result<Element, Refused> {
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let not_xml = |what: String| Refused::NotXml { at, what };
        let event = reader.read_event().map_err(|error| not_xml(error.to_string()))?;
        let after = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() >= DEPTH_MAX {
                    return Err(Refused::TooMuch { what: "elements are nested too deep" });
                }
                open.push(element(&reader, &start, [at, after])?);
            }
            Event::Empty(start) => {
                count += 1;
                close(element(&reader, &start, [at, after])?, &mut open, &mut root, at)?;
            }
            Event::End(_) => {
                let Some(mut done) = open.pop() else { return Err(not_xml("an end tag".into())) };
                done.bytes = [done.bytes[0], after];
                done.text = done.text.trim().to_owned();
                close(done, &mut open, &mut root, at)?;
            }
            Event::Text(words) => add(&mut open, &words.xml10_content()),
            Event::CData(words) => add(&mut open, &words.xml10_content()),
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().map_err(|e| not_xml(e.to_string()))?;
                let predefined = quick_xml::escape::resolve_predefined_entity(&name);
                match (character, predefined) {
                    (Some(character), _) => add(&mut open, &character.to_string()),
                    (None, Some(words)) => add(&mut open, words),
                    (None, None) => return Err(not_xml("an unknown entity".to_owned())),
                }
            }
            Event::DocType(_) => return Err(Refused::DocumentType),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if count > ELEMENTS_MAX {
            return Err(Refused::TooMuch { what: "too many elements" });
        }
    }
    let end = text.len();
    let cut = |what: &str| Refused::NotXml { at: end, what: what.to_owned() };
    if !open.is_empty() {
        return Err(cut("the document ends within an element"));
    }
    root.ok_or_else(|| cut("there is no element"))
}

fn add(open: &mut [Element], words: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(words);
    }
}

fn close(
    done: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
    at: usize,
) -> Result<(), Refused> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => {
            return Err(Refused::NotXml { at, what: "a second outermost element".to_owned() });
        }
    }
    Ok(())
}

fn element(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    bytes: [usize; 2],
) -> Result<Element, Refused> {
    let not_xml = |what: String| Refused::NotXml { at: bytes[0], what };
    let (namespace, name) = reader.resolver().resolve_element(start.name());
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => {
            return Err(not_xml(format!("the prefix {prefix:?} is not declared")));
        }
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| not_xml(error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| not_xml(error.to_string()))?.into_owned();
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    let name = name.as_ref().to_owned();
    Ok(Element { name, namespace, attributes, bytes, ..Element::default() })
}
