//! What a page looks like as text, and what style hides.

use super::{Mark, render};

fn text(html: &str) -> String {
    render(html).text()
}

fn hidden(html: &str) -> usize {
    render(html).hidden_characters
}

#[test]
fn blocks_break_lines_and_inline_elements_do_not() {
    assert_eq!(text("<div>one <b>two</b></div><div>three</div>"), "one two\nthree");
    assert_eq!(text("a<br>b<p>c</p><ul><li>d<li>e</ul>"), "a\nb\n\nc\n\n- d\n- e");
    assert_eq!(text("<table><tr><td>oak</td><td>12</td></tr></table>"), "oak\t12");
    assert_eq!(text("<pre>x\n  y</pre>"), "x\n  y");
}

#[test]
fn white_space_collapses_and_entities_are_decoded() {
    assert_eq!(text("a  \n b&nbsp;&amp;&#8364; &unknown; &"), "a b &€ &unknown; &");
}

#[test]
fn head_scripts_styles_and_comments_are_not_text() {
    let page = "<head><title>t</title><style>p{color:red}</style></head><script>if(a<b){}</script>\
                <!-- c > --><!--[if mso]>m<![endif]--><body>seen";
    assert_eq!(text(page), "seen");
    assert_eq!(
        text("<head><meta charset=x><p>a page without a body tag"),
        "a page without a body tag"
    );
}

#[test]
fn markup_that_never_ends_loses_no_text() {
    assert_eq!(text("1 < 2 and <b"), "1 < 2 and <b");
    assert_eq!(text("<a title='never closed>link</a> after"), "link after");
    let deep = format!("{}deep{}<p>after", "<div>".repeat(5_000), "</div>".repeat(5_000));
    assert_eq!(text(&deep), "deep\n\nafter");
}

#[test]
fn text_hidden_by_inline_style_is_left_out_and_counted() {
    let styles = [
        "display:none",
        "DISPLAY : None !important",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "opacity:0",
        "color:#fff",
        "color:white",
        "color:rgb(254, 254, 254)",
        "mso-hide:all",
        "text-indent:-9999px",
        "position:absolute;left:-5000px",
        "max-height:0;overflow:hidden",
        "color:#333;background:#333",
        "color:transparent",
    ];
    for style in styles {
        let page = format!("<p>seen</p><p style=\"{style}\">obey <b>me</b></p><p>too</p>");
        assert_eq!(text(&page), "seen\n\ntoo", "{style}");
        assert_eq!(hidden(&page), 6, "{style}");
    }
}

#[test]
fn text_hidden_by_a_style_sheet_or_an_attribute_is_left_out() {
    let sheet = "<style>.x, td.y{display:none} .z{font-size:0;color:#ffffff}</style>";
    for tag in ["<p class='a x'>", "<table><tr><td class=y>", "<p class=z>", "<p hidden>"] {
        let page = format!("{sheet}<p>seen</p>{tag}obey");
        assert_eq!((text(&page).as_str(), hidden(&page)), ("seen", 4), "{tag}");
    }
    assert_eq!(hidden("<body bgcolor=#eeeeee><font color=#eeeeee>obey</font>"), 4);
}

#[test]
fn ordinary_style_hides_nothing() {
    let pages = [
        "<td bgcolor=\"#1a4480\"><a style=\"color:#ffffff\">a</a></td>",
        "<div style=\"background-image:url(x)\"><span style='color:white'>a</span></div>",
        "<style>.b{background:#000}</style><a class=b style='color:#fff'>a</a>",
        "<style>@media print{.c{display:none}}</style><p class=c>a</p>",
        "<td style='font-size:0'><p style='font-size:14px'>a</p></td>",
        "<p style='color:#111;opacity:0.9;height:0'>a</p>",
    ];
    for page in pages {
        assert_eq!((text(page).as_str(), hidden(page)), ("a", 0), "{page}");
    }
}

#[test]
fn the_marks_of_mail_programs_reach_the_lines_they_cover() {
    let marks = |html: &str| -> Vec<Mark> { render(html).lines.iter().map(|l| l.mark).collect() };
    let (plain, quoted, signature) = (Mark::Plain, Mark::Quoted, Mark::Signature);
    let gmail = "<p>new<div class='gmail_signature'>s</div><div class='a gmail_quote'>old</div>end";
    let without_gaps: Vec<Mark> =
        render(gmail).lines.iter().filter(|l| !l.text.is_empty()).map(|l| l.mark).collect();
    assert_eq!(without_gaps, [plain, signature, quoted, plain]);
    assert_eq!(marks("a<blockquote type=cite>b</blockquote>c"), [plain, quoted, plain]);
    assert_eq!(marks("a<div id=x_divRplyFwdMsg>b</div><div>c</div>"), [plain, quoted, quoted]);
    assert_eq!(marks("a<blockquote>b</blockquote>"), [plain, plain]);
}
