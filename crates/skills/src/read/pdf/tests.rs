//! Small PDFs made by hand: words and their places, files within, and damage.

use super::{PdfError, page_of_tsv, read_pdf, rows};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

/// A PDF of one page with these contents and one attached file.
pub(crate) fn small_pdf(content: &str, attached: Option<(&str, &str)>) -> Vec<u8> {
    let names = match attached {
        Some(_) => "/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>",
        None => "",
    };
    let stream = |entries: &str, text: &str| {
        format!("<<{entries}/Length {}>>\nstream\n{text}\nendstream", text.len())
    };
    let (name, file) = attached.unwrap_or(("none", ""));
    let objects = [
        format!("<</Type/Catalog/Pages 2 0 R{names}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F 5 0 R>>>>>>"
            .to_owned(),
        stream("", content),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        format!("<</Type/Filespec/F({name})/AFRelationship/Alternative/EF<</F 7 0 R>>>>"),
        stream("/Type/EmbeddedFile", file),
    ];
    let mut pdf = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        pdf.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = objects.len() + 1;
    pdf.push_str(&format!("trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{table}\n%%EOF\n"));
    pdf.into_bytes()
}

const TWO_COLUMNS: &str = "BT /F 10 Tf 50 800 Td (Invoice No) Tj 300 0 Td (HP-2031) Tj \
    -300 -20 Td (Total) Tj 300 0 Td (12.50) Tj ET";

#[test]
fn words_have_their_places() {
    let pdf = read_pdf(&small_pdf(TWO_COLUMNS, None)).unwrap();
    let texts: Vec<&str> = pdf.pages[0].words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["Invoice", "No", "HP-2031", "Total", "12.50"]);
    let number = &pdf.pages[0].words[2];
    assert!((number.left - 350.0).abs() < 1.0 && (number.bottom - 42.0).abs() < 1.0, "{number:?}");
    assert_eq!(pdf.text(), "Invoice No   HP-2031\nTotal   12.50\n");
}

#[test]
fn far_words_are_cells_of_their_own() {
    let pdf = read_pdf(&small_pdf(TWO_COLUMNS, None)).unwrap();
    let rows = rows(&pdf.pages[0]);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].cells[0].text, "Invoice No");
    assert_eq!(rows[0].cells[1].text, "HP-2031");
    let [left, _, right, _] = rows[0].cells[0].area(8, 10);
    assert!(left > rows[0].cells[0].left && right <= rows[0].cells[0].right);
}

#[test]
fn a_turned_page_is_read_along_its_lines() {
    let turned = "BT /F 10 Tf 0 1 -1 0 100 50 Tm (Total 12.50) Tj ET";
    let pdf = read_pdf(&small_pdf(turned, None)).unwrap();
    assert_eq!(pdf.text(), "Total 12.50\n");
}

#[test]
fn letters_printed_twice_for_boldness_are_read_once() {
    let bold = "BT /F 10 Tf 50 800 Td (Total) Tj ET BT /F 10 Tf 50.3 800 Td (Total) Tj ET";
    assert_eq!(read_pdf(&small_pdf(bold, None)).unwrap().text(), "Total\n");
}

#[test]
fn a_file_within_is_found() {
    let pdf = read_pdf(&small_pdf(TWO_COLUMNS, Some(("factur-x.xml", "<a/>")))).unwrap();
    assert_eq!(pdf.attachments.len(), 1);
    assert_eq!(pdf.attachments[0].name, "factur-x.xml");
    assert_eq!(pdf.attachments[0].bytes, b"<a/>");
    assert_eq!(pdf.attachments[0].relationship.as_deref(), Some("Alternative"));
}

#[test]
fn what_is_no_pdf_is_damaged() {
    for bytes in [&b""[..], b"%PDF-1.7\n", b"hello", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"] {
        assert!(matches!(read_pdf(bytes), Err(PdfError::Damaged { .. })), "{bytes:?}");
    }
}

#[test]
fn the_table_of_ocr_becomes_words_with_places() {
    let tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\t\
        left\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t1654\t2339\t-1\t\n\
        5\t1\t1\t1\t1\t1\t200\t100\t300\t40\t96.1\tInvoice\n\
        5\t1\t1\t1\t1\t2\t520\t100\t100\t40\t9.0\tsmudge\n";
    let page = page_of_tsv(tsv, 3, 200.0);
    assert_eq!((page.number, page.words.len()), (3, 1));
    assert_eq!(page.words[0].text, "Invoice");
    assert!((page.words[0].left - 72.0).abs() < 0.1 && (page.width - 595.4).abs() < 0.5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_pdf_is_read_or_refused_but_no_panic_escapes(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()
    ) {
        let mut bytes = small_pdf(TWO_COLUMNS, Some(("a.xml", "<a/>")));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = read_pdf(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read_pdf(&bytes);
    }
}
