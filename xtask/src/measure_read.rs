//! Measures the reading of mail on folders of mails: are all read, is a reply split from its
//! history and signature exactly. It judges nothing by itself: the folders hold what is right.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use skills::read::{Mail, read_mail};

/// What every reply in `html_replies` says above its history.
const HTML_REPLY: &str = "Hi. I am fine. Thanks, Alex";
/// What replies in `standard_replies` say unless a file `NAME_reply_text` says otherwise.
const STANDARD_REPLY: &str = "Hello";

/// Figures for `data/mail_torture` and `data/replies`, as one JSON object.
pub fn measure(data: &Path) -> io::Result<Value> {
    Ok(json!({ "torture": torture(&data.join("mail_torture"))?, "replies": replies(data)? }))
}

fn torture(folder: &Path) -> io::Result<Value> {
    let (mut files, mut read, mut bytes, mut compared) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut differ = Vec::new();
    let mut refused = Vec::new();
    let begun = Instant::now();
    for path in files_below(folder)? {
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let raw = fs::read(&path)?;
        let with_crlf = String::from_utf8_lossy(&raw).contains("\r\n");
        files += 1;
        bytes += raw.len();
        match read_mail(&raw) {
            Ok(mail) => {
                read += 1;
                let expected = path.with_extension(if with_crlf { "crlf.json" } else { "json" });
                compared += usize::from(expected.exists());
                differ.extend(differences(&mail, &expected).map(|what| named(&path, &what)));
            }
            Err(error) => refused.push(named(&path, &error.to_string())),
        }
    }
    let elapsed_ms = begun.elapsed().as_millis();
    Ok(json!({ "files": files, "read": read, "refused": refused, "compared": compared,
        "differ": differ,
        "bytes": bytes, "elapsed_ms": u64::try_from(elapsed_ms).unwrap_or(u64::MAX) }))
}

/// Compares subject, first author and number of attachments with a stored parse, if there is one.
fn differences(mail: &Mail, expected: &Path) -> impl Iterator<Item = String> {
    let stored = fs::read(expected).ok().and_then(|raw| serde_json::from_slice(&raw).ok());
    let mut found = Vec::new();
    if let Some(stored) = stored.as_ref() {
        let stored: &Value = stored;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let subject = header(stored, "subject").pointer("/Text").and_then(Value::as_str);
        if words(subject.unwrap_or("")) != words(&mail.subject) {
            found.push(format!("subject {:?}", mail.subject));
        }
        let author = header(stored, "from").pointer("/Address/List/0/address");
        let author = author.and_then(Value::as_str).unwrap_or("");
        let own = mail.from.as_ref().map_or("", |from| from.address.as_str());
        if !author.is_empty() && author != own {
            found.push(format!("author {own:?}"));
        }
        let attached = stored.pointer("/attachments").and_then(Value::as_array).map_or(0, Vec::len);
        if attached != mail.attachments.len() {
            let count = mail.attachments.len();
            found.push(format!("attachments {count}, stored {attached}"));
        }
    }
    found.into_iter()
}

fn header<'a>(stored: &'a Value, name: &str) -> &'a Value {
    let headers = stored.pointer("/parts/0/headers").and_then(Value::as_array);
    let found =
        headers.into_iter().flatten().rfind(|header| header.get("name") == Some(&json!(name)));
    found.and_then(|header| header.get("value")).unwrap_or(&Value::Null)
}

fn replies(data: &Path) -> io::Result<Value> {
    let folder = data.join("replies");
    let mut outcomes: BTreeMap<String, Result<(), String>> = BTreeMap::new();
    for path in files_below(&folder.join("standard_replies"))? {
        if path.extension().is_some_and(|extension| extension == "eml") {
            let beside = path.with_file_name(format!("{}_reply_text", stem(&path)));
            let expected = fs::read_to_string(beside).unwrap_or_else(|_| STANDARD_REPLY.to_owned());
            outcomes.insert(stem(&path), history_split(&fs::read(&path)?, &expected));
        }
    }
    for path in files_below(&folder.join("html_replies"))? {
        let outcome = history_split(&html_mail(&fs::read(&path)?), HTML_REPLY);
        outcomes.insert(format!("{}.html", stem(&path)), outcome);
    }
    for (name, expected) in
        [("OLK_SRC_BODY_SECTION.html", "Reply"), ("reply-separated-by-hr.html", "Hi there Bob")]
    {
        let outcome = history_split(&html_mail(&fs::read(folder.join(name))?), expected);
        outcomes.insert(name.to_owned(), outcome);
    }
    outcomes.insert("share-block".to_owned(), share_block(&folder)?);
    signatures(&folder.join("signature/emails"), &mut outcomes)?;
    let exact = outcomes.values().filter(|outcome| outcome.is_ok()).count();
    let missed: BTreeMap<&String, &String> = outcomes
        .iter()
        .filter_map(|(name, outcome)| Some((name, outcome.as_ref().err()?)))
        .collect();
    Ok(json!({ "cases": outcomes.len(), "exact": exact, "missed": missed }))
}

/// These folders keep the signature with the reply and cut off only the history.
fn history_split(mail: &[u8], expected: &str) -> Result<(), String> {
    let mail = read_mail(mail).map_err(|error| error.to_string())?;
    same(&format!("{} {}", mail.new_text, mail.signature), expected)
}

/// A reply whose history begins with a header block under "--- On … wrote:".
fn share_block(folder: &Path) -> io::Result<Result<(), String>> {
    let mail = fs::read(folder.join("reply-quotations-share-block.eml"))?;
    Ok(read_mail(&mail).map_err(|error| error.to_string()).and_then(|mail| {
        let above = mail.text.split("--- On ").next().unwrap_or("");
        same(&format!("{} {}", mail.new_text, mail.signature), above)
    }))
}

fn signatures(
    folder: &Path,
    outcomes: &mut BTreeMap<String, Result<(), String>>,
) -> io::Result<()> {
    for path in files_below(&folder.join("stripped"))? {
        let stem = stem(&path);
        let Some(name) = stem.strip_suffix("_body") else {
            continue;
        };
        let beside = |what: &str| {
            fs::read_to_string(path.with_file_name(format!("{name}_{what}")))
                .map(|text| plain(&text))
        };
        let (body, sender, signature) = (beside("body")?, beside("sender")?, beside("signature")?);
        let new = body.strip_suffix(&signature).unwrap_or(&body);
        let mail = format!("From: \"{}\" <a@b.example>\n\n{body}", sender.replace('@', " at "));
        outcomes.insert(
            format!("signature {name}"),
            match read_mail(mail.as_bytes()) {
                Ok(mail) => same(&mail.new_text, new).and(same(&mail.signature, &signature)),
                Err(error) => Err(error.to_string()),
            },
        );
    }
    let annotated = fs::read_to_string(folder.join("P/102682_R_S"))?;
    let (_, body) = annotated.split_once("\n\n").unwrap_or(("", &annotated));
    let lines = |wanted: Option<&str>| -> String {
        let chosen = body.lines().filter(|line| match wanted {
            Some(prefix) => line.starts_with(prefix),
            None => !line.starts_with('#'),
        });
        chosen.map(|line| format!("{}\n", plain(line))).collect()
    };
    let outcome = read_mail(plain(&annotated).as_bytes()).map_err(|error| error.to_string());
    let outcome = outcome.and_then(|mail| {
        same(&mail.new_text, &lines(None)).and(same(&mail.signature, &lines(Some("#sig#"))))
    });
    outcomes.insert("signature 102682".to_owned(), outcome);
    Ok(())
}

/// The text without the marks by which the folder says what each line is.
fn plain(text: &str) -> String {
    text.replace("#reply#", "").replace("#sig#", "")
}

fn same(found: &str, expected: &str) -> Result<(), String> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (found, expected) = (words(found), words(expected));
    if found == expected { Ok(()) } else { Err(found.chars().take(200).collect()) }
}

fn html_mail(html: &[u8]) -> Vec<u8> {
    let mut mail = b"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n".to_vec();
    mail.extend_from_slice(html);
    mail
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn named(path: &Path, what: &str) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    format!("{}/{}: {what}", folder.to_string_lossy(), stem(path))
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
