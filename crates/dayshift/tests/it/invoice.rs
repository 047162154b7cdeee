//! `skill invoice` from outside: XML, a PDF with XML in it, pages, bombs, and pictures read by
//! programs that stand in for the real ones.

use crate::program::{Ran, command, finished, run};
use std::fs;
use std::path::Path;

const UBL: &str = include_str!("../../../skills/src/invoice/xml/samples/twin_ubl.xml");
const CII: &str = include_str!("../../../skills/src/invoice/xml/samples/twin_cii.xml");

fn read(dir: &Path, name: &str, bytes: &[u8], more: &[&str]) -> Ran {
    fs::write(dir.join(name), bytes).unwrap();
    run(dir, &[&["skill", "invoice", name, "--json"], more].concat())
}

/// A PDF whose page is a stream with these entries, and with one file within.
fn pdf(entries: &str, content: &[u8], attached: &str) -> Vec<u8> {
    let stream = |entries: &str, bytes: &[u8]| {
        let mut object = format!("<<{entries}/Length {}>>\nstream\n", bytes.len()).into_bytes();
        object.extend_from_slice(bytes);
        object.extend_from_slice(b"\nendstream");
        object
    };
    let plain = |object: &str| object.as_bytes().to_vec();
    let objects = [
        plain("<</Type/Catalog/Pages 2 0 R/AF[6 0 R]>>"),
        plain("<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        plain(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
             /Resources<</Font<</F 5 0 R>>/XObject<</P 8 0 R>>>>>>",
        ),
        stream(entries, content),
        plain("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
        plain("<</Type/Filespec/F(factur-x.xml)/EF<</F 7 0 R>>>>"),
        stream("/Type/EmbeddedFile", attached.as_bytes()),
        stream("/Type/XObject/Subtype/Image/Width 600/Height 800/BitsPerComponent 1", b"0"),
    ];
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend_from_slice(format!("{} 0 obj\n", at + 1).as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let (table, size) = (bytes.len(), objects.len() + 1);
    let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
    places.iter().for_each(|place| end.push_str(&format!("{place:010} 00000 n \n")));
    end.push_str(&format!("trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{table}\n%%EOF\n"));
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

const PAGE: &[u8] = b"BT /F 10 Tf 50 800 Td (Oak Ltd) Tj 0 -20 Td (Invoice No: OL-9) Tj \
    0 -20 Td (Invoice Date: 14 March 2026) Tj 0 -20 Td (Total) Tj 200 0 Td (EUR 12.50) Tj ET";

/// Zeros as DEFLATE (RFC 1951) makes them smallest with its fixed codes: 13 bits for 258 bytes.
fn deflated_zeros(bytes: usize) -> Vec<u8> {
    let mut packed = vec![0x78, 0x9c];
    let (mut held, mut count) = (0_u8, 0);
    let mut bit = |bit: u8| {
        held |= bit << count;
        count += 1;
        if count == 8 {
            packed.push(held);
            (held, count) = (0, 0);
        }
    };
    let mut code = |bits: &str| bits.bytes().for_each(|b| bit(b - b'0'));
    code("11000110000");
    (0..bytes / 258).for_each(|_| code("1100010100000"));
    code("000000000000000");
    packed
}

#[test]
fn twins_give_the_same_fields_by_the_names_of_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let one = read(dir.path(), "a.xml", UBL.as_bytes(), &[]).well();
    let other = read(dir.path(), "b.xml", CII.as_bytes(), &[]).well();
    let names = [
        "number",
        "issue_date",
        "due_date",
        "seller",
        "buyer",
        "iban",
        "currency",
        "net",
        "tax",
        "total",
        "lines",
        "checks",
    ];
    for name in names {
        assert!(!one[name].is_null(), "{name}: {one}");
        assert_eq!(one[name], other[name], "{name}");
    }
    assert_eq!((&one["seller"], &one["total"]), (&"Harbour & Pine GmbH".into(), &"107.10".into()));
}

#[test]
fn an_invoice_that_does_not_add_up_is_refused_with_the_rule_and_still_shown() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = UBL.replace(">107.10</b:TaxInc", ">170.10</b:TaxInc");
    let told = read(dir.path(), "a.xml", wrong.as_bytes(), &[]);
    assert!(told.ended_with(1).stderr.contains("BR-CO-15"), "{told:?}");
    let object = told.json();
    assert_eq!((&object["ok"], &object["number"]), (&false.into(), &"HP-2031".into()));
}

#[test]
fn a_pdf_is_read_from_its_xml_or_on_demand_from_its_page() {
    let dir = tempfile::tempdir().unwrap();
    let both = pdf("", PAGE, CII);
    assert_eq!(read(dir.path(), "a.pdf", &both, &[]).well()["number"], "HP-2031");
    let page = read(dir.path(), "a.pdf", &both, &["--ignore-xml"]).well();
    assert_eq!((&page["number"], &page["total"]), (&"OL-9".into(), &"12.50".into()));
    assert_eq!(page["issue_date"], "2026-03-14");
    assert_eq!(page["spans"]["number"]["page"], 1, "{page}");
    let broken = pdf("", PAGE, &CII.replace("<ID>HP-2031</ID>", ""));
    let told = read(dir.path(), "a.pdf", &broken, &[]);
    assert!(told.ended_with(1).stderr.contains("BT-1"), "{told:?}");
}

#[test]
fn a_pdf_is_read_as_text_too() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.pdf"), pdf("", PAGE, CII)).unwrap();
    let read = run(dir.path(), &["skill", "read", "a.pdf", "--json"]).well();
    assert!(read["text"].as_str().unwrap().contains("Invoice No: OL-9"), "{read}");
    assert_eq!(read["fields"]["attachments"][0], "factur-x.xml", "{read}");
}

#[test]
fn bombs_and_damage_are_refused_and_the_program_lives() {
    let dir = tempfile::tempdir().unwrap();
    let bomb = pdf("/Filter/FlateDecode", &deflated_zeros(600 << 20), "");
    let told = read(dir.path(), "bomb.pdf", &bomb, &[]);
    assert!(told.ended_with(1).stderr.contains("memory or time"), "{told:?}");
    let deep = format!("%PDF-1.7\n1 0 obj\n{}", "[".repeat(2_000_000));
    read(dir.path(), "deep.pdf", deep.as_bytes(), &[]).ended_with(1);
    read(dir.path(), "cut.pdf", &pdf("", PAGE, CII)[..300], &[]).ended_with(1);
    read(dir.path(), "none.bin", &[0, 159, 146, 150], &[]).ended_with(1);
}

#[test]
fn a_scan_is_read_where_the_programs_for_it_are_and_said_where_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let scan = pdf("", b"q 595 0 0 842 0 0 cm /P Do Q", "");
    fs::write(dir.path().join("scan.pdf"), scan).unwrap();
    let programs = dir.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let read = |path: &Path| {
        let words = ["skill", "invoice", "scan.pdf", "--ignore-xml", "--json"];
        finished(command(dir.path(), &words).env("PATH", path)).well()
    };
    let without = read(&programs);
    let says = without["warnings"].to_string();
    assert!(says.contains("pdftoppm is not installed"), "{without}");
    let head = "level page_num block_num par_num line_num word_num left top width height conf text";
    let row = |left: u32, word: &str| format!("5 1 1 1 1 1 {left} 100 90 40 90 {word}");
    let rows = [head.to_owned(), row(100, "Invoice"), row(200, "No:"), row(300, "OL-77")];
    let table = rows.join("\n").replace(' ', "\t");
    let ocr = format!(
        "#!/bin/sh\ncase \"$1\" in --list-langs) echo eng;; *) cat <<'X'\n{table}\nX\n;; esac\n"
    );
    for (name, script) in [("pdftoppm", "#!/bin/sh\necho P5\n"), ("tesseract", ocr.as_str())] {
        let file = programs.join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::join_paths([programs.as_path(), Path::new("/bin"), Path::new("/usr/bin")]);
    let with = read(Path::new(&path.unwrap()));
    assert_eq!(with["number"], "OL-77", "{with}");
}
